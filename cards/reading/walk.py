"""From the report to every Observation that belongs to it.

What is reached: ``result``, contained Observations, sections of the document, ``hasMember``
and ``derivedFrom``, however deep, cyclic or wide. What is not reached is no finding of this
report, nor is anything that another report lists as its own result.
"""

from __future__ import annotations

from cards.problem import Problem
from cards.reading.composition import Entry, section_entries
from cards.reading.laterality import NOWHERE, site_of
from cards.reading.observed import Observed, read_observation
from cards.reading.questionnaire import read_questionnaire
from cards.reading.resources import Json, Resources, address_of, references_of, shown
from cards.reading.unreadable import unreadable
from cards.reading.versions import refuse_old_observation, refuse_old_report
from cards.terminology import Terminology


class Reached:
    """The Observations of the report in order of discovery.

    ``incomplete``: something the report leads to did not come. ``wrong``: something could not
    be read. ``known`` are the Observations by id (of Python) of the resource they were read from,
    ``others`` the ids of what else was reached.
    """

    __slots__ = ("incomplete", "known", "observations", "others", "wrong")

    def __init__(self) -> None:
        self.observations: list[Observed] = []
        self.known: dict[int, Observed] = {}
        self.others: set[int] = set()
        self.incomplete = self.wrong = False

    def holds(self, resource: object) -> bool:
        """Whether a resource was reached."""
        return id(resource) in self.known or id(resource) in self.others


def reach(report: Json, index: Resources, terminology: Terminology, problems: list[Problem]) -> Reached:
    """Every Observation of the report, with the side it states or inherits.

    Raises UnsupportedFhirVersion for DSTU2 and STU3 shapes.
    """
    return _Walk(report, index, terminology, problems).run()


class _Walk:
    """The state of one walk; breadth first, so that ``result`` itself comes in its own order."""

    def __init__(
        self, report: Json, index: Resources, terminology: Terminology, problems: list[Problem]
    ) -> None:
        self.report, self.index, self.terminology, self.problems = report, index, terminology, problems
        self.reached = Reached()
        self.waiting: list[Observed] = []
        self.foreign: set[int] | None = None

    def run(self) -> Reached:
        refuse_old_report(self.report)
        where = self.index.reference_of(self.report)
        result = self.report.get("result")
        if result is not None and not isinstance(result, (list, dict)):
            self._unreadable(self.report, where)
        for position, reference in enumerate(references_of(result)):
            self._follow(reference, self.report, (where, "result", position))
        for resource in references_of(self.report.get("contained")):
            if isinstance(resource, dict):
                self._add(resource, self.report, None, None)
        if self.index.of_type("Composition"):
            for entry in section_entries(self.report, self.index, self.terminology, self.problems):
                self._enter(entry)
        for reference in references_of(self.report.get("supportingInfo")):
            if isinstance(reference, dict):
                self._optional(reference.get("reference"))
        self._drain()
        questionnaires = self.index.of_type("QuestionnaireResponse")
        if questionnaires:
            orders = {address_of(one) for one in references_of(self.report.get("basedOn"))} - {None}
            for questionnaire in questionnaires:
                if self._belongs(questionnaire, orders):
                    self._add(questionnaire, questionnaire, None, None)
            self._drain()
        _inherit_sides(self.reached.observations, self.problems)
        return self.reached

    def _drain(self) -> None:
        # What is waiting grows while it is read.
        for observed in self.waiting:
            resource = observed.resource
            members = resource.get("hasMember")
            if members is not None:
                for position, reference in enumerate(self._list(resource, "hasMember", observed)):
                    place = (observed.reference, "hasMember", position)
                    self._follow(reference, observed.holder, place, observed)
            if "derivedFrom" in resource:
                self._derived(observed)
        self.waiting.clear()

    def _list(self, resource: Json, name: str, observed: Observed) -> list[object]:
        members = resource.get(name)
        if not isinstance(members, (list, dict)):
            self._unreadable(resource, observed.reference)
        return references_of(members)

    def _derived(self, observed: Observed) -> None:
        """Follow a summary to its findings, but not into another report or another day."""
        for position, reference in enumerate(self._list(observed.resource, "derivedFrom", observed)):
            target = self.index.resolve(reference, observed.holder)
            location = f"{observed.reference}.derivedFrom[{position}]"
            if target is None:
                if _may_be_observation(reference):
                    self._dangling(reference, location)
            elif target.get("resourceType") in ("Observation", "QuestionnaireResponse"):
                if id(target) in self._of_other_reports() or _another_day(target, observed.resource):
                    text = f"{shown(reference)} belongs to another exam and was not read as a finding."
                    self.problems.append(Problem(location, "other-exam", text))
                else:
                    holder = observed.holder if _is_contained(reference) else target
                    self._add(target, holder, None, None, derived=observed)

    def _enter(self, entry: Entry) -> None:
        target = self.index.resolve(entry.reference, entry.holder)
        if target is not None:
            holder = entry.holder if _is_contained(entry.reference) else target
            self._add(target, holder, None, entry.side)
        elif _may_be_observation(entry.reference):
            self._dangling(entry.reference, entry.location)

    def _optional(self, reference: object) -> None:
        target = self.index.resolve({"reference": reference}, self.report)
        if target is not None and target.get("resourceType") in ("Observation", "QuestionnaireResponse"):
            self._add(target, target, None, None)

    def _follow(
        self, reference: object, holder: Json, place: tuple[str, str, int], parent: Observed | None = None
    ) -> None:
        """Add what ``reference`` leads to; ``place`` is who refers, by which member, at which position."""
        target = self.index.resolve(reference, holder)
        if target is None:
            self._dangling(reference, f"{place[0]}.{place[1]}[{place[2]}]")
        else:
            self._add(target, holder if _is_contained(reference) else target, parent, None)

    def _add(
        self,
        resource: Json,
        holder: Json,
        parent: Observed | None,
        side: str | None,
        derived: Observed | None = None,
    ) -> None:
        identity = id(resource)
        known = self.reached.known.get(identity)
        if known is not None:
            if known.parent is None and parent is not None and parent is not known:
                known.parent = parent
            if parent is not None:
                parent.members.append(known)
            return
        kind = resource.get("resourceType")
        if kind == "Observation":
            observed = self._observe(resource, holder, side, derived)
            self.reached.known[identity] = observed
            observed.parent = parent
            if parent is not None:
                parent.members.append(observed)
            return
        self.reached.others.add(identity)
        if kind == "QuestionnaireResponse":
            groups, wrong = read_questionnaire(resource, self.index, self.terminology, self.problems)
            self.reached.wrong = self.reached.wrong or wrong
            self.reached.observations.extend(groups)

    def _observe(self, resource: Json, holder: Json, side: str | None, derived: Observed | None) -> Observed:
        """Read an Observation that was not met before; what it refers to waits, unless it is withdrawn."""
        refuse_old_observation(resource)
        reference = self.index.reference_of(resource)
        observed, wrong = read_observation(resource, reference, holder, self.terminology, self.problems)
        stated = [answer.value for answer in observed.answers if answer.value.placing]
        if observed.code.placing:
            stated.append(observed.code)
        site = site_of(resource, reference, holder, stated, self.index, self.terminology, self.problems)
        if site is not NOWHERE:
            observed.own_side, observed.places, observed.structure = site.side, site.places, site.structure
        observed.side = site.side or side or (None if derived is None else _summary_side(derived))
        if wrong or site.wrong:
            self.reached.wrong = True
            if not wrong:
                unreadable(resource, reference, self.problems)
        self.reached.observations.append(observed)
        if not observed.negated:
            self.waiting.append(observed)
        return observed

    def _dangling(self, reference: object, location: str) -> None:
        self.reached.incomplete = True
        text = f"{shown(reference)} did not come along."
        self.problems.append(Problem(location, "dangling-reference", text))

    def _unreadable(self, resource: Json, location: str) -> None:
        self.reached.wrong = True
        unreadable(resource, location, self.problems)

    def _of_other_reports(self) -> set[int]:
        if self.foreign is None:
            self.foreign = set()
            for report in self.index.of_type("DiagnosticReport"):
                if report is not self.report:
                    for reference in references_of(report.get("result")):
                        target = self.index.resolve(reference, report)
                        if target is not None:
                            self.foreign.add(id(target))
        return self.foreign

    def _belongs(self, questionnaire: Json, orders: set[object]) -> bool:
        """Whether a form names an order of the report, or is part of what was reached."""
        if any(address_of(one) in orders for one in references_of(questionnaire.get("basedOn"))):
            return True
        return any(
            self.reached.holds(self.index.resolve(one, questionnaire))
            for one in references_of(questionnaire.get("partOf"))
        )


