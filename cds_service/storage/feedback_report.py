"""What became of the cards, by rule: how often shown, accepted, overridden, and for which reasons."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, Engine, RowMapping, and_, select

from cards.writing.families import SAFETY_REASON, families
from cds_service.storage.tables import feedback, issued_card

UNKNOWN = "unknown card"
NO_REASON = "no reason given"


@dataclass(slots=True)
class RuleFeedback:
    """The feedback on the cards that rest on one rule; ``reasons`` counts those of overridden cards."""

    rule: str
    shown: int = 0
    accepted: int = 0
    overridden: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    @property
    def unsafe(self) -> int:
        """How often somebody called the advice unsafe or wrong."""
        return self.reasons[SAFETY_REASON]


@dataclass(frozen=True, slots=True)
class Comment:
    """What a person wrote about a card, where the site keeps comments."""

    rules: tuple[str, ...]
    reason: str
    outcome_at: datetime
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class FeedbackReport:
    """The whole report. ``rules`` stand in the order in which they want to be looked at.

    A card counts for each of its rules, so the sums over rules are above the numbers of cards.
    """

    since: datetime | None
    shown: int
    accepted: int
    overridden: int
    unknown: int
    rules: tuple[RuleFeedback, ...]
    comments: tuple[Comment, ...] = field(default=(), repr=False)


def feedback_report(engine: Engine, since: datetime | None = None) -> FeedbackReport:
    """Count feedback and issued cards, all or those from ``since`` on. Raises what the driver raises."""
    by_rule: dict[str, RuleFeedback] = {}
    comments: list[Comment] = []
    totals: Counter[str] = Counter()

    def of(rule: str) -> RuleFeedback:
        return by_rule.setdefault(rule, RuleFeedback(rule))

    with engine.connect() as connection:
        cards = select(issued_card.c.rules)
        if since is not None:
            cards = cards.where(issued_card.c.issued_at >= since)
        for (rules,) in connection.execution_options(yield_per=1000).execute(cards):
            totals["shown"] += 1
            for rule in rules:
                of(rule).shown += 1
        for row in _feedback(connection, since):
            rules = (UNKNOWN,) if row["rules"] is None else tuple(row["rules"])
            totals[row["outcome"]] += 1
            totals["unknown"] += row["rules"] is None
            reason = _reason(row)
            for rule in rules:
                entry = of(rule)
                if row["outcome"] == "accepted":
                    entry.accepted += 1
                else:
                    entry.overridden += 1
                    entry.reasons[reason] += 1
            if row["comment"]:
                comments.append(Comment(rules, reason, row["outcome_at"], row["comment"]))
    ordered = sorted(by_rule.values(), key=lambda each: (-each.unsafe, -each.overridden, each.rule))
    return FeedbackReport(
        since,
        totals["shown"],
        totals["accepted"],
        totals["overridden"],
        totals["unknown"],
        tuple(ordered),
        tuple(comments),
    )


def _feedback(connection: Connection, since: datetime | None) -> list[RowMapping]:
    """Every row of feedback with the rules of its card; a card counts for its own caller and service."""
    same = [feedback.c[name] == issued_card.c[name] for name in ("issuer", "tenant", "service")]
    joined = feedback.outerjoin(issued_card, and_(feedback.c.card == issued_card.c.uuid, *same))
    columns = ("outcome", "reason_system", "reason_code", "comment", "outcome_at")
    query = select(*(feedback.c[name] for name in columns), issued_card.c.rules).select_from(joined)
    if since is not None:
        query = query.where(feedback.c.received_at >= since)
    return list(connection.execute(query.order_by(feedback.c.id)).mappings())


def _reason(row: RowMapping) -> str:
    """The code of an override reason of ours, ``system|code`` of another."""
    if not row["reason_code"]:
        return NO_REASON
    if row["reason_system"] == families().override_system:
        return str(row["reason_code"])
    return f"{row['reason_system']}|{row['reason_code']}"
