"""Orders that are about to be signed: what is ordered, for which breast and for when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

from cards.problem import Problem
from cards.reading.codings import Coded
from cards.reading.data_file import data_rows
from cards.reading.intervals import occurrence
from cards.reading.orders import order_code, order_side
from cards.reading.reading import DraftOrder
from cards.reading.resources import Json, Resources
from cards.terminology import BrokenTable, Terminology

# Where one order carries codes of several kinds, the first one here counts: an order that also
# names a diagnostic study is no screening.
KINDS: Final[tuple[str, ...]] = ("biopsy", "diagnostic", "screening", "mammogram", "other_imaging")


@cache
def _kinds() -> Mapping[tuple[str, str], str]:
    rows = data_rows("order_kinds.csv", ("domain", "concept", "kind"), key=2)
    for line, row in enumerate(rows, start=2):
        if row["kind"] not in KINDS:
            raise BrokenTable("order_kinds.csv", line, f"{row['concept']}: unknown kind")
    return {(row["domain"], row["concept"]): row["kind"] for row in rows}


def _kind(code: Coded) -> str | None:
    found = {_kinds().get((concept.domain, concept.concept)) for concept in code.concepts}
    return next((kind for kind in KINDS if kind in found), None)


def is_about_the_breast(request: Json, terminology: Terminology) -> bool:
    """Say whether an order is breast imaging or a breast biopsy that shall be done.

    Only codes that name the breast count; ``doNotPerform`` orders nothing.
    """
    return (
        request.get("resourceType") == "ServiceRequest"
        and request.get("doNotPerform") is not True
        and _kind(order_code(request, terminology)) is not None
    )


def draft_orders(
    drafts: Sequence[Json], index: Resources, terminology: Terminology
) -> tuple[DraftOrder, ...]:
    """Read the orders that are about to be signed; those that are not about the breast are left out."""
    ignored: list[Problem] = []
    found = []
    for request in drafts:
        if not is_about_the_breast(request, terminology):
            continue
        code = order_code(request, terminology)
        days = occurrence(request)
        found.append(
            DraftOrder(
                index.reference_of(request),
                _kind(code) or KINDS[-1],
                order_side(request, code, index, terminology, ignored),
                None if days is None else days.first,
                None if days is None else days.last,
            )
        )
    return tuple(found)
