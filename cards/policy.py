"""Policy: what a site chose (decision model section 16 and the site's own policy.toml)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Policy:
    """The choices in force for one client.

    ``switches`` holds only what differs from the defaults of section 16; read a switch with
    :meth:`switch`. ``muted`` are rule ids that give no card (never a critical one).
    ``tracking`` overrides windows of section 17 by rule id. ``mode`` is ``active`` or
    ``silent`` (evaluated and audited, no cards).
    """

    guideline_profile: str = "acr_sbi"
    bac_policy: str = "note"
    post_benign_biopsy_interval: str = "P12M"
    switches: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    muted: frozenset[str] = frozenset()
    tracking: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: MappingProxyType({}))
    mode: str = "active"
    accept_unverified_codes: bool = False
    language: str = "en"
    origin: str = "defaults"
