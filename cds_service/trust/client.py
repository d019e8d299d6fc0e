"""Client: one registered caller and what it may do; Caller: who makes the current call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from cards.value_class import value_class
from cds_service.outgoing import Destination, OutgoingRefused, register
from cds_service.trust.keys import Keys

DEFAULT_ALGORITHMS = frozenset({"ES384", "RS384"})
DEFAULT_LIFE_SECONDS = 300


@dataclass(frozen=True, slots=True)
class FhirOrigin:
    """A FHIR server this client's data may be read from; ``tenants`` empty means for all of them."""

    destination: Destination
    tenants: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Client:
    """One entry of clients.toml.

    Exactly one of ``keys`` (pinned) and ``key_url`` (the registered jku) is set. ``jku`` is what the
    tokens name, to the letter; with pinned keys it is compared and never fetched. ``tenants`` empty means
    that the client names none. ``rate_per_minute`` counts in each worker.
    """

    issuer: str
    keys: Keys | None = field(default=None, repr=False)
    key_url: Destination | None = None
    jku: str | None = None
    algorithms: frozenset[str] = DEFAULT_ALGORITHMS
    tenants: frozenset[str] = frozenset()
    fhir: tuple[FhirOrigin, ...] = ()
    cors_origins: frozenset[str] = frozenset()
    rate_per_minute: int = 600
    audience_aliases: frozenset[str] = frozenset()
    life_seconds: int = DEFAULT_LIFE_SECONDS
    replay: Literal["strict", "log"] = "strict"
    policy_file: Path | None = None

    def fhir_destination(self, fhir_server: str, tenant: str) -> Destination | None:
        """The registered base that equals a request's ``fhirServer``; None when there is none (CH-089)."""
        try:
            named = register(fhir_server, allow_port=True, allow_http=True)
        except OutgoingRefused:
            return None
        for origin in self.fhir:
            if origin.destination.base == named.base and (not origin.tenants or tenant in origin.tenants):
                return origin.destination
        return None


@value_class
class Caller:
    """Who makes this call. Without authentication issuer, tenant and jti are empty."""

    client: Client
    tenant: str = ""
    jti: str = ""

    @property
    def issuer(self) -> str:
        """The registered issuer."""
        return self.client.issuer


def anonymous(clients: Mapping[str, Client], servers: tuple[FhirOrigin, ...] = ()) -> Client:
    """The caller of the development profile: nobody, with the FHIR servers and origins of every client and
    the FHIR ``servers`` of the settings."""
    return Client(
        issuer="",
        fhir=(
            *(FhirOrigin(each.destination) for client in clients.values() for each in client.fhir),
            *servers,
        ),
        cors_origins=frozenset().union(*(client.cors_origins for client in clients.values())),
        rate_per_minute=0,
    )
