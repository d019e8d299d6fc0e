"""A site's codes.csv: rows of its own beside the shipped tables, checked when loaded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cards.terminology.check_digits import check_digit_is_wrong
from cards.terminology.crosswalk import crosswalk
from cards.terminology.rows import BrokenTable, Row, table_rows
from cards.terminology.systems import Systems

FILE = "codes.csv"


def _concept_domains(shipped: Sequence[Row]) -> dict[str, dict[str, None]]:
    """concept -> the domains that know it, from the shipped tables and the crosswalk."""
    domains: dict[str, dict[str, None]] = {}
    for row in shipped:
        domains.setdefault(row.concept, {})[row.domain] = None
    for domain, concept in crosswalk():
        domains.setdefault(concept, {})[domain] = None
    return domains


def _in_each_domain(row: Row, known: dict[str, dict[str, None]]) -> Iterator[Row]:
    domains = known.get(row.concept, {})
    if row.domain:
        if row.domain not in domains:
            raise BrokenTable(FILE, row.line, f"no table knows the concept {row.domain}.{row.concept}")
        yield row
        return
    if not domains:
        raise BrokenTable(FILE, row.line, f"no table knows the concept {row.concept}")
    for domain in domains:
        yield row._replace(domain=domain)


def site_rows(text: str, shipped: Sequence[Row], systems: Systems) -> tuple[Row, ...]:
    """The rows of a site's file, one for each domain its concept belongs to.

    Refuses, with the line, a code that stands there twice, a code that a verified shipped row
    of the same domain gives another meaning, a concept that no table knows, and a verified
    SNOMED CT or LOINC code whose check digit is wrong.
    """
    known = _concept_domains(shipped)
    taken = {(row.domain, row.system, row.code): row.concept for row in shipped if row.verified}
    seen: dict[tuple[str, str, str], int] = {}
    rows: list[Row] = []
    for received in table_rows(text, FILE):
        system = systems.canonical(received.system)
        if not received.code:
            raise BrokenTable(FILE, received.line, "the code must not be empty")
        if received.verified and check_digit_is_wrong(system, received.code):
            raise BrokenTable(FILE, received.line, f"the check digit of {received.code} is wrong")
        for row in _in_each_domain(received._replace(system=system), known):
            key = (row.domain, system, row.code)
            if key in seen:
                raise BrokenTable(FILE, row.line, f"{row.code} stands already in line {seen[key]}")
            if taken.get(key, row.concept) != row.concept:
                raise BrokenTable(FILE, row.line, f"{row.code} is shipped with the meaning {taken[key]}")
            seen[key] = row.line
            rows.append(row)
    return tuple(rows)
