"""Clients that send realistic bad input: HealthChain's sandbox client and fhir-mcp's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cds_service.golden_cases import fixtures_folder
from tests.third_party.conftest import StandIns
from tests.third_party.golden_cards import golden
from tests.third_party.programs import HERE, run_program, third_party_python

CASE = "patient-opened-two-months-after-a-probably-benign-report"
PATIENT_VIEW = "/cds-services/breast-calcification-patient-view"
OTHER_PATIENT = "names another patient than context.patientId. Nothing was assessed."


def _request() -> dict[str, Any]:
    request: dict[str, Any] = json.loads((fixtures_folder() / CASE / "request.json").read_bytes())
    return request


@pytest.fixture
def prefetch_file(tmp_path: Path) -> Path:
    """The prefetch of a golden case as HealthChain loads it."""
    path = tmp_path / "prefetch.json"
    path.write_text(json.dumps({key: value for key, value in _request()["prefetch"].items() if value}))
    return path


def _healthchain(stand_ins: StandIns, *arguments: str) -> Any:
    url = f"{stand_ins.service.base}{PATIENT_VIEW}"
    return run_program(third_party_python(), str(HERE / "healthchain_client.py"), url, *arguments)


def test_healthchain_is_told_that_its_patient_is_another(stand_ins: StandIns, prefetch_file: Path) -> None:
    """Its context never names the patient of its prefetch: 400, the member is named, no card (CH-061)."""
    done = _healthchain(stand_ins, str(prefetch_file))
    assert done["sent"][0]["context"]["patientId"] != _request()["context"]["patientId"]
    assert done["responses"] == [{}]
    assert "Error response 400" in done["said"][0]
    assert OTHER_PATIENT in done["said"][0]


def test_healthchain_gets_the_golden_cards_once_the_patient_is_right(
    stand_ins: StandIns, prefetch_file: Path
) -> None:
    """With the patient's own id in the context the same client gets the cards of the golden case."""
    done = _healthchain(stand_ins, str(prefetch_file), _request()["context"]["patientId"])
    assert done["said"] == []
    assert [card["summary"] for card in done["responses"][0]["cards"]] == [
        card["summary"] for card in golden(CASE)
    ]


def test_healthchain_with_made_up_data_gets_no_guess(stand_ins: StandIns) -> None:
    """Its synthetic patients bring no report under a key of ours: refused, never an empty answer."""
    done = _healthchain(stand_ins, "synthetic")
    assert done["responses"] == [{}, {}]
    assert all("Error response 4" in said for said in done["said"])
    assert len(done["said"]) == 2


def _fhir_mcp(stand_ins: StandIns, *, pseudonym: bool, **context: str) -> Any:
    request = _request()
    given = {
        "hook": "patient-view",
        "context": request["context"] | context,
        "prefetch": request["prefetch"],
        "pseudonym": pseudonym,
    }
    program = str(HERE / "fhir_mcp_client.py")
    return run_program(third_party_python(), program, stand_ins.service.base, standard_input=given)


@pytest.mark.parametrize(
    ("pseudonym", "context"),
    [(True, {}), (False, {"hookInstance": "6f1d2c3b-0000-4000-8000-000000000015"})],
    ids=["hookInstance is no UUID", "context and prefetch name different patients"],
)
def test_fhir_mcp_is_refused(stand_ins: StandIns, pseudonym: bool, context: dict[str, str]) -> None:
    """What it sends when left alone breaks CH-052 and CH-061: 400, so that it says it used its mock."""
    done = _fhir_mcp(stand_ins, pseudonym=pseudonym, **context)
    assert (done["used_mock"], done["reason"]) == (True, "http_400")


def test_fhir_mcp_gets_cards_from_pseudonyms(stand_ins: StandIns) -> None:
    """Pseudonyms for ids and for the birth date: the cards are those of the case, but for the age."""
    done = _fhir_mcp(stand_ins, pseudonym=True, hookInstance="6f1d2c3b-0000-4000-8000-000000000015")
    assert (done["used_mock"], done["reason"]) == (False, None)
    assert [card["summary"] for card in done["cards"]] == [card["summary"] for card in golden(CASE)]
