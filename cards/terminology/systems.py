"""One name per code system: OIDs, designators, versions and spellings of the same URI."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from cards.terminology.rows import BrokenTable, records, shipped_text


def _plain(system: str) -> str:
    """A spelling that differs neither in version, case, scheme nor trailing slash."""
    bare = system.partition("|")[0].strip().rstrip("/").lower()
    return bare.removeprefix("https://").removeprefix("http://").removeprefix("www.")


class Systems:
    """Finds the canonical URI of a code system however it was spelled."""

    def __init__(self, canonical: frozenset[str], aliases: Mapping[str, str]) -> None:
        self._by_plain = {_plain(alias): system for alias, system in aliases.items()}
        self._by_plain |= {_plain(system): system for system in canonical}
        self._exact = dict(aliases) | {system: system for system in canonical}

    def canonical(self, system: str) -> str:
        """The URI the tables use for ``system``; ``system`` itself when it is not known."""
        found = self._exact.get(system)
        if found is None:
            found = self._by_plain.get(_plain(system))
        if found is None and system.startswith("http://snomed.info/sct/"):
            # An edition or version URI: http://snomed.info/sct/731000124108/version/20250901
            return "http://snomed.info/sct"
        return system if found is None else found


@cache
def alias_table() -> Mapping[str, str]:
    """alias -> canonical URI, from aliases.csv; a broken row raises BrokenTable."""
    aliases: dict[str, str] = {}
    for line, cells in records(shipped_text("aliases.csv"), "aliases.csv", ("alias", "system", "note")):
        if cells["alias"] in aliases:
            raise BrokenTable("aliases.csv", line, f"{cells['alias']} stands here twice")
        aliases[cells["alias"]] = cells["system"]
    return aliases
