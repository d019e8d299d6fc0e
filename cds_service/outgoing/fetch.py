"""Outgoing.fetch: one guarded call to a registered destination."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path

import requests
from urllib3.exceptions import HTTPError

from cds_service.outgoing.breaker import Breaker
from cds_service.outgoing.budget import Budget
from cds_service.outgoing.connection import Call, GuardedAdapter, Resolve, running, system_resolver
from cds_service.outgoing.destination import Destination, url_below
from cds_service.outgoing.refusals import OutgoingFailed, OutgoingRefused

CHUNK = 64 * 1024
# Seconds between two pieces of an answer. The budget of the caller is usually shorter.
READ_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a partner answered. ``media_type`` is in lower case without parameters."""

    status: int
    media_type: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class Outgoing:
    """The guarded session of this process, and what it knows about its partners.

    ``ca_file``: a file of certificates that a site trusts in place of the usual ones. ``resolve`` gives
    every address of a
    name. ``read_seconds`` is the longest wait for the next piece of an answer. Certificates are always
    checked; there is no switch.
    """

    def __init__(
        self,
        ca_file: Path | None = None,
        resolve: Resolve = system_resolver,
        read_seconds: float = READ_SECONDS,
    ) -> None:
        self._resolve = resolve
        self._read_seconds = read_seconds
        self._verify: bool | str = True if ca_file is None else str(ca_file)
        self._sessions: dict[tuple[bool, bool], requests.Session] = {}
        self._breakers: dict[str, Breaker] = {}
        self._lock = threading.Lock()

    def fetch(
        self,
        destination: Destination,
        url: str,
        budget: Budget,
        *,
        max_bytes: int,
        accept: str,
        token: str | None = None,
        method: str = "GET",
        data: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        with_breaker: bool = False,
    ) -> Fetched:
        """Call ``url``, which is at or below the destination, absolute or relative to it.

        ``budget`` ends the whole call, name look-up and a dripping answer included. ``token`` is sent as
        bearer token.
        ``with_breaker``: leave a partner alone for 30 s after 5 failures in a row.

        Any status is returned but a redirect. Raises OutgoingRefused or OutgoingFailed.
        """
        address = url_below(destination, url)
        sent = {"Accept": accept, "Accept-Encoding": "identity"} | dict(headers or {})
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        if budget.remaining() <= 0:
            raise OutgoingFailed("timeout")
        breaker = self.breaker_of(destination) if with_breaker else None
        if breaker is not None and not breaker.may_call():
            raise OutgoingFailed("breaker-open")
        try:
            fetched = self._exchange(destination, method, address, sent, data, budget, max_bytes)
        except (OutgoingFailed, OutgoingRefused):
            if breaker is not None:
                breaker.failed()
            raise
        if breaker is not None:
            (breaker.failed if fetched.status >= 500 else breaker.succeeded)()
        return fetched

    def breaker_of(self, destination: Destination) -> Breaker:
        """The breaker of the destination's origin."""
        with self._lock:
            return self._breakers.setdefault(destination.origin, Breaker())

    def breakers(self) -> Mapping[str, Breaker]:
        """Every breaker so far, by origin."""
        with self._lock:
            return dict(self._breakers)

    def _session_for(self, destination: Destination) -> requests.Session:
        rights = (destination.allow_private, destination.is_loopback)
        with self._lock:
            session = self._sessions.get(rights)
            if session is None:
                session = requests.Session()
                # No proxy, no .netrc and no certificates from the environment.
                session.trust_env = False
                session.verify = self._verify
                session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
                session.headers.clear()
                session.headers["User-Agent"] = "calcification-cds"
                adapter = GuardedAdapter(self._resolve, allow_private=rights[0], allow_loopback=rights[1])
                session.mount("https://", adapter)
                session.mount("http://", adapter)
                self._sessions[rights] = session
            return session

    def _exchange(
        self,
        destination: Destination,
        method: str,
        address: str,
        headers: Mapping[str, str],
        data: bytes | None,
        budget: Budget,
        max_bytes: int,
    ) -> Fetched:
        remaining = max(budget.remaining(), 0.001)
        call = Call(budget)
        session = self._session_for(destination)
        try:
            with (
                running(call),
                session.request(
                    method,
                    address,
                    headers=dict(headers),
                    data=data,
                    timeout=(remaining, min(remaining, self._read_seconds)),
                    allow_redirects=False,
                    stream=True,
                ) as response,
            ):
                body = _read(response, max_bytes)
                if call.is_cut:
                    raise OutgoingFailed("timeout")
                return Fetched(
                    response.status_code,
                    response.headers.get("Content-Type", "").partition(";")[0].strip().lower(),
                    response.headers,
                    body,
                )
        except requests.exceptions.SSLError:
            raise OutgoingFailed("timeout" if call.is_cut else "certificate") from None
        except requests.exceptions.Timeout:
            raise OutgoingFailed("timeout") from None
        except (requests.exceptions.RequestException, HTTPError, OSError, ValueError):
            raise OutgoingFailed("timeout" if call.is_cut else "unreachable") from None


def _read(response: requests.Response, max_bytes: int) -> bytes:
    """Read the body piece by piece, up to a limit that what the server says cannot lift."""
    if response.is_redirect or 300 <= response.status_code < 400:
        raise OutgoingRefused("redirect")
    if response.headers.get("Content-Encoding", "identity") not in ("", "identity"):
        raise OutgoingRefused("encoding")
    pieces: list[bytes] = []
    length = 0
    for piece in response.iter_content(CHUNK):
        length += len(piece)
        if length > max_bytes:
            response.close()
            raise OutgoingRefused("too-large")
        pieces.append(piece)
    return b"".join(pieces)
