"""An answer on the wire has every member of the standard that it needs, and no empty one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cards.answer import Answer
from cards.policy import Policy
from cards.writing.card import Action, Card, Coding, Link, Suggestion
from cds_service.hooks.respond import respond
from tests.conformance.wire import assert_response

TOPIC = Coding("https://calcification-cds.org/family", "under-called", "Less cautious than usual")
PLAIN = Card(
    uuid="00000000-0000-4000-8000-000000000001",
    summary="A sentence.",
    detail="",
    indicator="info",
    family="under_called",
    topic=TOPIC,
    links=(),
    suggestions=(),
    override_reasons=(),
    rule_ids=("R-CC-01",),
    citations=(),
    references=(),
)
ORDER = Suggestion(
    uuid="00000000-0000-4000-8000-000000000002",
    label="Order the biopsy",
    actions=(Action("Order", {"resourceType": "ServiceRequest", "status": "draft"}),),
    is_recommended=True,
)
FULL = replace(
    PLAIN,
    detail="A reason. [Basis](https://cds.example.org/rules)",
    links=(Link("Basis", "https://cds.example.org/rules"),),
    suggestions=(ORDER,),
    override_reasons=(TOPIC,),
    citations=("C-03",),
    references=("Observation/o1",),
)


def answered(*cards: Card) -> Answer:
    """An answer that has cards and nothing else."""
    return Answer(cards, None, None)


@pytest.mark.requirement("CH-005")
def test_a_plain_card_has_no_empty_member() -> None:
    """CH-003 to CH-005: what has no value is left out."""
    response = respond(answered(PLAIN), Policy(), "https://cds.example.org")
    assert_response(response)
    assert response == {
        "cards": [
            {
                "uuid": PLAIN.uuid,
                "summary": "A sentence.",
                "indicator": "info",
                "source": {
                    "label": "Calcification CDS",
                    "topic": {"system": TOPIC.system, "code": TOPIC.code, "display": TOPIC.display},
                    "url": "https://cds.example.org/evidence",
                    "icon": "https://cds.example.org/evidence/icon.png",
                },
                "extension": {"org.calcification-cds.card": {"rules": ["R-CC-01"]}},
            }
        ]
    }


def test_a_full_card_has_every_member() -> None:
    """CH-112 to CH-148: suggestions bring selectionBehavior, links are absolute."""
    response = respond(answered(FULL), Policy(), "https://cds.example.org")
    assert_response(response)
    [card] = response["cards"]  # type: ignore[misc]
    assert card["selectionBehavior"] == "any"
    assert card["suggestions"][0]["actions"][0]["type"] == "create"
    assert card["suggestions"][0]["isRecommended"] is True
    assert card["extension"]["org.calcification-cds.card"] == {
        "rules": ["R-CC-01"],
        "citations": ["C-03"],
        "references": ["Observation/o1"],
    }


@pytest.mark.requirement("CH-126")
def test_a_loopback_address_is_no_source() -> None:
    """CH-126: the address of the source is https or it is left out."""
    response = respond(answered(PLAIN), Policy(), "http://127.0.0.1:8000")
    assert "url" not in response["cards"][0]["source"]  # type: ignore[index]


def test_without_a_mammography_report_there_is_no_guidance() -> None:
    """No report, no cards, no extension: the emptiest answer there is."""
    assert respond(answered(), Policy(), "https://cds.example.org") == {"cards": []}
