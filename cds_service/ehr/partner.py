"""Partner: one FHIR server or CDS service that was named on the command line, and what it answers.

The address is allowed because a person typed it: it may be private and on any port, plain http on this
machine only. Nothing outside it is called, and no redirect is followed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from cds_service.fhir.prefetch_value import next_page
from cds_service.outgoing import Budget, Destination, Fetched, Outgoing, OutgoingRefused, register

Json = Mapping[str, object]

FHIR_JSON = "application/fhir+json"
# A person waits; a large search on a busy server takes its time.
SECONDS = 60.0
MOST_BYTES = 32 * 1024 * 1024
# A search that is not at its end by then pages in circles.
MOST_PAGES = 100


@dataclass(frozen=True, slots=True)
class Reply:
    """What a partner answered. ``body`` is None when it is no JSON object."""

    status: int
    body: Json | None = field(repr=False)

    @property
    def outcome(self) -> str:
        """What an OperationOutcome in the body says, else an empty text."""
        if self.body is None or self.body.get("resourceType") != "OperationOutcome":
            return ""
        issues = self.body.get("issue")
        said = (
            [each.get("diagnostics") for each in issues if isinstance(each, dict)]
            if isinstance(issues, list)
            else []
        )
        return "; ".join(each for each in said if isinstance(each, str))


@dataclass(frozen=True, slots=True)
class Partner:
    """A partner and the session it is called with; ``token`` is sent with every call."""

    destination: Destination
    outgoing: Outgoing
    token: str | None = field(default=None, repr=False)

    @classmethod
    def at(cls, address: str, *, token: str | None = None, ca_file: Path | None = None) -> Partner:
        """Take an address as it was typed. Raises OutgoingRefused when nobody may call it."""
        destination = register(address, allow_private=True, allow_port=True, allow_http=True)
        return cls(destination, Outgoing(ca_file, read_seconds=SECONDS), token)

    @property
    def base(self) -> str:
        """The partner's address, without a slash at its end."""
        return self.destination.base

    def get(self, query: str, accept: str = FHIR_JSON, token: str | None = None) -> Reply:
        """Read an address at or below the base. Raises OutgoingError."""
        return _reply(self._call(query, accept, token))

    def send(
        self, method: str, query: str, body: object, accept: str = FHIR_JSON, token: str | None = None
    ) -> Reply:
        """Send JSON below the base, in the media type that is accepted. Raises OutgoingError."""
        return _reply(self._call(query, accept, token, method, orjson.dumps(body)))

    def search(self, query: str, most: int | None = None) -> Reply:
        """Do a search and follow its pages; all of their entries come in one Bundle.

        With ``most`` no further page is read once there are as many entries. A page that cannot be read
        leaves its link in the Bundle, so that the reader sees that something is missing. Raises OutgoingError
        for the first page.
        """
        first = self.get(query)
        if first.status != 200 or first.body is None or first.body.get("resourceType") != "Bundle":
            return first
        entries, page, seen = _entries(first.body), first.body, set[str]()
        while len(seen) < MOST_PAGES and (most is None or len(entries) < most):
            link = next_page(page)
            if not isinstance(link, str) or link in seen:
                break
            seen.add(link)
            try:
                reply = self.get(link)
            except OutgoingRefused:
                break
            if reply.status != 200 or reply.body is None or reply.body.get("resourceType") != "Bundle":
                break
            page = reply.body
            entries = [*entries, *_entries(page)]
        whole = {name: value for name, value in first.body.items() if name not in ("link", "entry")}
        if next_page(page) is not None:
            whole["link"] = page["link"]
        return Reply(200, whole | ({"entry": entries} if entries else {}))

    def _call(
        self, query: str, accept: str, token: str | None, method: str = "GET", data: bytes | None = None
    ) -> Fetched:
        return self.outgoing.fetch(
            self.destination,
            query,
            Budget.of(SECONDS),
            max_bytes=MOST_BYTES,
            accept=accept,
            token=token or self.token,
            method=method,
            data=data,
            headers={} if data is None else {"Content-Type": accept},
        )


def resources_of(bundle: Json | None) -> list[Json]:
    """The hits of a search: its resources without what the server says about the search."""
    found: list[Json] = []
    for entry in _entries(bundle or {}):
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(resource, dict) and resource.get("resourceType") != "OperationOutcome":
            found.append(resource)
    return found


def _entries(bundle: Json) -> list[object]:
    entries = bundle.get("entry")
    return entries if isinstance(entries, list) else []


def _reply(fetched: Fetched) -> Reply:
    try:
        body = orjson.loads(fetched.body)
    except orjson.JSONDecodeError:
        body = None
    return Reply(fetched.status, body if isinstance(body, dict) else None)
