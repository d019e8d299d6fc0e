"""Refused: why something that a person gave cannot be shown, as a sentence that says what to do."""

from __future__ import annotations

from cds_service.errors import BodyTooLarge, DataMissing, RequestRefused


class Refused(Exception):
    """``key`` names the sentence in the table [refused] of the words; ``detail`` is the service's own
    sentence in English, which names members and never shows contents."""

    def __init__(self, key: str, detail: str = "", status: int = 400) -> None:
        super().__init__(key)
        self.key = key
        self.detail = detail
        self.status = status


def refused_by(error: RequestRefused) -> Refused:
    """Find the sentence for a refusal of the line."""
    return Refused(_key(error), error.diagnostics, error.status)


def _key(error: RequestRefused) -> str:
    if isinstance(error, BodyTooLarge):
        return "too_large"
    if isinstance(error, DataMissing):
        return "no_report"
    if error.code == "not-supported":
        return "old_fhir"
    if "another patient" in error.diagnostics:
        return "other_patient"
    if error.code == "structure":
        return "not_json"
    return "not_a_request"
