"""The evidence pages: public, complete, without script, and with the icon of the source."""

from __future__ import annotations

import re
import struct

import pytest
from flask import Flask
from flask.testing import FlaskClient

from cards.guidance import RULES
from cards.writing.families import families
from cds_service.web.evidence import evidence
from cds_service.web.evidence_icon import ICON, icon_png


@pytest.fixture(scope="module")
def browser() -> FlaskClient:
    """A client of an application that has the evidence pages alone."""
    application = Flask("evidence pages")
    application.register_blueprint(evidence)
    return application.test_client()


ADDRESSES = [
    "/evidence",
    *(f"/evidence/rules/{rule}" for rule in RULES),
    *(f"/evidence/cards/{family}" for family in families().by_name),
]


def test_every_page_answers(browser: FlaskClient):
    """The index, each rule and each family of cards has a page; it may be kept for an hour."""
    for address in ADDRESSES:
        response = browser.get(address)
        assert response.status_code == 200, address
        assert response.content_type == "text/html; charset=utf-8"
        assert response.headers["Cache-Control"] == "public, max-age=3600"


def test_no_page_has_script_or_inline_style(browser: FlaskClient):
    """No page carries script, an event handler or inline style, and its policy forbids them."""
    for address in ADDRESSES:
        response = browser.get(address)
        assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=|javascript:", response.text), address
        policy = response.headers["Content-Security-Policy"]
        assert policy == "default-src 'none'; style-src 'self'; img-src 'self'"


def test_every_link_leads_somewhere(browser: FlaskClient):
    """Each address on each page is one of this service and answers."""
    seen = {
        link for address in ADDRESSES for link in re.findall(r'href="([^"#]+)"', browser.get(address).text)
    }
    for link in seen:
        assert link.startswith("/evidence")
        assert browser.get(link).status_code == 200, link


def test_a_page_shows_the_basis(browser: FlaskClient):
    """A rule page has its logic, source with evidence mark, the 13 attributes, limits and history."""
    text = browser.get("/evidence/rules/R-RC-05").text
    rule = RULES["R-RC-05"]
    assert rule.title in text
    assert all(f'id="{citation}"' in text for citation in rule.citations)
    assert text.count('<th scope="row">') == 13
    for heading in ("Sources", "What it does not consider", "Source attributes", "Version history"):
        assert f"<h2>{heading}</h2>" in text
    assert "never replaces the radiologist" in text


@pytest.mark.parametrize("address", ["/evidence/rules/R-XX-99", "/evidence/cards/nothing"])
def test_unknown_pages_are_not_found(browser: FlaskClient, address: str):
    """An unknown rule or family is 404."""
    assert browser.get(address).status_code == 404


@pytest.mark.requirement("CH-127")
def test_the_icon_is_what_the_standard_asks_for(browser: FlaskClient):
    """The icon is a PNG of 100 by 100 pixels, 8 bit RGB without alpha, and the file is current."""
    response = browser.get("/evidence/icon.png")
    assert response.content_type == "image/png"
    width, height, depth, colour = struct.unpack(">IIBB", response.data[16:26])
    assert (width, height, depth, colour) == (100, 100, 8, 2)
    assert b"tRNS" not in response.data
    assert response.data == icon_png() == ICON.read_bytes()


def test_the_style_sheet_is_served(browser: FlaskClient):
    """The style sheet of the pages is served as CSS."""
    assert browser.get("/evidence/style.css").content_type.startswith("text/css")
