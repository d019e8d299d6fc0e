"""Checks of single members of a request: each takes the value and its name, and refuses what
does not fit. No check repeats the value in its message."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from cds_service.errors import BadRequest

# Servers are seen that also use the underscore in ids, which FHIR does not allow.
_ID = re.compile(r"[A-Za-z0-9\-._]{1,64}")
_UUID = re.compile(r"(?:(?i:urn:uuid:))?[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_REPORT_STATUSES = frozenset(
    {
        "registered",
        "partial",
        "preliminary",
        "final",
        "amended",
        "corrected",
        "appended",
        "cancelled",
        "entered-in-error",
        "unknown",
    }
)


def mistyped(name: str, expected: str) -> BadRequest:
    """Build the refusal of a member that is there but is not what it has to be."""
    return BadRequest(f"{name} must be {expected}.", expression=name, code="value")


def missing(name: str) -> BadRequest:
    """Build the refusal of a request that lacks a required member."""
    return BadRequest(f"{name} is missing.", expression=name, code="required")


def is_text(value: object, name: str) -> None:
    """Accept a string that is not blank."""
    if not isinstance(value, str) or not value.strip():
        raise mistyped(name, "a string that is not blank")


def is_uuid(value: object, name: str) -> None:
    """Accept a UUID in any case, also with the prefix urn:uuid: (CH-052)."""
    if not isinstance(value, str) or not _UUID.fullmatch(value):
        raise mistyped(name, "a UUID")


def is_id(value: object, name: str) -> None:
    """Accept a bare FHIR id, without the type in front (CH-059)."""
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise mistyped(name, "a bare FHIR id such as 123, without a resource type in front")


def is_user(*types: str) -> Callable[[object, str], None]:
    """Make a check that accepts ``Type/id`` for one of ``types`` (CH-058)."""
    pattern = re.compile(rf"(?:{'|'.join(types)})/{_ID.pattern}")

    def check(value: object, name: str) -> None:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise mistyped(name, "a reference such as " + " or ".join(f"{each}/123" for each in types))

    return check


def is_report_status(value: object, name: str) -> None:
    """Accept a code of the R4 value set DiagnosticReportStatus."""
    if not isinstance(value, str) or value not in _REPORT_STATUSES:
        raise mistyped(name, "a DiagnosticReport.status of FHIR R4 such as final or amended")


def is_concepts(value: object, name: str) -> None:
    """Accept CodeableConcepts as an array, as one object or as a string: the draft of the hook
    types and shows them in all three ways."""
    for item in value if isinstance(value, list) else [value]:
        if not isinstance(item, dict | str):
            raise mistyped(name, "an array of CodeableConcepts")


def is_bundle(value: object, name: str) -> None:
    """Accept a FHIR Bundle."""
    if not isinstance(value, dict) or value.get("resourceType") != "Bundle":
        raise mistyped(name, "a FHIR Bundle")


def is_address(value: object, name: str) -> None:
    """Accept an absolute http or https address."""
    if isinstance(value, str):
        try:
            parts = urlsplit(value)
            host = parts.hostname
        except ValueError:
            host = None
        if host and parts.scheme in ("http", "https"):
            return
    raise mistyped(name, "an absolute http or https address")
