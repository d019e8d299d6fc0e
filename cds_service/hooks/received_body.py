"""The bytes of a request body, when it says that it is JSON and is not too long."""

from __future__ import annotations

from typing import Any

from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
from werkzeug.http import parse_options_header
from werkzeug.wsgi import get_input_stream

from cds_service.body_length import body_length
from cds_service.errors import BodyTooLarge, NotJson

# The two FHIR types are what FHIR clients send by default: the current one and that of DSTU2.
JSON_TYPES = frozenset({"application/json", "application/fhir+json", "application/json+fhir"})


def json_bytes(environ: dict[str, Any], most: int) -> bytes:
    """Read the body of a request, of at most ``most`` bytes.

    Raises NotJson when it does not say that it is plain JSON, RequestEntityTooLarge or BodyTooLarge when it
    is too long, ClientDisconnected when less came than was announced.
    """
    content_type = environ.get("CONTENT_TYPE", "")
    if content_type not in JSON_TYPES and parse_options_header(content_type)[0].lower() not in JSON_TYPES:
        raise NotJson("Send the request as application/json.", expression="Content-Type")
    if environ.get("HTTP_CONTENT_ENCODING") not in (None, "", "identity"):
        raise NotJson("Send the body without Content-Encoding.", expression="Content-Encoding")
    length = body_length(environ)
    if length is None:
        return _of_unknown_length(environ, most)
    if length > most:
        raise RequestEntityTooLarge
    body: bytes = environ["wsgi.input"].read(length)
    if len(body) < length:
        raise ClientDisconnected
    return body


def _of_unknown_length(environ: dict[str, Any], most: int) -> bytes:
    body: bytes = get_input_stream(environ, max_content_length=most).read()
    if len(body) >= most:
        raise BodyTooLarge(f"The request has {most} bytes or more.")
    return body
