"""A site's codes.csv: added to the tables, or refused with the line."""

from __future__ import annotations

import pytest

from cards.terminology import BrokenTable, Concept, load_terminology

HEADER = "concept,system,code,display,source,verified,note\n"
LOCAL = "http://example.org/codes"


def test_a_local_code_means_its_concept() -> None:
    """A row of the site is looked up like any other."""
    own = load_terminology(HEADER + f"amorphous,{LOCAL},CALC-AM,,site,true,\n")
    assert own.lookup(LOCAL, "CALC-AM") == (Concept("morphology", "amorphous", True, "amorphous"),)


def test_a_name_of_two_tables_belongs_to_both_unless_said() -> None:
    """A bare name goes into every table that knows it; domain.concept into one."""
    own = load_terminology(
        HEADER + f"core_biopsy,{LOCAL},B1,,s,true,\nrecommendation.core_biopsy,{LOCAL},B2,,s,true,\n"
    )
    assert {one.domain for one in own.lookup(LOCAL, "B1")} == {"procedures", "recommendation"}
    assert {one.domain for one in own.lookup(LOCAL, "B2")} == {"recommendation"}


@pytest.mark.parametrize(
    "concept",
    ["symmetry_unilateral", "in_lumpectomy_bed", "near_known_cancer", "bac_grade_2", "clinical_finding"],
)
def test_facts_that_only_a_site_can_name(concept: str) -> None:
    """Facts without any published code have concepts that a site's codes can mean."""
    assert load_terminology(HEADER + f"{concept},{LOCAL},X,,s,true,\n").lookup(LOCAL, "X") != ()


@pytest.mark.parametrize(
    ("rows", "line", "reason"),
    [
        (f"amorphous,{LOCAL},A,,s,true,\nround,{LOCAL},A,,s,true,\n", 3, "stands already in line 2"),
        ("round,http://snomed.info/sct,129760005,,s,true,\n", 2, "shipped with the meaning amorphous"),
        ("round,SCT,129760005,,s,true,\n", 2, "shipped with the meaning amorphous"),
        (f"sparkly,{LOCAL},S,,s,true,\n", 2, "no table knows the concept sparkly"),
        (f"density.amorphous,{LOCAL},S,,s,true,\n", 2, "no table knows the concept density.amorphous"),
        ("round,http://snomed.info/sct,129760006,,s,true,\n", 2, "check digit"),
        (f"round,{LOCAL},,,s,true,\n", 2, "code must not be empty"),
    ],
)
def test_a_row_that_cannot_be_used_is_refused(rows: str, line: int, reason: str) -> None:
    """Duplicates, contradictions, unknown concepts and impossible codes stop the load."""
    with pytest.raises(BrokenTable, match=reason) as refused:
        load_terminology(HEADER + rows)
    assert (refused.value.file, refused.value.line) == ("codes.csv", line)


def test_a_site_may_vouch_for_an_unverified_code() -> None:
    """The same meaning with verified=true takes the code into use."""
    row = "amorphous,https://radelement.org/,RDE1565.0,,site,true,\n"
    assert [
        one.concept for one in load_terminology(HEADER + row).lookup("https://radelement.org/", "RDE1565.0")
    ] == ["amorphous"]
