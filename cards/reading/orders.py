"""Orders that came along: those that follow from the report, and those it was done for.

A patient's order list holds much that has nothing to do with this report. The order of this
very exam, orders older than it and withdrawn ones are neither a recommendation of the report
nor a follow-up that exists already.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from cards.problem import Problem
from cards.reading.codings import Coded, coded, codings_of
from cards.reading.dates import days_of
from cards.reading.intervals import occurrence, request_interval
from cards.reading.laterality import SIDES, site_of
from cards.reading.questions import study_sides
from cards.reading.reading import ActiveOrder
from cards.reading.resources import Json, Resources, references_of
from cards.terminology import Terminology
from cards.value_class import value_class

_OPEN: Final = frozenset(("active", "draft", "on-hold", None))
_PROPOSED: Final[tuple[str, ...]] = ("proposal", "plan", "option")
_MAMMOGRAM_CONCEPTS: Final[tuple[str, ...]] = (
    "mg_",
    "dbt_",
    "mammography",
    "screening_mammography",
    "diagnostic_mammography",
)


@value_class
class Order:
    """A ServiceRequest that follows from the report. ``side`` is left, right, bilateral or None."""

    reference: str
    coded: Coded
    side: str | None
    interval: str | None
    status: str


def orders_behind(report: Json, index: Resources) -> list[Json]:
    """The ServiceRequests the report is based on (``basedOn``), also those of its imaging studies."""
    found: list[Json] = []
    for holder in [report, *imaging_studies(report, index)]:
        for reference in references_of(holder.get("basedOn")):
            request = index.resolve(reference, holder)
            if (
                request is not None
                and request.get("resourceType") == "ServiceRequest"
                and request not in found
            ):
                found.append(request)
    return found


def imaging_studies(report: Json, index: Resources) -> list[Json]:
    """The ImagingStudies of a report (R4 ``imagingStudy``, R5 ``study``)."""
    studies: list[Json] = []
    for member in ("imagingStudy", "study"):
        if member in report:
            for reference in references_of(report[member]):
                study = index.resolve(reference, report)
                if study is not None and study.get("resourceType") == "ImagingStudy":
                    studies.append(study)
    return studies


def order_code(request: Json, terminology: Terminology) -> Coded:
    """What is ordered: ``code``, in R5 a CodeableReference, and ``orderDetail``."""
    own = coded(terminology, request.get("code"))
    details = [coded(terminology, detail) for detail in references_of(request.get("orderDetail"))]
    concepts = dict.fromkeys(own.concepts)
    for detail in details:
        concepts.update(dict.fromkeys(detail.concepts))
    return Coded(tuple(concepts), own.unknown)


def order_side(
    request: Json, code: Coded, index: Resources, terminology: Terminology, problems: list[Problem]
) -> str | None:
    """The breast an order is for, or a procedure was done on: left, right, bilateral, else None.

    A side of its own stands before the side that its code names; None, too, when it contradicts itself.
    """
    reference = index.reference_of(request)
    side = site_of(request, reference, request, [code], index, terminology, problems).side
    if side is not None:
        return side if side in SIDES else None
    named = {
        study_sides().get((terminology.canonical_system(system), own))
        for coding in codings_of(request.get("code"))
        if isinstance(system := coding.get("system"), str) and isinstance(own := coding.get("code"), str)
    } - {None}
    return named.pop() if len(named) == 1 else None


def is_mammogram(code: Coded) -> bool:
    """Say whether a code names a mammogram of whatever kind."""
    return any(
        concept.domain in ("report_types", "procedures") and concept.concept.startswith(_MAMMOGRAM_CONCEPTS)
        for concept in code.concepts
    )


def _is_linked(request: Json, report: Json, index: Resources) -> bool:
    """Whether the order names this report, or an Observation of it, as its reason."""
    own = index.reference_of(report)
    results = {
        target
        for reference in references_of(report.get("result"))
        if isinstance(reference, dict) and isinstance(target := reference.get("reference"), str)
    }
    for member in ("reasonReference", "supportingInfo", "reason"):
        for reference in references_of(request.get(member)):
            target = index.resolve(reference, request)
            if target is None:
                continue
            name = index.reference_of(target)
            if name == own or name in results:
                return True
    return False


def _follows(request: Json, code: Coded, exam: date | None) -> bool:
    """Whether an order without a link can only have come after the exam."""
    due = occurrence(request)
    authored = days_of(request.get("authoredOn"))
    if exam is None or (due is None and authored is None):
        # Without any date a mammogram may be the exam itself; other orders are taken at their word.
        return not is_mammogram(code) or request.get("intent") in _PROPOSED
    if due is not None:
        return due.last > exam and (authored is None or authored.last >= exam)
    if authored is None:
        return False
    if authored.last == exam and is_mammogram(code):
        return request.get("intent") in _PROPOSED
    return authored.last >= exam


def following_orders(
    report: Json,
    index: Resources,
    drafts: Sequence[Json],
    exam: date | None,
    terminology: Terminology,
    problems: list[Problem],
) -> list[Order]:
    """The open orders that follow from the report, drafts that are about to be signed last.

    Left out: the order of the exam itself (``basedOn``), orders that predate it, withdrawn and finished
    ones, and ``doNotPerform``. When some orders name the report as their reason and others do not, all count.
    """
    if not drafts and not index.of_type("ServiceRequest"):
        return []
    return list(_following(report, index, drafts, exam, terminology, problems))


def _following(
    report: Json,
    index: Resources,
    drafts: Sequence[Json],
    exam: date | None,
    terminology: Terminology,
    problems: list[Problem],
) -> Iterator[Order]:
    requests = index.of_type("ServiceRequest")
    behind = orders_behind(report, index)
    known = {id(request) for request in drafts}
    for request in (*(one for one in requests if id(one) not in known), *drafts):
        status = request.get("status")
        if (isinstance(status, str) or status is None) and status not in _OPEN:
            continue
        if request.get("doNotPerform") is True or any(request is one for one in behind):
            continue
        code = order_code(request, terminology)
        draft = id(request) in known
        if not (draft or _is_linked(request, report, index) or _follows(request, code, exam)):
            continue
        yield Order(
            index.reference_of(request),
            code,
            order_side(request, code, index, terminology, problems),
            request_interval(request, exam),
            status if isinstance(status, str) else "unknown",
        )


def active_orders(orders: Sequence[Order]) -> tuple[ActiveOrder, ...]:
    """The same orders as cards refer to them: reference, concepts of what is ordered, side, status."""
    return tuple(
        ActiveOrder(
            order.reference,
            tuple(dict.fromkeys(concept.concept for concept in order.coded.concepts)),
            order.side,
            order.status,
        )
        for order in orders
    )
