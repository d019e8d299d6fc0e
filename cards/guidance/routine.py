"""Section 9: the routine row of category 1 and 2, and the guideline profiles."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from cards.guidance.catalogue import CITATIONS
from cards.guidance.guidance import Inputs
from cards.guidance.report import Report
from cards.guidance.switches import SWITCHES
from cards.guidance.table_cells import actions, firing_rule, interval
from cards.guidance.table_files import BrokenTable, read_rows
from cards.value_class import value_class


@value_class
class AgeSpan:
    """One line of a guideline profile: whole years, ``to_age`` None for no upper age."""

    from_age: int
    to_age: int | None
    interval: str
    alternative: str | None
    citations: tuple[str, ...]

    def holds(self, age: int) -> bool:
        """Tell whether an age lies in this span."""
        return age >= self.from_age and (self.to_age is None or age <= self.to_age)


def load_profiles(text: str | None = None) -> dict[str, tuple[AgeSpan, ...]]:
    """Read ``profiles.csv``; raises BrokenTable, also when a profile leaves an age open inside."""
    columns = ("profile", "from_age", "to_age", "interval", "alternative", "citations")
    profiles: dict[str, list[AgeSpan]] = {}
    names = tuple(str(name) for name in SWITCHES["guideline_profile"].allowed)
    for row in read_rows("profiles.csv", columns, text):
        spans = profiles.setdefault(row.one_of("profile", names), [])
        first = row.number("from_age")
        last = row.number("to_age") if row["to_age"] else None
        if last is not None and last < first:
            raise row.refuse("to_age lies below from_age")
        if spans and (spans[-1].to_age is None or spans[-1].to_age + 1 != first):
            raise row.refuse("the ages do not follow on the line before")
        usual = interval(row)
        if usual is None or not row["citations"]:
            raise row.refuse("the interval or its citation is empty")
        cited = row.some_of("citations", CITATIONS)
        spans.append(AgeSpan(first, last, usual, interval(row, "alternative"), cited))
    missing = [name for name in names if name not in profiles]
    if missing:
        raise BrokenTable("profiles.csv", row.line, f"the profile {missing[0]} is missing")
    return {name: tuple(spans) for name, spans in profiles.items()}


PROFILES: Final = load_profiles()


def span_for(profile: str, age: int) -> AgeSpan | None:
    """Return the line of a profile that holds an age, or None outside the profile's ages."""
    for span in PROFILES[profile]:
        if span.holds(age):
            return span
    return None


def _age(report: Report) -> int:
    return -1 if report.facts.age_years is None else report.facts.age_years


_CONDITIONS: Mapping[str, Callable[[Report], bool]] = {
    "known_cancer": lambda report: report.cancer_sides != 0,
    "male": lambda report: report.facts.sex == "male",
    "treated_for_cancer": lambda report: report.treated_for_cancer,
    "high_risk": lambda report: report.facts.risk_level == "high",
    "age_or_sex_unknown": lambda report: report.facts.age_years is None or report.facts.sex == "unknown",
    "below_first_age": lambda report: _age(report) < PROFILES[report.policy.guideline_profile][0].from_age,
    "inside_profile": lambda report: span_for(report.policy.guideline_profile, _age(report)) is not None,
    "above_last_age": lambda report: span_for(report.policy.guideline_profile, _age(report)) is None,
}


@value_class
class RoutineRow:
    """One row of ``routine_rows.csv``. ``interval`` may be the word profile."""

    rule: str
    when: Callable[[Report], bool]
    interval: str | None
    actions: tuple[str, ...]
    inputs: tuple[str, ...]


_INPUTS = (
    *("known_cancer_side", "sex", "bct_side", "personal_history_breast_cancer"),
    *("risk_level", "age_years", "guideline_profile"),
)


def load_routine_rows(text: str | None = None) -> tuple[RoutineRow, ...]:
    """Read ``routine_rows.csv``; raises BrokenTable."""
    columns = ("rule", "when", "interval", "actions", "inputs")
    return tuple(
        RoutineRow(
            firing_rule(row),
            _CONDITIONS[row.one_of("when", _CONDITIONS)],
            interval(row, also=("profile",)),
            actions(row),
            row.some_of("inputs", _INPUTS),
        )
        for row in read_rows("routine_rows.csv", columns, text)
    )


ROUTINE_ROWS: Final = load_routine_rows()


@value_class
class Routine:
    """The routine row of this patient: rule, interval, its accepted alternative and actions."""

    rule: str
    interval: str | None
    alternative: str | None
    actions: tuple[str, ...]
    inputs: Inputs


def routine_row(report: Report) -> Routine:
    """Return the first routine row that matches the patient."""
    for row in ROUTINE_ROWS:
        if row.when(report):
            break
    inputs = report.shown(row.inputs)
    if row.interval != "profile":
        return Routine(row.rule, row.interval, None, row.actions, inputs)
    profile = report.policy.guideline_profile
    span = span_for(profile, _age(report))
    if span is None:
        return Routine(row.rule, None, None, row.actions, inputs)
    return Routine(row.rule, span.interval, span.alternative, row.actions, inputs)
