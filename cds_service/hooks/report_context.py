"""HookRequest -> ReportContext: what the hook's context says about the report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from cards.reading.reading import ReportContext
from cds_service.fhir.gathered import Gathered
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
    )


def viewing_context(request: HookRequest, gathered: Gathered) -> ReportContext:
    """Read the context of patient-view: a patient is looked at, no report is named."""
    return ReportContext(
        patient_id=cast(str, request.context["patientId"]),
        user=cast(str, request.context["userId"]),
        moment="viewing",
        missing=gathered.missing,
        received=gathered.received,
    )


def concepts(value: object) -> tuple[Mapping[str, object], ...]:
    """Read CodeableConcepts given as an array, as one object or as a string (then its text)."""
    if value is None:
        return ()
    items: list[Any] = value if isinstance(value, list) else [value]
    return tuple({"text": item} if isinstance(item, str) else item for item in items)
