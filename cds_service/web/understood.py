"""Answer and request -> what was understood, in words: the report, its findings, each code, what is open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from cards.answer import Answer
from cards.duration import is_duration
from cards.facts import Facts, Finding
from cards.problem import Problem
from cards.terminology import Terminology
from cards.writing.texts import texts
from cds_service.web.words import Words, words

# Short names of the code systems that mammography reports use; any other is shown by its address.
SYSTEMS = {
    "http://snomed.info/sct": "SNOMED CT",
    "http://loinc.org": "LOINC",
    "http://dicom.nema.org/resources/ontology/DCM": "DICOM",
    "http://hl7.org/fhir/us/breast-radiology/CodeSystem/RadLexCDE": "RadElement",
    "http://hl7.org/fhir/sid/icd-10-cm": "ICD-10-CM",
    "http://unitsofmeasure.org": "UCUM",
}
MOST_CODES = 300
_UNITS = {"Y": "year", "M": "month", "W": "week", "D": "day"}


class Line(NamedTuple):
    """One thing that was read: its name, and its value, which is empty when the report does not say it."""

    name: str
    value: str


class ShownCode(NamedTuple):
    """One code that came: how it was sent, and what it was taken for (empty: not known here)."""

    system: str
    code: str
    display: str
    meaning: str
    place: str


class ShownFinding(NamedTuple):
    """One finding: its id, its lines, the categories that fit it, and the Observations it rests on."""

    finding_id: str
    lines: list[Line]
    expected: str
    references: tuple[str, ...]


class Said(NamedTuple):
    """A sentence and the language it is in."""

    text: str
    language: str


class ShownProblem(NamedTuple):
    """One problem of the data: where, and what."""

    location: str
    said: Said


class Phrases:
    """Values of facts in words of one language."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._cards = texts(language).tables
        self._own: Words = words(language)

    def value(self, table: str, value: str | None) -> str:
        """A value of one table; one that has no word is shown as it is, None as nothing."""
        if value is None:
            return ""
        for tables in (self._own, self._cards):
            if table in tables and value in tables[table]:
                return tables[table][value]
        return value.replace("_", " ")

    def values(self, table: str, values: tuple[str, ...] | None) -> str:
        """Several values of one table."""
        return ", ".join(self.value(table, value) for value in values or ())

    def problem(self, problem: Problem) -> Said:
        """What a problem is: the reader's own English sentence, elsewhere that of the cards."""
        said = self._cards["problem"].get(problem.code)
        if self._language == "en" or said is None:
            return Said(problem.text, "en")
        return Said(f"{said[0].upper()}{said[1:]}.", self._language)

    def interval(self, interval: str | None) -> str:
        """An ISO 8601 duration in words."""
        if interval is None or not is_duration(interval):
            return interval or ""
        number, unit = interval[1:-1], _UNITS.get(interval[-1])
        if unit is None or not number.isdigit():
            return interval
        table = self._cards["interval"]
        return table[unit] if number == "1" else table[f"{unit}s"].format(count=number)


def report_lines(answer: Answer, language: str) -> list[Line]:
    """What the report as a whole says."""
    if answer.reading is None:
        return []
    say, own, facts = Phrases(language), words(language)["fact"], answer.reading.facts
    sources = answer.reading.sources
    return [
        Line(own["exam"], say.value("exam_type", facts.exam_type)),
        Line(own["status"], say.value("status", facts.report_status)),
        Line(own["exam_date"], "" if sources.exam_date is None else sources.exam_date.isoformat()),
        *_categories(facts, say, own),
        Line(own["recommendation"], say.values("recommendation", facts.recommendation)),
        Line(own["interval"], say.interval(facts.recommended_interval)),
        Line(own["density"], facts.breast_density or ""),
        Line(own["age"], "" if facts.age_years is None else str(facts.age_years)),
        Line(own["earlier"], str(len(sources.earlier_reports)) if sources.earlier_reports else ""),
    ]


def _categories(facts: Facts, say: Phrases, own: Mapping[str, str]) -> Iterator[Line]:
    yield Line(own["category"], say.value("category", facts.assessment_overall))
    for name, value in (("left", facts.assessment_left), ("right", facts.assessment_right)):
        if value is not None:
            yield Line(own[f"category_{name}"], say.value("category", value))


