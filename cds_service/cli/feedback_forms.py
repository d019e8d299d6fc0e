"""The feedback report as a table, as CSV and as JSON."""

from __future__ import annotations

import csv
from typing import TextIO

import orjson
from rich.table import Table

from cards.guidance.catalogue import RULES
from cds_service.storage.feedback_report import UNKNOWN, FeedbackReport, RuleFeedback

COLUMNS = ("rule", "title", "shown", "outcome", "reason", "count")


def title_of(rule: str) -> str:
    """What a rule is about; a rule that this version no longer has is named as such."""
    if rule == UNKNOWN:
        return "Card not issued here, or no longer kept"
    return RULES[rule].title if rule in RULES else "Not in this version"


def totals(report: FeedbackReport) -> str:
    """The sums in one sentence."""
    since = "" if report.since is None else f" since {report.since:%Y-%m-%d}"
    return (
        f"{report.shown} cards shown{since}: {report.accepted} accepted, {report.overridden} overridden, "
        f"{report.unknown} reports about unknown cards."
    )


def table(report: FeedbackReport) -> Table:
    """Lay the report out for a terminal."""
    drawn = Table("rule", "about", title="Feedback by rule", title_justify="left")
    for name in ("shown", "accepted", "overridden", "unsafe or wrong"):
        drawn.add_column(name, justify="right")
    drawn.add_column("reasons")
    for each in report.rules:
        unsafe = f"[bold red]{each.unsafe}[/bold red]" if each.unsafe else "0"
        drawn.add_row(
            each.rule,
            title_of(each.rule),
            str(each.shown),
            str(each.accepted),
            str(each.overridden),
            unsafe,
            _plain(each),
        )
    return drawn


def _plain(each: RuleFeedback) -> str:
    # Square brackets would be taken for a colour.
    text = ", ".join(f"{reason} {count}" for reason, count in each.reasons.most_common())
    return text.replace("[", "(").replace("]", ")")


def write_csv(report: FeedbackReport, stream: TextIO) -> None:
    """Write one line for each rule, outcome and reason."""
    lines = csv.writer(stream, lineterminator="\n")
    lines.writerow(COLUMNS)
    for each in report.rules:
        head = (each.rule, title_of(each.rule), each.shown)
        if each.accepted:
            lines.writerow((*head, "accepted", "", each.accepted))
        for reason, count in each.reasons.most_common():
            lines.writerow((*head, "overridden", _harmless(reason), count))


def _harmless(text: str) -> str:
    """Keep a spreadsheet from taking a caller's code for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t")) else text


def as_json(report: FeedbackReport, *, with_comments: bool) -> str:
    """The report as one JSON object; comments only where they are asked for."""
    value: dict[str, object] = {
        "since": report.since,
        "shown": report.shown,
        "accepted": report.accepted,
        "overridden": report.overridden,
        "unknown_cards": report.unknown,
        "rules": [
            {
                "rule": each.rule,
                "title": title_of(each.rule),
                "known": each.rule != UNKNOWN,
                "shown": each.shown,
                "accepted": each.accepted,
                "overridden": each.overridden,
                "unsafe_or_wrong": each.unsafe,
                "reasons": dict(each.reasons.most_common()),
            }
            for each in report.rules
        ],
    }
    if with_comments:
        value["comments"] = [
            {"rules": each.rules, "reason": each.reason, "outcome_at": each.outcome_at, "text": each.text}
            for each in report.comments
        ]
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z).decode()
