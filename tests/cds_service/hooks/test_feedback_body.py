"""Feedback is checked member by member, and the member to blame is named."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_service.errors import BadRequest, BodyTooLarge
from cds_service.hooks.feedback_body import MOST_ITEMS, Feedback, parse_feedback

CARD, SUGGESTION = "4e0a3a1e-3283-4575-ab82-028d55fe2719", "e56e1945-20b3-4393-8503-a1a20fd73152"
ACCEPTED: dict[str, Any] = {
    "card": CARD,
    "outcome": "accepted",
    "acceptedSuggestions": [{"id": SUGGESTION}],
    "outcomeTimestamp": "2026-05-04T12:00:00.000Z",
}
REASON = {"system": "https://calcification-cds.org/fhir/CodeSystem/override-reason", "code": "patient-choice"}
OVERRIDDEN: dict[str, Any] = {
    "card": CARD,
    "outcome": "overridden",
    "overrideReason": {"reason": REASON},
    "outcomeTimestamp": "2026-05-04T12:00:00Z",
}
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def parsed(**changes: Any) -> Feedback:
    """Parse one overridden item with some members changed; None takes a member out."""
    item = {name: value for name, value in (OVERRIDDEN | changes).items() if value is not None}
    [feedback] = parse_feedback({"feedback": [item]})
    return feedback


def blamed(body: Any) -> str | None:
    """The member that is to blame for a refusal."""
    with pytest.raises(BadRequest) as refused:
        parse_feedback(body)
    return refused.value.expression


@pytest.mark.requirement("CH-156", "CH-158", "CH-159", "CH-160")
def test_both_outcomes_are_read() -> None:
    """CH-156, CH-159, CH-160: several items in one body, each with what belongs to its outcome."""
    assert parse_feedback({"feedback": [ACCEPTED, OVERRIDDEN]}) == (
        Feedback(CARD, "accepted", NOON, (SUGGESTION,)),
        Feedback(CARD, "overridden", NOON, reason=(REASON["system"], REASON["code"])),
    )


def test_an_empty_list_is_read() -> None:
    """CH-156: there may be nothing to report."""
    assert parse_feedback({"feedback": []}) == ()


@pytest.mark.requirement("CH-160")
@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        (None, (("", ""), None)),
        ({"userComment": "not here\x00\n"}, (("", ""), "not here  ")),
        (
            {"reason": REASON | {"display": "x"}, "userComment": "y"},
            ((REASON["system"], REASON["code"]), "y"),
        ),
        ({"reason": REASON, "extension": {"a.b": 1}}, ((REASON["system"], REASON["code"]), None)),
    ],
)
def test_the_reason_has_a_coding_a_comment_or_both(reason: Any, expected: Any) -> None:
    """CH-160: a display is not needed; control characters of a comment become blanks."""
    feedback = parsed(overrideReason=reason)
    assert (feedback.reason, feedback.comment) == expected


def test_a_comment_is_not_in_the_repr() -> None:
    """CH-165: what a person wrote does not get into a message by accident."""
    assert "secret" not in repr(parsed(overrideReason={"userComment": "secret"}))


def test_what_does_not_belong_to_an_outcome_is_left_out() -> None:
    """An accepted card has no reason, an overridden one no suggestions."""
    both = ACCEPTED | {"overrideReason": {"userComment": "x"}}
    assert parse_feedback({"feedback": [both]})[0].comment is None
    assert parsed(acceptedSuggestions=[{"id": SUGGESTION}]).accepted_suggestions == ()


@pytest.mark.requirement("CH-161")
@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-05-04T12:00:00Z", NOON),
        ("2026-05-04t12:00:00z", NOON),
        ("2026-05-04 12:00:00Z", NOON),
        ("2026-05-04T14:30:00.5+02:30", NOON.replace(microsecond=500_000)),
        ("2026-05-04T12:00:00.123456789Z", NOON.replace(microsecond=123_456)),
        ("2016-12-31T23:59:60Z", datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_every_form_of_a_moment_is_read(text: str, moment: datetime) -> None:
    """CH-161: RFC 3339 with any zone, any fraction, and a leap second; the result is UTC."""
    assert parsed(outcomeTimestamp=text).outcome_at == moment


@pytest.mark.requirement("CH-156")
@pytest.mark.parametrize(
    ("expression", "body"),
    [
        ("feedback", {}),
        ("feedback", {"feedback": None}),
        ("feedback", {"feedback": {}}),
        ("feedback[0]", {"feedback": ["x"]}),
        ("feedback[1].card", {"feedback": [ACCEPTED, OVERRIDDEN | {"card": None}]}),
    ],
)
def test_the_frame_is_checked(expression: str, body: Any) -> None:
    """CH-156: an object with an array of objects."""
    assert blamed(body) == expression


@pytest.mark.requirement("CH-157", "CH-158", "CH-159", "CH-160", "CH-161")
@pytest.mark.parametrize(
    ("member", "changes"),
    [
        ("card", {"card": 5}),
        ("card", {"card": ""}),
        ("card", {"card": "x" * 65}),
        ("card", {"card": "a\x00b"}),
        ("outcome", {"outcome": "ignored"}),
        ("outcome", {"outcome": ["accepted"]}),
        ("outcomeTimestamp", {"outcomeTimestamp": "2026-05-04T12:00:00"}),
        ("outcomeTimestamp", {"outcomeTimestamp": "2026-05-04"}),
        ("outcomeTimestamp", {"outcomeTimestamp": "2026-13-04T12:00:00Z"}),
        ("outcomeTimestamp", {"outcomeTimestamp": "0001-01-01T00:00:00+01:00"}),
        ("outcomeTimestamp", {"outcomeTimestamp": 5}),
        ("outcomeTimestamp", {"outcomeTimestamp": "٢٠٢٦-05-04T12:00:00Z"}),
        ("acceptedSuggestions", {"outcome": "accepted"}),
        ("acceptedSuggestions", {"outcome": "accepted", "acceptedSuggestions": []}),
        ("acceptedSuggestions", {"acceptedSuggestions": "x"}),
        ("acceptedSuggestions[0]", {"acceptedSuggestions": [SUGGESTION]}),
        ("acceptedSuggestions[0].id", {"acceptedSuggestions": [{}]}),
        ("acceptedSuggestions[0].id", {"acceptedSuggestions": [{"id": 5}]}),
        ("overrideReason", {"overrideReason": "x"}),
        ("overrideReason.reason", {"overrideReason": {}}),
        ("overrideReason.reason", {"overrideReason": {"reason": "x"}}),
        ("overrideReason.reason.system", {"overrideReason": {"reason": {"code": "x"}}}),
        ("overrideReason.reason.code", {"overrideReason": {"reason": {"system": "x"}}}),
        ("overrideReason.reason.code", {"overrideReason": {"reason": {"system": "x", "code": "x" * 101}}}),
        ("overrideReason.reason.code", {"overrideReason": {"reason": {"system": "x", "code": "a\x00"}}}),
        ("overrideReason.userComment", {"overrideReason": {"userComment": 5}}),
        ("overrideReason.userComment", {"overrideReason": {"userComment": " "}}),
    ],
)
def test_each_member_is_checked(member: str, changes: Any) -> None:
    """CH-157 to CH-161: what is wrong is refused, and the member is named."""
    item = {name: value for name, value in (OVERRIDDEN | changes).items() if value is not None}
    assert blamed({"feedback": [item]}) == f"feedback[0].{member}"


@pytest.mark.parametrize("name", ["card", "outcome", "outcomeTimestamp"])
def test_a_required_member_is_missed(name: str) -> None:
    """A member that is not there is named."""
    item = {key: value for key, value in OVERRIDDEN.items() if key != name}
    assert blamed({"feedback": [item]}) == f"feedback[0].{name}"


def test_one_call_has_a_limit() -> None:
    """A body with more items than a client can have is refused as a whole."""
    with pytest.raises(BodyTooLarge):
        parse_feedback({"feedback": [ACCEPTED] * (MOST_ITEMS + 1)})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from([*ACCEPTED, "overrideReason"])


@given(changes=st.dictionaries(NAMES, JSON, max_size=3), base=st.sampled_from([ACCEPTED, OVERRIDDEN]))
def test_damaged_items_are_refused_and_never_crash(changes: Any, base: Any) -> None:
    """Whatever JSON stands in a member, the item is read or refused by name."""
    body = {"feedback": [base | changes]}
    with suppress(BadRequest):
        assert parse_feedback(body)[0].outcome_at.tzinfo is UTC
        return
    assert str(blamed(body)).startswith("feedback[0]")
