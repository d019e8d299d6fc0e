"""Whatever JSON a FHIR server answers with, gathering goes on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds_service.errors import RequestRefused
from cds_service.fhir import access as access_module
from cds_service.fhir.server_read import Reply
from tests.cds_service.fhir.stub_fhir import Gathering, with_token
from tests.cds_service.golden import prefetched_request

BASE = "http://127.0.0.1:9/fhir"
NAMES = st.sampled_from(
    [
        "resourceType",
        "id",
        "entry",
        "resource",
        "search",
        "mode",
        "link",
        "relation",
        "url",
        "subject",
        "reference",
        "result",
        "hasMember",
        "total",
        "patient",
        "issue",
    ]
)
WORDS = st.sampled_from(
    [
        "Bundle",
        "Procedure",
        "Observation",
        "OperationOutcome",
        "next",
        "include",
        "Patient/other",
        "pat-003",
        "DiagnosticReport",
        "Patient",
        "Observation/x",
        f"{BASE}/Procedure?page=2",
    ]
)
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=12,
)
ENTRIES = st.lists(ANY | st.fixed_dictionaries({"resource": ANY, "search": ANY}), max_size=3)
BUNDLES = st.fixed_dictionaries(
    {"resourceType": st.just("Bundle")}, optional={"entry": ENTRIES | ANY, "link": ANY}
)
ANSWERS = BUNDLES | st.dictionaries(NAMES, ANY, max_size=5)


@pytest.fixture(scope="module")
def gathering() -> Iterator[Gathering]:
    """One process for all examples; nothing is called."""
    made = Gathering(BASE)
    yield made
    made.reader.lanes.close()


@settings(max_examples=300)
@given(answers=st.lists(ANSWERS, min_size=1, max_size=4), keep=st.booleans())
def test_any_answer_is_used_or_said_to_be_unusable(
    gathering: Gathering, answers: list[Any], keep: bool
) -> None:
    """Random objects in place of FHIR: data are gathered or the request is refused; nothing else happens."""
    turn = iter(range(10_000))

    def read(*arguments: Any, **_: Any) -> Reply:
        return Reply(arguments[2], 200, answers[next(turn) % len(answers)])

    request = with_token(prefetched_request(), BASE)
    report = request["prefetch"]["report"]
    request["prefetch"] = {"report": report} if keep else {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(access_module, "read_json", read)
        try:
            gathering.gather(request)
        except RequestRefused as refused:
            status = refused.status
        else:
            status = 200
    assert status in (200, 400, 412)
