"""Write docs/model from the data files: ``python -m tests.model_pages``."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from cards.facts_members import MEMBERS
from cards.guidance import CITATIONS, MODEL_VERSION, RULES
from cards.guidance.catalogue import EVIDENCE
from cards.guidance.switches import SWITCHES
from cards.worked_cases import worked_cases

ROOT = Path(__file__).resolve().parents[1]
PAGES = ROOT / "docs" / "model"
TABLES = ROOT / "cards" / "guidance"
# These have pages of their own.
NOT_TABLES = {"rules.csv", "citations.csv", "worked_cases.csv"}
NOTE = "This page is written by `python -m tests.model_pages` from {source}; change that, not this page."
KINDS = {
    "fires": "the engine reports it",
    "writing": "a requirement on cards, letters and links",
    "descriptive": "says in words what other rules bring about",
}


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ") or " "


def table(names: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Write a Markdown table."""
    lines = ["| " + " | ".join(names) + " |", "|" + " --- |" * len(names)]
    return [*lines, *("| " + " | ".join(map(_cell, row)) + " |" for row in rows), ""]


def page(title: str, source: str, *parts: Iterable[str]) -> str:
    """Put a page together: title, where it comes from, its parts."""
    return "\n".join(
        [f"# {title}", "", NOTE.format(source=source), "", *(line for part in parts for line in part)]
    )


def _sorted_ids(ids: Iterable[str]) -> str:
    return ", ".join(sorted(ids)) or "none"


def rules() -> str:
    """Write the rule catalogue, one heading a family, one row a rule."""
    families: dict[str, list[str]] = {}
    for rule in RULES:
        families.setdefault(rule.rsplit("-", 1)[0], []).append(rule)
    lines = ["A rule is one of three kinds: " + "; ".join(f"*{k}*, {v}" for k, v in KINDS.items()) + ".", ""]
    for family, ids in families.items():
        lines += [f"## {family}", ""]
        rows = [
            (
                one.id,
                one.kind,
                one.section,
                ", ".join(one.indicators),
                f"**{one.title}** {one.intent}",
                ", ".join(one.citations),
            )
            for one in map(RULES.__getitem__, ids)
        ]
        lines += table(("rule", "kind", "section", "indicator", "what it says", "rests on"), rows)
    return page("Rules", "`cards/guidance/rules.csv`", lines)


def facts() -> str:
    """Write the inputs with their values and defaults."""
    lines = []
    for level, heading in (("report", "The report"), ("finding", "Each finding (list `findings`)")):
        lines += [f"## {heading}", ""]
        rows = [
            (
                f"`{m.name}`",
                m.meaning,
                (", ".join(m.values) or m.type.replace("_", " ")) + (" or null" if m.null else ""),
                "null"
                if m.default is None
                else ", ".join(m.default)
                if isinstance(m.default, tuple)
                else m.default,
            )
            for m in MEMBERS
            if m.level == level
        ]
        lines += table(("name", "meaning", "values", "default in FACTS files"), rows)
    return page("What the model reads", "`cards/facts_members.csv`", lines)


def clinical_tables() -> list[Path]:
    """List the clinical tables of the model."""
    return sorted(path for path in TABLES.glob("*.csv") if path.name not in NOT_TABLES)


def _clinical_table(path: Path) -> Iterator[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    comment = " ".join(line.lstrip("# ") for line in lines if line.startswith("#"))
    names, *rows = csv.reader(line for line in lines if not line.startswith("#"))
    yield from (f"## {path.stem}", "", comment, "")
    yield from table(names, rows)


def tables() -> str:
    """Write every clinical table under the comment that explains it."""
    parts = [_clinical_table(path) for path in clinical_tables()]
    return page("Clinical tables", "the tables of `cards/guidance`", *parts)


def _allowed(name: str) -> str:
    return SWITCHES[name].allowed_text()


def switches() -> str:
    """Write the contested points: default, allowed values, why."""
    rows = [
        (
            f"`{one.name}`",
            one.default
            if one.fhir_line is None
            else f"{one.default} ({one.fhir_line} for reports read from FHIR)",
            _allowed(one.name),
            one.why,
        )
        for one in SWITCHES.values()
    ]
    lines = ["What each alternative changes stands in the clinical tables, in rows that name the switch.", ""]
    lines += table(("switch", "default", "allowed", "why it is contested"), rows)
    return page("Switches", "`cards/guidance/switches.toml`", lines)


def citations() -> str:
    """Write the sources, each with its evidence marks and the rules that rest on it."""
    lines = [
        "Evidence marks: " + "; ".join(f"**{mark}** {what}" for mark, what in EVIDENCE.items()) + ".",
        "",
    ]
    topics = dict.fromkeys(one.topic for one in CITATIONS.values())
    for topic in topics:
        lines += [f"## {topic}", ""]
        rows = [
            (
                one.id,
                one.text,
                ", ".join(one.evidence),
                ", ".join(rule.id for rule in RULES.values() if one.id in rule.citations),
            )
            for one in CITATIONS.values()
            if one.topic == topic
        ]
        lines += table(("id", "source", "evidence", "rules"), rows)
    return page("Citations", "`cards/guidance/citations.csv`", lines)


def _expected(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return "-" if value is None else str(value)


def cases() -> str:
    """Write what each worked case expects."""
    members = ("report_expected", "concordance", "max_indicator", "follow_up_interval", "actions")
    rows = [
        (
            case.case_id,
            case.scenario,
            *(_expected(case.expected.get(name)) for name in members),
            _sorted_ids(case.rule_ids),
        )
        for case in worked_cases()
    ]
    lines = [
        f"{len(rows)} cases. The file also holds the inputs, the sets of each finding and the timers.",
        "",
    ]
    lines += table(
        ("case", "situation", "expected", "verdict", "indicator", "interval", "actions", "rules"), rows
    )
    return page("Worked cases", "`cards/guidance/worked_cases.csv`", lines)


def _index(pages: dict[str, str]) -> str:
    kinds = {kind: sum(rule.kind == kind for rule in RULES.values()) for kind in KINDS}
    lines = [
        f"Model version {MODEL_VERSION}: {len(RULES)} rules ("
        + ", ".join(f"{count} {kind}" for kind, count in kinds.items())
        + f"), {len(SWITCHES)} switches, {len(CITATIONS)} citations, {len(worked_cases())} worked cases.",
        "",
        "To review the model, read [how it decides](how-it-decides.md) first: it names the steps in their "
        "order. Then read the tables that the steps look into, and the rules. A change to a data file "
        "changes these pages, and the worked cases say what else it touched.",
        "",
        "- [How it decides](how-it-decides.md)",
    ]
    lines += [f"- [{text.splitlines()[0][2:]}]({name})" for name, text in pages.items()]
    return page("The model", "the data files of `cards`", lines) + "\n"


def pages() -> dict[str, str]:
    """Give every generated page of docs/model by file name."""
    written = {
        "facts.md": facts(),
        "tables.md": tables(),
        "rules.md": rules(),
        "switches.md": switches(),
        "citations.md": citations(),
        "worked-cases.md": cases(),
    }
    return {"README.md": _index(written), **written}


def rule_ids(text: str) -> set[str]:
    """Find the rule ids that a text names."""
    return set(re.findall(r"\bR-(?:[A-Z]{2}-\d\d|SAFE)\b", text))


if __name__ == "__main__":
    PAGES.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (PAGES / name).write_text(text, encoding="utf-8")
