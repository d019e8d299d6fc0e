"""The hook endpoint: bytes in, cards out; and discovery beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import orjson
from flask import Response, g, request

from cds_service.errors import BodyTooLarge, NotJson
from cds_service.fhir.access import FhirAccess, FhirReader, Grant, NoteRead, fhir_access
from cds_service.hooks.discovery import discovery
from cds_service.hooks.hook_request import HookRequest
from cds_service.hooks.json_body import parse_json_object
from cds_service.hooks.language import language_asked
from cds_service.hooks.line import Line, answer_hook
from cds_service.hooks.parse import parse_hook_request
from cds_service.hooks.respond import respond
from cds_service.hooks.service import Service
from cds_service.observe.audit import note_call, note_result
from cds_service.observe.fhir_reads import reads_noted
from cds_service.observe.issued import write_issued
from cds_service.observe.metrics import count_cards
from cds_service.observe.requests import note_answer, note_service
from cds_service.storage.writer import Writer

# The two FHIR types are what FHIR clients send by default: the current one and that of DSTU2.
JSON_TYPES = frozenset({"application/json", "application/fhir+json", "application/json+fhir"})


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


def hook_view(
    service: Service,
    line: Line,
    lines: Mapping[str, Line],
    max_depth: int,
    reader: FhirReader,
    writer: Writer,
) -> Callable[[], Response]:
    """Make the view of POST /cds-services/{id} for one service.

    ``lines`` are those of the clients with a policy of their own, by issuer; ``line`` is everybody else's.
    ``reader`` reads what did not come; ``writer`` writes behind the answer what was issued and read.
    """
    note_read = reads_noted(writer)

    def view() -> Response:
        note_service(service.id)
        hook_request = parse_hook_request(parse_json_object(json_bytes(), max_depth), service)
        note_call(hook_request)
        own_line = lines.get(g.caller.issuer, line)
        grant = grant_for(hook_request, reader, note_read)
        answer = answer_hook(hook_request, service, own_line, grant, language_asked())
        note_answer(answer)
        note_result(answer)
        count_cards(service.id, answer.cards)
        write_issued(writer, g.caller, service.id, answer)
        return json_response(respond(answer, own_line.policy, own_line.public_url))

    return view


def grant_for(request: HookRequest, reader: FhirReader, note_read: NoteRead) -> Grant | None:
    """Make the grant of access to the FHIR server of a request; None when it brings no token (CH-085)."""
    if request.fhir_authorization is None:
        return None

    def grant() -> FhirAccess | None:
        access = fhir_access(request, g.caller, reader, note_read)
        if access is None:
            g.noted["fhir"] = "not-registered"
        return access

    return grant


def json_bytes() -> bytes:
    """Read the body of the current request.

    Raises NotJson when it does not say that it is plain JSON, BodyTooLarge when it is sent in
    chunks and reaches the limit; the web framework refuses a longer body of stated length.
    """
    if request.mimetype not in JSON_TYPES:
        raise NotJson("Send the request as application/json.", expression="Content-Type")
    if request.content_encoding not in (None, "", "identity"):
        raise NotJson("Send the body without Content-Encoding.", expression="Content-Encoding")
    body = request.get_data(cache=False)
    limit = request.max_content_length
    if limit is not None and len(body) >= limit and request.content_length is None:
        raise BodyTooLarge(f"The request has {limit} bytes or more.")
    return body
