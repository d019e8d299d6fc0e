"""The feedback report as one page: bars drawn as SVG, the numbers beside them, no script, nothing fetched."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

from cds_service.storage.feedback_report import FeedbackReport, RuleFeedback

BAR_WIDTH, BAR_HEIGHT, ROW_HEIGHT, LABEL_WIDTH = 420, 16, 24, 230
ACCEPTED, OVERRIDDEN, UNSAFE = "#1b7f4b", "#8a6d1a", "#b3261e"

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; margin: 1rem 0 } th, td { text-align: left; padding: .3rem .8rem .3rem 0 }
td.n, th.n { text-align: right } tr.unsafe td { background: #fbe9e7 } svg { max-width: 100%; height: auto }
svg text { font: 13px system-ui, sans-serif }
"""

Part = tuple[str, int, str]  # name, number, colour


def feedback_page(report: FeedbackReport, title_of: Callable[[str], str]) -> str:
    """Write the page. ``title_of`` says what a rule is about."""
    since = "" if report.since is None else f" since {report.since:%Y-%m-%d}"
    unsafe = [each for each in report.rules if each.unsafe]
    told = [each for each in report.rules if each.accepted or each.overridden]
    return "\n".join(
        [
            '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">',
            "<title>Feedback on calcification cards</title>",
            f"<style>{STYLE}</style>",
            "<h1>Feedback on calcification cards</h1>",
            f"<p>{report.shown} cards were shown{since}; {report.accepted} were accepted, "
            f"{report.overridden} overridden. {report.unknown} reports are about unknown cards. "
            "A card counts for each of its rules.</p>",
            "<h2>Unsafe or wrong advice</h2>",
            _rules(unsafe, title_of) if unsafe else "<p>Nobody said so.</p>",
            "<h2>By rule and outcome</h2>",
            _legend(),
            bars([(each.rule, _parts(each)) for each in told], "Accepted and overridden cards by rule"),
            _rules(report.rules, title_of),
            "<h2>By reason</h2>",
            bars(_by_reason(report.rules), "Reasons for overriding"),
            "</html>",
        ]
    )


def bars(rows: Sequence[tuple[str, Sequence[Part]]], title: str) -> str:
    """Draw one bar a row, made of its parts; the longest fills the width."""
    if not rows:
        return "<p>None.</p>"
    longest = max(sum(number for _, number, _ in parts) for _, parts in rows) or 1
    drawn = []
    for position, (label, parts) in enumerate(rows):
        top = position * ROW_HEIGHT
        drawn.append(f'<text x="0" y="{top + 13}">{escape(_short(label))}</text>')
        left = float(LABEL_WIDTH)
        for name, number, colour in parts:
            width = BAR_WIDTH * number / longest
            drawn.append(
                f'<rect x="{left:.1f}" y="{top}" width="{width:.1f}" height="{BAR_HEIGHT}" fill="{colour}">'
                f"<title>{escape(label)}: {number} {escape(name)}</title></rect>"
            )
            left += width
        total = sum(number for _, number, _ in parts)
        drawn.append(f'<text x="{left + 6:.1f}" y="{top + 13}">{total}</text>')
    width, height = LABEL_WIDTH + BAR_WIDTH + 60, len(rows) * ROW_HEIGHT
    return (
        f'<svg role="img" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'xmlns="http://www.w3.org/2000/svg"><title>{escape(title)}</title>{"".join(drawn)}</svg>'
    )


def _short(label: str) -> str:
    return label if len(label) <= 32 else f"{label[:31]}…"


def _parts(each: RuleFeedback) -> list[Part]:
    return [
        ("accepted", each.accepted, ACCEPTED),
        ("overridden", each.overridden - each.unsafe, OVERRIDDEN),
        ("overridden as unsafe or wrong", each.unsafe, UNSAFE),
    ]


def _by_reason(rules: Sequence[RuleFeedback]) -> list[tuple[str, list[Part]]]:
    counts: dict[str, int] = {}
    for each in rules:
        for reason, number in each.reasons.items():
            counts[reason] = counts.get(reason, 0) + number
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [(reason, [("overridden", number, OVERRIDDEN)]) for reason, number in ordered]


def _legend() -> str:
    parts = (("accepted", ACCEPTED), ("overridden", OVERRIDDEN), ("overridden as unsafe or wrong", UNSAFE))
    return (
        "<p>" + " ".join(f'<span style="color:{colour}">■</span> {name}' for name, colour in parts) + "</p>"
    )


def _rules(rules: Sequence[RuleFeedback], title_of: Callable[[str], str]) -> str:
    rows = [
        f"<tr{' class=unsafe' if each.unsafe else ''}><td>{escape(each.rule)}"
        f"<td>{escape(title_of(each.rule))}"
        f'<td class="n">{each.shown}<td class="n">{each.accepted}<td class="n">{each.overridden}'
        f'<td class="n">{each.unsafe}<td>'
        + escape(", ".join(f"{reason} {number}" for reason, number in each.reasons.most_common()))
        for each in rules
    ]
    head = (
        '<tr><th>Rule<th>About<th class="n">Shown<th class="n">Accepted<th class="n">Overridden'
        '<th class="n">Unsafe or wrong<th>Reasons'
    )
    return f"<table>{head}{''.join(rows)}</table>"
