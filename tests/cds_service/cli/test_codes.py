"""calcification-cds codes: lookup, search, check, and a site's codes.csv."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from cds_service.cli import main

HEADER = "concept,system,code,display,source,verified,note\n"


def _run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["codes", *words])
    return result.exit_code, result.output


@pytest.mark.parametrize(
    ("system", "code", "status", "shown"),
    [
        ("http://snomed.info/sct", "129760005", 0, "morphology.amorphous"),
        ("LN", "26175-0", 0, "http://loinc.org 26175-0"),
        ("http://snomed.info/sct", "397143007", 0, "hazard conflict"),
        ("http://example.org", "x", 1, "unknown"),
        ("http://snomed.info/sct", "428169002", 1, "check digit is wrong"),
        ("http://snomed.info/sct", "129763007", 1, "says only heterogeneous"),
        ("https://radelement.org/", "RDE1565.0", 1, "withheld, unverified: morphology.amorphous"),
        ("http://loinc.org", "72018-2", 1, "observation_codes.q_assessment (unverified)"),
    ],
)
def test_lookup_says_what_a_code_means(system: str, code: str, status: int, shown: str) -> None:
    """0 where it is known and harmless, 1 where it deserves a look."""
    result = _run("lookup", system, code)
    assert result[0] == status
    assert shown in result[1]


def test_search_needs_every_word() -> None:
    """Rows with all words, in any of their cells; 1 when there are none."""
    status, output = _run("search", "birads_4a", "snomed")
    assert (status, output.count("6121000179106")) == (0, 1)
    assert _run("search", "sparkly") == (1, "")


def test_check_names_every_coding_of_a_payload(tmp_path: Path) -> None:
    """Known, unknown and hazardous codings with their places; units are no codings."""
    payload = tmp_path / "payload.json"
    payload.write_text(
        '{"code": {"coding": [{"system": "http://snomed.info/sct", "code": "129760005"},'
        ' {"system": "http://local", "code": "A"}]},'
        ' "valueQuantity": {"value": 3, "system": "http://unitsofmeasure.org", "code": "mm"}}'
    )
    status, output = _run("check", str(payload))
    assert status == 1
    assert output.splitlines() == [
        "  code.coding[0]  http://snomed.info/sct|129760005  morphology.amorphous",
        "! code.coding[1]  http://local|A  unknown",
        "2 codings, 1 to look at",
    ]


def test_check_refuses_what_is_no_json(tmp_path: Path) -> None:
    """Status 2 with the place of the fault."""
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    assert _run("check", str(broken))[0] == 2


def test_a_sites_codes_are_known_or_refused(tmp_path: Path) -> None:
    """A good codes.csv is used; a bad one is status 4 with the line."""
    own = tmp_path / "codes.csv"
    own.write_text(HEADER + "amorphous,http://local,A,,site,true,\n")
    assert _run("lookup", "http://local", "A", "--codes", str(own)) == (
        0,
        "http://local A\n  morphology.amorphous\n",
    )
    own.write_text(HEADER + "sparkly,http://local,A,,site,true,\n")
    status, output = _run("lookup", "http://local", "A", "--codes", str(own))
    assert (status, output) == (4, "refused: codes.csv, line 2: no table knows the concept sparkly\n")
