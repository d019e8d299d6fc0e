"""What stands in discovery and on cards (sections 1B, 1H to 1K and 1O), and the checks of Inferno on them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest
from flask.testing import FlaskClient

from cds_service.golden_cases import case_folders
from cds_service.hooks.discovery import discovery
from cds_service.hooks.services import services
from tests.conformance.wire import REVERSE_DNS, empties, members
from tests.schemas import faults

ROOT = Path(__file__).resolve().parents[2]
RESPONSES = [orjson.loads((folder / "response.json").read_bytes()) for folder in case_folders()]
CARDS = [card for response in RESPONSES for card in response["cards"]]
SUGGESTIONS = [suggestion for card in CARDS for suggestion in card.get("suggestions", ())]
LINKS = [link for card in CARDS for link in card.get("links", ())]


@pytest.mark.requirement("CH-003", "CH-004", "CH-020", "CH-021", "INF-004", "INF-005", "INF-006", "INF-007")
def test_discovery(client: FlaskClient) -> None:
    """200, an array of services, each with what a client needs, nothing empty."""
    response = client.get("/cds-services")
    body = response.get_json()
    assert (response.status_code, type(body["services"]), bool(body["services"])) == (200, list, True)
    assert faults("discovery", body) == []
    assert empties(body) == []


@pytest.mark.requirement("CH-022")
def test_discovery_without_services() -> None:
    """An empty array, not a missing member."""
    assert discovery([]) == {"services": []}


@pytest.mark.requirement("CH-197", "CH-198")
def test_hooks_are_named_by_the_rules() -> None:
    """A hook for everybody is noun-verb in lower case; that of a site is in reverse DNS."""
    shared = [service.hook for service in services().values()]
    custom = services("org.example.report-sign")["breast-calcification-report-sign-custom"]
    assert [name for name in shared if not re.fullmatch(r"[a-z]+-[a-z]+", name)] == []
    assert REVERSE_DNS.fullmatch(custom.hook)


@pytest.mark.requirement("INF-020", "INF-021", "INF-023", "INF-024", "INF-025", "INF-026", "INF-027")
@pytest.mark.requirement("INF-028", "INF-031")
def test_cards_pass_the_checks_of_inferno() -> None:
    """Required members typed and not blank, summary below 140, a topic with code and system."""
    assert CARDS
    assert all(isinstance(response["cards"], list) for response in RESPONSES)
    for card in CARDS:
        texts = [card["summary"], card["indicator"], card["source"]["label"], card["uuid"], card["detail"]]
        texts += [card["source"]["topic"]["code"], card["source"]["topic"]["system"]]
        assert all(isinstance(text, str) and text.strip() for text in texts)
        assert len(card["summary"]) < 140
        assert card["indicator"] in ("info", "warning", "critical")
        assert all(
            isinstance(card.get(name, []), list) for name in ("suggestions", "overrideReasons", "links")
        )


@pytest.mark.requirement("INF-032", "INF-033", "INF-037", "INF-038", "INF-039")
def test_suggestions_pass_the_checks_of_inferno() -> None:
    """Behaviour, labels, actions and override reasons are complete."""
    assert SUGGESTIONS
    for card in CARDS:
        assert card.get("selectionBehavior") in (("any", "at-most-one") if "suggestions" in card else (None,))
        for reason in card["overrideReasons"]:
            assert all(reason[name].strip() for name in ("code", "system", "display"))
    for suggestion in SUGGESTIONS:
        assert suggestion["label"].strip()
        assert suggestion["actions"]
        assert all(action["description"].strip() for action in suggestion["actions"])
        assert {action["type"] for action in suggestion["actions"]} == {"create"}


@pytest.mark.requirement("INF-034", "INF-035", "INF-036", "INF-042")
def test_links_pass_the_checks_of_inferno() -> None:
    """Label, address and type are there; every link is absolute and starts no app."""
    assert LINKS
    for link in LINKS:
        parts = urlsplit(link["url"])
        assert link["label"].strip()
        assert (parts.scheme in ("http", "https"), bool(parts.hostname)) == (True, True)
        assert (link["type"], "appContext" in link) == ("absolute", False)


@pytest.mark.requirement("CH-126")
def test_one_source_has_one_address() -> None:
    """source.url is https and the same on every card: it is about the service, not the case."""
    addresses = {card["source"]["url"] for card in CARDS}
    assert addresses == {"https://cds.example.org/evidence"}


@pytest.mark.requirement("CH-150")
def test_hosts_of_links_are_published() -> None:
    """Every host stands in the list that a site can register with its EHR."""
    hosts = {urlsplit(link["url"]).hostname for link in LINKS} - {"cds.example.org"}
    lines = (ROOT / "cards" / "writing" / "link_hosts.csv").read_text().splitlines()
    published = {line.partition(",")[0] for line in lines if not line.startswith("#")}
    assert hosts <= published


@pytest.mark.requirement("CH-140")
def test_what_a_suggestion_orders_stands_in_the_text() -> None:
    """A clinician whose EHR applies nothing can act by hand: step and side are in words on the card."""
    for card in CARDS:
        for suggestion in card.get("suggestions", ()):
            [action] = suggestion["actions"]
            resource = action["resource"]
            said = f"{card['summary']} {card['detail']}"
            if resource["resourceType"] == "ServiceRequest":
                [site] = resource.get("bodySite", [{"text": ""}])
                side = site["text"].split(" ")[0].lower()
                assert side in said.lower() or side == "both", (card["summary"], side)


@pytest.mark.requirement("CH-033", "CH-103", "CH-139", "CH-149")
def test_what_clients_may_not_know_is_never_sent() -> None:
    """No action of the system, no selection behaviour of actions, no link that opens itself."""
    avoided = {"systemActions", "actionSelectionBehavior", "autolaunchable", "resourceId"}
    names = {path.rpartition(".")[2] for response in RESPONSES for path, _ in members(response)}
    assert names & avoided == set()


@pytest.mark.requirement("CH-110")
def test_uuids_are_fresh_for_every_call(client: FlaskClient) -> None:
    """The same request twice: the same cards, other uuids."""
    body = orjson.loads((case_folders()[0] / "request.json").read_bytes())
    service = next(each for each in services().values() if each.hook == body["hook"])
    first, second = (client.post(f"/cds-services/{service.id}", json=body).get_json() for _ in range(2))
    uuids = [{card["uuid"] for card in answer["cards"]} for answer in (first, second)]
    assert uuids[0].isdisjoint(uuids[1])
    assert [one["summary"] for one in first["cards"]] == [one["summary"] for one in second["cards"]]


def extensions(document: Any) -> list[Any]:
    """Every extension of our own in an answer; those inside FHIR resources are FHIR's."""
    found = [value for path, value in members(document) if path.endswith(".extension")]
    return [value for value in found if not isinstance(value, list)]


@pytest.mark.requirement("CH-195", "CH-196")
def test_extensions_are_objects_with_names_of_our_own() -> None:
    """Each is an object whose names stand in reverse DNS under one domain."""
    found = [each for response in RESPONSES for each in extensions(response)]
    assert found
    for extension in found:
        assert isinstance(extension, dict)
        assert all(name.startswith("org.calcification-cds.") for name in extension)
