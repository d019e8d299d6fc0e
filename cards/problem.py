"""What the reader met in the data that a person should know about."""

from __future__ import annotations

from cards.value_class import value_class


@value_class
class Problem:
    """One thing in the received data that is missing, contradictory, unknown or unreadable.

    ``location`` is FHIRPath-like (``Observation/o1.component[2].valueCodeableConcept``);
    ``code`` is a stable token such as ``unmapped-code``; ``text`` is a sentence for people
    that may show codes and system URIs, never names, comments or other free text.
    """

    location: str
    code: str
    text: str
