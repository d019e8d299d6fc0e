"""Orders that are about to be signed, and later exams, as read from FHIR."""

from __future__ import annotations

from datetime import date

import pytest

from cards.reading.draft_orders import is_about_the_breast
from cards.reading.reading import DraftOrder, LaterExam
from cards.terminology import shipped
from tests.cards.reading.report_builder import (
    LEFT,
    LOINC,
    SCT,
    Resource,
    assessed,
    cc,
    finding,
    reading,
    report,
)


def order(code: Resource, ident: str = "d1", **members: object) -> Resource:
    """A draft ServiceRequest."""
    return {
        "resourceType": "ServiceRequest",
        "id": ident,
        "status": "draft",
        "intent": "order",
        "code": code,
        "subject": {"reference": "Patient/p1"},
    } | members


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (cc(SCT, "24623002"), "screening"),
        (cc(LOINC, "24606-6"), "screening"),
        (cc(LOINC, "26346-7"), "diagnostic"),
        (cc(SCT, "71651007"), "mammogram"),
        (cc(SCT, "122548005"), "biopsy"),
        ({"coding": [cc(SCT, "24623002")["coding"][0], cc(LOINC, "26346-7")["coding"][0]]}, "diagnostic"),
    ],
)
def test_the_kind_of_an_order_comes_from_its_codes(code: Resource, kind: str):
    """Every kind of breast order is told by code; of several kinds the diagnostic one counts."""
    found = reading(report(finding("f1")), moment="ordering", draft_orders=(order(code),))
    assert [one.kind for one in found.sources.draft_orders] == [kind]


@pytest.mark.parametrize(
    "other",
    [
        order(cc(SCT, "71388002")),
        order(cc(SCT, "86273004")),
        order(cc(SCT, "24623002"), doNotPerform=True),
        order({"text": "screening mammogram"}),
        {"resourceType": "MedicationRequest", "code": cc(SCT, "24623002")},
    ],
)
def test_other_orders_are_not_about_the_breast(other: Resource):
    """An unknown code, a biopsy without an organ, words alone and other resources count for nothing."""
    assert is_about_the_breast(other, shipped()) is False


def test_side_and_days_are_read():
    """bodySite gives the side, occurrencePeriod the first and the last day."""
    draft = order(
        cc(LOINC, "26347-5"),
        bodySite=[cc(SCT, LEFT)],
        occurrencePeriod={"start": "2026-10-20", "end": "2026-12-04"},
    )
    found = reading(report(finding("f1")), moment="ordering", draft_orders=(draft,))
    days = (date(2026, 10, 20), date(2026, 12, 4))
    assert found.sources.draft_orders == (DraftOrder("ServiceRequest/d1", "diagnostic", "left", *days),)


def test_a_draft_is_not_the_reports_own_advice():
    """While ordering, a draft neither recommends anything nor counts as an order that exists."""
    draft = order(cc(SCT, "24623002"), occurrenceDateTime="2027-05-04")
    resources = [*report(finding("f1"), assessed("a", "3")), draft]
    found = reading(resources, moment="ordering", draft_orders=(draft,))
    assert found.facts.recommendation is None
    assert found.sources.active_orders == ()


def test_later_exams_are_the_signed_mammograms_after_this_one():
    """Earlier, unsigned and foreign reports are left out; the earliest comes first."""
    code = cc(LOINC, "24606-6")
    others = [
        *report(ident="r2", effectiveDateTime="2027-05-04", code=code),
        *report(ident="r3", effectiveDateTime="2026-11-04"),
        *report(ident="r4", effectiveDateTime="2026-12-04", status="preliminary"),
        *report(ident="r5", effectiveDateTime="2025-05-04"),
        *report(ident="r7", effectiveDateTime="2027-01-04", code=cc(SCT, "71651007")),
        *report(ident="r6", effectiveDateTime="2026-12-05", code=cc(LOINC, "24627-2")),
    ]
    resources = [*report(finding("f1"), assessed("a", "3")), *others]
    expected = (
        LaterExam("DiagnosticReport/r3", date(2026, 11, 4), "diagnostic"),
        LaterExam("DiagnosticReport/r7", date(2027, 1, 4), "unknown"),
        LaterExam("DiagnosticReport/r2", date(2027, 5, 4), "screening"),
    )
    assert reading(resources, moment="viewing").sources.later_exams == expected
    assert reading(resources).sources.later_exams == ()
