"""Who may call: tokens, key sets, replay, origins, rates; and the headers that keep a browser honest."""

from __future__ import annotations

from cds_service.trust.authenticate import Trust, authenticate
from cds_service.trust.client import Caller, Client, FhirOrigin, anonymous
from cds_service.trust.clients_file import ClientsRefused, load_clients
from cds_service.trust.key_store import KeyStore
from cds_service.trust.refusal import REASONS, TokenRefused
from cds_service.trust.replay import Replay

__all__ = [
    "REASONS",
    "Caller",
    "Client",
    "ClientsRefused",
    "FhirOrigin",
    "KeyStore",
    "Replay",
    "TokenRefused",
    "Trust",
    "anonymous",
    "authenticate",
    "load_clients",
]
