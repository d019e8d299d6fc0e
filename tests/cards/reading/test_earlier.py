"""Earlier reports and biopsies as they come along."""

from datetime import date

import pytest

from tests.cards.reading.report_builder import (
    LEFT,
    LOINC,
    RIGHT,
    SCT,
    category,
    cc,
    codes,
    finding,
    observation,
    reading,
    report,
)

NOW = report(finding("f1"), conclusionCode=[category("3")])


def earlier(
    ident: str = "e1", day: str | None = "2025-11-04", *results: dict, **members: object
) -> list[dict]:
    """A mammography report of an earlier exam."""
    return report(*results, ident=ident, **({"effectiveDateTime": day, "issued": day} | members))


def test_an_earlier_report_is_read_whole():
    """Day, categories, advice and findings of an earlier report stand in Sources."""
    advice = observation(
        "n1",
        cc("http://dicom.nema.org/resources/ontology/DCM", "111053"),
        valueCodeableConcept=cc("http://dicom.nema.org/resources/ontology/DCM", "111142"),
        component=[
            {
                "code": cc("http://dicom.nema.org/resources/ontology/DCM", "111055"),
                "valueQuantity": {"value": 6, "code": "mo"},
            }
        ],
    )
    old = earlier("e1", "2025-11-04", finding("old", own="3"), advice, conclusionCode=[category("3")])
    (found,) = reading([*NOW, *old]).sources.earlier_reports
    assert (found.reference, found.exam_date, found.assessment_overall) == (
        "DiagnosticReport/e1",
        date(2025, 11, 4),
        "3",
    )
    assert (found.recommendation, found.recommended_interval) == (("short_interval_follow_up",), "P6M")
    assert [one.laterality for one in found.findings] == ["left"]
    assert (found.complete, found.same_report) == (True, False)


def test_the_latest_comes_first():
    """Earlier reports are in order of their exams, whatever the order they came in."""
    reports = [*earlier("e1", "2024-05-04"), *earlier("e2", "2025-11-04"), *earlier("e3", "2025-05-04")]
    found = reading([*NOW, *reports]).sources.earlier_reports
    assert [one.reference for one in found] == [
        "DiagnosticReport/e2",
        "DiagnosticReport/e3",
        "DiagnosticReport/e1",
    ]


@pytest.mark.parametrize(
    "members",
    [
        {"status": "cancelled"},
        {"status": "entered-in-error"},
        {"status": "preliminary"},
        {"code": cc(LOINC, "26214-7")},
        {"code": cc(LOINC, "60568-3")},
        {"effectiveDateTime": "2026-06-04", "issued": None},
        {"effectiveDateTime": "2026-05-04", "issued": "2026-05-06"},
        {"subject": {"reference": "Patient/p2"}},
    ],
)
def test_reports_that_do_not_count(members: dict):
    """Withdrawn, unfinished, later and other people's reports, and other exams, are no history."""
    assert reading([*NOW, *earlier(**members)]).sources.earlier_reports == ()


def test_same_day_report_signed_before_counts():
    """The screening exam of the same morning is an earlier exam."""
    same = earlier("e1", "2026-05-04", issued="2026-05-04")
    assert len(reading([*NOW, *same]).sources.earlier_reports) == 1


def test_undated_report_is_noted():
    """A report without any date cannot be placed; a person is told."""
    found = reading([*NOW, *earlier("e1", None, issued=None)])
    assert found.sources.earlier_reports == ()
    assert "undated-report" in codes(found)


def test_missing_observations_of_an_earlier_report():
    """An earlier report that did not come whole is marked, and does not make this report incomplete."""
    old = earlier("e1", "2025-11-04", result=[{"reference": "Observation/gone"}])
    found = reading([*NOW, *old])
    assert [one.complete for one in found.sources.earlier_reports] == [False]
    assert not found.incomplete


def test_earlier_findings_never_leak():
    """Findings and categories of earlier reports are not those of this report."""
    old = earlier("e1", "2025-11-04", finding("old", RIGHT, own="5"), conclusionCode=[category("5")])
    facts = reading([*NOW, *old]).facts
    assert [one.laterality for one in facts.findings] == ["left"]
    assert (facts.assessment_overall, facts.assessment_right) == ("3", None)


def _version(issued: str, name: str, **members: object) -> list[dict]:
    return report(ident="r1", issued=issued, conclusionCode=[category(name)], **members)


def test_earlier_version_with_the_same_id():
    """The same DiagnosticReport with an older issue is the earlier version; a newer or equal one is not."""
    now = report(status="amended", conclusionCode=[category("4B")])
    (found,) = reading([*now, *_version("2026-05-04T08:00:00Z", "2")]).sources.earlier_reports
    assert (found.same_report, found.assessment_overall) == (True, "2")
    assert reading([*now, *now]).sources.earlier_reports == ()
    assert reading([*now, *_version("2026-05-09T08:00:00Z", "2")]).sources.earlier_reports == ()


def test_earlier_version_with_the_same_identifier():
    """A preliminary report with the same identifier and exam date is the earlier version."""
    own = {"identifier": [{"system": "http://ris", "value": "A1"}]}
    now = report(conclusionCode=[category("4B")], **own)
    old = report(ident="r0", status="preliminary", issued="2026-05-04", conclusionCode=[category("3")], **own)
    (found,) = reading([*now, *old]).sources.earlier_reports
    assert (found.same_report, found.assessment_overall) == (True, "3")


def procedure(**members: object) -> dict:
    """A completed stereotactic biopsy."""
    own = {"resourceType": "Procedure", "id": "b1", "status": "completed", "code": cc(SCT, "116334007")}
    return own | {"performedDateTime": "2025-12-01", "bodySite": [cc(SCT, LEFT)]} | members


def test_biopsies():
    """Completed biopsies and operations stand in Sources with day and side (R4 and R5 dates)."""
    found = reading([*NOW, procedure()]).sources.biopsies
    assert [(one.day, one.side) for one in found] == [(date(2025, 12, 1), "left")]
    r5 = procedure(performedDateTime=None, occurrencePeriod={"start": "2025-12-01", "end": "2025-12-02"})
    assert [one.day for one in reading([*NOW, r5]).sources.biopsies] == [date(2025, 12, 2)]
    assert reading([*NOW, procedure(status="not-done")]).sources.biopsies == ()
    assert reading([*NOW, procedure(code=cc(SCT, "71651007"))]).sources.biopsies == ()


def test_the_record_is_complete_only_when_it_came_whole():
    """biopsies_complete follows the prefetch key procedures."""
    assert not reading(NOW).sources.biopsies_complete
    assert reading(NOW, received=frozenset(("procedures",))).sources.biopsies_complete
