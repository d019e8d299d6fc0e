"""``calcification-cds answer`` is the service without HTTP."""

from __future__ import annotations

import json
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result

from cds_service.cli import main
from cds_service.golden_cases import case_folders, fixtures_folder
from cds_service.settings import PREFIX
from tests.cds_service.golden import SIGN_OFF, golden_request

REQUEST = str(fixtures_folder() / SIGN_OFF / "request.json")


def run(*arguments: str, text: str | bytes | None = None, **environment: str) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(main, ["answer", *arguments], input=text, env=environment)


def test_cards_are_drawn_as_a_clinician_reads_them() -> None:
    """Without options the cards are text: summary, indicator, suggestions and reasons to dismiss."""
    golden = orjson.loads((fixtures_folder() / SIGN_OFF / "response.json").read_bytes())["cards"][0]
    result = run(REQUEST, "--today", "2026-05-04", COLUMNS="120")
    words = " ".join(result.output.replace("│", " ").split())
    assert result.exit_code == 0
    assert "CRITICAL" in words
    assert golden["summary"] in words
    assert golden["suggestions"][0]["label"] in words
    assert golden["links"][0]["label"] in words


@pytest.mark.parametrize("folder", case_folders(), ids=lambda folder: folder.name)
def test_json_is_what_the_ehr_would_get(folder: Path) -> None:
    """--json prints the wire form, the same as the golden answer but for the ids."""
    result = run(
        str(folder / "request.json"),
        "--json",
        "--today",
        "2026-05-04",
        **{PREFIX + "PUBLIC_URL": "https://cds.example.org"},
    )
    golden = json.loads((folder / "response.json").read_bytes())
    answered = json.loads(result.stdout)
    assert answered["extension"] == golden["extension"]
    assert [card["detail"] for card in answered["cards"]] == [card["detail"] for card in golden["cards"]]


def test_silence_is_explained() -> None:
    """No card is a sentence that names the rules."""
    result = run(str(fixtures_folder() / "withdrawn-report" / "request.json"))
    assert (result.exit_code, "No card" in result.output, "R-SC-02" in result.output) == (0, True, True)


def test_standard_input_is_read() -> None:
    """A dash reads the request from standard input."""
    assert run("-", "--json", text=orjson.dumps(golden_request())).exit_code == 0


@pytest.mark.parametrize(
    ("body", "expression"),
    [
        (b"{", None),
        (orjson.dumps(golden_request() | {"hook": "order-select"}), "hook"),
        (orjson.dumps(golden_request() | {"hookInstance": 1}), "hookInstance"),
    ],
)
def test_a_request_without_an_answer_is_bad_input(body: bytes, expression: str | None) -> None:
    """Exit status 2, and the OperationOutcome of the service on standard error."""
    result = run("-", text=body)
    outcome = json.loads(result.stderr)
    assert (result.exit_code, result.stdout) == (2, "")
    assert outcome["issue"][0].get("expression") == ([expression] if expression else None)


def test_a_policy_changes_the_answer(tmp_path: Path) -> None:
    """--policy FILE is in force for this answer."""
    policy = tmp_path / "policy.toml"
    policy.write_text('mode = "silent"\n')
    result = run(REQUEST, "--json", "--policy", str(policy))
    answered = json.loads(result.stdout)
    assert (result.exit_code, answered["cards"]) == (0, [])
    assert answered["extension"]["org.calcification-cds.guidance"]["max_indicator"] == "critical"


def test_a_refused_policy_is_a_configuration_error(tmp_path: Path) -> None:
    """Exit status 4, a line that names the file and the key."""
    policy = tmp_path / "policy.toml"
    policy.write_text("colour = 3\n")
    result = run(REQUEST, "--policy", str(policy))
    assert result.exit_code == 4
    assert "policy.toml" in result.stderr
    assert "colour" in result.stderr


def test_a_refused_setting_is_a_configuration_error() -> None:
    """Exit status 4 also for the environment."""
    result = run(REQUEST, **{PREFIX + "PROFILE": "staging"})
    assert (result.exit_code, "CALCIFICATION_CDS_PROFILE" in result.stderr) == (4, True)


def test_a_missing_file_is_bad_usage() -> None:
    """Exit status 2."""
    assert run("/nowhere/request.json").exit_code == 2
