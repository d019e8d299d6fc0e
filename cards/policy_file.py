"""policy.toml -> Policy, and the site keys inside FACTS that override one.

::

    guideline_profile = "uspstf_2024"   # also bac_policy, post_benign_biopsy_interval
    language = "es"                     # en, es
    mode = "silent"                     # active; silent evaluates and audits, and shows no card
    muted = ["R-BA-01"]                 # rules that give no card
    accept_unverified_codes = false

    [switches]                          # decision model section 16; may also stand above
    max_cards = 3

    [tracking.R-TR-04]                  # windows of section 17
    overdue = "P21D"
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from cards.duration import is_duration
from cards.facts_file import FactsError
from cards.guidance.catalogue import RULES
from cards.guidance.switches import SWITCHES, SwitchRefused, check_switch, check_switches
from cards.guidance.tracking import TRACKING
from cards.policy import Policy

LANGUAGES = ("en", "es")
MODES = ("active", "silent")
WINDOWS = ("due", "overdue", "escalate")

_OWN_SWITCHES = tuple(name for name, switch in SWITCHES.items() if switch.own_member)


class PolicyRefusedError(ValueError):
    """A policy that is not accepted. ``reasons`` has one line for each fault: file, key, allowed."""

    def __init__(self, origin: str, faults: list[tuple[str, str]]) -> None:
        self.reasons = [f"{origin}: {key}: {text}" for key, text in faults]
        super().__init__("\n".join(self.reasons))


def can_be_critical(rule_id: str) -> bool:
    """Say whether a rule of the catalogue may ever give a critical indicator."""
    return "critical" in RULES[rule_id].indicators


def _word(allowed: tuple[str, ...]) -> Callable[[object], str | None]:
    return lambda value: None if value in allowed else "must be one of " + ", ".join(allowed)


def _true_or_false(value: object) -> str | None:
    return None if type(value) is bool else "must be true or false"


def _mutable_rules(value: object) -> str | None:
    if type(value) is not list or not all(type(rule) is str for rule in value):
        return "must be a list of rule ids"
    for rule in value:
        if rule not in RULES or RULES[rule].kind != "fires":
            return f"{rule} is no rule that fires; the catalogue lists those that do"
        if can_be_critical(rule):
            return f"{rule} can be critical and is never muted"
    return None


_PLAIN_KEYS: Mapping[str, Callable[[object], str | None]] = {
    "language": _word(LANGUAGES),
    "mode": _word(MODES),
    "muted": _mutable_rules,
    "accept_unverified_codes": _true_or_false,
}


def _switch_faults(where: str, given: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for name, value in given.items():
        try:
            check_switch(name, value)
        except SwitchRefused as refused:
            yield where + name, str(refused)


def _adjustable(rule: str) -> tuple[str, ...]:
    """Name the windows of a tracking rule that a site may set: no law and no other rule gives them."""
    if rule not in TRACKING or TRACKING[rule].clock == "letter":
        return ()
    return tuple(name for name in WINDOWS if getattr(TRACKING[rule], name) != "interval")


def _tracking_faults(given: object) -> Iterator[tuple[str, str]]:
    if not isinstance(given, dict):
        yield "tracking", "must be a table of rule ids"
        return
    known = ", ".join(rule for rule in TRACKING if _adjustable(rule))
    for rule, windows in given.items():
        adjustable = _adjustable(rule)
        if not adjustable:
            yield f"tracking.{rule}", f"must be one of {known}"
        elif not isinstance(windows, dict):
            yield f"tracking.{rule}", "must be a table of " + ", ".join(adjustable)
        else:
            for name, window in windows.items():
                if name not in adjustable:
                    yield f"tracking.{rule}.{name}", "must be one of " + ", ".join(adjustable)
                elif not is_duration(window):
                    yield f"tracking.{rule}.{name}", "must be an ISO 8601 duration such as P14D"


def _faults(given: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    top = {}
    for name, value in given.items():
        if name in _PLAIN_KEYS:
            if text := _PLAIN_KEYS[name](value):
                yield name, text
        elif name in SWITCHES:
            top[name] = value
        elif name not in ("switches", "tracking"):
            yield (
                name,
                "is no key of a policy; allowed are "
                + ", ".join((*_PLAIN_KEYS, "tracking", "switches", *SWITCHES)),
            )
    yield from _switch_faults("", top)
    inner = given.get("switches", {})
    if not isinstance(inner, dict):
        yield "switches", "must be a table"
        return
    yield from _switch_faults("switches.", inner)
    for name in top.keys() & inner.keys():
        yield f"switches.{name}", "is given twice, here and above the tables"
    yield from _tracking_faults(given.get("tracking", {}))


def stated_keys(text: str) -> frozenset[str]:
    """Name the keys and switches that an accepted policy text states itself."""
    given = tomllib.loads(text)
    return frozenset(given) - {"switches"} | frozenset(given.get("switches", {}))


def parse_policy(text: str, origin: str) -> Policy:
    """Read the text of a policy.toml. ``origin`` names the file in messages and in the Policy.

    What the file does not state keeps its default. Raises PolicyRefusedError with every fault:
    an unknown key or switch, a value outside its table, a muted rule that can be critical.
    """
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as reason:
        raise PolicyRefusedError(origin, [("not TOML", str(reason))]) from None
    if faults := list(_faults(given)):
        raise PolicyRefusedError(origin, faults)
    switches = {name: value for name, value in given.items() if name in SWITCHES}
    switches |= given.get("switches", {})
    own = {name: switches.pop(name) for name in _OWN_SWITCHES if name in switches}
    plain = {name: given[name] for name in ("language", "mode", "accept_unverified_codes") if name in given}
    return replace(
        Policy(origin=origin),
        **own,
        **plain,
        switches=MappingProxyType(switches),
        muted=frozenset(given.get("muted", ())),
        tracking=MappingProxyType(given.get("tracking", {})),
    )


def with_site_keys(policy: Policy, site: Mapping[str, object]) -> Policy:
    """Let the site keys of one FACTS object override a policy (section 2.1, last rows).

    Raises FactsError with the member and the allowed tokens.
    """
    if not site:
        return policy
    changes: dict[str, Any] = dict(site)
    switches = changes.pop("switches", {})
    if type(switches) is not dict:
        raise FactsError("switches", "must be an object of switch names and values")
    try:
        member = ""
        for member, value in changes.items():
            check_switch(member, value)
        member = "switches"
        check_switches(switches)
    except SwitchRefused as refused:
        path = member if member != "switches" else f"switches.{refused.name[:60]}"
        text = "must be one of" if refused.name in SWITCHES else "there is no such switch; known:"
        raise FactsError(path, f"{text} {refused.allowed}") from None
    if switches:
        changes["switches"] = MappingProxyType({**policy.switches, **switches})
    return replace(policy, **changes)
