"""Recommendation, interval and side."""

import pytest

from cards.reading.data_file import data_rows
from cards.terminology import shipped
from tests.cards.reading.report_builder import (
    DCM,
    LEFT,
    LOINC,
    RIGHT,
    SCT,
    cc,
    codes,
    finding,
    observation,
    question,
    reading,
    report,
)

IG = "http://hl7.org/fhir/us/breast-radiology/CodeSystem/ServiceRecommendationsCS"
FOLLOW_UP, INTERVAL, DATE = cc(DCM, "111053"), cc(DCM, "111055"), cc(DCM, "111054")
MONTHS_6 = {"valueQuantity": {"value": 6, "code": "mo", "system": "http://unitsofmeasure.org"}}


def _advised(*resources: dict, **members: object) -> tuple:
    results = [one for one in resources if one["resourceType"] == "Observation"]
    others = [one for one in resources if one["resourceType"] != "Observation"]
    facts = reading([*report(*results, **members), *others]).facts
    return facts.recommendation, facts.recommended_interval, facts.recommendation_side


def order(code: dict, **members: object) -> dict:
    """A ServiceRequest of the day after the exam."""
    own = {"resourceType": "ServiceRequest", "id": "s1", "status": "active", "intent": "order", "code": code}
    return {
        name: value
        for name, value in (own | {"authoredOn": "2026-05-05"} | members).items()
        if value is not None
    }


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (cc(DCM, "111140"), ("routine_screening",)),
        (cc(DCM, "111142"), ("short_interval_follow_up",)),
        (cc(DCM, "111143"), ("tissue_diagnosis",)),
        (cc(DCM, "111138"), ("prior_comparison",)),
        (cc(DCM, "111136"), ("magnification_views",)),
        (cc(DCM, "111122"), ("treatment_planning",)),
        (cc(DCM, "111410"), ("surgical_consult",)),
        (cc(IG, "DiagnosticMammogram"), ("additional_imaging",)),
        (cc(IG, "Ultrasound"), ("ultrasound",)),
        (cc(IG, "ClinicalCorrelation"), ("clinical_management",)),
        (cc(SCT, "241615005"), ("additional_imaging",)),
        (cc(IG, "Cryoablation"), None),
        (cc("http://local", "bx"), None),
    ],
)
def test_recommendation_of_an_observation(value: dict, expected: tuple | None):
    """Coded recommendations become the values of the model; other names are ignored."""
    assert _advised(question("n", FOLLOW_UP, value))[0] == expected


def test_several_recommendations_are_kept_in_order():
    """Two Observations, two recommendations."""
    first, second = (
        question("n1", FOLLOW_UP, cc(DCM, "111135")),
        question("n2", FOLLOW_UP, cc(IG, "Ultrasound")),
    )
    assert _advised(first, second)[0] == ("additional_imaging", "ultrasound")


def test_a_view_that_was_made_is_no_recommendation():
    """SNOMED 399163009 recommends magnification only as the answer to a question about recommendations."""
    made = question("v", cc(SCT, "71651007"), cc(SCT, "399163009"))
    assert _advised(made)[0] is None
    assert _advised(question("n", FOLLOW_UP, cc(SCT, "399163009")))[0] == ("magnification_views",)


def test_recommendation_as_the_code_itself_or_as_component():
    """The code may be the recommendation, and a finding may carry one."""
    assert _advised(observation("n", cc(DCM, "111143")))[0] == ("tissue_diagnosis",)
    component = {"code": FOLLOW_UP, "valueCodeableConcept": cc(DCM, "111145")}
    assert _advised(finding("f", RIGHT, component=[component])) == (("tissue_diagnosis",), None, "right")


@pytest.mark.parametrize(
    ("component", "expected"),
    [
        ({"code": INTERVAL} | MONTHS_6, "P6M"),
        ({"code": INTERVAL, "valueQuantity": {"value": 1, "code": "a"}}, "P1Y"),
        ({"code": DATE, "valueDateTime": "2026-11-10"}, "P6M"),
        ({"code": DATE, "valueDateTime": "2026-11"}, "P6M"),
        ({"code": FOLLOW_UP} | MONTHS_6, "P6M"),
        ({"code": INTERVAL, "valueString": "P3M"}, "P3M"),
    ],
)
def test_interval_of_a_component(component: dict, expected: str):
    """An interval or a date beside the recommendation gives recommended_interval."""
    advice = question("n", FOLLOW_UP, cc(DCM, "111142"), component=[component])
    assert _advised(advice)[:2] == (("short_interval_follow_up",), expected)


