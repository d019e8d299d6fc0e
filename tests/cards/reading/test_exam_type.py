"""The kind of exam."""

import pytest

from cards.reading.data_file import data_rows
from cards.reading.exam_type import after_biopsy
from cards.terminology import shipped
from tests.cards.reading.report_builder import DCM, LOINC, SCT, cc, codes, reading, report

GENERIC = cc(LOINC, "18748-4")


def _exam(*others: dict, **members: object) -> tuple:
    facts = reading([*report(**members), *others]).facts
    return facts.exam_type, facts.magnification_views_done


def study(**members: object) -> dict:
    """An ImagingStudy of the report."""
    return {"resourceType": "ImagingStudy", "id": "i1", "status": "available"} | members


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (cc(LOINC, "26175-0"), ("screening", None)),
        (cc(LOINC, "72142-3"), ("screening", None)),
        (cc(SCT, "24623002"), ("screening", None)),
        (cc(LOINC, "26346-7"), ("diagnostic", None)),
        (cc(SCT, "241055006"), ("diagnostic", None)),
        (cc(LOINC, "37542-8"), ("diagnostic", True)),
        (cc(LOINC, "42415-0"), ("marker_placement", None)),
        (cc(LOINC, "36625-2"), ("unknown", None)),
        (cc(LOINC, "10193-1"), ("unknown", None)),
        (cc(LOINC, "26214-7"), ("not_mammography", None)),
        (cc(LOINC, "30795-9"), ("not_mammography", None)),
        (cc(LOINC, "60568-3"), ("not_mammography", None)),
        (cc(LOINC, "42132-1"), ("unknown", None)),
        (cc("http://local", "MAM"), ("unknown", None)),
        (None, ("unknown", None)),
    ],
)
def test_report_code(code: dict | None, expected: tuple):
    """DiagnosticReport.code through report_types.csv and procedures.csv."""
    assert _exam(code=code) == expected


def test_places_in_order():
    """Each later place decides only when no earlier one does."""
    reference = {
        "imagingStudy": [{"reference": "ImagingStudy/i1"}],
        "basedOn": [{"reference": "ServiceRequest/s1"}],
    }
    request = {
        "resourceType": "ServiceRequest",
        "id": "s1",
        "status": "completed",
        "code": cc(SCT, "24623002"),
    }
    screening, diagnostic = cc(LOINC, "26175-0"), cc(LOINC, "26346-7")
    assert _exam(code=GENERIC, category=[diagnostic]) == ("diagnostic", None)
    assert _exam(code=screening, category=[diagnostic]) == ("screening", None)
    assert _exam(study(procedureCode=[diagnostic]), request, code=GENERIC, **reference) == (
        "diagnostic",
        None,
    )
    assert _exam(study(), request, code=GENERIC, **reference) == ("screening", None)
    asked = reading(report(code=GENERIC), procedure=(screening,))
    assert asked.facts.exam_type == "screening"
    both = reading(
        [*report(code=GENERIC, **reference), study(procedureCode=[diagnostic]), request],
        procedure=(screening,),
    )
    assert both.facts.exam_type == "screening"


def test_r5_study_and_magnification_view():
    """R5 names the studies "study"; a magnification view in the study says that the views were made."""
    own = study(procedure=[{"concept": cc(LOINC, "26346-7")}], procedureCode=[cc(SCT, "399163009")])
    assert _exam(own, code=GENERIC, study=[{"reference": "ImagingStudy/i1"}]) == ("diagnostic", True)


def test_a_combined_report_is_mammography():
    """Ultrasound beside a mammogram must not silence the answer."""
    both = {"coding": [*cc(LOINC, "26214-7")["coding"], *cc(LOINC, "26346-7")["coding"]]}
    assert _exam(code=both) == ("diagnostic", None)
    mammography = study(modality=[{"system": DCM, "code": "MG"}])
    assert (
        _exam(mammography, code=cc(LOINC, "26214-7"), imagingStudy=[{"reference": "ImagingStudy/i1"}])[0]
        == "unknown"
    )


def test_words_that_contradict_the_study_code():
    """hazards.csv: 26346-7 labelled screening is not used, and noted."""
    found = reading(report(code=cc(LOINC, "26346-7", "Bilateral Screening Mammogram")))
    assert found.facts.exam_type == "unknown"
    assert not found.facts.assessment_conflict
    assert "display-contradicts-code" in codes(found)


@pytest.mark.parametrize(
    ("status", "new", "expected"),
    [
        ("appended", True, "biopsy_correlation"),
        ("amended", True, "biopsy_correlation"),
        ("appended", False, "diagnostic"),
        ("final", True, "diagnostic"),
    ],
)
def test_addendum_that_joins_pathology(status: str, new: bool, expected: str):
    """An addendum with new pathology of its own finding is a biopsy_correlation."""
    assert after_biopsy("diagnostic", status, new) == expected
    assert after_biopsy("not_mammography", status, new) == "not_mammography"


def test_exam_types_name_known_concepts():
    """Every row of exam_types.csv names a concept that a shipped table has."""
    known = {(row.domain, row.concept) for row in shipped().rows}
    for row in data_rows("exam_types.csv", ("domain", "concept", "exam_type", "magnification"), key=2):
        assert (row["domain"], row["concept"]) in known