def _is_contained(reference: object) -> bool:
    literal = reference.get("reference") if isinstance(reference, dict) else None
    return isinstance(literal, str) and literal.startswith("#")


def _may_be_observation(reference: object) -> bool:
    """Whether a reference that did not resolve may have led to an Observation."""
    if not isinstance(reference, dict):
        return True
    kind = reference.get("type")
    if isinstance(kind, str):
        return kind in ("Observation", "QuestionnaireResponse")
    literal = reference.get("reference")
    if not isinstance(literal, str):
        return True
    parts = literal.partition("/_history/")[0].split("/")
    if len(parts) < 2 or not parts[-2].isalpha():
        return True
    return parts[-2] in ("Observation", "QuestionnaireResponse")


def _another_day(target: Json, summary: Json) -> bool:
    mine, other = summary.get("effectiveDateTime"), target.get("effectiveDateTime")
    return isinstance(mine, str) and isinstance(other, str) and mine[:10] != other[:10]


def _summary_side(summary: Observed) -> str | None:
    """The side a finding takes from the summary it was derived from: one breast, never both."""
    return summary.side if summary.side in ("left", "right") else None


def _inherit_sides(observations: list[Observed], problems: list[Problem]) -> None:
    """Hand every side down to the members that state none; two different ones make it missing."""
    pending = [observed for observed in observations if observed.side is not None and observed.members]
    for parent in pending:  # grows while it is read
        for member in parent.members:
            if member.own_side is not None:
                _compare(member, parent, problems)
            elif member.side is None:
                member.side = parent.side
                if member.members:
                    pending.append(member)
            elif member.side not in (parent.side, "missing"):
                problems.append(
                    Problem(
                        member.reference, "contradicting-sides", "It stands below groups of different sides."
                    )
                )
                member.side = "missing"
                if member.members:
                    pending.append(member)


def _compare(member: Observed, parent: Observed, problems: list[Problem]) -> None:
    if {member.own_side, parent.side} == {"left", "right"}:
        text = (
            f"Its own side is {member.own_side}, the side of its group {parent.reference} is {parent.side}."
        )
        problems.append(Problem(member.reference, "side-differs-from-group", text))
