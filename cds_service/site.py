"""The files a site supplies: its policy and its own codes."""

from __future__ import annotations

from pathlib import Path

from cards.guidance.switches import for_fhir_line
from cards.policy import Policy
from cards.policy_file import PolicyRefusedError, parse_policy
from cards.terminology import BrokenTable, Terminology, load_terminology
from cds_service.errors import SettingsRefused


def site_policy(path: Path | None) -> Policy:
    """Read policy.toml, or take the defaults; what a report does not code is then only noted.

    Raises SettingsRefused with a line for each fault.
    """
    if path is None:
        return for_fhir_line(Policy())
    try:
        return for_fhir_line(parse_policy(_text(path), path.name))
    except PolicyRefusedError as refused:
        raise SettingsRefused(refused.reasons) from None


def site_terminology(path: Path | None, *, accept_unverified: bool) -> Terminology:
    """Load the shipped code tables and the site's codes.csv beside them.

    ``accept_unverified`` comes from the policy. Raises SettingsRefused with file and line.
    """
    try:
        return load_terminology(None if path is None else _text(path), accept_unverified=accept_unverified)
    except BrokenTable as broken:
        raise SettingsRefused([str(broken)]) from None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise SettingsRefused([f"{path.name}: cannot be read as UTF-8 text"]) from None