def test_interval_in_the_code():
    """Codes that name the months give the interval too."""
    assert _advised(question("n", FOLLOW_UP, cc(IG, "Mammogram6MonthFollow-up"))) == (
        ("short_interval_follow_up",),
        "P6M",
        None,
    )
    assert _advised(question("n", FOLLOW_UP, cc(IG, "Followup3Months")))[1] == "P3M"


def test_unreadable_and_several_intervals_are_noted():
    """The shortest of several counts; one that cannot be read is a problem."""
    two = [{"code": INTERVAL} | MONTHS_6, {"code": INTERVAL, "valueQuantity": {"value": 1, "code": "a"}}]
    found = reading(report(question("n", FOLLOW_UP, cc(DCM, "111142"), component=two)))
    assert found.facts.recommended_interval == "P6M"
    assert "several-intervals" in codes(found)
    unreadable = [{"code": INTERVAL, "valueString": "half a year"}]
    found = reading(report(question("n", FOLLOW_UP, cc(DCM, "111142"), component=unreadable)))
    assert found.facts.recommended_interval is None
    assert "unreadable-interval" in codes(found)


def test_equal_intervals_are_one():
    """12 months and 1 year are no contradiction."""
    two = [
        {"code": INTERVAL, "valueQuantity": {"value": 12, "code": "mo"}},
        {"code": INTERVAL, "valueQuantity": {"value": 1, "code": "a"}},
    ]
    found = reading(report(question("n", FOLLOW_UP, cc(DCM, "111140"), component=two)))
    assert found.facts.recommended_interval in ("P12M", "P1Y")
    assert "several-intervals" not in codes(found)


@pytest.mark.parametrize(
    ("sides", "expected"),
    [((LEFT,), "left"), ((RIGHT, RIGHT), "right"), ((LEFT, RIGHT), None), ((None,), None)],
)
def test_side(sides: tuple, expected: str | None):
    """recommendation_side is the one side that recommendations name."""
    advice = [question(f"n{number}", FOLLOW_UP, cc(DCM, "111143"), side) for number, side in enumerate(sides)]
    assert _advised(*advice)[2] == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (cc(IG, "StereotacticBx"), ("tissue_diagnosis",)),
        (cc(SCT, "116334007"), ("tissue_diagnosis",)),
        (cc(SCT, "24623002"), ("routine_screening",)),
        (cc(SCT, "241058008"), ("magnification_views",)),
        (cc(SCT, "47079000"), ("ultrasound",)),
        (cc(LOINC, "26175-0"), ("routine_screening",)),
        (cc(SCT, "306300002"), ("surgical_consult",)),
    ],
)
def test_recommendation_of_an_order(code: dict, expected: tuple):
    """An order that follows from the report says what is recommended when no Observation does."""
    later = order(code, authoredOn="2026-05-06", bodySite=[cc(SCT, LEFT)])
    assert _advised(later) == (expected, None, "left")


def test_observations_stand_before_orders():
    """What is coded as recommendation wins; interval and side may come from the order."""
    advice = question("n", FOLLOW_UP, cc(DCM, "111142"))
    later = order(cc(SCT, "116334007"), bodySite=[cc(SCT, RIGHT)])
    assert _advised(advice, later) == (("short_interval_follow_up",), None, "right")


@pytest.mark.parametrize(
    ("due", "expected"),
    [
        ("2026-11-04", (("additional_imaging", "short_interval_follow_up"), "P6M")),
        ("2026-05-20", (("additional_imaging",), None)),
        ("2027-05-04", (("additional_imaging",), None)),
    ],
    ids=["in six months", "recall", "in a year"],
)
def test_a_mammogram_due_in_months_is_short_interval_follow_up(due: str, expected: tuple):
    """A diagnostic mammogram due 3 to 11 months after the exam is the short-interval follow-up."""
    assert _advised(order(cc(LOINC, "26346-7"), occurrenceDateTime=due))[:2] == expected


def test_screening_order_with_a_date_gives_the_interval():
    """The due date of a routine order counts from the exam."""
    assert _advised(order(cc(SCT, "24623002"), occurrenceDateTime="2027-05-06")) == (
        ("routine_screening",),
        "P12M",
        None,
    )


