"""Biopsy results and the findings they belong to."""

from datetime import date

import pytest

from cards.reading.pathology import pathology_map, pathology_order
from cards.reading.read import read
from cards.reading.reading import ReportContext
from cards.terminology import load_terminology, shipped
from tests.cards.reading.report_builder import (
    DCM,
    LEFT,
    LOINC,
    RIGHT,
    SCT,
    category,
    cc,
    codes,
    finding,
    observation,
    question,
    reading,
    report,
)

ADH, DCIS, BENIGN = cc(SCT, "6660000"), cc(SCT, "86616005"), cc(SCT, "30807003")


def pathology(*values: dict, ident: str = "path", day: str = "2026-05-12", **members: object) -> list[dict]:
    """A final pathology report with one result Observation a value."""
    results = [
        question(f"{ident}{number}", cc(LOINC, "22637-3"), value, effectiveDateTime=day)
        for number, value in enumerate(values)
    ]
    own = {
        "resourceType": "DiagnosticReport",
        "id": ident,
        "status": "final",
        "code": cc(LOINC, "60568-3"),
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": day,
        "result": [{"reference": f"Observation/{one['id']}"} for one in results],
    }
    return [own | members, *results]


def _first(resources: list[dict]):
    return reading(resources).facts.findings[0]


def order_of(finding_id: str) -> dict:
    """The biopsy that was ordered for a finding."""
    reason = [{"reference": f"Observation/{finding_id}"}]
    return {"resourceType": "ServiceRequest", "id": "s1", "status": "completed", "reasonReference": reason}


def test_pathology_inside_the_report():
    """An answer to a pathology question at a finding is its biopsy result."""
    component = {"code": cc(DCM, "111042"), "valueCodeableConcept": ADH}
    assert _first(report(finding("f1", component=[component]))).biopsy_result == "adh"
    child = question("p1", cc(DCM, "111468"), DCIS)
    parent = finding("f1", hasMember=[{"reference": "Observation/p1"}])
    assert _first([*report(parent), child]).biopsy_result == "dcis"


def test_a_radiologists_differential_is_no_biopsy():
    """What a finding is consistent with was not taken from tissue."""
    component = {
        "code": cc(
            "http://hl7.org/fhir/us/breast-radiology/CodeSystem/ObservationComponentSliceCodesCS",
            "consistentWithValue",
        ),
        "valueCodeableConcept": cc(SCT, "254838004"),
    }
    assert _first(report(finding("f1", component=[component]))).biopsy_result is None


@pytest.mark.parametrize(
    "link",
    [
        lambda: [*pathology(ADH, basedOn=[{"reference": "ServiceRequest/s1"}]), order_of("f1")],
        lambda: [
            *pathology(ADH, specimen=[{"reference": "Specimen/sp"}]),
            {"resourceType": "Specimen", "id": "sp", "request": [{"reference": "ServiceRequest/s1"}]},
            order_of("f1"),
        ],
        lambda: [
            *pathology(ADH, specimen=[{"reference": "Specimen/sp"}]),
            {
                "resourceType": "Specimen",
                "id": "sp",
                "collection": {"procedure": {"reference": "Procedure/b"}},
            },
            {
                "resourceType": "Procedure",
                "id": "b",
                "status": "completed",
                "code": cc(SCT, "116334007"),
                "reasonReference": [{"reference": "Observation/f1"}],
            },
        ],
        lambda: [
            one
            | ({"focus": [{"reference": "Observation/f1"}]} if one["resourceType"] == "Observation" else {})
            for one in pathology(ADH)
        ],
    ],
    ids=["order", "specimen and order", "specimen and procedure", "focus"],
)
def test_links_to_one_finding(link):
    """A result belongs to the finding that its order, specimen, procedure or focus leads to."""
    found = reading([*report(finding("f1", LEFT), finding("f2", RIGHT)), *link()])
    assert [one.biopsy_result for one in found.facts.findings] == ["adh", None]
    assert "pathology-not-linked" not in codes(found)


def test_link_from_the_finding():
    """A finding may name the pathology result or the specimen itself."""
    named = finding("f1", LEFT, focus=[{"reference": "Observation/path0"}])
    found = reading([*report(named, finding("f2", RIGHT)), *pathology(DCIS)])
    assert [one.biopsy_result for one in found.facts.findings] == ["dcis", None]


def test_link_to_the_report_with_one_finding():
    """A result joined to the report belongs to its only finding, and to none of two."""
    order = order_of("f1") | {"reasonReference": [{"reference": "DiagnosticReport/r1"}]}
    joined = [*pathology(ADH, basedOn=[{"reference": "ServiceRequest/s1"}]), order]
    assert _first([*report(finding("f1")), *joined]).biopsy_result == "adh"
    found = reading([*report(finding("f1", LEFT), finding("f2", RIGHT)), *joined])
    assert [one.biopsy_result for one in found.facts.findings] == [None, None]
    assert "pathology-not-linked" in codes(found)


def test_pathology_that_is_joined_to_nothing():
    """An old biopsy of the same breast explains no new finding; it is a problem, never a result."""
    found = reading([*report(finding("f1")), *pathology(BENIGN, day="2020-01-01")])
    assert found.facts.findings[0].biopsy_result is None
    assert "pathology-not-linked" in codes(found)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((BENIGN, ADH), "adh"),
        ((ADH, DCIS), "dcis"),
        ((BENIGN, cc(SCT, "281268007")), "insufficient"),
        ((cc(SCT, "82711006"), DCIS), "invasive"),
        ((cc(SCT, "712989008"), BENIGN), "other"),
        ((cc(SCT, "258270003"),), "adh"),
        ((cc("http://local", "x"),), None),
    ],
)
def test_the_most_serious_result_counts(values: tuple, expected: str | None):
    """Several results: the most serious in the order of decision model 2.4; an unknown code is none."""
    link = {"basedOn": [{"reference": "ServiceRequest/s1"}]}
    assert (
        _first([*report(finding("f1")), *pathology(*values, **link), order_of("f1")]).biopsy_result
        == expected
    )


