"""A whole request body -> the response on the wire, without HTTP: for the command line and for
golden cases."""

from __future__ import annotations

from cds_service.errors import BadRequest, BodyTooLarge
from cds_service.hooks.json_body import parse_json_object
from cds_service.hooks.line import Line, answer_hook
from cds_service.hooks.parse import parse_hook_request
from cds_service.hooks.respond import Wire, respond
from cds_service.hooks.service import Service
from cds_service.hooks.services import services
from cds_service.settings import Settings


def answer_body(body: bytes, settings: Settings, line: Line) -> Wire:
    """Answer a request body as the service for its hook would.

    Raises RequestRefused as the hook endpoint does.
    """
    if len(body) > settings.max_body_bytes:
        raise BodyTooLarge(f"The request is larger than {settings.max_body_bytes} bytes.")
    members = parse_json_object(body, settings.max_json_depth)
    service = service_for(members.get("hook"), settings)
    answer = answer_hook(parse_hook_request(members, service), service, line)
    return respond(answer, line.policy, line.public_url)


def service_for(hook: object, settings: Settings) -> Service:
    """Find the service that answers a hook; BadRequest names the hooks there are."""
    offered = services(settings.custom_hook).values()
    for service in offered:
        if service.hook == hook:
            return service
    known = ", ".join(service.hook for service in offered)
    raise BadRequest(f"hook must be one of {known}.", expression="hook", code="value")
