"""The shipped tables: complete, consistent, and reached by the lookup row by row."""

from __future__ import annotations

import pytest

from cards.terminology import BrokenTable, Row, load_terminology, shipped
from cards.terminology.crosswalk import crosswalk, is_question
from cards.terminology.rows import COLUMNS, records, shipped_text, table_rows

ROWS = shipped().rows
ACCEPTING = load_terminology(accept_unverified=True)
HEADER = ",".join(COLUMNS)


def test_every_row_of_the_tables_was_loaded() -> None:
    """The 15 tables of codes hold 1,774 rows; the rest are hazards and systems."""
    assert len(ROWS) == 1774


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.domain}-{row.system}-{row.code}")
def test_each_row_is_reached(row: Row) -> None:
    """A coding gives the concept of its row; an unverified value only where it is accepted."""
    meant = {(concept.domain, concept.concept) for concept in shipped().lookup(row.system, row.code)}
    accepted = {(concept.domain, concept.concept) for concept in ACCEPTING.lookup(row.system, row.code)}
    trusted = row.verified or is_question(row.domain, row.concept)
    assert ((row.domain, row.concept) in meant) == trusted
    assert (row.domain, row.concept) in accepted


@pytest.mark.parametrize(
    "row", [row for row in ROWS if not row.verified and not is_question(row.domain, row.concept)], ids=str
)
def test_unverified_values_are_withheld_and_can_be_named(row: Row) -> None:
    """What an unverified value code would mean can be shown without being used."""
    assert (row.domain, row.concept) in {
        (one.domain, one.concept) for one in shipped().withheld(row.system, row.code)
    }


def test_every_concept_of_the_crosswalk_exists() -> None:
    """A crosswalk row names a concept of a table, or one of a domain that only site codes fill."""
    known = {(row.domain, row.concept) for row in ROWS}
    site_only = {"symmetry", "location_context", "near_known_cancer", "clinical_finding", "bac_grade"}
    site_only |= {"comparison_status", "rad_path_concordance"}
    assert [key for key in crosswalk() if key not in known and key[0] not in site_only] == []


@pytest.mark.parametrize("domain", ["morphology", "distribution", "assessment", "laterality", "change"])
def test_every_descriptor_concept_has_a_value(domain: str) -> None:
    """No descriptor that the tables know is lost between the tables and Facts."""
    concepts = {row.concept for row in ROWS if row.domain == domain}
    assert {concept for concept in concepts if shipped().value(domain, concept) is None} == set()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("code,concept\n", "the columns must be"),
        (f"{HEADER}\nround,http://x,1,d,s,true\n", "6 cells where 7 are expected"),
        (f"{HEADER}\n,http://x,1,d,s,true,\n", "must not be empty"),
        (f"{HEADER}\nround,http://x,1,d,s,yes,\n", "verified must be true or false"),
    ],
)
def test_a_broken_table_is_refused_with_its_line(text: str, reason: str) -> None:
    """File, line and reason stand in the error."""
    with pytest.raises(BrokenTable, match=reason) as refused:
        list(table_rows(text, "morphology.csv", "morphology"))
    assert str(refused.value).startswith(f"morphology.csv, line {2 if text.startswith(HEADER) else 1}:")


def test_a_stray_quote_is_refused() -> None:
    """Text after a closing quote is an error, not a guess."""
    with pytest.raises(BrokenTable, match=r"^x\.csv, line 2: "):
        list(records('concept,value\n"a"b,c\n', "x.csv", ("concept", "value")))


def test_hazards_are_no_meanings() -> None:
    """A code that stands only among the hazards is unknown, and its trap can be shown."""
    numeric = "http://hl7.org/fhir/us/breast-radiology/CodeSystem/CalcificationTypeCS"
    assert shipped().lookup(numeric, "10") == ()
    assert [hazard.kind for hazard in shipped().hazards(numeric, "10")] == ["numeric_legacy_morphology"]
    assert shipped_text("tables/hazards.csv").count("\n") == 65


def test_a_byte_order_mark_before_the_header_is_no_part_of_it() -> None:
    """Spreadsheets put one at the start of a file."""
    text = f"\ufeff{HEADER}\nround,http://x,1,d,s,true,\n"
    assert [row.concept for row in table_rows(text, "morphology.csv", "morphology")] == ["round"]


def test_an_empty_file_has_no_columns() -> None:
    """It is refused like a file with other columns, on line 1."""
    with pytest.raises(BrokenTable, match=r"morphology\.csv, line 1: the columns must be concept,system,"):
        list(table_rows("", "morphology.csv", "morphology"))


def test_a_blank_line_is_passed_over() -> None:
    """What stands below it is read, and keeps the number of its line."""
    found = list(records("concept,value\n\na,b\n\nc,d\n", "x.csv", ("concept", "value")))
    assert found == [(3, {"concept": "a", "value": "b"}), (5, {"concept": "c", "value": "d"})]
