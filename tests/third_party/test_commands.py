"""The integrator's commands against the stand-ins: seed, invoke and doctor."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cds_service.cli import main
from cds_service.ehr.seeds import seeds
from tests.golden import PUBLIC_URL
from tests.postgresql import free_port
from tests.third_party.conftest import StandIns, partner_options
from tests.third_party.golden_cards import golden, same_everywhere
from tests.third_party.programs import Server, command_line, environment
from tests.third_party.sandbox import KID, SANDBOX
from tests.tokens import ec_key, private_pem

CASE = "amorphous-group-called-benign-on-diagnostic"
REPORT = "mg-003"
SIGNER = "Practitioner/rad-7"
LOCAL_CODE = ("https://ehr.example.org/codes/mammography", "CALC-77")


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments), catch_exceptions=False)


def _invoke(stand_ins: StandIns, fhir: Server, *more: str) -> Result:
    options = ["--service", stand_ins.service.base, "--fhir-server", fhir.base, "--user", SIGNER]
    return _run("invoke", *options, "--report", REPORT, *more)


def test_seed_may_run_again(fhir_server: Server) -> None:
    """A second run stores every resource again under its own id, and there are no more than before."""
    before = fhir_server.ask("/Observation?_count=1&_total=accurate").json["total"]
    done = _run("seed", *partner_options(fhir_server, Path()))
    assert done.exit_code == 0
    assert f"{len(seeds())} of {len(seeds())} resources are on {fhir_server.base}" in done.output
    assert fhir_server.ask("/Observation?_count=1&_total=accurate").json["total"] == before
    assert fhir_server.ask(f"/DiagnosticReport/{REPORT}").json["status"] == "final"


def test_invoke_gets_the_golden_cards(stand_ins: StandIns, fhir_server: Server) -> None:
    """Discovery, prefetch from either server, the post: --json is the answer of the golden case."""
    done = _invoke(stand_ins, fhir_server, "--json")
    assert done.exit_code == 0
    assert same_everywhere(json.loads(done.stdout)) == golden(CASE)


def test_invoke_draws_the_cards(stand_ins: StandIns, fhir_server: Server) -> None:
    """Without --json the card is drawn as `answer` draws it: urgency, advice, the order to place."""
    done = _invoke(stand_ins, fhir_server)
    assert done.exit_code == 0
    assert "CRITICAL" in done.stdout
    assert "+ Order image-guided core biopsy, left breast" in done.stdout


def test_invoke_fires_other_hooks(stand_ins: StandIns, fhir_server: Server) -> None:
    """patient-view is called for the report's patient, and its card speaks to whoever opens the record."""
    done = _invoke(stand_ins, fhir_server, "--hook", "patient-view", "--json")
    assert done.exit_code == 0
    assert "ask the reading radiologist" in json.loads(done.stdout)["cards"][0]["summary"]


def test_invoke_lets_the_service_read_for_itself(
    stand_ins: StandIns, fhir_server: Server, token_file: Path
) -> None:
    """Without prefetch the service gets the token and reads the same report: the same cards (CH-085)."""
    done = _invoke(stand_ins, fhir_server, "--no-prefetch", "--token-file", str(token_file), "--json")
    assert done.exit_code == 0
    assert same_everywhere(json.loads(done.stdout)) == golden(CASE)


@pytest.mark.parametrize("way", ["prefetch", "token"])
def test_invoke_in_production(stand_ins: StandIns, token_file: Path, tmp_path: Path, way: str) -> None:
    """TLS and a signed token on one side, TLS, a bearer token and absolute references on the other: the
    golden cards, whoever reads the data."""
    production, guarded = stand_ins.production, stand_ins.guarded_sekmet
    key = tmp_path / "ehr.pem"
    key.write_bytes(private_pem(ec_key("sandbox")))
    options = ["--service", production.base, "--key", str(key), "--kid", KID, "--issuer", SANDBOX.issuer]
    options += ["--fhir-server", guarded.base, "--token-file", str(token_file)]
    options += ["--ca-file", str(guarded.ca_file), "--report", REPORT, "--user", SIGNER, "--json"]
    if way == "token":
        options.append("--no-prefetch")
    # In a process of its own: the service looks at the true clock, which stands still here.
    done = subprocess.run(command_line("invoke", *options), env=environment(), capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    # The server's absolute references stay absolute in the orders.
    text = done.stdout.replace(production.base, PUBLIC_URL).replace(f"{guarded.base}/", "")
    assert same_everywhere(json.loads(text)) == golden(CASE)


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["--report", "nobody"], 2, "DiagnosticReport/nobody could not be read: 404"),
        (["--hook", "order-select"], 2, "no service for the hook order-select"),
        (["--no-prefetch"], 2, "--no-prefetch needs --token-file"),
        (["--hook", "order-sign"], 1, "the service answered 400 context.draftOrders"),
        (["--service", f"http://127.0.0.1:{free_port()}"], 3, "a partner could not be reached"),
        (["--fhir-server", "http://fhir.example.org"], 2, "--fhir-server cannot be called: scheme"),
    ],
    ids=["no report", "no service", "no token", "refused", "away", "not allowed"],
)
def test_invoke_says_why_not(stand_ins: StandIns, arguments: list[str], status: int, words: str) -> None:
    """Each way to fail has its exit status and one sentence."""
    done = _invoke(stand_ins, stand_ins.sekmet, *arguments)
    assert (done.exit_code, words in done.stderr) == (status, True), done.stderr


