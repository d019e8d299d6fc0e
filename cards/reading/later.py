"""Later exams of the patient: whether what the report advised may have been done since."""

from __future__ import annotations

from datetime import date
from typing import Final

from cards.problem import Problem
from cards.reading.codings import coded
from cards.reading.dates import exam_date
from cards.reading.exam_type import read_exam
from cards.reading.orders import is_mammogram
from cards.reading.reading import LaterExam
from cards.reading.report_status import report_status
from cards.reading.resources import Json, Resources
from cards.terminology import Terminology

_SIGNED: Final = frozenset(("final", "amended", "corrected", "appended"))
_KINDS: Final = frozenset(("screening", "diagnostic"))


def later_exams(
    report: Json, exam: date | None, index: Resources, terminology: Terminology
) -> tuple[LaterExam, ...]:
    """Signed mammography reports of exams after that of ``report``, the earliest first."""
    if exam is None:
        return ()
    found = []
    ignored: list[Problem] = []
    for other in index.of_type("DiagnosticReport"):
        where = index.reference_of(other)
        if other is report or report_status(other, None, where, ignored) not in _SIGNED:
            continue
        day = exam_date(other, where, ignored)
        if day is None or day <= exam:
            continue
        kind = read_exam(other, where, (), (), index, terminology, ignored).exam_type
        # An unknown study must not count as the follow-up that was done.
        named = kind == "unknown" and is_mammogram(coded(terminology, other.get("code")))
        if kind in _KINDS or named:
            found.append(LaterExam(where, day, kind))
    return tuple(sorted(found, key=lambda one: one.day))
