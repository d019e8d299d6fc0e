"""Switches (section 16): the contested points, what a site may choose and what is in force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from cards.duration import is_duration
from cards.guidance.table_files import BrokenTable, read_records
from cards.policy import Policy
from cards.value_class import value_class


@value_class
class Switch:
    """One contested point: its default, the tokens it allows and why experts disagree.

    ``whole_number_from`` allows any whole number from there on besides the tokens; ``duration``
    any ISO 8601 duration. ``fhir_line`` is the default for facts read from FHIR when that
    differs. ``own_member`` marks a choice that stands beside ``switches``, not inside.
    """

    name: str
    default: object | None
    allowed: tuple[object, ...]
    why: str
    whole_number_from: int | None = None
    duration: bool = False
    fhir_line: object | None = None
    own_member: bool = False

    def allows(self, value: object) -> bool:
        """Tell whether ``value`` is in this switch's row of section 16."""
        if any(value == token and type(value) is type(token) for token in self.allowed):
            return True
        if self.whole_number_from is not None and type(value) is int:
            return value >= self.whole_number_from
        return self.duration and is_duration(value)

    def allowed_text(self) -> str:
        """Say in words what is allowed: ``strict, or a whole number from 24``."""
        words = [", ".join(dict.fromkeys(str(token) for token in self.allowed))]
        if self.whole_number_from is not None:
            words.append(f"or a whole number from {self.whole_number_from}")
        if self.duration:
            words.append("or any ISO 8601 duration")
        return ", ".join(words)


class SwitchRefused(ValueError):
    """A switch that does not exist, or a value outside its row of section 16.

    ``name`` is the switch, ``allowed`` says in words what is allowed; the text says both.
    """

    def __init__(self, name: str, allowed: str, text: str) -> None:
        super().__init__(text)
        self.name = name
        self.allowed = allowed


_MEMBERS = {"default", "allowed", "why", "whole_number_from", "duration", "fhir_line", "own_member"}


def load_switches(text: str | None = None) -> Mapping[str, Switch]:
    """Read and check ``switches.toml`` (or ``text`` in its place); raises BrokenTable."""
    file = "switches.toml"
    switches: dict[str, Switch] = {}
    for name, (line, members) in read_records(file, text).items():
        unknown = sorted(set(members) - _MEMBERS)
        if unknown:
            raise BrokenTable(file, line, f"{name} has the unknown member {unknown[0]}")
        allowed, why = members.get("allowed"), members.get("why")
        if not isinstance(allowed, list) or not allowed:
            raise BrokenTable(file, line, f"{name} lists no allowed tokens")
        if not isinstance(why, str) or not why:
            raise BrokenTable(file, line, f"{name} does not say why it is contested")
        number = members.get("whole_number_from")
        if number is not None and type(number) is not int:
            raise BrokenTable(file, line, f"{name}: whole_number_from must be a whole number")
        switch = Switch(
            name=name,
            default=members.get("default"),
            allowed=tuple(allowed),
            why=why,
            whole_number_from=number,
            duration=members.get("duration") is True,
            fhir_line=members.get("fhir_line"),
            own_member=members.get("own_member") is True,
        )
        for value in (switch.default, switch.fhir_line):
            if value is not None and not switch.allows(value):
                raise BrokenTable(file, line, f"{name}: the default {value!r} is not allowed itself")
        if switch.default is None:
            raise BrokenTable(file, line, f"{name} has no default")
        switches[name] = switch
    return MappingProxyType(switches)


SWITCHES: Final = load_switches()
_DEFAULTS: Final = {name: entry.default for name, entry in SWITCHES.items() if not entry.own_member}
DEFAULTS: Final[Mapping[str, object]] = MappingProxyType(_DEFAULTS)


def switch(policy: Policy, name: str) -> object:
    """Return the value in force of the switch ``name``; raises KeyError for an unknown name."""
    entry = SWITCHES[name]
    if entry.own_member:
        value: object = getattr(policy, name)
        return value
    return policy.switches.get(name, entry.default)


def switches_in_force(policy: Policy) -> dict[str, object]:
    """Return every switch of ``switches`` with its value in force."""
    in_force: dict[str, object] = {**_DEFAULTS}
    in_force.update(policy.switches)
    return in_force


def check_switch(name: str, value: object) -> None:
    """Raise SwitchRefused unless section 16 has the switch ``name`` and allows ``value``."""
    entry = SWITCHES.get(name)
    if entry is None:
        known = ", ".join(SWITCHES)
        raise SwitchRefused(name, known, f"there is no switch {name}; allowed are {known}")
    if not entry.allows(value):
        allowed = entry.allowed_text()
        raise SwitchRefused(name, allowed, f"switch {name} is {value!r}; allowed are {allowed}")


def check_switches(switches: Mapping[str, object]) -> None:
    """Check the member ``switches`` of FACTS or of a policy.

    Raises SwitchRefused, naming the switch and the allowed tokens, for an unknown name, a value
    outside section 16 and for a choice that stands beside ``switches`` (guideline_profile,
    bac_policy, post_benign_biopsy_interval).
    """
    for name, value in switches.items():
        check_switch(name, value)
        entry = SWITCHES[name]
        if entry.own_member:
            allowed = entry.allowed_text()
            raise SwitchRefused(
                name, allowed, f"{name} stands beside switches, not inside; allowed are {allowed}"
            )


def for_fhir_line(policy: Policy) -> Policy:
    """Return the policy for facts read from FHIR: ``uncoded_recommendation`` is note by default."""
    missing = {name: entry.fhir_line for name, entry in _FHIR_LINE.items() if name not in policy.switches}
    return replace(policy, switches={**policy.switches, **missing}) if missing else policy


_FHIR_LINE = {name: entry for name, entry in SWITCHES.items() if entry.fhir_line is not None}