@pytest.mark.parametrize(
    "members",
    [
        {"status": "revoked"},
        {"status": "entered-in-error"},
        {"status": "completed"},
        {"doNotPerform": True},
        {"authoredOn": "2026-04-01"},
        {"authoredOn": "2026-04-01", "occurrenceDateTime": "2026-11-04"},
        {"occurrenceDateTime": "2026-05-01"},
    ],
)
def test_orders_that_do_not_follow_from_the_report(members: dict):
    """Withdrawn, finished and older orders are neither recommendation nor active order."""
    found = reading([*report(), order(cc(SCT, "116334007"), **members)])
    assert found.facts.recommendation is None
    assert found.sources.active_orders == ()


def test_the_order_of_the_exam_itself_is_no_recommendation():
    """The ServiceRequest in basedOn was fulfilled by this exam."""
    own = order(cc(SCT, "24623002"), authoredOn=None)
    found = reading([*report(basedOn=[{"reference": "ServiceRequest/s1"}]), own])
    assert found.facts.recommendation is None
    assert found.sources.active_orders == ()


def test_undated_mammogram_may_be_the_exam_but_a_biopsy_is_not():
    """Without dates a mammogram order counts only as a proposal; a biopsy order is taken at its word."""
    assert _advised(order(cc(SCT, "24623002"), authoredOn=None))[0] is None
    assert _advised(order(cc(SCT, "24623002"), authoredOn=None, intent="proposal"))[0] == (
        "routine_screening",
    )
    assert _advised(order(cc(SCT, "116334007"), authoredOn=None))[0] == ("tissue_diagnosis",)


def test_an_order_that_names_the_report_counts_whatever_its_date():
    """reasonReference to the report joins an order to it."""
    linked = order(
        cc(SCT, "116334007"), authoredOn="2026-05-01", reasonReference=[{"reference": "DiagnosticReport/r1"}]
    )
    assert _advised(linked)[0] == ("tissue_diagnosis",)


def test_active_orders_show_concepts_side_and_status():
    """Cards are told which order exists, for which side."""
    found = reading([*report(), order(cc(SCT, "116334007"), bodySite=[cc(SCT, RIGHT)])])
    (active,) = found.sources.active_orders
    assert active.reference == "ServiceRequest/s1"
    assert "stereotactic_core_biopsy" in active.concepts
    assert (active.side, active.status) == ("right", "active")


def test_side_of_a_study_code_and_r5_order():
    """A study code of one breast names the side; R5 orders carry a CodeableReference."""
    assert _advised(order(cc(LOINC, "26347-5")))[2] == "left"
    r5 = order({"concept": cc(SCT, "116334007")}, bodySite=[cc(SCT, LEFT)])
    assert _advised(r5) == (("tissue_diagnosis",), None, "left")


def test_draft_orders_are_read_too():
    """Orders about to be signed count as the recommendation when nothing else does."""
    draft = order(cc(SCT, "116334007"), id="d1", status="draft", authoredOn=None, bodySite=[cc(SCT, LEFT)])
    found = reading(report(), draft_orders=(draft,))
    assert (found.facts.recommendation, found.facts.recommendation_side) == (("tissue_diagnosis",), "left")
    assert [one.status for one in found.sources.active_orders] == ["draft"]


def test_order_meanings_name_known_concepts():
    """Every row of order_meanings.csv names a concept that a shipped table has."""
    known = {(row.domain, row.concept) for row in shipped().rows}
    for row in data_rows("order_meanings.csv", ("domain", "concept", "recommendation"), key=2):
        assert (row["domain"], row["concept"]) in known


def test_a_mammogram_in_half_a_year_is_a_short_interval_follow_up():
    """The report names the mammogram and the interval; in a year it is what it says."""
    mammogram = cc(IG, "DiagnosticMammogram")
    half = question("n", FOLLOW_UP, mammogram, component=[{"code": INTERVAL} | MONTHS_6])
    assert "short_interval_follow_up" in _advised(half)[0]
    year = {"code": INTERVAL, "valueQuantity": {"value": 1, "code": "a"}}
    assert (
        "short_interval_follow_up" not in _advised(question("n", FOLLOW_UP, mammogram, component=[year]))[0]
    )
