"""A FHIR server on loopback with the data of one golden case, and requests that leave everything to it."""

from __future__ import annotations

from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson

from cds_service.fhir.access import FhirAccess, FhirReader, fhir_access
from cds_service.fhir.gather import gather
from cds_service.fhir.gathered import Gathered
from cds_service.fhir.server_read import Reply
from cds_service.hooks.parse import parse_hook_request
from cds_service.hooks.services import REPORT_SIGN
from cds_service.outgoing import Outgoing, register
from cds_service.trust.client import Caller, Client, FhirOrigin
from tests.cds_service.golden import prefetched_request
from tests.stub_server import StubServer, answering

TOKEN = "a-token-of-the-test"
Changed = Callable[[BaseHTTPRequestHandler], bool]


def fhir(value: object, status: int = 200) -> Callable[[BaseHTTPRequestHandler], None]:
    """Answer with FHIR JSON."""
    return answering(orjson.dumps(value), status, "application/fhir+json")


class StubFhir:
    """The server. ``page_size`` cuts searches into pages; ``changed`` may answer in its own way."""

    def __init__(self, server: StubServer, request: Any) -> None:
        self.server = server
        prefetch = request["prefetch"]
        self.resources: dict[str, list[Any]] = {}
        for value in prefetch.values():
            bundle = value or {}
            found = [each["resource"] for each in bundle.get("entry", [])] if "entry" in bundle else [bundle]
            for resource in found:
                kind = resource.get("resourceType", "Bundle")
                known = self.resources.setdefault(kind, [])
                if kind != "Bundle" and resource["id"] not in [each["id"] for each in known]:
                    known.append(resource)
        self.page_size = 1000
        self.with_links = True
        self.changed: Changed = lambda _: False
        server.answer = self._answer

    @property
    def base(self) -> str:
        """The base address."""
        return f"{self.server.url}/fhir"

    def asked(self) -> list[str]:
        """What was asked for, relative to the base."""
        return [each.path.removeprefix("/fhir/") for each in self.server.asked]

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        if self.changed(handler):
            return
        parts = urlsplit(handler.path)
        kind, _, ident = parts.path.removeprefix("/fhir/").partition("/")
        found = self.resources.get(kind, [])
        if ident:
            one = next((each for each in found if each["id"] == ident), None)
            fhir({"resourceType": "OperationOutcome"} if one is None else one, 404 if one is None else 200)(
                handler
            )
            return
        start = int(parse_qs(parts.query).get("start", ["0"])[0])
        page = found[start : start + self.page_size]
        bundle: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset", "total": len(found)}
        bundle["entry"] = [{"resource": each, "search": {"mode": "match"}} for each in page]
        if self.with_links and start + self.page_size < len(found):
            url = f"{self.base}/{kind}?start={start + self.page_size}"
            bundle["link"] = [{"relation": "next", "url": url}]
        fhir(bundle)(handler)


def bare_request(server: StubFhir, *keep: str) -> Any:
    """A sign-off that brings nothing but a token, and the prefetch keys to keep."""
    request = prefetched_request()
    request["prefetch"] = {key: value for key, value in request["prefetch"].items() if key in keep}
    return with_token(request, server.base)


def with_token(request: Any, base: str) -> Any:
    """Give a request the right to read."""
    request["fhirServer"] = base
    request["fhirAuthorization"] = {
        "access_token": TOKEN,
        "token_type": "Bearer",
        "expires_in": 300,
        "scope": "patient/*.read",
        "subject": "cds-service",
    }
    return request


class Gathering:
    """A process that gathers: what it shares between calls, and what it was told of reads."""

    def __init__(self, base: str, seconds: float = 5, max_bytes: int = 1_000_000) -> None:
        destination = register(base, allow_http=True)
        self.caller = Caller(Client(issuer="ehr", fhir=(FhirOrigin(destination),)))
        self.reader = FhirReader(Outgoing(), seconds, max_bytes, 64, 10_000)
        self.read: list[tuple[str, int | None, str]] = []

    def gather(self, body: Any, service: Any = REPORT_SIGN) -> Gathered:
        """Gather the data of one request."""
        request = parse_hook_request(body, service)
        if request.fhir_authorization is None:
            return gather(request, service, 10_000)

        def note(_: FhirAccess, reply: Reply) -> None:
            self.read.append((reply.query, reply.status, reply.reason))

        return gather(request, service, 10_000, lambda: fhir_access(request, self.caller, self.reader, note))


def ids(gathered: Gathered) -> set[str]:
    """The ``Type/id`` of everything that was gathered."""
    found = set()
    for value in gathered.resources:
        entries = value.get("entry", []) if value["resourceType"] == "Bundle" else [{"resource": value}]
        found |= {f"{each['resource']['resourceType']}/{each['resource']['id']}" for each in entries}  # type: ignore[attr-defined]
    return found
