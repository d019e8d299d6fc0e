"""From a CodeableConcept to the concepts it means.

Several codings of the same concept are one; a coding that no table knows beside a known one is
a local translation; a value none of whose codings is known is unmapped and shown raw.
"""

from __future__ import annotations

from typing import NamedTuple

from cards.terminology import Concept, Terminology


class Coded(NamedTuple):
    """The concepts of one CodeableConcept, without repeats, in the order received.

    ``unknown`` are the codings no table knows, as ``system|code``; ``text_only`` says that
    the value holds words but no coding at all.
    """

    concepts: tuple[Concept, ...]
    unknown: tuple[str, ...]
    text_only: bool = False

    def of(self, domain: str) -> tuple[str, ...]:
        """The names of the concepts of one domain."""
        return tuple(concept.concept for concept in self.concepts if concept.domain == domain)


NOTHING = Coded((), ())


def raw(system: object, code: object) -> str:
    """A coding as people may see it: ``system|code``, each at most 128 characters."""
    shown_system = system[:128] if isinstance(system, str) else ""
    shown_code = code[:128] if isinstance(code, str) else ""
    return f"{shown_system}|{shown_code}" if shown_system else shown_code


def coded(terminology: Terminology, value: object) -> Coded:
    """The concepts of a CodeableConcept, a Coding, or an R5 CodeableReference with a concept.

    Anything else, and members of a wrong JSON type, count as not there.
    """
    if not isinstance(value, dict):
        return NOTHING
    codings = value.get("coding")
    if codings is None:
        if "code" in value:
            codings = (value,)
        elif "concept" in value:
            return coded(terminology, value["concept"])
        else:
            return Coded((), (), bool(value.get("text")))
    elif not isinstance(codings, list):
        return NOTHING
    lookup = terminology.lookup
    if len(codings) == 1:
        only = codings[0]
        if not isinstance(only, dict):
            return NOTHING
        system, code = only.get("system"), only.get("code")
        if isinstance(system, str) and isinstance(code, str):
            found = lookup(system, code)
            return Coded(found, ()) if found else Coded((), (raw(system, code),))
        return Coded((), (raw(system, code),)) if code or system else Coded((), (), bool(value.get("text")))
    concepts: dict[Concept, None] = {}
    unknown: dict[str, None] = {}
    for coding in codings:
        if not isinstance(coding, dict):
            continue
        system, code = coding.get("system"), coding.get("code")
        found = lookup(system, code) if isinstance(system, str) and isinstance(code, str) else ()
        if found:
            concepts.update(dict.fromkeys(found))
        elif code or system:
            unknown[raw(system, code)] = None
    if not concepts and not unknown:
        return Coded((), (), bool(value.get("text")))
    return Coded(tuple(concepts), tuple(unknown))


def codings_of(value: object) -> tuple[dict[str, object], ...]:
    """The Coding objects of a CodeableConcept, Coding or CodeableReference; () if there are none."""
    if not isinstance(value, dict):
        return ()
    codings = value.get("coding")
    if isinstance(codings, list):
        return tuple(coding for coding in codings if isinstance(coding, dict))
    if "code" in value:
        return (value,)
    return codings_of(value["concept"]) if "concept" in value else ()