def shown_findings(answer: Answer, language: str) -> list[ShownFinding]:
    """Each calcification finding as it was read."""
    if answer.reading is None or answer.guidance is None:
        return []
    say = Phrases(language)
    expected = {each.finding_id: each.expected for each in answer.guidance.finding_expected}
    return [
        ShownFinding(
            finding.finding_id,
            _finding_lines(finding, answer, say, language),
            ", ".join(expected.get(finding.finding_id) or ()),
            answer.reading.sources.findings.get(finding.finding_id, ()),
        )
        for finding in answer.reading.facts.findings
    ]


def _finding_lines(finding: Finding, answer: Answer, say: Phrases, language: str) -> list[Line]:
    own = words(language)["fact"]
    places = answer.reading.sources.places.get(finding.finding_id, ()) if answer.reading else ()
    side = "" if finding.laterality == "missing" else finding.laterality
    distribution = "" if finding.distribution == "not_stated" else finding.distribution
    change = "" if finding.change == "not_compared" else finding.change
    lines = [
        Line(own["side"], say.value("side_name", side)),
        Line(own["shape"], say.values("morphology", finding.morphology)),
        Line(own["arrangement"], say.value("distribution", distribution)),
        Line(own["change"], say.value("change", change)),
    ]
    if places:
        lines.append(Line(own["place"], say.values("place", places)))
    if finding.assessment is not None:
        lines.append(Line(own["own_category"], say.value("category", finding.assessment)))
    if finding.biopsy_result is not None:
        lines.append(Line(own["pathology"], say.value("result", finding.biopsy_result)))
    if finding.stability_months is not None:
        months = f"P{finding.stability_months}M"
        lines.append(Line(own["stable_for"], say.interval(months)))
    return lines


def shown_problems(answer: Answer, language: str) -> list[ShownProblem]:
    """What reading met, with the place where it stands."""
    if answer.reading is None:
        return []
    say = Phrases(language)
    return [ShownProblem(each.location, say.problem(each)) for each in answer.reading.problems]


def not_stated(answer: Answer, language: str) -> list[str]:
    """What the report leaves open, in words: ``shape (F1)``."""
    if answer.guidance is None:
        return []
    say, named = Phrases(language), []
    for path in answer.guidance.not_stated:
        finding, _, member = path.removeprefix("findings[").partition("].")
        named.append(
            f"{say.value('not_stated', member)} ({finding})" if member else say.value("not_stated", path)
        )
    return named


def shown_codes(body: Mapping[str, Any], terminology: Terminology, language: str) -> list[ShownCode]:
    """Each code of a request once, with what it was taken for; the first MOST_CODES of them."""
    found: dict[tuple[str, str], ShownCode] = {}
    say = Phrases(language)
    for coding, place in _codings(body, ""):
        key = (coding["system"], coding["code"])
        if key not in found and len(found) < MOST_CODES:
            display = coding.get("display")
            found[key] = ShownCode(
                SYSTEMS.get(terminology.canonical_system(key[0]), key[0]),
                key[1],
                display if isinstance(display, str) else "",
                _meaning(*key, terminology, say),
                place,
            )
    return list(found.values())


def _meaning(system: str, code: str, terminology: Terminology, say: Phrases) -> str:
    meanings = []
    for concept in terminology.lookup(system, code):
        value = terminology.value(concept.domain, concept.concept) or concept.concept
        domain = say.value("domain", concept.domain)
        table = "category" if concept.domain == "assessment" else concept.domain
        meanings.append(f"{domain}: {say.value(table, value)}")
    return "; ".join(dict.fromkeys(meanings))


def _codings(value: object, place: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Every coding below ``value`` with the resource it stands in."""
    if isinstance(value, list):
        for each in value:
            yield from _codings(each, place)
    elif isinstance(value, dict):
        kind = value.get("resourceType")
        if isinstance(kind, str):
            place = f"{kind}/{value.get('id', '')}".rstrip("/")
        if isinstance(value.get("system"), str) and isinstance(value.get("code"), str):
            yield value, place
        for member in value.values():
            yield from _codings(member, place)
