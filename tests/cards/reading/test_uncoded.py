"""Described but not coded (R-SC-07): noticed in words, never interpreted."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from cards.reading.uncoded import _words
from tests.cards.reading.report_builder import (
    category,
    cc,
    finding,
    observation,
    reading,
    report,
)


def _described(conclusion: str, name: str = "4", **members: Any) -> bool:
    said = report(conclusionCode=[category(name)], conclusion=conclusion, **members)
    return reading(said).described_uncoded


@pytest.mark.parametrize(
    "text",
    [
        "Grouped microcalcifications in the left breast.",
        "Calcificaciones agrupadas en la mama izquierda.",
        "MICROCALCS upper outer quadrant",
        "No mass. Pleomorphic calcifications are seen.",
        "Sin nódulos. Se observan microcalcificaciones.",
        "No mass;\nnew calcs",
    ],
)
def test_a_described_calcification_is_noticed(text: str) -> None:
    """In English and Spanish, sentence by sentence."""
    assert _described(text)


@pytest.mark.parametrize(
    "text",
    [
        "No suspicious calcifications.",
        "There is a mass without calcifications.",
        "Sin microcalcificaciones sospechosas.",
        "No se observan calcificaciones.",
        "Calcium channel blockers are taken.",
        "Negative for calcifications",
        "",
    ],
)
def test_a_negated_or_other_word_is_not(text: str) -> None:
    """A negation word anywhere in the sentence silences it."""
    assert not _described(text)


STEMS = ("calcif", "microcalc", "macrocalc", "calcs")
NEGATIONS = (
    *("no", "not", "without", "none", "absence", "absent", "negative", "free", "neither", "nor"),
    *("sin", "ni", "ningún", "ninguna", "ninguno", "ausencia", "ausente", "ausentes"),
    *("negativo", "negativa", "niega"),
)


@pytest.mark.parametrize("word", NEGATIONS)
def test_each_negation_silences_its_sentence_and_no_other(word: str) -> None:
    """In either language, before or after the calcifications; the next sentence counts for itself."""
    assert not _described(f"There calcifications {word} seen.")
    assert not _described(f"{word.capitalize()} microcalcifications.")
    assert _described(f"Mass {word}. Calcifications.")


@pytest.mark.parametrize("stem", STEMS)
def test_each_stem_is_a_description(stem: str) -> None:
    """A word that begins so speaks of calcifications, whatever its ending."""
    assert _described(f"Some {stem} here.")
    assert _described(f"Some {stem}xyz here.")


def test_each_word_of_the_table_has_a_test() -> None:
    """The words tried here are those of the table and no other."""
    stems, negations = _words()
    assert (stems, negations) == (STEMS, frozenset(NEGATIONS))


@pytest.mark.parametrize(
    ("name", "noticed"), [("0", True), ("1", False), ("2", False), ("3", True), ("5", True), ("6", False)]
)
def test_only_with_a_category_that_calls_for_action(name: str, noticed: bool) -> None:
    """0, 3, 4 and 5."""
    assert _described("Calcifications.", name) == noticed


def test_not_without_a_category_and_not_with_a_finding() -> None:
    """Shape K without any code is out of reach; a coded finding is read instead."""
    assert not reading(report(conclusion="Calcifications.")).described_uncoded
    coded = report(finding("o1"), conclusion="Calcifications.", conclusionCode=[category("4")])
    assert not reading(coded).described_uncoded


def _form(text: str, kind: str) -> dict[str, Any]:
    return {"presentedForm": [{"contentType": kind, "data": base64.b64encode(text.encode()).decode()}]}


@pytest.mark.parametrize(
    "members",
    [
        {"text": {"div": "<div>No mass<br/>Calcifications, <b>grouped</b></div>"}},
        {"note": [{"text": "Calcifications."}]},
        _form("Calcifications.", "text/plain; charset=utf-8"),
        _form("<p>Calcifications</p>", "text/html"),
    ],
)
def test_every_text_of_the_report_is_looked_at(members: dict[str, Any]) -> None:
    """Narrative, notes and attached text."""
    assert _described("See below.", **members)


@pytest.mark.parametrize(
    "members", [_form("Calcifications.", "application/pdf"), {"presentedForm": [{"data": "%%"}]}]
)
def test_what_is_no_text_is_left_alone(members: dict[str, Any]) -> None:
    """A PDF is not searched, broken data do no harm."""
    assert not _described("See below.", **members)


def test_texts_of_observations_are_looked_at() -> None:
    """A finding that came as a plain string."""
    words = observation("o1", cc("http://loinc.org", "59776-5"), valueString="Grouped calcifications")
    assert reading(report(words, conclusionCode=[category("4")])).described_uncoded
