"""HookRequest -> ReportContext: what the hook's context says about the report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from cards.reading.draft_orders import is_about_the_breast
from cards.reading.reading import ReportContext
from cards.terminology import Terminology
from cds_service.fhir.gathered import Gathered
from cds_service.fhir.patient_guard import refuse_other_patients
from cds_service.fhir.prefetch_value import receive_bundle
from cds_service.hooks.hook_request import HookRequest


def sign_off_context(request: HookRequest, gathered: Gathered) -> ReportContext:
    """Read the context of the sign-off hook, in the forms that its draft shows.

    ``gathered`` says what came whole and what did not come.
    """
    context = request.context
    return ReportContext(
        patient_id=cast(str, context["patientId"]),
        report_id=cast(str, context["reportId"]),
        status=cast(str, context["status"]),
        user=cast(str, context["userId"]),
        procedure=concepts(context.get("procedure")),
        category=concepts(context.get("category")),
        moment="after_signature",
        missing=gathered.missing,
        received=gathered.received,
        not_sent=gathered.not_sent,
    )


def review_context(request: HookRequest, gathered: Gathered) -> ReportContext:
    """Read the context of report-review: that of the sign-off hook, before the signature."""
    return replace(sign_off_context(request, gathered), moment="before_signature")


def viewing_context(request: HookRequest, gathered: Gathered) -> ReportContext:
    """Read the context of patient-view: a patient is looked at, no report is named."""
    return ReportContext(
        patient_id=cast(str, request.context["patientId"]),
        user=cast(str, request.context["userId"]),
        moment="viewing",
        missing=gathered.missing,
        received=gathered.received,
        not_sent=gathered.not_sent,
    )


def ordering_context(request: HookRequest, gathered: Gathered) -> ReportContext:
    """Read the context of order-sign: the orders that are about to be signed; no report is named.

    Raises BadRequest when one of them is for another patient (CH-061).
    """
    drafts = draft_orders(request)
    refuse_other_patients(drafts, cast(str, request.context["patientId"]), lambda _: None)
    return replace(viewing_context(request, gathered), moment="ordering", draft_orders=drafts)


def orders_the_breast(request: HookRequest, terminology: Terminology) -> bool:
    """Say whether a draft order is breast imaging or a breast biopsy; with no other is anything done."""
    return any(is_about_the_breast(order, terminology) for order in draft_orders(request))


def draft_orders(request: HookRequest) -> tuple[dict[str, object], ...]:
    """List the ServiceRequests of ``context.draftOrders``.

    Raises BadRequest when its entries are no array.
    """
    bundle = cast("dict[str, object]", request.context["draftOrders"])
    received = receive_bundle(bundle, "context.draftOrders").resources
    return tuple(each for each in received if each.get("resourceType") == "ServiceRequest")


def concepts(value: object) -> tuple[Mapping[str, object], ...]:
    """Read CodeableConcepts given as an array, as one object or as a string (then its text)."""
    if value is None:
        return ()
    items: list[Any] = value if isinstance(value, list) else [value]
    return tuple({"text": item} if isinstance(item, str) else item for item in items)
