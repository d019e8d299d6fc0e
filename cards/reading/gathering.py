"""Gathering: the Observations that together describe one calcification finding.

An attribute belongs to the finding above it. Attributes without one belong together when they
share parent, side and BodyStructure (converted DICOM reports, flat results); two breasts never mix.
"""

from __future__ import annotations

from typing import Final

from cards.problem import Problem
from cards.reading.observed import Observed
from cards.reading.roles import speaks

_MASSES: Final = {
    "q_mass_finding": "mass",
    "q_abnormality_architectural_distortion": "architectural_distortion",
    "q_abnormality_asymmetry": "focal_asymmetry",
}


class Gathered:
    """The parts of one finding in order of discovery, and features that its neighbours state."""

    __slots__ = ("denied", "features", "parts", "side")

    def __init__(
        self, parts: list[Observed], side: str | None, features: list[str], denied: bool = False
    ) -> None:
        self.parts, self.side, self.features, self.denied = parts, side, features, denied


def gather(observations: list[Observed], problems: list[Problem]) -> list[Gathered]:
    """The calcification findings of the report, in order."""
    found: dict[int, Gathered] = {}
    loose: dict[tuple[int, str | None, str], list[Observed]] = {}
    for observed in observations:
        if observed.negated and observed.role != "attribute":
            continue
        role = observed.role
        if role == "finding":
            found[id(observed)] = Gathered([observed], observed.side, _features(observed))
        elif role == "attribute":
            head = _head(observed, found)
            if head is None:
                parent = observed.parent
                key = (0 if parent is None else id(parent), observed.side, observed.structure)
                loose.setdefault(key, []).append(observed)
            else:
                _attach(observed, head)
        elif role in ("group", "exam", "question") and any(speaks(answer) for answer in observed.answers):
            found[id(observed)] = Gathered([observed], observed.side, [])
        elif role == "other_finding" and observed.parent is not None:
            above = found.get(id(observed.parent))
            if above is not None:
                above.features.extend(_features(observed))
    if loose:
        _gather_loose(loose, found, problems)
        order = {id(observed): position for position, observed in enumerate(observations)}
        found = dict(sorted(found.items(), key=lambda item: order[id(item[1].parts[0])]))
    return [one for one in found.values() if not one.denied]


def _head(observed: Observed, found: dict[int, Gathered]) -> Gathered | None:
    """The finding above an attribute, through attributes that stand between."""
    seen: set[int] = set()
    parent = observed.parent
    while parent is not None and id(parent) not in seen:
        head = found.get(id(parent))
        if head is not None:
            return head if parent.role == "finding" else None
        if parent.role != "attribute":
            return None
        seen.add(id(parent))
        parent = parent.parent
    return None


def _attach(observed: Observed, head: Gathered) -> None:
    if observed.own_side is not None and head.side is not None and observed.own_side != head.side:
        # An attribute of the other breast never describes this finding.
        return
    head.parts.append(observed)
    if head.side is None:
        head.side = observed.side
    head.denied = head.denied or _is_denial(observed)


def _is_denial(observed: Observed) -> bool:
    return observed.code_role == "presence" and any(answer.denied for answer in observed.answers)


def _gather_loose(
    loose: dict[tuple[int, str | None, str], list[Observed]],
    found: dict[int, Gathered],
    problems: list[Problem],
) -> None:
    by_parent: dict[int, list[tuple[int, str | None, str]]] = {}
    for key in loose:
        by_parent.setdefault(key[0], []).append(key)
    for keys in by_parent.values():
        _merge_unplaced(keys, loose)
    for key, parts in loose.items():
        described = [
            part for part in parts if not part.negated and any(speaks(answer) for answer in part.answers)
        ]
        if not described:
            continue
        parent = parts[0].parent
        features = [] if parent is None else _features(parent)
        gathered = Gathered(parts, key[1], features, any(_is_denial(part) for part in parts))
        if parent is not None and parent.role == "nothing" and len(by_parent[key[0]]) == 1:
            gathered.parts = [parent, *parts]
            parent.role = "finding"
        if sum(part.code_role == "morphology" for part in described) > 1:
            text = "Descriptors of several findings cannot be told apart; they were read as one finding."
            problems.append(Problem(parts[0].reference, "findings-not-told-apart", text))
        found[id(parts[0])] = gathered


def _merge_unplaced(
    keys: list[tuple[int, str | None, str]], loose: dict[tuple[int, str | None, str], list[Observed]]
) -> None:
    """Attributes without side and structure join the only other set below the same parent."""
    if len(keys) != 2:
        return
    plain = [key for key in keys if key[1] is None and key[2] == ""]
    others = [key for key in keys if key not in plain]
    if len(plain) == 1 and len(others) == 1:
        loose[others[0]].extend(loose.pop(plain[0]))
        keys.remove(plain[0])


def _features(observed: Observed) -> list[str]:
    """What a finding that is no calcification adds to the calcifications in or below it."""
    return [_MASSES[concept.concept] for concept in observed.code.concepts if concept.concept in _MASSES]


def name_parts(finding: Gathered, finding_id: str) -> None:
    """Mark the Observations of a finding, and the questions right below it, as its own."""
    for part in finding.parts:
        if part.role in ("finding", "attribute"):
            part.finding_id = finding_id
            for member in part.members:
                if member.role == "question" and member.finding_id is None and part.role == "finding":
                    member.finding_id = finding_id
