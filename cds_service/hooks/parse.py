"""JSON of a hook call -> HookRequest, or a 400 that names the member (CH-050 to CH-059).

Strict about the members that the standard requires, tolerant of everything else: extensions,
unknown members and optional members that hold null.
"""

from __future__ import annotations

from typing import cast

from cds_service.errors import BadRequest
from cds_service.hooks.hook_request import FhirAuthorization, HookRequest
from cds_service.hooks.members import is_address, is_text, is_uuid, missing, mistyped
from cds_service.hooks.service import Service

JsonObject = dict[str, object]


def parse_hook_request(body: JsonObject, service: Service) -> HookRequest:
    """Check one request against the service it was sent to.

    Raises BadRequest with ``expression`` set to the member to blame.
    """
    hook = _required(body, "hook")
    is_text(hook, "hook")
    if hook != service.hook:
        raise BadRequest(
            f"This service answers the hook {service.hook}; the request names another one.",
            expression="hook",
            code="business-rule",
        )
    hook_instance = _required(body, "hookInstance")
    is_uuid(hook_instance, "hookInstance")
    context = _object(_required(body, "context"), "context")
    _check_context(context, service)
    fhir_server = body.get("fhirServer")
    if fhir_server is not None:
        is_address(fhir_server, "fhirServer")
    authorization = _authorization(body.get("fhirAuthorization"))
    if authorization is not None:
        if fhir_server is None:
            raise missing("fhirServer")
        if authorization.patient is not None and authorization.patient != context.get("patientId"):
            raise BadRequest(
                "fhirAuthorization.patient and context.patientId name different patients.",
                expression="fhirAuthorization.patient",
                code="business-rule",
            )
    prefetch = body.get("prefetch")
    return HookRequest(
        service_id=service.id,
        hook=service.hook,
        hook_instance=cast(str, hook_instance),
        context=context,
        prefetch={} if prefetch is None else _object(prefetch, "prefetch"),
        fhir_server=cast("str | None", fhir_server),
        fhir_authorization=authorization,
    )


def _required(members: JsonObject, name: str, path: str = "") -> object:
    value = members.get(name)
    if value is None:
        raise missing(path + name)
    return value


def _object(value: object, name: str) -> JsonObject:
    if not isinstance(value, dict):
        raise mistyped(name, "an object")
    return value


def _check_context(context: JsonObject, service: Service) -> None:
    for name, check in service.required.items():
        check(_required(context, name, "context."), f"context.{name}")
    for name, check in service.optional.items():
        value = context.get(name)
        if value is not None:
            check(value, f"context.{name}")


def _authorization(value: object) -> FhirAuthorization | None:
    """Read fhirAuthorization (CH-056): every member of it is a string but ``expires_in``."""
    if value is None:
        return None
    members = _object(value, "fhirAuthorization")
    path = "fhirAuthorization."
    for name in ("access_token", "token_type", "scope", "subject"):
        is_text(_required(members, name, path), path + name)
    if members["token_type"] != "Bearer":  # noqa: S105
        raise mistyped(path + "token_type", "exactly Bearer")
    expires_in = _required(members, "expires_in", path)
    if not isinstance(expires_in, int) or isinstance(expires_in, bool):
        raise mistyped(path + "expires_in", "a whole number of seconds")
    patient = members.get("patient")
    if patient is not None:
        is_text(patient, path + "patient")
    return FhirAuthorization(
        access_token=cast(str, members["access_token"]),
        expires_in=expires_in,
        scope=cast(str, members["scope"]),
        subject=cast(str, members["subject"]),
        patient=cast("str | None", patient),
    )
