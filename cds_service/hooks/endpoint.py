"""The hook endpoint: bytes in, cards out; and discovery beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import orjson
from flask import Response, g

from cds_service.call import Call
from cds_service.fhir.access import FhirAccess, FhirReader, Grant, fhir_access
from cds_service.hooks.discovery import discovery
from cds_service.hooks.hook_request import HookRequest
from cds_service.hooks.json_body import parse_json_object
from cds_service.hooks.language import language_asked
from cds_service.hooks.line import Line, answer_hook
from cds_service.hooks.parse import parse_hook_request
from cds_service.hooks.received_body import json_bytes
from cds_service.hooks.respond import respond
from cds_service.hooks.service import Service
from cds_service.observe.audit import note_call, note_result
from cds_service.observe.fhir_reads import reads_noted
from cds_service.observe.issued import write_issued
from cds_service.observe.metrics import count_cards
from cds_service.observe.requests import note_answer
from cds_service.settings import Settings
from cds_service.storage.writer import Writer


def json_response(value: object) -> Response:
    """Answer 200 with a JSON body that nobody keeps."""
    return Response(
        orjson.dumps(value), content_type="application/json", headers={"Cache-Control": "no-store"}
    )


def discovery_view(services: Iterable[Service]) -> Callable[[], Response]:
    """Make the view of GET /cds-services."""
    body = orjson.dumps(discovery(services))

    def view() -> Response:
        return Response(body, content_type="application/json")

    return view


def hook_answering(
    service: Service,
    line: Line,
    lines: Mapping[str, Line],
    limits: Settings,
    reader: FhirReader,
    writer: Writer,
) -> Callable[[Call], bytes]:
    """Make what answers the calls of one service: the JSON of the answer, or RequestRefused is raised.

    ``lines`` are those of the clients with a policy of their own, by issuer; ``line`` is everybody else's.
    ``reader`` reads what did not come; ``writer`` writes behind the answer what was issued and read.
    """

    def answering(call: Call) -> bytes:
        call.noted["service"] = service.id
        caller = call.known_caller()
        body = parse_json_object(json_bytes(call.environ, limits.max_body_bytes), limits.max_json_depth)
        hook_request = parse_hook_request(body, service)
        note_call(call, hook_request)
        own_line = lines.get(caller.issuer, line)
        grant = grant_for(hook_request, call, reader, writer)
        answer = answer_hook(hook_request, service, own_line, grant, language_asked(call.environ))
        note_answer(call, answer)
        note_result(call, answer)
        count_cards(service.id, answer.cards)
        write_issued(writer, caller, service.id, answer)
        return orjson.dumps(respond(answer, own_line.policy, own_line.public_url))

    return answering


def hook_view(answering: Callable[[Call], bytes]) -> Callable[[], Response]:
    """Make the view of POST /cds-services/{id}, which hooks_first answers with the same function."""

    def view() -> Response:
        return Response(answering(g.call), content_type="application/json")

    return view


def grant_for(request: HookRequest, call: Call, reader: FhirReader, writer: Writer) -> Grant | None:
    """Make the grant of access to the FHIR server of a request; None when it brings no token (CH-085)."""
    if request.fhir_authorization is None:
        return None

    def grant() -> FhirAccess | None:
        access = fhir_access(request, call.known_caller(), reader, reads_noted(writer, call))
        if access is None:
            call.noted["fhir"] = "not-registered"
        return access

    return grant
