"""A pathology report is the one that was signed: which mammogram is judged, and when none is."""

from __future__ import annotations

from datetime import date

import pytest

from cards.reading.read import read
from cards.reading.reading import ReportContext
from tests.cards.reading.report_builder import LOINC, cc, finding, report
from tests.cards.reading.test_pathology import ADH, order_of, pathology

ORDERED = {"basedOn": [{"reference": "ServiceRequest/s1"}]}


def _signed(*resources: dict, **members: object):
    """The pathology report is the one that was signed."""
    asked = ReportContext(report_id="path", patient_id="p1", **members)  # type: ignore[arg-type]
    return read([*resources], asked)


def test_a_signed_pathology_report_is_read_with_the_imaging_behind_it():
    """The finding that the tissue came from is judged, whatever the hook says of category and procedure."""
    other = report(finding("o1"), ident="r2", effectiveDateTime="2026-05-10", issued="2026-05-10")
    resources = [*pathology(ADH, **ORDERED), *report(finding("f1")), *other, order_of("f1")]
    found = _signed(*resources, procedure=(cc(LOINC, "60568-3"),), category=(cc(LOINC, "LP7839-6"),))
    assert found.facts.exam_type == "biopsy_correlation"
    assert [(one.laterality, one.biopsy_result) for one in found.facts.findings] == [("left", "adh")]
    assert (found.sources.report, found.sources.pathology_dates) == (
        "DiagnosticReport/r1",
        {"F1": date(2026, 5, 12)},
    )


@pytest.mark.parametrize(
    "resources",
    [
        [*pathology(ADH), *report(finding("f1")), order_of("f1")],
        [*pathology(ADH, status="preliminary", **ORDERED), *report(finding("f1")), order_of("f1")],
        [*pathology(cc("http://local", "x"), **ORDERED), *report(finding("f1")), order_of("f1")],
        [*pathology(ADH, **ORDERED), *report(finding("f1"), status="entered-in-error"), order_of("f1")],
        [*pathology(ADH, **ORDERED), order_of("f1")],
    ],
    ids=["not joined", "not final", "no known diagnosis", "imaging withdrawn", "no imaging"],
)
def test_a_pathology_report_without_known_diagnosis_or_imaging_judges_no_mammogram(resources: list):
    """An earlier mammogram is not judged again for a report that says nothing about it."""
    found = _signed(*resources)
    assert (found.facts.findings, found.sources.report) == ((), "DiagnosticReport/path")
