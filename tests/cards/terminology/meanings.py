"""What each code of the tables means: ``python -m tests.cards.terminology.meanings`` writes it again.

The difference of meanings.csv is the review of a change to the tables or to the look-up.
"""

from __future__ import annotations

import csv
import io
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

MEANINGS = Path(__file__).with_name("meanings.csv")
COLUMNS = ("system", "code", "means", "withheld", "traps", "bare_word")

Meaning = tuple[str, ...]


def meanings(model: ModuleType) -> list[Meaning]:
    """Look up every code of the tables and of the traps, and every other name of a system."""
    shipped = model.shipped()
    text = model.rows.shipped_text

    def means(found: tuple[Any, ...]) -> str:
        # Three of each: domain.concept, the value in Facts, and whether somebody verified the code.
        return "; ".join(
            f"{one.domain}.{one.concept}={one.value} {'' if one.verified else 'unverified'}".strip()
            for one in found
        )

    codes = {(row.system, row.code) for row in shipped.rows}
    for name in ("tables/hazards.csv", "ambiguous.csv"):
        codes |= {(row["system"], row["code"]) for row in csv.DictReader(io.StringIO(text(name)))}
    aliases = [
        (row["alias"], "", shipped.canonical_system(row["alias"]), "", "", "")
        for row in csv.DictReader(io.StringIO(text("aliases.csv")))
    ]
    values = [
        ("", row["domain"], row["concept"], str(shipped.value(row["domain"], row["concept"])), "", "")
        for row in csv.DictReader(io.StringIO(text("crosswalk.csv")))
    ]
    looked_up = [
        (
            system,
            code,
            means(shipped.lookup(system, code)),
            means(shipped.withheld(system, code)),
            "; ".join(hazard.kind for hazard in shipped.hazards(system, code)),
            shipped.bare_word(system, code) or "",
        )
        for system, code in sorted(codes)
    ]
    return [*looked_up, *aliases, *values]


@cache
def recorded() -> list[Meaning]:
    """Give the recorded meanings."""
    with MEANINGS.open(encoding="utf-8", newline="") as file:
        return [tuple(row) for row in list(csv.reader(file))[1:]]


if __name__ == "__main__":
    from cards import terminology

    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(meanings(terminology))
    MEANINGS.write_text(written.getvalue(), encoding="utf-8")
