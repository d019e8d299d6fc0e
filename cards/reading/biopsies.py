"""Breast tissue that the patient's record says was taken."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cards.problem import Problem
from cards.reading.codings import coded
from cards.reading.data_file import data_rows
from cards.reading.dates import Days, days_of, days_of_period
from cards.reading.orders import order_side
from cards.reading.pathology import finished_pathology
from cards.reading.reading import Biopsy
from cards.reading.resources import Json, Resources
from cards.terminology import Terminology


def _is_tissue(procedure: Json, terminology: Terminology) -> bool:
    return any(
        concept.domain == "procedures" and concept.concept in _TISSUE
        for concept in coded(terminology, procedure.get("code")).concepts
    )


# Orders that mean a tissue diagnosis, and the operations that give one.
_TISSUE: Final = frozenset(
    row["concept"]
    for row in data_rows("order_meanings.csv", ("domain", "concept", "recommendation"), key=2)
    if row["recommendation"] == "tissue_diagnosis"
) | {"lumpectomy", "quadrantectomy", "simple_mastectomy", "biopsy_unspecified"}


def _performed(procedure: Json) -> Days | None:
    """When a Procedure was done: R4 ``performed[x]``, R5 ``occurrence[x]``."""
    for name in ("performed", "occurrence"):
        found = days_of(procedure.get(f"{name}DateTime")) or days_of_period(procedure.get(f"{name}Period"))
        if found is not None:
            return found
    return None


def _biopsies(index: Resources, terminology: Terminology) -> Iterator[Biopsy]:
    ignored: list[Problem] = []
    for procedure in index.of_type("Procedure"):
        if procedure.get("status") != "completed" or not _is_tissue(procedure, terminology):
            continue
        code = coded(terminology, procedure.get("code"))
        days = _performed(procedure)
        yield Biopsy(
            index.reference_of(procedure),
            None if days is None else days.last,
            order_side(procedure, code, index, terminology, ignored),
        )
    for report, day in finished_pathology(index, terminology):
        yield Biopsy(index.reference_of(report), day, None)


def biopsies(index: Resources, terminology: Terminology) -> tuple[Biopsy, ...]:
    """Completed biopsies and breast operations, and final pathology reports with a breast diagnosis."""
    if not index.of_type("Procedure") and len(index.of_type("DiagnosticReport")) < 2:
        return ()
    return tuple(_biopsies(index, terminology))
