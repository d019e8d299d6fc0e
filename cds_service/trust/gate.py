"""The gate in front of every route: who may pass, in which profile, and how a browser is told.

development: callers of this machine, without authentication. production: registered clients with a good
token, over TLS. A route is shut unless ``is_public`` says otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any

from werkzeug.sansio.utils import get_host
from werkzeug.wsgi import get_host as host_of

from cds_service.call import Call
from cds_service.errors import Forbidden
from cds_service.observe.metrics import count_refusal
from cds_service.outgoing.destination import is_loopback_host
from cds_service.trust.authenticate import Trust, authenticate
from cds_service.trust.client import Caller, Client
from cds_service.trust.cors import is_preflight
from cds_service.trust.rate import RateLimit
from cds_service.trust.refusal import TokenRefused
from cds_service.trust.token import bearer, read_token

PUBLIC = frozenset({"/healthz", "/readyz", "/openapi.json", "/favicon.ico"})
"""Routes that anybody may read: they say nothing about a patient or a site."""
PUBLIC_BELOW = ("/evidence", "/static")
PROTECTED_BELOW = "/cds-services"
FEEDBACK = "/feedback"
MOST_PEERS = 64

# What a claim nobody has vouched for must look like to be written down.
_HARMLESS = re.compile(r"[A-Za-z0-9._~:/@+-]{1,200}")

_PORT = re.compile(r":\d+$")

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Gate:
    """What the gate decides by.

    ``trust`` is None in the development profile, where every caller is ``nobody``. ``is_proxy`` knows the
    addresses that may end TLS in front of the service. ``origins`` are the browser origins of all clients.
    """

    public_url: str
    trust: Trust | None
    nobody: Client
    origins: frozenset[str]
    rate: RateLimit
    is_proxy: Callable[[str], bool]
    frame_ancestors: str = "'none'"


def is_public(rule: str) -> bool:
    """Say whether the route with this pattern is open to everybody."""
    return rule in PUBLIC or any(rule == top or rule.startswith(f"{top}/") for top in PUBLIC_BELOW)


def audiences_of(public_url: str, path: str) -> frozenset[str]:
    """The addresses that ``aud`` may hold for a path: its own, and for feedback also its service's
    (CH-163)."""
    own = f"{public_url}{path}"
    return frozenset({own, own.removesuffix(FEEDBACK)})


def let_in(call: Call, gate: Gate) -> None:
    """Find out who calls: ``call.caller``, None where nobody needs to be known.

    Why a caller is turned away is noted for log and audit. Raises NotAuthenticated, Forbidden or
    TooManyCalls.
    """
    environ = call.environ
    if gate.trust is None:
        refuse_strangers(environ)
        if not is_preflight(environ):
            call.caller = Caller(gate.nobody)
        return
    if call.is_public:
        return
    refuse_plain_http(environ, gate.is_proxy)
    if is_preflight(environ) or (call.route is None and not is_below(call.path, PROTECTED_BELOW)):
        return
    authorization = authorizations(environ)
    try:
        call.caller = authenticate(authorization, audiences_of(gate.public_url, call.path), gate.trust)
    except TokenRefused as refused:
        call.refused = refused.reason
        count_refusal(refused.reason)
        call.noted.update(refused=refused.reason, **unverified_names(authorization))
        raise
    call.noted["client"] = call.caller.issuer
    gate.rate.count(call.caller)


def asks_first(call: Call, gate: Gate) -> bool:
    """Say whether a call is a preflight that the gate answers; what anybody may read needs none."""
    return is_preflight(call.environ) and (gate.trust is None or not call.is_public)


def authorizations(environ: Mapping[str, Any]) -> tuple[str, ...]:
    """The Authorization headers of a request; a server joins several with a comma."""
    return (environ["HTTP_AUTHORIZATION"],) if "HTTP_AUTHORIZATION" in environ else ()


def is_below(path: str, top: str) -> bool:
    """Say whether a path is ``top`` or below it."""
    return path == top or path.startswith(f"{top}/")


def refuse_strangers(environ: dict[str, Any]) -> None:
    """Refuse callers from elsewhere, and pages that reach this machine under a name of their own."""
    named = environ.get("HTTP_HOST")
    if not _is_local(environ.get("REMOTE_ADDR") or "", host_of(environ) if named is None else named):
        raise Forbidden("The development profile answers this machine only, under a loopback name.")


@lru_cache(maxsize=MOST_PEERS)
def _is_local(peer: str, named: str) -> bool:
    host = _PORT.sub("", get_host("http", named)).strip("[]")
    return is_loopback_host(peer) and is_loopback_host(host)


def proxies_among(networks: tuple[Network, ...]) -> Callable[[str], bool]:
    """Make the question whether an address is that of a proxy; of a few it is known without a look."""

    @lru_cache(maxsize=MOST_PEERS)
    def is_proxy(peer: str) -> bool:
        try:
            address = ip_address(peer)
        except ValueError:
            return False
        return any(address in network for network in networks)

    return is_proxy


def refuse_plain_http(environ: Mapping[str, Any], is_proxy: Callable[[str], bool]) -> None:
    """Refuse what did not come over TLS to this process or to a named proxy; never redirect a body."""
    if environ["wsgi.url_scheme"] == "https":
        return
    if environ.get("HTTP_X_FORWARDED_PROTO") != "https" or not is_proxy(environ.get("REMOTE_ADDR") or ""):
        raise Forbidden("This service is reached over https only.")


def unverified_names(authorization: Sequence[str]) -> Mapping[str, str]:
    """What a refused token says of itself, for the log: names alone, and only when they look like names."""
    try:
        token = read_token(bearer(authorization))
    except TokenRefused:
        return {}
    said = {
        "claimed_issuer": token.claims.get("iss"),
        "claimed_key": token.header.get("kid"),
        "claimed_tenant": token.claims.get("tenant"),
    }
    return {
        name: value for name, value in said.items() if isinstance(value, str) and _HARMLESS.fullmatch(value)
    }
