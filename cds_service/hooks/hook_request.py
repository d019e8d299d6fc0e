"""HookRequest: the CDS Hooks request after its shape was checked (CH-050 to CH-062)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from cards.value_class import value_class


@value_class
class FhirAuthorization:
    """Access to the caller's FHIR server; the token never shows in a repr, log or error."""

    access_token: str = field(repr=False)
    expires_in: int
    scope: str
    subject: str
    patient: str | None = None


@value_class
class HookRequest:
    """One call of a service. ``context`` and ``prefetch`` hold plain JSON, kept out of reprs."""

    service_id: str
    hook: str
    hook_instance: str
    context: Mapping[str, object] = field(repr=False)
    prefetch: Mapping[str, object] = field(repr=False)
    fhir_server: str | None = None
    fhir_authorization: FhirAuthorization | None = None
