"""Whoever reads a card can read what is behind it: on the service in production, without a token."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.cards.writing.written import PUBLIC_URL, all_written
from tests.cds_service.golden import SIGN_OFF_PATH, golden_request
from tests.cds_service.trust.production import Production
from tests.tokens import PUBLIC_URL as SERVED_AT
from tests.tokens import signed


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Production]:
    """The service as registered clients call it."""
    running = Production(tmp_path_factory.mktemp("production"))
    yield running
    running.house.close()


def own_paths() -> list[str]:
    """The pages of this service that cards of every worked case and golden case lead to: their links, and the
    pages of the rules behind them."""
    cards = [card for written in all_written() for card in written.cards]
    links = {link.url for card in cards for link in card.links if link.url.startswith(PUBLIC_URL)}
    rules = {f"/evidence/rules/{rule}" for card in cards for rule in card.rule_ids}
    return sorted(rules | {urlsplit(link).path for link in links})


def test_every_link_of_every_card_answers(service: Production) -> None:
    """Each evidence link of each card, and the page of each rule that it names, answers anybody."""
    paths = own_paths()
    assert len(paths) > 100
    answered = {path: service.call(path) for path in paths}
    assert [path for path, response in answered.items() if response.status_code != 200] == []
    assert all(response.text.startswith("<!doctype html>") for response in answered.values())


def test_source_and_icon_of_a_card_answer(service: Production) -> None:
    """The source of each card leads to the evidence pages and to a PNG that anybody can have."""
    token = signed(aud=f"{SERVED_AT}{SIGN_OFF_PATH}")
    response = service.call(SIGN_OFF_PATH, token, golden_request())
    sources = [card["source"] for card in response.get_json()["cards"]]
    assert {source["url"] for source in sources} == {f"{SERVED_AT}/evidence"}
    assert {source["icon"] for source in sources} == {f"{SERVED_AT}/evidence/icon.png"}
    assert service.call("/evidence").status_code == 200
    icon = service.call("/evidence/icon.png")
    assert (icon.status_code, icon.content_type, icon.data[:4]) == (200, "image/png", b"\x89PNG")


def test_the_first_page_says_what_it_is_for(service: Production) -> None:
    """The page that every card names as its source has intended use, limits, 13 attributes and history."""
    text = service.call("/evidence").text
    assert text.count('<th scope="row">') == 13
    for heading in ("Intended use", "What it does not consider", "Source attributes", "Version history"):
        assert f"<h2>{heading}</h2>" in text, heading
