"""Whatever stands in the resources around a report, reading and looking back raise nothing."""

import copy
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from cards.history import look_back
from cards.reading.versions import UnsupportedFhirVersion
from tests.cards.reading.report_builder import (
    DCM,
    ICD,
    LEFT,
    LOINC,
    RIGHT,
    SCT,
    assessed,
    category,
    cc,
    finding,
    patient,
    question,
    reading,
    report,
)

_REASON = [{"reference": "Observation/f1"}]
_INTERVAL = {"code": cc(DCM, "111055"), "valueQuantity": {"value": 6, "code": "mo"}}
WHOLE = [
    *report(
        finding("f1", own="4B"),
        finding("f2", RIGHT),
        assessed("a1", "4B", LEFT),
        question("n1", cc(DCM, "111053"), cc(DCM, "111142"), component=[_INTERVAL]),
        conclusionCode=[category("4B")],
        identifier=[{"system": "http://ris", "value": "A1"}],
        basedOn=[{"reference": "ServiceRequest/s1"}],
        imagingStudy=[{"reference": "ImagingStudy/i1"}],
        status="amended",
    ),
    {"resourceType": "ImagingStudy", "id": "i1", "procedureCode": [cc(LOINC, "26346-7")]},
    patient(communication=[{"language": cc("urn:ietf:bcp:47", "es"), "preferred": True}]),
    {"resourceType": "ServiceRequest", "id": "s1", "status": "completed", "reasonReference": _REASON},
    {
        "resourceType": "ServiceRequest",
        "id": "s2",
        "status": "active",
        "intent": "order",
        "code": cc(LOINC, "26346-7"),
        "authoredOn": "2026-05-05",
        "occurrencePeriod": {"start": "2026-10-21", "end": "2026-12-04"},
        "bodySite": [cc(SCT, LEFT)],
    },
    {
        "resourceType": "Condition",
        "id": "c1",
        "clinicalStatus": cc("http://terminology.hl7.org/CodeSystem/condition-clinical", "active"),
        "verificationStatus": cc("http://terminology.hl7.org/CodeSystem/condition-ver-status", "confirmed"),
        "code": cc(ICD, "C50.411"),
        "bodySite": [cc(SCT, LEFT)],
    },
    {
        "resourceType": "Procedure",
        "id": "b1",
        "status": "completed",
        "code": cc(SCT, "116334007"),
        "performedDateTime": "2025-12-01",
        "reasonReference": _REASON,
    },
    {
        "resourceType": "DiagnosticReport",
        "id": "path",
        "status": "final",
        "code": cc(LOINC, "60568-3"),
        "effectiveDateTime": "2026-05-12",
        "basedOn": [{"reference": "ServiceRequest/s1"}],
        "specimen": [{"reference": "Specimen/sp"}],
        "result": [{"reference": "Observation/p1"}],
    },
    question("p1", cc(LOINC, "22637-3"), cc(SCT, "6660000")),
    {"resourceType": "Specimen", "id": "sp", "collection": {"procedure": {"reference": "Procedure/b1"}}},
    question("g1", cc(LOINC, "82810-3"), cc(LOINC, "LA15173-0"), effectiveDateTime="2026-03-01"),
    *report(finding("old", own="3"), ident="e1", effectiveDateTime="2025-11-04", issued="2025-11-04"),
    *report(ident="r1", issued="2026-05-01", conclusionCode=[category("2")]),
]
_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 3000)
    | st.floats()
    | st.sampled_from(["", "x", "2026", "final"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["coding", "code", "system", "reference", "value", "start", "end", "text"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=5,
)


def _paths(value: object, path: tuple = ()) -> list[tuple]:
    found = [path] if path else []
    if isinstance(value, dict):
        steps = list(value.items())
    else:
        steps = list(enumerate(value)) if isinstance(value, list) else []
    for step, inner in steps:
        found += _paths(inner, (*path, step))
    return found


PATHS = _paths(WHOLE)


def _changed(path: tuple, value: object) -> list:
    resources = copy.deepcopy(WHOLE)
    holder = resources
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value
    return resources


@settings(max_examples=2000)
@given(st.sampled_from(PATHS), _JSON)
def test_no_member_of_a_wrong_type_raises(path: tuple, value: object):
    """Any member of any resource may hold any JSON value; only old FHIR versions are refused."""
    try:
        found = look_back(reading(_changed(path, value)))
    except UnsupportedFhirVersion:
        return
    assert found.facts.sex in ("female", "male", "unknown")


@settings(max_examples=500)
@given(st.randoms(use_true_random=False))
def test_the_order_of_resources_does_not_matter(shuffler: random.Random):
    """Resources of one id aside, the facts are the same in whatever order the resources came."""
    first, rest = WHOLE[0], WHOLE[1:]
    shuffled = list(rest)
    shuffler.shuffle(shuffled)
    assert look_back(reading([first, *shuffled])).facts == look_back(reading(WHOLE)).facts