@pytest.mark.parametrize(
    ("codes_given", "expected"),
    [
        (("111443",), "yes"),
        (("111445",), "no"),
        (("111446",), "yes"),
        (("111444",), None),
        (("111445", "111443"), "yes"),
    ],
)
def test_calcifications_in_specimen(codes_given: tuple, expected: str | None):
    """Specimen checks fill calcifications_in_specimen; one sample that holds them is enough."""
    values = (BENIGN, *(cc(DCM, code) for code in codes_given))
    link = {"basedOn": [{"reference": "ServiceRequest/s1"}]}
    first = _first([*report(finding("f1")), *pathology(*values, **link), order_of("f1")])
    assert (first.biopsy_result, first.calcifications_in_specimen) == ("benign", expected)


def test_free_text_pathology_is_noted():
    """The usual text result is not interpreted, and a person is told."""
    link = {"basedOn": [{"reference": "ServiceRequest/s1"}]}
    text = observation("path0", cc(LOINC, "22637-3"), valueString="benign")
    found = reading([*report(finding("f1")), pathology(BENIGN, **link)[0], text, order_of("f1")])
    assert found.facts.findings[0].biopsy_result is None
    assert "uncoded-pathology" in codes(found)


@pytest.mark.parametrize(
    ("status", "result", "noted"),
    [
        ("final", "adh", False),
        ("amended", "adh", False),
        ("preliminary", None, True),
        ("cancelled", None, False),
        ("entered-in-error", None, False),
    ],
)
def test_status_of_pathology(status: str, result: str | None, noted: bool):
    """Only finished pathology counts; unfinished pathology is noted, withdrawn pathology ignored."""
    link = {"basedOn": [{"reference": "ServiceRequest/s1"}], "status": status}
    found = reading([*report(finding("f1")), *pathology(ADH, **link), order_of("f1")])
    assert found.facts.findings[0].biopsy_result == result
    assert ("pathology-not-final" in codes(found)) is noted


@pytest.mark.parametrize(
    ("own", "overall", "day", "expected"),
    [
        ("5", "4B", "2026-05-12", "5"),
        (None, "4B", "2026-05-12", "4B"),
        (None, "2", "2026-05-12", None),
        ("5", "5", "2026-01-12", None),
    ],
)
def test_imaging_category_at_biopsy(own: str | None, overall: str, day: str, expected: str | None):
    """The category behind a biopsy after the exam: the finding's own, else the report's."""
    link = {"basedOn": [{"reference": "ServiceRequest/s1"}]}
    resources = report(finding("f1", own=own), conclusionCode=[category(overall)])
    first = _first([*resources, *pathology(BENIGN, day=day, **link), order_of("f1")])
    assert first.imaging_category_at_biopsy == expected


def test_addendum_with_pathology_is_a_biopsy_correlation():
    """A report appended after its own biopsy is a biopsy_correlation; the date of the result is kept."""
    link = {"basedOn": [{"reference": "ServiceRequest/s1"}]}
    resources = [*report(finding("f1"), status="appended"), *pathology(BENIGN, **link), order_of("f1")]
    found = reading(resources)
    assert found.facts.exam_type == "biopsy_correlation"
    assert found.sources.pathology_dates == {"F1": date(2026, 5, 12)}


def test_pathology_of_a_cycle():
    """Resources that refer to each other in a circle are followed once."""
    result = pathology(ADH)
    result[0]["basedOn"] = [{"reference": "ServiceRequest/s1"}]
    circle = order_of("f1") | {
        "supportingInfo": [{"reference": "DiagnosticReport/path"}],
        "basedOn": [{"reference": "ServiceRequest/s1"}],
    }
    assert _first([*report(finding("f1")), *result, circle]).biopsy_result == "adh"


def test_every_pathology_concept_has_a_meaning():
    """The map names every concept of pathology.csv, and each result it gives is in the order."""
    concepts = {row.concept for row in shipped().rows if row.domain == "pathology"}
    assert concepts == set(pathology_map())
    assert {result for result, _ in pathology_map().values()} - {None} <= set(pathology_order())


SITE_CODES = """concept,system,code,display,source,verified,note
concordant,http://local,RP+,concordant,site,true,
discordant,http://local,RP-,discordant,site,true,
"""


@pytest.mark.parametrize(("code", "expected"), [("RP+", "concordant"), ("RP-", "discordant"), ("RP?", None)])
def test_concordance_in_the_codes_of_a_site(code: str, expected: str | None):
    """No standard code says whether tissue and image fit; a site's own codes may."""
    component = [
        {"code": cc(DCM, "111042"), "valueCodeableConcept": BENIGN},
        {"code": cc("http://local", "RP"), "valueCodeableConcept": cc("http://local", code)},
    ]
    context = ReportContext(report_id="r1")
    found = read(
        report(finding("f1", component=component)), context, terminology=load_terminology(SITE_CODES)
    )
    first = found.facts.findings[0]
    assert (first.biopsy_result, first.rad_path_concordance) == ("benign", expected)
