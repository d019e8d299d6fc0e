"""JSON of a feedback call -> what became of each card, or a 400 that names the member (CH-156 to CH-161)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal, cast

from cds_service.errors import BadRequest, BodyTooLarge
from cds_service.hooks.members import is_text, missing, mistyped

JsonObject = Mapping[str, object]
Outcome = Literal["accepted", "overridden"]

# One call reports on a handful of cards; a client that was away for a day may have more.
MOST_ITEMS = 500
MOST_SUGGESTIONS = 100
MOST_COMMENT = 4000

# RFC 3339, section 5.6: the zone is never left out.
_MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d):(\d\d)(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)", flags=re.ASCII
)
_ID = re.compile(r"[!-~]{1,64}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Feedback:
    """What became of one card.

    ``accepted_suggestions`` are the uuids of suggestions, ``reason`` system and code of the override reason
    (empty when none was chosen), ``outcome_at`` a moment in UTC. ``comment`` is what a person wrote.
    """

    card: str
    outcome: Outcome
    outcome_at: datetime
    accepted_suggestions: tuple[str, ...] = ()
    reason: tuple[str, str] = ("", "")
    comment: str | None = field(default=None, repr=False)


def parse_feedback(body: JsonObject) -> tuple[Feedback, ...]:
    """Check a whole feedback body; one item that is wrong refuses all of them.

    Raises BadRequest with ``expression`` set to the member to blame, BodyTooLarge for more than 500 items.
    """
    items = body.get("feedback")
    if items is None:
        raise missing("feedback")
    if not isinstance(items, list):
        raise mistyped("feedback", "an array")
    if len(items) > MOST_ITEMS:
        raise BodyTooLarge(f"Send at most {MOST_ITEMS} items in one call.", expression="feedback")
    return tuple(_item(item, f"feedback[{position}]") for position, item in enumerate(items))


def _item(value: object, place: str) -> Feedback:
    item = _object(value, place)
    card = _id(_required(item, "card", place), f"{place}.card")
    outcome = _required(item, "outcome", place)
    if outcome not in ("accepted", "overridden"):
        raise mistyped(f"{place}.outcome", "accepted or overridden")
    outcome_at = _moment(_required(item, "outcomeTimestamp", place), f"{place}.outcomeTimestamp")
    suggestions = _suggestions(item.get("acceptedSuggestions"), f"{place}.acceptedSuggestions")
    reason, comment = _override(item.get("overrideReason"), f"{place}.overrideReason")
    if outcome == "accepted":
        if not suggestions:
            raise missing(f"{place}.acceptedSuggestions")
        return Feedback(card, "accepted", outcome_at, suggestions)
    return Feedback(card, "overridden", outcome_at, reason=reason, comment=comment)


def _required(members: JsonObject, name: str, place: str) -> object:
    value = members.get(name)
    if value is None:
        raise missing(f"{place}.{name}")
    return value


def _object(value: object, name: str) -> JsonObject:
    if not isinstance(value, dict):
        raise mistyped(name, "an object")
    return value


def _id(value: object, name: str) -> str:
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise mistyped(name, "a uuid as this service sent it, of at most 64 characters")
    return value


def _suggestions(value: object, name: str) -> tuple[str, ...]:
    """Read ``acceptedSuggestions``: objects with an id, not bare ids (CH-159)."""
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > MOST_SUGGESTIONS:
        raise mistyped(name, f"an array of at most {MOST_SUGGESTIONS} objects")
    return tuple(
        _id(
            _required(_object(each, f"{name}[{position}]"), "id", f"{name}[{position}]"),
            f"{name}[{position}].id",
        )
        for position, each in enumerate(value)
    )


def _override(value: object, name: str) -> tuple[tuple[str, str], str | None]:
    """Read ``overrideReason``: a reason, a comment or both (CH-160). A reason needs no display."""
    if value is None:
        return ("", ""), None
    members = _object(value, name)
    reason, comment = members.get("reason"), members.get("userComment")
    if reason is None and comment is None:
        raise missing(f"{name}.reason")
    if comment is not None:
        is_text(comment, f"{name}.userComment")
        comment = _CONTROL.sub(" ", cast(str, comment))[:MOST_COMMENT]
    if reason is None:
        return ("", ""), comment
    coding = _object(reason, f"{name}.reason")
    return (
        _text(_required(coding, "system", f"{name}.reason"), f"{name}.reason.system", 255),
        _text(_required(coding, "code", f"{name}.reason"), f"{name}.reason.code", 100),
    ), comment


def _text(value: object, name: str, most: int) -> str:
    is_text(value, name)
    text = cast(str, value)
    if len(text) > most or _CONTROL.search(text):
        raise mistyped(name, f"text of at most {most} characters without control characters")
    return text


def _moment(value: object, name: str) -> datetime:
    """Read a moment with its zone. A leap second is the second before it; nanoseconds are cut."""
    parts = _MOMENT.fullmatch(value) if isinstance(value, str) else None
    if parts is None:
        raise _no_moment(name)
    day, minutes, seconds, fraction, zone = parts.groups(default="")
    seconds = "59" if seconds == "60" else seconds
    zone = "+00:00" if zone in "Zz" else zone
    try:
        text = f"{day}T{minutes}:{seconds}.{fraction[:6]:0<6}{zone}"
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise _no_moment(name) from None


def _no_moment(name: str) -> BadRequest:
    return mistyped(name, "a moment with its zone such as 2026-05-04T12:00:00Z")
