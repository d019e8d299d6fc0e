"""FACTS: one JSON object with the inputs of decision model section 2 -> Facts.

Defaults of section 2 fill what is missing. The site keys (guideline_profile, bac_policy,
post_benign_biopsy_interval, switches) may stand in the same object and override the policy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cards.facts import Facts, Finding
from cards.facts_members import MEMBERS, ValueRefusedError

SITE_KEYS = ("guideline_profile", "bac_policy", "post_benign_biopsy_interval", "switches")
MAX_FINDINGS = 1000

Checks = Mapping[str, Callable[[object], object]]

_REPORT: Checks = {member.name: member.check for member in MEMBERS if member.level == "report"}
_FINDING: Checks = {member.name: member.check for member in MEMBERS if member.level == "finding"}


class FactsError(ValueError):
    """FACTS that cannot be used: the member to blame and what is allowed there.

    ``member`` is a path such as ``findings[0].laterality``, or None when the whole is not an
    object.
    """

    def __init__(self, member: str | None, text: str) -> None:
        super().__init__(f"{member}: {text}" if member else text)
        self.member = member
        self.text = text


def _shown(value: object) -> str:
    """Name the JSON type of a refused value. The value itself could be anything: not shown."""
    if value is None:
        return "null"
    names = {bool: "true or false", int: "a number", float: "a number", str: "a text", list: "a list"}
    return names.get(type(value), "an object")


def _checked(given: Mapping[str, object], checks: Checks, path: str) -> dict[str, object]:
    values = {}
    for name, value in given.items():
        check = checks.get(name)
        if check is None:
            allowed = ", ".join((*checks, *(("findings", *SITE_KEYS) if not path else ())))
            raise FactsError(path + name[:60], f"is no member of FACTS here; known: {allowed}")
        try:
            values[name] = check(value)
        except ValueRefusedError as refused:
            raise FactsError(path + name, f"must be {refused}; got {_shown(value)}") from None
    return values


def _findings(given: object) -> tuple[Finding, ...]:
    if type(given) is not list:
        raise FactsError("findings", f"must be a list of findings; got {_shown(given)}")
    if len(given) > MAX_FINDINGS:
        raise FactsError("findings", f"must hold at most {MAX_FINDINGS} findings; got {len(given)}")
    findings = []
    taken = set()
    for position, one in enumerate(given):
        path = f"findings[{position}]"
        if type(one) is not dict:
            raise FactsError(path, f"must be an object; got {_shown(one)}")
        values = _checked(one, _FINDING, path + ".")
        values.setdefault("finding_id", f"F{position + 1}")
        if values["finding_id"] in taken:
            raise FactsError(f"{path}.finding_id", f"must be used once only; {values['finding_id']} is taken")
        taken.add(values["finding_id"])
        findings.append(Finding(**values))  # type: ignore[arg-type]
    return tuple(findings)


def parse_facts(inputs: object) -> tuple[Facts, dict[str, object]]:
    """Read one ``inputs`` object, as JSON decodes it, into Facts and the site keys beside them.

    Every value must be one of section 2; only a morphology or distribution text outside the
    model's list is kept, as an unmapped code (R-DQ-05). A finding without an id is named for
    its position (F1, F2 ..). The site keys are handed back unchecked: see
    cards.policy_file.with_site_keys.

    Raises FactsError with the member and what is allowed for an unknown name, a wrong type or
    value, or a finding id used twice.
    """
    if type(inputs) is not dict:
        raise FactsError(None, f"FACTS must be an object; got {_shown(inputs)}")
    given = dict(inputs)
    site = {name: given.pop(name) for name in SITE_KEYS if name in given}
    findings = _findings(given.pop("findings")) if "findings" in given else ()
    values = _checked(given, _REPORT, "")
    return Facts(**values, findings=findings), site  # type: ignore[arg-type]
