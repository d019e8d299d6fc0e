"""One coded value of any form, by hand-worked examples."""

from __future__ import annotations

from typing import Any

import pytest

from cards.reading.category import Category, read_category
from cards.reading.codings import NOTHING, TEXT_ONLY, WRONG, Coded, coded, codings_of
from cards.terminology import load_terminology, shipped
from tests.cards.reading.report_builder import RDE, SCT, cc

AMORPHOUS = {"system": RDE, "code": "RDE1565_amorphous"}
GROUPED = {"system": RDE, "code": "RDE1568_grouped"}


def read(value: object) -> Coded:
    """What a value says in the shipped tables."""
    return coded(shipped(), value)


@pytest.mark.parametrize(
    ("value", "unknown"),
    [
        ({"coding": [{"code": "CALC-1"}]}, ("CALC-1",)),
        ({"coding": [{"system": "http://local", "code": "CALC-1"}]}, ("http://local|CALC-1",)),
        ({"coding": [{"system": "", "code": "CALC-1"}]}, ("CALC-1",)),
        ({"coding": [{"code": "A"}, {"system": "http://local", "code": "B"}]}, ("A", "http://local|B")),
        ({"coding": [{"code": "x" * 200}]}, ("x" * 128,)),
        ({"coding": [{"system": "s" * 200, "code": "A"}]}, ("s" * 128 + "|A",)),
    ],
)
def test_an_unknown_code_is_shown_as_it_came(value: Any, unknown: tuple[str, ...]):
    """System and code, each at most 128 characters; the code alone where no system is stated."""
    assert read(value) == Coded((), unknown)


@pytest.mark.parametrize(
    "value",
    [
        {"text": "amorphous"},
        {"coding": [{"system": RDE}], "text": "amorphous"},
        {"coding": [{"display": "amorphous"}], "text": "amorphous"},
        {"coding": [], "text": "amorphous"},
        {"coding": [{}, {}], "text": "amorphous"},
    ],
)
def test_words_without_a_code_are_text_only(value: Any):
    """A system or a display alone is no code."""
    assert read(value) is TEXT_ONLY


@pytest.mark.parametrize(
    "value", [None, {}, {"coding": []}, {"coding": [{}]}, {"coding": [{}, {}]}, {"text": ""}]
)
def test_nothing_said_is_nothing(value: Any):
    """An empty value says nothing, and is not wrong either."""
    assert read(value) is NOTHING


@pytest.mark.parametrize(
    "value",
    [
        "amorphous",
        7,
        [],
        {"coding": {}},
        {"coding": ["x"]},
        {"coding": [{"system": 1, "code": "A"}]},
        {"coding": [{"system": RDE, "code": 1}]},
        {"coding": [AMORPHOUS, "x"]},
        {"coding": [AMORPHOUS, {"code": 1}]},
    ],
)
def test_a_wrong_json_type_is_wrong(value: Any):
    """A value that is no CodeableConcept is told from one that says nothing."""
    assert read(value) is WRONG


def test_a_coding_and_a_reference_with_a_concept_are_read_like_a_concept():
    """Extensions carry a Coding, R5 a CodeableReference."""
    whole = read({"coding": [AMORPHOUS]})
    assert whole.of("morphology") == ("amorphous",)
    assert read(AMORPHOUS) == whole
    assert read({"concept": {"coding": [AMORPHOUS]}}) == whole


def test_several_codings_are_joined_in_their_order_and_once():
    """Known and unknown codes of one value stand side by side."""
    found = read({"coding": [GROUPED, AMORPHOUS, {"code": "X"}, AMORPHOUS, {"code": "X"}]})
    assert [concept.concept for concept in found.concepts] == ["grouped", "amorphous"]
    assert found.unknown == ("X",)
    assert (found.describing, found.placing) == (True, False)


def test_only_codings_that_are_objects_are_listed():
    """What a value holds beside them is left out; a Coding is its own list."""
    assert codings_of({"coding": [AMORPHOUS, "x", GROUPED]}) == [AMORPHOUS, GROUPED]
    assert codings_of(AMORPHOUS) == [AMORPHOUS]
    assert codings_of({"concept": {"coding": [GROUPED]}}) == [GROUPED]
    assert codings_of({"text": "amorphous"}) == codings_of("x") == codings_of(None) == []


@pytest.mark.parametrize(("words", "conflict"), [("BI-RADS 1", True), ("BI-RADS 5", False), (None, False)])
def test_a_trap_is_known_by_code_and_words_together(words: str | None, conflict: bool):
    """397139008 circulates as category 1: only beside those words do code and words contradict each other."""
    problems: list[Any] = []
    value = cc(SCT, "397139008", words)
    assert read_category(value, read(value), shipped(), "Observation/o1", problems) == Category(
        None, conflict
    )
    assert [problem.code for problem in problems] == ["display-contradicts-code"] * conflict


@pytest.mark.parametrize("backwards", [False, True])
def test_a_code_of_several_systems_keeps_its_meaning_in_each(backwards: bool):
    """Whichever system is met first, a code means in each what the tables say there, now and again."""
    tables = load_terminology()
    pairs = sorted(tables.known, reverse=backwards)
    assert len(pairs) > len({code for _, code in pairs}) + 100
    for _ in range(2):
        for system, code in pairs:
            value = {"coding": [{"system": system, "code": code}]}
            assert coded(tables, value).concepts == tables.known[system, code]


def test_a_known_code_of_a_foreign_system_stays_unknown():
    """That a code is known in one system says nothing about another."""
    assert read({"coding": [AMORPHOUS]}).concepts != ()
    foreign = {"system": "http://local", "code": AMORPHOUS["code"]}
    assert read({"coding": [foreign]}) == Coded((), (f"http://local|{AMORPHOUS['code']}",))
