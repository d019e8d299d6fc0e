"""Terminology: what a (system, code) pair means, looked up in one step."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, Final

from cards.terminology.ambiguous import ambiguous_codes
from cards.terminology.check_digits import check_digit_is_wrong
from cards.terminology.crosswalk import crosswalk, is_question
from cards.terminology.rows import BrokenTable, Row, shipped_text, table_rows
from cards.terminology.systems import Systems, alias_table
from cards.value_class import value_class

DOMAINS: Final = (
    "morphology",
    "distribution",
    "assessment",
    "laterality",
    "location",
    "change",
    "associated_features",
    "density",
    "recommendation",
    "procedures",
    "pathology",
    "report_types",
    "diagnoses",
    "observation_codes",
    "presence",
)


@value_class
class Concept:
    """What a code means: a concept of one domain (the name of its table).

    ``value`` is its Facts value (decision model 2.4); None where it has none.
    """

    domain: str
    concept: str
    verified: bool
    value: str | None = None


@value_class
class Hazard:
    """A code that must not be taken at its word (hazards.csv).

    ``kind`` is conflict, reject_invalid, subcategory_in_text, numeric_legacy_morphology,
    numeric_legacy_density or numeric_legacy_clock; ``meaning`` is what senders put beside it.
    """

    kind: str
    meaning: str
    note: str


class Terminology:
    """Code tables as dictionaries. Build one with :func:`load_terminology` or :func:`shipped`.

    ``known`` are the concepts by (canonical system, code), ``rows`` every row that was loaded,
    ``domains`` their domains. ``derived`` is room for a reader to keep what it works out of a known
    code, by code.
    """

    __slots__ = (
        "_bare_words",
        "_hazards",
        "_systems",
        "_values",
        "_withheld",
        "derived",
        "domains",
        "known",
        "rows",
    )

    def __init__(
        self, rows: Iterable[Row], hazards: Iterable[Row], systems: Systems, accept_unverified: bool
    ) -> None:
        self.rows = tuple(rows)
        self._systems = systems
        self._values = dict(crosswalk())
        self._bare_words: dict[str, dict[str, str]] = {}
        for (system, code), word in ambiguous_codes().items():
            self._bare_words.setdefault(code, {})[system] = word
        self.domains = frozenset(row.domain for row in self.rows)
        self.derived: dict[str, Any] = {}
        self.known: dict[tuple[str, str], tuple[Concept, ...]] = {}
        self._withheld: dict[tuple[str, str], tuple[Concept, ...]] = {}
        self._hazards: dict[tuple[str, str], tuple[Hazard, ...]] = {}
        for row in self.rows:
            concept = Concept(row.domain, row.concept, row.verified, self.value(row.domain, row.concept))
            trusted = row.verified or accept_unverified or is_question(row.domain, row.concept)
            table = self.known if trusted else self._withheld
            key = (systems.canonical(row.system), row.code)
            table[key] = (*table.get(key, ()), concept)
        for row in hazards:
            key = (row.system, row.code)
            hazard = Hazard(row.concept, row.display, row.note)
            self._hazards[key] = (*self._hazards.get(key, ()), hazard)

    def lookup(self, system: str, code: str) -> tuple[Concept, ...]:
        """Every concept that ``code`` of ``system`` means; () for an unknown code.

        Any spelling of the system is understood (OID, version, designator); the code is
        matched letter by letter. Value codes that nobody verified are unknown here unless
        they were accepted; question codes nobody verified are known, with ``verified`` False.
        """
        found = self.known.get((system, code))
        if found is None:
            canonical = self._systems.canonical(system)
            found = () if canonical == system else self.known.get((canonical, code), ())
        return found

    def withheld(self, system: str, code: str) -> tuple[Concept, ...]:
        """What an unverified value code would mean if the site accepted unverified codes."""
        return self._withheld.get((self._systems.canonical(system), code), ())

    def hazards(self, system: str, code: str) -> tuple[Hazard, ...]:
        """The known traps about this code; () for most codes."""
        found = self._hazards.get((system, code))
        return self._hazards.get((self._systems.canonical(system), code), ()) if found is None else found

    def bare_word(self, system: str, code: str) -> str | None:
        """``fine``, ``pleomorphic`` or ``heterogeneous`` for a code that says no more (R-DQ-11)."""
        by_system = self._bare_words.get(code)
        return None if by_system is None else by_system.get(self._systems.canonical(system))

    def canonical_system(self, system: str) -> str:
        """The URI that the tables use for a code system, however it was spelled."""
        return self._systems.canonical(system)

    def value(self, domain: str, concept: str) -> str | None:
        """The Facts value of a concept (decision model 2.4); None where it has none."""
        return self._values.get((domain, concept))


def _checked(rows: Iterable[Row]) -> Iterable[Row]:
    """The same rows; a verified code with a wrong check digit or a repeated row is refused."""
    seen: set[tuple[str, str, str]] = set()
    for row in rows:
        key = (row.domain, row.system, row.code)
        if key in seen:
            raise BrokenTable(row.file, row.line, f"{row.system} {row.code} stands here twice")
        seen.add(key)
        if row.verified and check_digit_is_wrong(row.system, row.code):
            raise BrokenTable(row.file, row.line, f"the check digit of {row.system} {row.code} is wrong")
        yield row


@cache
def _shipped_rows() -> tuple[Row, ...]:
    return tuple(
        row
        for domain in DOMAINS
        for row in _checked(table_rows(shipped_text(f"tables/{domain}.csv"), f"{domain}.csv", domain))
    )


@cache
def _shipped_systems() -> Systems:
    canonical = frozenset(row.system for row in _shipped_rows())
    return Systems(canonical, alias_table())


def load_terminology(site_codes: str | None = None, *, accept_unverified: bool = False) -> Terminology:
    """The shipped tables and, if given, the rows of a site's ``codes.csv``.

    ``site_codes`` is the text of that file, with the columns of the shipped tables; its concept cell
    is a concept name, or ``domain.concept`` where several tables know the name and only one is
    meant. ``accept_unverified`` takes value codes with verified=false as known.
    Raises :class:`BrokenTable` with the line for a duplicate, a row that contradicts a
    shipped one, or a concept that no table knows.
    """
    shipped_rows = _shipped_rows()
    own = () if site_codes is None else _site_rows(site_codes)
    hazards = table_rows(shipped_text("tables/hazards.csv"), "hazards.csv", "hazards")
    return Terminology((*shipped_rows, *own), hazards, _shipped_systems(), accept_unverified)


def _site_rows(text: str) -> tuple[Row, ...]:
    from cards.terminology.site_codes import site_rows

    return site_rows(text, _shipped_rows(), _shipped_systems())


@cache
def shipped() -> Terminology:
    """The tables as delivered, loaded once."""
    return load_terminology()
