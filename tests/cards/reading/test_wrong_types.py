"""Whatever stands in the resources around a report, reading and looking back raise nothing."""

import copy
import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cards.facts import Finding
from cards.history import look_back
from cards.reading.versions import UnsupportedFhirVersion
from tests.cards.reading.encoders import FINDING_ENCODERS, shape_c
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
    | st.sampled_from(["", "x", "2026", "final"])
    | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["coding", "code", "system", "reference", "value", "start", "end", "text"])
            | st.text(max_size=5),
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


WRITTEN = [
    Finding(
        laterality="left", morphology=("amorphous",), distribution="linear", change="new", assessment="4A"
    ),
    Finding(laterality="right", morphology=("round",), distribution="diffuse", change="stable"),
]
# What may stand beside any shape of findings.
BESIDE: list[dict[str, Any]] = [
    {
        "resourceType": "Condition",
        "id": "k",
        "code": cc(ICD, "R92.0"),
        "evidence": [{"detail": [{"reference": "DiagnosticReport/r1"}]}],
    },
    {
        "resourceType": "QuestionnaireResponse",
        "id": "q",
        "status": "completed",
        "partOf": [{"reference": "DiagnosticReport/r1"}],
        "item": [{"item": [{"answer": [{"valueCoding": {"system": SCT, "code": "129760005"}}]}]}],
    },
    {
        "resourceType": "Composition",
        "id": "c",
        "section": [{"code": cc(LOINC, "59776-5"), "entry": [{"reference": "Observation/a0"}]}],
    },
    patient(),
]
REPORTS = [
    WHOLE,
    *([*encoder(WRITTEN), *BESIDE] for encoder in FINDING_ENCODERS.values()),
    [*shape_c("0", "4", "2"), *BESIDE],
]
PATHS = [_paths(resources) for resources in REPORTS]


@st.composite
def _changed(draw: st.DrawFn) -> list:
    """A report of any shape in which one to three members hold something else."""
    number = draw(st.integers(0, len(REPORTS) - 1))
    resources = copy.deepcopy(REPORTS[number])
    for path, value in draw(
        st.lists(st.tuples(st.sampled_from(PATHS[number]), _JSON), min_size=1, max_size=3)
    ):
        holder: Any = resources
        try:
            for step in path[:-1]:
                holder = holder[step]
            holder[path[-1]] = value
        except (KeyError, IndexError, TypeError):
            # An earlier change took this place away.
            continue
    return resources


@settings(max_examples=2000)
@given(_changed())
def test_no_member_of_a_wrong_type_raises(resources: list):
    """Any member of any resource may hold any JSON value; only old FHIR versions are refused."""
    try:
        found = look_back(reading(resources))
    except UnsupportedFhirVersion:
        return
    assert found.facts.sex in ("female", "male", "unknown")


@settings(max_examples=300)
@given(st.lists(_JSON, max_size=4))
def test_the_list_of_resources_may_hold_anything(resources: list):
    """Where no report is among them the reading is incomplete."""
    assert reading(resources).incomplete


@settings(max_examples=500)
@given(st.randoms(use_true_random=False))
def test_the_order_of_resources_does_not_matter(shuffler: random.Random):
    """Resources of one id aside, the facts are the same in whatever order the resources came."""
    first, rest = WHOLE[0], WHOLE[1:]
    shuffled = list(rest)
    shuffler.shuffle(shuffled)
    assert look_back(reading([first, *shuffled])).facts == look_back(reading(WHOLE)).facts
