"""Where data come from: context.report first, then the prefetch, then the caller's FHIR server.

What is missing is said, never guessed: 412 when no answer is possible, a problem (R-DQ-14) when an answer
is possible but something did not come.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast

from cards.problem import Problem
from cds_service.errors import BadRequest, BodyTooLarge, DataMissing
from cds_service.fhir.access import FhirAccess, Grant
from cds_service.fhir.fill import Filling
from cds_service.fhir.gathered import Gathered
from cds_service.fhir.lacking import lacks_a_key, lacks_a_result
from cds_service.fhir.patient_guard import refuse_other_patients
from cds_service.fhir.prefetch_value import Received, Resource, receive, receive_bundle
from cds_service.fhir.search import NOT_READ, REPORT_PLACE
from cds_service.hooks.hook_request import HookRequest
from cds_service.hooks.members import mistyped
from cds_service.hooks.service import Service

REPORT_KEY = "report"

NoteCame = Callable[[Service, Mapping[str, Received]], None]
"""Told what came with a request, by place such as ``prefetch.reports``."""


def unnoted(_: Service, __: Mapping[str, Received]) -> None:
    """Note nothing: for callers that do not count."""


def gather(
    request: HookRequest,
    service: Service,
    max_entries: int,
    grant: Grant | None = None,
    note: NoteCame = unnoted,
) -> Gathered:
    """Collect the data of one request, context before prefetch, Bundles as they came.

    ``grant`` is asked for access to the FHIR server only when something is left to read; nothing is read that
    the caller could not supply either (CH-074). ``note`` is told what came, before anything is read or
    refused. Raises DataMissing when the one key that the service needs did not come, BadRequest when the data
    are another patient's or another report's, BodyTooLarge beyond ``max_entries``.
    """
    bundle = cast("Resource | None", request.context.get(REPORT_KEY))
    sources: dict[str, Received] = {}
    if bundle is not None:
        sources["context.report"] = receive_bundle(bundle, "context.report")
    for key in service.prefetch:
        sources[f"prefetch.{key}"] = receive(request.prefetch, key)
    note(service, sources)
    resources = _resources(sources)
    if len(resources) > max_entries:
        raise BodyTooLarge(f"The request holds more than {max_entries} resources.")
    refuse_other_patients(
        resources, cast(str, request.context["patientId"]), lambda urn: _entry_of(bundle, urn)
    )
    skip = REPORT_PLACE if bundle is not None else ""
    needed = f"prefetch.{service.needed}"
    may_be_read = grant is not None and needed != skip and sources[needed].state == "absent"
    if not may_be_read:
        _require(request, service, sources, resources)
    fetched: tuple[Resource, ...] = ()
    if grant is not None and (
        lacks_a_key(sources, skip) or lacks_a_result(request.context.get("reportId"), resources)
    ):
        access = grant()
        if access is not None:
            fetched = _fill(request, service, sources, access, skip)
    if may_be_read:
        _require(request, service, sources, _resources(sources))
    keys = [(key, sources[f"prefetch.{key}"]) for key in service.prefetch]
    return Gathered(
        (*[source.value for source in sources.values() if source.value is not None], *fetched),
        _problems(sources),
        frozenset([key for key, source in keys if source.is_whole]),
        frozenset([key for key, source in keys if source.state == "absent"]),
    )


def _fill(
    request: HookRequest,
    service: Service,
    sources: dict[str, Received],
    access: FhirAccess,
    skip: str,
) -> tuple[Resource, ...]:
    """Read into ``sources`` what did not come, and return the report's results that no search brought."""
    filling = Filling(access)
    try:
        sources.update(filling.fill(request, service, sources, skip))
        resources = _resources(sources)
        report_id = request.context.get("reportId")
        report = next((each for each in _reports(resources) if each.get("id") == report_id), None)
        if report_id is None or report is None:
            return ()
        refuse_other_patients((report,), access.patient_id, lambda _: None)
        return filling.results(report, resources)
    finally:
        filling.finish()


def _resources(sources: Mapping[str, Received]) -> list[Resource]:
    resources: list[Resource] = []
    for source in sources.values():
        resources += source.resources
    return resources


def _require(
    request: HookRequest, service: Service, sources: Mapping[str, Received], resources: list[Resource]
) -> None:
    if service.needed == REPORT_KEY:
        _require_report(request, sources, resources)
    else:
        _require_answer(request, service, sources[f"prefetch.{service.needed}"])


def _require_report(request: HookRequest, sources: Mapping[str, Received], resources: list[Resource]) -> None:
    """Make sure that the report named by the context is there, and no other in its place."""
    report_id = request.context["reportId"]
    in_context = sources.get("context.report")
    if in_context is not None:
        if [each.get("id") for each in _reports(in_context.resources)].count(report_id) != 1:
            raise BadRequest(
                "context.report must hold exactly one DiagnosticReport whose id is context.reportId.",
                expression="context.report",
                code="business-rule",
            )
        return
    received = sources["prefetch.report"]
    if received.resources:
        if not _reports(received.resources):
            raise mistyped("prefetch.report", "a DiagnosticReport")
        if not any(each.get("id") == report_id for each in _reports(received.resources)):
            raise BadRequest(
                "prefetch.report is another report than context.reportId.",
                expression="prefetch.report.id",
                code="business-rule",
            )
    elif not any(each.get("id") == report_id for each in _reports(resources)):
        raise DataMissing(
            "The signed report did not come. Send it as context.report or as prefetch.report."
            + _why(received, request),
            expression="prefetch.report",
        )


def _require_answer(request: HookRequest, service: Service, received: Received) -> None:
    """Make sure that a search was done; that it found nothing is an answer, too."""
    if received.state in ("absent", "outcome"):
        raise DataMissing(
            f"prefetch.{service.needed} did not come. Send the result of "
            f"{service.prefetch[service.needed].partition('?')[0]} for this patient."
            + _why(received, request),
            expression=f"prefetch.{service.needed}",
        )


def _why(received: Received, request: HookRequest) -> str:
    """Name the reason why the FHIR server did not help, when the request brought the right to ask it."""
    if request.fhir_authorization is not None and received.state == "absent":
        return " The FHIR server was not asked, because it is not registered for this caller."
    return "".join(f" {each.text}" for each in received.problems if each.code.startswith(NOT_READ))


def _reports(resources: tuple[Resource, ...] | list[Resource]) -> list[Resource]:
    return [each for each in resources if each.get("resourceType") == "DiagnosticReport"]


def _problems(sources: Mapping[str, Received]) -> tuple[Problem, ...]:
    """List what did not come; a failed prefetch of the report itself does not matter when the
    report came in the context."""
    problems: list[Problem] = []
    for name, source in sources.items():
        if source.problems and not (
            name == "prefetch.report" and "context.report" in sources and source.state == "outcome"
        ):
            problems.extend(source.problems)
    return tuple(problems)


def _entry_of(bundle: Resource | None, urn: str) -> Resource | None:
    entries = None if bundle is None else bundle.get("entry")
    for entry in cast("list[object]", entries or []):
        if isinstance(entry, dict) and entry.get("fullUrl") == urn:
            resource = entry.get("resource")
            return resource if isinstance(resource, dict) else None
    return None
