"""The form of the lexicon: every choice is read back as what it says."""

from __future__ import annotations

import pytest

from cards.answer import answer
from cards.facts import Facts
from cards.policy import Policy
from cards.reading.reading import ReportContext
from cds_service.golden_cases import GOLDEN_DATE
from cds_service.web.lexicon import PATIENT, REPORT, described_request, lexicon
from cds_service.web.refused import Refused


def read_back(**chosen: str) -> Facts:
    """The facts of the report that the form makes."""
    body = described_request(chosen, GOLDEN_DATE)
    answered = answer(
        [body["context"]["report"]],
        ReportContext(patient_id=PATIENT, report_id=REPORT),
        Policy(),
        language="en",
        today=GOLDEN_DATE,
        new_id=lambda: "",
        public_url="",
    )
    assert answered.reading is not None
    return answered.reading.facts


FINDING = {"shape": "morphology", "arrangement": "distribution", "side": "laterality", "change": "change"}


@pytest.mark.parametrize(("member", "value"), [(m, v) for m in FINDING for v in lexicon()[m]])
def test_a_choice_about_the_finding_reads_back(member: str, value: str):
    """Each shape, arrangement, side and change of the form is read as itself."""
    (finding,) = read_back(**{"shape": "round", member: value}).findings
    read = getattr(finding, FINDING[member])
    assert (value,) == read if member == "shape" else value == read


@pytest.mark.parametrize("value", lexicon()["category"])
def test_a_category_reads_back(value: str):
    """Each category of the form is read as itself; 0 is read as 0A, as its code says."""
    facts = read_back(shape="round", side="left", category=value)
    assert (facts.assessment_overall, facts.assessment_left) == (
        ("0A", "0A") if value == "0" else (value, value)
    )


@pytest.mark.parametrize("value", lexicon()["recommendation"])
def test_a_recommendation_reads_back(value: str):
    """Each recommendation of the form is read as itself."""
    assert read_back(shape="round", recommendation=value).recommendation == (value,)


@pytest.mark.parametrize("exam", ["screening", "diagnostic"])
def test_the_kind_of_exam_reads_back(exam: str):
    """Both kinds of exam are read as themselves."""
    assert read_back(shape="round", exam=exam).exam_type == exam


def test_what_is_left_open_is_not_stated():
    """A form with a shape alone gives a finding without side, arrangement or change."""
    facts = read_back(shape="amorphous")
    (finding,) = facts.findings
    assert (finding.laterality, finding.distribution, finding.change) == (
        "missing",
        "not_stated",
        "not_compared",
    )
    assert (facts.assessment_overall, facts.recommendation) == (None, None)


@pytest.mark.parametrize("chosen", [{"shape": "star"}, {"shape": "round", "exam": "other"}])
def test_a_choice_that_is_not_there_is_refused(chosen: dict[str, str]):
    """A value that the form does not offer is refused."""
    with pytest.raises(Refused, match="not_in_lexicon"):
        described_request(chosen, GOLDEN_DATE)
