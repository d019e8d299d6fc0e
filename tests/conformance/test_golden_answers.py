"""Every golden answer keeps the rules of the standard, and its resources are valid R4."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from fhir.resources.R4B import get_fhir_model_class

from cds_service.golden_cases import case_folders
from tests.conformance.wire import assert_response, members

ANSWERS = [
    pytest.param(
        orjson.loads((folder / "request.json").read_bytes()),
        orjson.loads((folder / "response.json").read_bytes()),
        id=folder.name,
    )
    for folder in case_folders()
]


@pytest.mark.requirement(
    "CH-003",
    "CH-004",
    "CH-005",
    "CH-006",
    "CH-033",
    "CH-100",
    "CH-101",
    "CH-103",
    "CH-110",
    "CH-111",
    "CH-112",
    "CH-113",
    "CH-114",
    "CH-116",
    "CH-117",
    "CH-118",
    "CH-119",
    "CH-120",
    "CH-125",
    "CH-128",
    "CH-130",
    "CH-131",
    "CH-132",
    "CH-133",
    "CH-134",
    "CH-135",
    "CH-139",
    "CH-145",
    "CH-146",
    "CH-147",
    "CH-148",
    "CH-149",
    "CH-195",
    "CH-196",
)
@pytest.mark.parametrize(("request_", "response"), ANSWERS)
def test_the_answer_keeps_the_rules(request_: Any, response: Any) -> None:
    """CH-003 to CH-006 and CH-100 to CH-150 hold."""
    assert request_["hook"]
    assert_response(response)


@pytest.mark.requirement("CH-136", "INF-040")
@pytest.mark.parametrize(("request_", "response"), ANSWERS)
def test_suggested_resources_are_valid(request_: Any, response: Any) -> None:
    """CH-136: each resource of a suggestion is a complete R4 resource about this patient."""
    patient = f"Patient/{request_['context']['patientId']}"
    for card in response["cards"]:
        for suggestion in card.get("suggestions", ()):
            for action in suggestion["actions"]:
                resource = action["resource"]
                get_fhir_model_class(resource["resourceType"]).model_validate(resource)
                holder = resource.get("subject") or resource.get("for")
                assert holder["reference"] == patient


@pytest.mark.requirement("CH-150")
@pytest.mark.parametrize(("request_", "response"), ANSWERS)
def test_no_address_holds_a_value_of_the_context(request_: Any, response: Any) -> None:
    """CH-150: neither patient, report nor user stands in a link."""
    values = [request_["context"][name] for name in ("patientId", "userId")]
    values += [request_["context"]["reportId"]] if "reportId" in request_["context"] else []
    links = [value for path, value in members(response) if path.endswith("links[].url")]
    assert [url for url in links if any(value in url for value in values)] == []


@pytest.mark.parametrize(("request_", "response"), ANSWERS)
def test_the_guidance_is_always_there(request_: Any, response: Any) -> None:
    """Each answer carries the reasoning, and each card the rules it rests on."""
    guidance = response["extension"]["org.calcification-cds.guidance"]
    assert {"model_version", "guideline_profile", "max_indicator", "facts"} <= set(guidance)
    fired = {rule["id"] for rule in guidance["rules"]}
    shown = {
        rule
        for card in response["cards"]
        for rule in card["extension"]["org.calcification-cds.card"]["rules"]
    }
    assert shown <= fired
    assert request_["hook"] in ("report-sign", "report-review", "patient-view", "order-sign")
