"""Send the table of forged tokens to a deployed CDS service and judge its answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import orjson

from cds_service.outgoing import Budget, Destination, Fetched, Outgoing
from cds_service.outgoing.refusals import OutgoingError
from cds_service.trust.forging import (
    FORGED,
    NEEDS_NO_TOKEN,
    REPLAYED,
    REPLAYED_MEANS,
    Forge,
    good_token,
)

REFUSALS = frozenset({401, 403})
SECONDS = 10.0
MOST_BYTES = 1024 * 1024

Ask = Callable[[str | None], Fetched]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One address of the service: discovery is read, a service gets an empty object."""

    name: str
    path: str
    method: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One row of the result. ``meaning`` is empty when all is well."""

    endpoint: str
    token: str
    status: int
    verdict: str
    meaning: str = ""


class GoodTokenRefused(Exception):
    """The service does not accept a token that should be good, so that nothing can be told."""

    def __init__(self, endpoint: str, status: int) -> None:
        super().__init__(f"{endpoint}: {status}")
        self.endpoint = endpoint
        self.status = status


DISCOVERY = Endpoint("discovery", "/cds-services", "GET")


def ask(outgoing: Outgoing, base: Destination, endpoint: Endpoint, authorization: str | None) -> Fetched:
    """Call one endpoint once. Raises OutgoingError."""
    headers = {} if authorization is None else {"Authorization": authorization}
    body = None
    if endpoint.method == "POST":
        # Accepted or not shows before the body is looked at; an empty object has nobody's data in it.
        headers["Content-Type"] = "application/json"
        body = b"{}"
    return outgoing.fetch(
        base,
        f"{base.base}{endpoint.path}",
        Budget.of(SECONDS),
        max_bytes=MOST_BYTES,
        accept="application/json",
        method=endpoint.method,
        data=body,
        headers=headers,
    )


def first_service(outgoing: Outgoing, base: Destination, forge: Forge) -> str | None:
    """The id of the first service that discovery names to a good caller; None when there is none."""
    fetched = ask(outgoing, base, DISCOVERY, good_token(_for(forge, base, DISCOVERY)))
    if fetched.status in REFUSALS:
        raise GoodTokenRefused(DISCOVERY.name, fetched.status)
    try:
        found = orjson.loads(fetched.body)["services"][0]["id"]
    except (orjson.JSONDecodeError, LookupError, TypeError):
        return None
    return found if isinstance(found, str) else None


def _for(forge: Forge, base: Destination, endpoint: Endpoint) -> Forge:
    return replace(forge, audience=f"{base.base}{endpoint.path}")


def probe(outgoing: Outgoing, base: Destination, endpoint: Endpoint, forge: Forge) -> list[Finding]:
    """Send every forged token to one endpoint. Raises GoodTokenRefused, OutgoingError."""
    forge = _for(forge, base, endpoint)

    def send(authorization: str | None) -> Fetched:
        return ask(outgoing, base, endpoint, authorization)

    used = good_token(forge)
    accepted = send(used)
    if accepted.status in REFUSALS:
        raise GoodTokenRefused(endpoint.name, accepted.status)
    findings: list[Finding] = []
    refusals: set[tuple[int, bytes]] = set()
    is_challenged = True
    for name, (meaning, make) in FORGED.items():
        authorization = make(forge)
        if authorization is None and name != NEEDS_NO_TOKEN:
            continue
        finding, fetched = _judge(endpoint, name, meaning, send, authorization)
        findings.append(finding)
        if fetched is not None and fetched.status in REFUSALS:
            refusals.add((fetched.status, fetched.body))
            is_challenged = is_challenged and "WWW-Authenticate" in fetched.headers
    findings.append(_judge(endpoint, REPLAYED, REPLAYED_MEANS, send, used)[0])
    findings.append(_alike(endpoint, refusals))
    findings.append(_challenge(endpoint, is_challenged))
    return findings


def _judge(
    endpoint: Endpoint, name: str, meaning: str, send: Ask, authorization: str | None
) -> tuple[Finding, Fetched | None]:
    try:
        fetched = send(authorization)
    except OutgoingError as error:
        if error.reason in ("unreachable", "name-not-found", "certificate"):
            raise
        return Finding(endpoint.name, name, 0, error.reason, "the service did not answer in order"), None
    status = fetched.status
    if status in REFUSALS:
        return Finding(endpoint.name, name, status, "refused"), fetched
    if status == 429:
        return Finding(endpoint.name, name, status, "not told", "over the rate limit: probe again"), fetched
    if status >= 500:
        return Finding(endpoint.name, name, status, "crashed", "a forged token breaks the service"), fetched
    return Finding(endpoint.name, name, status, "ACCEPTED", meaning), fetched


def _alike(endpoint: Endpoint, refusals: set[tuple[int, bytes]]) -> Finding:
    name = "all refusals alike"
    if len(refusals) <= 1:
        return Finding(endpoint.name, name, 401, "yes")
    return Finding(endpoint.name, name, 401, "NO", "a caller is told why a token was refused")


def _challenge(endpoint: Endpoint, is_challenged: bool) -> Finding:
    name = "WWW-Authenticate on refusals"
    if is_challenged:
        return Finding(endpoint.name, name, 401, "yes")
    return Finding(endpoint.name, name, 401, "NO", "a 401 says how to authenticate (RFC 9110)")
