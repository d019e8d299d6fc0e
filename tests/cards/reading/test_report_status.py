"""The status of the report."""

import pytest

from cards.reading.report_status import report_status


@pytest.mark.parametrize(
    ("own", "said", "expected"),
    [
        ("final", None, "final"),
        (None, "final", "final"),
        (None, None, "unknown"),
        ("entered-in-error", "final", "entered_in_error"),
        ("final", "cancelled", "cancelled"),
        ("cancelled", "entered-in-error", "entered_in_error"),
        ("final", "amended", "amended"),
        ("corrected", "amended", "corrected"),
        ("preliminary", "final", "final"),
        ("partial", "preliminary", "preliminary"),
        ("registered", "partial", "partial"),
        ("unknown", "registered", "registered"),
        ("modified", None, "preliminary"),
    ],
)
def test_precedence(own: str | None, said: str | None, expected: str):
    """The graver of the report's and the caller's status stands, and a difference is noted."""
    problems: list = []
    assert report_status({"status": own}, said, "DiagnosticReport/r1", problems) == expected
    differs = None not in (own, said)
    assert [problem.code for problem in problems] == (["status-differs"] if differs else [])


@pytest.mark.parametrize("received", ["signed", 5, [], {}, True])
def test_no_status(received: object):
    """What is no status is unknown, and noted."""
    problems: list = []
    assert report_status({"status": received}, None, "r", problems) == "unknown"
    assert [(problem.location, problem.code) for problem in problems] == [("r.status", "unknown-status")]
