"""Guidance -> cards: texts, suggestions as FHIR resources, links."""

from cards.writing.write import MOMENTS, write

__all__ = ["MOMENTS", "write"]
