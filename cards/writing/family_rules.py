"""Which rules a family of cards rests on: for its public page and for the tests."""

from __future__ import annotations

from typing import Final

from cards.writing.families import card_rules

# The rules of section 6 behind each verdict: they are the main card's own.
VERDICT_RULES: Final[dict[str, frozenset[str]]] = {
    "under_called": frozenset({"R-CC-01", "R-CC-02", "R-CC-03", "R-CC-04", "R-CC-09", "R-CC-12"}),
    "not_permitted": frozenset({"R-CC-07", "R-EX-01", "R-EX-02"}),
    "over_called": frozenset({"R-CC-04", "R-CC-05"}),
    "not_evaluable": frozenset({"R-DQ-03", "R-DQ-05", "R-DQ-13"}),
    "tolerated": frozenset({"R-CC-04", "R-CC-06", "R-CC-08", "R-CC-11", "R-EX-01", "R-EX-03", "R-EX-04"}),
    "concordant": frozenset({"R-CC-10", "R-CX-09"}),
    "not_applicable": frozenset(),
}
_OTHER_MAIN_RULES: Final[dict[str, frozenset[str]]] = {
    "marker": frozenset({"R-SC-06"}),
    "described_not_coded": frozenset({"R-SC-07"}),
    "incomplete": frozenset({"R-DQ-14", "R-DQ-15"}),
    "no_assessment": frozenset({"R-DQ-07"}),
    "follow_up": frozenset({"R-TR-01", "R-TR-02", "R-TR-03", "R-TR-04", "R-TR-05", "R-TR-06"}),
}


def rules_of(family: str) -> tuple[str, ...]:
    """Return the ids of the rules that give a card of ``family``, sorted."""
    own = {rule for rule, entry in card_rules().items() if entry.family == family}
    return tuple(
        sorted(own | VERDICT_RULES.get(family, frozenset()) | _OTHER_MAIN_RULES.get(family, frozenset()))
    )
