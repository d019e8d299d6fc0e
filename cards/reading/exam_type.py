"""Which kind of exam was reported: screening, diagnostic, another, or no mammography at all."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final

from cards.problem import Problem
from cards.reading.codings import coded, codings_of
from cards.reading.data_file import data_rows
from cards.reading.orders import imaging_studies, orders_behind
from cards.reading.resources import Json, Resources, references_of
from cards.terminology import BrokenTable, Terminology
from cards.value_class import value_class

# Kinds that end the search. "mammography" says that it was one and leaves the kind open.
_DEFINITE: Final[tuple[str, ...]] = ("screening", "diagnostic", "marker_placement")
_KINDS: Final = frozenset((*_DEFINITE, "mammography", "not_mammography"))


@value_class
class Exam:
    """``exam_type`` as in Facts, and whether magnification views are coded (None when not)."""

    exam_type: str = "unknown"
    magnification_views_done: bool | None = None


@value_class
class _Meaning:
    """The kind of exam a concept names, and whether magnification views belong to it."""

    kind: str
    magnification: bool


@cache
def _meanings() -> dict[tuple[str, str], _Meaning]:
    rows = data_rows("exam_types.csv", ("domain", "concept", "exam_type", "magnification"), key=2)
    for line, row in enumerate(rows, start=2):
        if row["exam_type"] not in _KINDS or row["magnification"] not in ("", "true"):
            raise BrokenTable("exam_types.csv", line, f"{row['concept']}: unknown exam type or magnification")
    return {
        (row["domain"], row["concept"]): _Meaning(row["exam_type"], row["magnification"] == "true")
        for row in rows
    }


@cache
def _wrong_words() -> dict[str, dict[str, list[str]]]:
    """Code -> system -> words that contradict the code when they stand beside it (hazards.csv, conflict)."""
    words: dict[str, dict[str, list[str]]] = {}
    for row in data_rows("wrong_study_words.csv", ("system", "code", "word"), key=3):
        words.setdefault(row["code"], {}).setdefault(row["system"], []).append(row["word"])
    return words


def _places(
    report: Json, location: str, procedure: Sequence[object], category: Sequence[object], index: Resources
) -> list[tuple[str, str, object]]:
    """Every coded kind of exam with who says it and in which member, in order of precedence."""
    places: list[tuple[str, str, object]] = [(location, "code", report.get("code"))]
    for value in references_of(report.get("category")):
        places.append((location, "category", value))
    for value in category:
        places.append(("context", "category", value))
    for value in procedure:
        places.append(("context", "procedure", value))
    for study in imaging_studies(report, index):
        name = index.reference_of(study)
        for member in ("procedureCode", "procedure", "modality"):
            for value in references_of(study.get(member)):
                places.append((name, member, value))
    for request in orders_behind(report, index):
        places.append((index.reference_of(request), "code", request.get("code")))
    return places


def _is_contradicted(value: object, terminology: Terminology) -> bool:
    for coding in codings_of(value):
        system, code = coding.get("system"), coding.get("code")
        if not (isinstance(system, str) and isinstance(code, str)):
            continue
        by_system = _wrong_words().get(code)
        words = None if by_system is None else by_system.get(terminology.canonical_system(system))
        if words is None:
            continue
        text = value.get("text") if isinstance(value, dict) else None
        shown = " ".join(part for part in (coding.get("display"), text) if isinstance(part, str)).lower()
        if any(word in shown for word in words):
            return True
    return False


def read_exam(
    report: Json,
    location: str,
    procedure: Sequence[object],
    category: Sequence[object],
    index: Resources,
    terminology: Terminology,
    problems: list[Problem],
) -> Exam:
    """The kind of exam (decision model 2.4), the first place that says it deciding.

    Places in order: DiagnosticReport.code, .category, ``context.category``, ``context.procedure``,
    ImagingStudy.procedureCode, code of the ServiceRequest in ``basedOn``. "Not mammography" counts only when
    no place speaks of mammography: a combined report must not be passed over.
    """
    kind = "unknown"
    magnification: bool | None = None
    meanings = _meanings()
    for where, member, value in _places(report, location, procedure, category, index):
        found = coded(terminology, value).concepts
        if not found:
            continue
        if _is_contradicted(value, terminology):
            text = "The words beside the study code name another study; the code is not used."
            problems.append(Problem(f"{where}.{member}", "display-contradicts-code", text))
            continue
        for concept in found:
            meaning = meanings.get((concept.domain, concept.concept))
            if meaning is None:
                continue
            if meaning.magnification:
                magnification = True
            kind = _stronger(kind, meaning.kind)
        if kind in _DEFINITE and magnification is not None:
            break
    return Exam("unknown" if kind == "mammography" else kind, magnification)


def _stronger(kind: str, other: str) -> str:
    """What two codings say together: a definite kind stays, mammography outweighs its absence."""
    if kind in _DEFINITE:
        return kind
    if other in _DEFINITE or kind == "unknown":
        return other
    return "mammography" if "mammography" in (kind, other) else kind


def after_biopsy(exam_type: str, status: str, has_new_pathology: bool) -> str:
    """``biopsy_correlation`` for an addendum that joins pathology to imaging, else ``exam_type``.

    An addendum is a report that was amended, corrected or appended after pathology of one of its
    own findings became known (``has_new_pathology``: dated on or after the exam).
    """
    addendum = status in ("amended", "corrected", "appended")
    return (
        "biopsy_correlation"
        if addendum and has_new_pathology and exam_type != "not_mammography"
        else exam_type
    )
