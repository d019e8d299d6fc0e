"""One prefetch value: absent, null, empty, failed or data, and whether all of it came."""

from __future__ import annotations

import pytest

from cds_service.errors import BadRequest
from cds_service.fhir.prefetch_value import receive
from tests.cds_service.golden import EMPTY_SEARCH, OPERATION_OUTCOME

PATIENT = {"resourceType": "Patient", "id": "p"}
NEXT = {"link": [{"relation": "next", "url": "https://ehr.example.org/fhir?page=2"}]}
SEARCH = {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": PATIENT}]}


@pytest.mark.parametrize(
    ("prefetch", "state", "count", "codes"),
    [
        ({}, "absent", 0, []),
        ({"key": None}, "null", 0, []),
        ({"key": {}}, "empty", 0, []),
        ({"key": EMPTY_SEARCH}, "empty", 0, []),
        ({"key": {"resourceType": "Bundle", "entry": None}}, "empty", 0, []),
        ({"key": OPERATION_OUTCOME}, "outcome", 0, ["operation-outcome"]),
        ({"key": PATIENT}, "data", 1, []),
        ({"key": SEARCH}, "data", 1, []),
        ({"key": SEARCH | {"type": "collection"}}, "data", 1, []),
        ({"key": SEARCH | NEXT}, "data", 1, ["unread-page"]),
        ({"key": EMPTY_SEARCH | NEXT}, "empty", 0, ["unread-page"]),
        ({"key": SEARCH | {"entry": [{"fullUrl": "x"}]}}, "data", 0, ["empty-entry"]),
        ({"key": SEARCH | {"entry": ["x", {"resource": PATIENT}]}}, "data", 1, ["empty-entry"]),
        ({"key": SEARCH | {"entry": [{"resource": OPERATION_OUTCOME}]}}, "outcome", 0, ["operation-outcome"]),
        (
            {"key": SEARCH | {"entry": [{"resource": PATIENT}, {"resource": OPERATION_OUTCOME}]}},
            "data",
            1,
            ["operation-outcome"],
        ),
        (
            {
                "key": SEARCH
                | {
                    "entry": [
                        {
                            "resource": {
                                "resourceType": "OperationOutcome",
                                "issue": [{"severity": "information", "code": "informational"}],
                            }
                        }
                    ]
                }
            },
            "data",
            0,
            [],
        ),
    ],
)
def test_the_states_of_a_prefetch_value_are_told_apart(
    prefetch: dict[str, object], state: str, count: int, codes: list[str]
) -> None:
    """Absent, null, empty, OperationOutcome and data are five different things."""
    received = receive(prefetch, "key")
    assert (received.state, len(received.resources)) == (state, count)
    assert [problem.code for problem in received.problems] == codes


@pytest.mark.parametrize("value", ["123", 5, [], True, {"id": "x"}, {"resourceType": 3}])
def test_a_prefetch_value_that_is_no_resource_is_refused(value: object) -> None:
    """A mistyped value of a key that the service asked for is a 400 that names the key."""
    with pytest.raises(BadRequest) as refused:
        receive({"observations": value}, "observations")
    assert str(refused.value.expression).startswith("prefetch.observations")


@pytest.mark.parametrize(
    ("prefetch", "is_whole"),
    [
        ({"key": None}, True),
        ({"key": EMPTY_SEARCH}, True),
        ({"key": PATIENT}, True),
        ({"key": SEARCH}, True),
        ({"key": SEARCH | {"total": 1}}, True),
        ({}, False),
        ({"key": {}}, False),
        ({"key": OPERATION_OUTCOME}, False),
        ({"key": SEARCH | NEXT}, False),
        ({"key": SEARCH | {"total": 2}}, False),
        ({"key": SEARCH | {"entry": [{"fullUrl": "x"}]}}, False),
        ({"key": SEARCH | {"entry": [{"resource": "x"}]}}, False),
    ],
)
def test_only_what_came_whole_says_that_there_is_nothing_else(
    prefetch: dict[str, object], is_whole: bool
) -> None:
    """An absent, failed, cut or damaged value allows no conclusion from what is not in it."""
    assert receive(prefetch, "key").is_whole is is_whole
