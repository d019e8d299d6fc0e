"""The gate in front of every route: who may pass, in which profile, and how a browser is told.

development: callers of this machine, without authentication. production: registered clients with a good
token, over TLS. A route is shut unless ``is_public`` says otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address

from flask import Flask, Response, g, request

from cds_service.errors import Forbidden
from cds_service.observe.metrics import count_refusal
from cds_service.outgoing.destination import is_loopback_host
from cds_service.trust.authenticate import Trust, authenticate
from cds_service.trust.client import Caller, Client
from cds_service.trust.cors import is_preflight, let_read, preflight
from cds_service.trust.headers import harden
from cds_service.trust.rate import RateLimit
from cds_service.trust.refusal import TokenRefused
from cds_service.trust.token import bearer, read_token

PUBLIC = frozenset({"/healthz", "/readyz", "/openapi.json", "/favicon.ico"})
"""Routes that anybody may read: they say nothing about a patient or a site."""
PUBLIC_BELOW = ("/evidence", "/static")
PROTECTED_BELOW = "/cds-services"
FEEDBACK = "/feedback"

# What a claim nobody has vouched for must look like to be written down.
_HARMLESS = re.compile(r"[A-Za-z0-9._~:/@+-]{1,200}")

_PORT = re.compile(r":\d+$")

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Gate:
    """What the gate decides by.

    ``trust`` is None in the development profile, where every caller is ``nobody``. ``proxies`` are the
    addresses that may end TLS in front of the service. ``origins`` are the browser origins of all clients.
    """

    public_url: str
    trust: Trust | None
    nobody: Client
    origins: frozenset[str]
    rate: RateLimit
    proxies: tuple[Network, ...] = ()
    frame_ancestors: str = "'none'"


def is_public(rule: str) -> bool:
    """Say whether the route with this pattern is open to everybody."""
    return rule in PUBLIC or any(rule == top or rule.startswith(f"{top}/") for top in PUBLIC_BELOW)


def audiences_of(public_url: str, path: str) -> frozenset[str]:
    """The addresses that ``aud`` may hold for a path: its own, and for feedback also its service's
    (CH-163)."""
    own = f"{public_url}{path}"
    return frozenset({own, own.removesuffix(FEEDBACK)})


def install(app: Flask, gate: Gate) -> None:
    """Put the gate in front of every route of ``app``. Why a caller is turned away is noted for the log."""

    @app.before_request
    def let_in() -> Response | None:
        matched = request.url_rule
        rule = None if matched is None else matched.rule
        g.is_public = rule is not None and is_public(rule)
        if gate.trust is None:
            refuse_strangers()
            if is_preflight():
                return preflight()
            g.caller = Caller(gate.nobody)
            return None
        if g.is_public:
            return None
        refuse_plain_http(gate.proxies)
        if is_preflight():
            return preflight()
        if rule is None and not is_below(request.path, PROTECTED_BELOW):
            return None
        try:
            g.caller = authenticate(
                request.headers.getlist("Authorization"),
                audiences_of(gate.public_url, request.path),
                gate.trust,
            )
        except TokenRefused as refused:
            g.refused = refused.reason
            count_refusal(refused.reason)
            g.noted.update(refused=refused.reason, **unverified_names())
            raise
        g.noted["client"] = g.caller.issuer
        gate.rate.count(g.caller)
        return None

    @app.after_request
    def add_headers(response: Response) -> Response:
        caller: Caller | None = g.get("caller")
        let_read(response, gate.origins if caller is None else caller.client.cors_origins)
        harden(
            response,
            is_production=gate.trust is not None,
            is_public=g.get("is_public", False),
            frame_ancestors=gate.frame_ancestors,
        )
        return response


def is_below(path: str, top: str) -> bool:
    """Say whether a path is ``top`` or below it."""
    return path == top or path.startswith(f"{top}/")


def refuse_strangers() -> None:
    """Refuse callers from elsewhere, and pages that reach this machine under a name of their own."""
    host = _PORT.sub("", request.host).strip("[]")
    if not is_loopback_host(request.remote_addr or "") or not is_loopback_host(host):
        raise Forbidden("The development profile answers this machine only, under a loopback name.")


def refuse_plain_http(proxies: tuple[Network, ...]) -> None:
    """Refuse what did not come over TLS to this process or to a named proxy; never redirect a body."""
    if request.scheme == "https":
        return
    try:
        peer = ip_address(request.remote_addr or "")
    except ValueError:
        peer = None
    from_proxy = peer is not None and any(peer in network for network in proxies)
    if not from_proxy or request.headers.get("X-Forwarded-Proto") != "https":
        raise Forbidden("This service is reached over https only.")


def unverified_names() -> Mapping[str, str]:
    """What a refused token says of itself, for the log: names alone, and only when they look like names."""
    try:
        token = read_token(bearer(request.headers.getlist("Authorization")))
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
