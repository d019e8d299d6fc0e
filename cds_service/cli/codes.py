"""calcification-cds codes: what a code means here, which codes mean something, what a payload holds."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import click

from cards.terminology import Terminology
from cards.terminology.check_digits import check_digit_is_wrong
from cds_service.cli.exit_status import ExitStatus

LOOKUP_EXAMPLES = """
Examples:

\b
  calcification-cds codes lookup http://snomed.info/sct 129760005
  calcification-cds codes lookup LN 24606-6
  calcification-cds codes lookup SCT 397143007 --codes codes.csv

Exit status: 0 the code is known, 1 it is unknown, withheld or hazardous, 4 codes.csv is refused.
"""
SEARCH_EXAMPLES = """
Examples:

\b
  calcification-cds codes search amorphous
  calcification-cds codes search birads 4a

Exit status: 0 something was found, 1 nothing was, 4 codes.csv is refused.
"""
CHECK_EXAMPLES = """
Examples:

\b
  # a hook request, a Bundle or a single resource
  calcification-cds codes check request.json
  calcification-cds codes check bundle.json --codes codes.csv

Exit status: 0 every coding is known, 1 some are unknown, withheld or hazardous, 2 the file is no
JSON, 4 codes.csv is refused.
"""
# Valid codes: a trap only where display or text says something else, which the reader checks.
_WORDS_DECIDE = ("conflict", "subcategory_in_text")
CODES = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
_codes_option = click.option("--codes", "site_codes", type=CODES, help="A site's codes.csv to load as well.")
_accept_option = click.option(
    "--accept-unverified", is_flag=True, help="Take unverified value codes as known."
)


@click.group()
def codes() -> None:
    """Look up and search terminology codes, and check the codings of a payload.

    A codes.csv given with --codes is checked when it is loaded: a duplicate, a row that
    contradicts a shipped one or an unknown concept is refused with its line.
    """


def _terminology(site_codes: Path | None, accept_unverified: bool) -> Terminology:
    from cds_service.errors import SettingsRefused
    from cds_service.site import site_terminology

    try:
        return site_terminology(site_codes, accept_unverified=accept_unverified)
    except SettingsRefused as refused:
        for reason in refused.reasons:
            click.echo(f"refused: {reason}", err=True)
        sys.exit(ExitStatus.CONFIGURATION_REFUSED)


def meaning(terminology: Terminology, system: str, code: str) -> tuple[list[str], bool]:
    """What the reader makes of a coding, a line each; the flag says that it deserves a look."""
    lines = [
        f"{concept.domain}.{concept.concept}" + ("" if concept.verified else " (unverified)")
        for concept in terminology.lookup(system, code)
    ]
    known = bool(lines)
    for concept in terminology.withheld(system, code):
        lines.append(f"withheld, unverified: {concept.domain}.{concept.concept}")
    if not lines:
        lines.append("unknown")
    canonical = terminology.canonical_system(system)
    if check_digit_is_wrong(canonical, code):
        lines.append("its check digit is wrong: the code cannot exist")
        known = False
    word = terminology.bare_word(system, code)
    if word is not None:
        lines.append(f"ambiguous: says only {word}, read in the more serious way")
    hazards = terminology.hazards(system, code)
    lines.extend(f"hazard {hazard.kind}: {hazard.meaning}; {hazard.note}" for hazard in hazards)
    trap = any(hazard.kind not in _WORDS_DECIDE or not known for hazard in hazards)
    return lines, not known or trap or word is not None


@codes.command(epilog=LOOKUP_EXAMPLES)
@click.argument("system")
@click.argument("code")
@_codes_option
@_accept_option
def lookup(system: str, code: str, site_codes: Path | None, accept_unverified: bool) -> None:
    """Show what CODE of SYSTEM means.

    SYSTEM is a URI, an OID or a designator such as SCT, LN or DCM; CODE is matched letter by letter.
    """
    terminology = _terminology(site_codes, accept_unverified)
    lines, notable = meaning(terminology, system, code)
    click.echo(f"{terminology.canonical_system(system)} {code}")
    for line in lines:
        click.echo(f"  {line}")
    sys.exit(ExitStatus.FOUND if notable else ExitStatus.FINE)


@codes.command(epilog=SEARCH_EXAMPLES)
@click.argument("words", nargs=-1, required=True)
@_codes_option
def search(words: tuple[str, ...], site_codes: Path | None) -> None:
    """List the rows whose concept, system, code, display or note holds every one of WORDS."""
    wanted = [word.lower() for word in words]
    found = False
    for row in _terminology(site_codes, False).rows:
        text = f"{row.domain} {row.concept} {row.system} {row.code} {row.display} {row.note}".lower()
        if all(word in text for word in wanted):
            found = True
            click.echo(f"{row.domain}.{row.concept}  {row.system} {row.code}  {row.display}")
    sys.exit(ExitStatus.FINE if found else ExitStatus.FOUND)


def codings_in(payload: object) -> Iterator[tuple[str, str, str]]:
    """(path, system, code) of every Coding in a JSON value, in document order."""
    waiting: list[tuple[str, object]] = [("", payload)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, dict):
            system, code = value.get("system"), value.get("code")
            if isinstance(system, str) and isinstance(code, str) and not _is_unit(value):
                yield path, system, code
            children = [(f"{path}.{name}" if path else name, child) for name, child in value.items()]
            waiting.extend(reversed(children))
        elif isinstance(value, list):
            waiting.extend(
                (f"{path}[{position}]", value[position]) for position in reversed(range(len(value)))
            )


def _is_unit(value: dict[str, object]) -> bool:
    """A Quantity has system and code too; they name its unit."""
    return "value" in value or "unit" in value


@codes.command(epilog=CHECK_EXAMPLES)
@click.argument("file", type=click.File("rb"))
@_codes_option
@_accept_option
def check(file: BinaryIO, site_codes: Path | None, accept_unverified: bool) -> None:
    """Name every coding in FILE: known as what, unknown, or hazardous (- reads standard input)."""
    import orjson

    try:
        payload = orjson.loads(file.read())
    except orjson.JSONDecodeError as error:
        click.echo(f"refused: the file is no JSON (line {error.lineno}, column {error.colno})", err=True)
        sys.exit(ExitStatus.BAD_INPUT)
    terminology = _terminology(site_codes, accept_unverified)
    total = notable = 0
    for path, system, code in codings_in(payload):
        lines, worth_a_look = meaning(terminology, system, code)
        total, notable = total + 1, notable + worth_a_look
        click.echo(f"{'!' if worth_a_look else ' '} {path}  {system}|{code}  {'; '.join(lines)}")
    click.echo(f"{total} codings, {notable} to look at")
    sys.exit(ExitStatus.FOUND if notable else ExitStatus.FINE)