def test_a_wrong_token_is_no_traceback(stand_ins: StandIns, tmp_path: Path) -> None:
    """A FHIR server that does not know the token: what was asked for, and its status."""
    guarded = stand_ins.guarded_sekmet
    wrong = tmp_path / "token.txt"
    wrong.write_text("wrong")
    options = ["--fhir-server", guarded.base, "--token-file", str(wrong), "--ca-file", str(guarded.ca_file)]
    done = _run("invoke", "--service", stand_ins.service.base, *options, "--report", REPORT)
    assert (done.exit_code, "could not be read: 401" in done.stderr) == (2, True)
    done = _run("doctor", *options)
    assert (done.exit_code, "401" in done.stdout) == (1, True)
    done = _run("seed", *options)
    assert (done.exit_code, "does not let this caller write" in done.stderr) == (1, True)


def _doctor(fhir: Server, *more: str) -> tuple[int, dict[str, Any]]:
    done = _run("doctor", "--fhir-server", fhir.base, "--json", *more)
    examined: dict[str, Any] = json.loads(done.stdout)
    return done.exit_code, examined


def test_doctor_is_content_with_a_complete_report(fhir_server: Server) -> None:
    """A report that says everything: status 0, its shape and what the model makes of it."""
    status, examined = _doctor(fhir_server, "--report", REPORT)
    assert (status, examined["is_fine"], examined["codes"]) == (0, True, [])
    (report,) = examined["reports"]
    assert (report["exam_type"], report["shapes"]) == ("diagnostic", ["specific code"])
    assert (report["concordance"], report["lacks"]) == ("under_called", [])
    assert {each["key"]: each["state"] for each in examined["readable"]}["observations"] == "read"


def test_doctor_finds_what_is_to_do(fhir_server: Server) -> None:
    """All golden cases: both shapes, the code to map, a missing side and an undescribed finding: status 1."""
    status, examined = _doctor(fhir_server)
    assert (status, examined["is_fine"]) == (1, False)
    assert {"components", "specific code", "words only"} <= set(examined["shapes"])
    (code,) = examined["codes"]
    assert (code["system"], code["code"], code["kind"], code["table"]) == (
        *LOCAL_CODE,
        "unknown",
        "morphology",
    )
    lacks = {each["reference"]: each["lacks"] for each in examined["reports"]}
    assert lacks["DiagnosticReport/mg-006"] == ["R-DQ-01"]
    assert lacks["DiagnosticReport/mg-007"] == ["R-DQ-03"]


def test_doctor_is_content_once_the_code_is_mapped(fhir_server: Server, tmp_path: Path) -> None:
    """Its own row of codes.csv, completed with a concept, settles the report that had the local code."""
    _, before = _doctor(fhir_server, "--report", "mg-014")
    rows = [row.replace("CONCEPT", "amorphous") for row in before["codes_csv"]]
    codes = tmp_path / "codes.csv"
    codes.write_text("\n".join(rows) + "\n")
    status, after = _doctor(fhir_server, "--report", "mg-014", "--codes", str(codes))
    assert (status, after["codes"], after["reports"][0]["lacks"]) == (0, [], [])


def test_doctor_draws_tables(fhir_server: Server) -> None:
    """The tables name the queries, the report, the rule in words and the row to complete."""
    done = _run("doctor", "--fhir-server", fhir_server.base, "--patient", "pat-014")
    assert done.exit_code == 1
    for words in (
        "What can be read",
        "DiagnosticReport/mg-014",
        "R-DQ-05 Unknown code",
        "morphology.CONCEPT",
    ):
        assert words in done.stdout


def test_doctor_without_a_server() -> None:
    """Nobody listens there: status 3."""
    done = _run("doctor", "--fhir-server", f"http://127.0.0.1:{free_port()}/fhir")
    assert (done.exit_code, "could not be reached" in done.stderr) == (3, True)
