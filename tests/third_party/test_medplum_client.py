"""An EHR made of MedplumClient, in front of two FHIR servers: discovery, prefetch, call, cards."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from cds_service.golden_cases import case_folders
from cds_service.hooks.services import services
from tests.third_party.conftest import StandIns
from tests.third_party.golden_cards import golden, same_everywhere
from tests.third_party.programs import HERE, Server, node, run_program

SERVICES = {each.hook: each.id for each in services().values()}


def _calls() -> list[tuple[str, str, dict[str, Any]]]:
    """Case, service and context of every golden case, without the resources that came in the context."""
    calls = []
    for folder in case_folders():
        request = json.loads((folder / "request.json").read_bytes())
        context = {name: value for name, value in request["context"].items() if name != "report"}
        calls.append((folder.name, SERVICES[request["hook"]], context))
    return calls


def _medplum(fhir: Server, service: Server, calls: list[tuple[str, dict[str, Any]]]) -> Any:
    parts = urlsplit(fhir.base)
    return run_program(
        node(),
        str(HERE / "medplum_client.mjs"),
        f"{parts.scheme}://{parts.netloc}/",
        f"{parts.path.strip('/')}/",
        f"{service.base}/cds-services",
        standard_input=calls,
    )


def test_the_cards_are_those_of_the_golden_cases(stand_ins: StandIns, fhir_server: Server) -> None:
    """MedplumClient finds the services, fills the prefetch and gets the golden cards for every case."""
    calls = _calls()
    done = _medplum(fhir_server, stand_ins.service, [(service, context) for _, service, context in calls])
    offered = {each["id"] for each in done["discovery"]["services"]}
    assert set(SERVICES.values()) <= offered
    for (case, _, _), each in zip(calls, done["calls"], strict=True):
        assert {"report", "patient", "observations"} & set(each["request"]["prefetch"])
        assert "fhirServer" not in each["request"]
        assert same_everywhere(each["response"]) == golden(case), case
