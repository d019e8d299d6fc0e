"""Who reads which language: the caller's or the site's for the clinician, the patient's own for pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from cds_service.app import create_app
from cds_service.settings import Settings
from tests.cds_service.golden import SIGN_OFF_PATH, golden_request, resources_of

MEDLINE = "https://medlineplus.gov/ency/article/002113.htm"
MEDLINE_SPANISH = "https://medlineplus.gov/spanish/ency/article/002113.htm"
SEED = "https://www.mdanderson.org/cancerwise/made-up.html"


@pytest.fixture
def spanish_site(tmp_path: Path) -> Iterator[FlaskClient]:
    """A caller of a site whose policy says Spanish."""
    policy = tmp_path / "policy.toml"
    policy.write_text('language = "es"\n')
    app = create_app(Settings(policy_file=policy, database_url=f"sqlite:///{tmp_path / 'cds.sqlite3'}"))
    yield app.test_client()
    app.extensions["house"].close()


def cards(client: FlaskClient, body: Any, accept: str | None = None) -> Any:
    """Sign a report off, and give the cards."""
    headers = {} if accept is None else {"Accept-Language": accept}
    response = client.post(SIGN_OFF_PATH, json=body, headers=headers)
    assert response.status_code == 200
    return response.get_json()["cards"]


def speaks(client: FlaskClient, accept: str | None) -> str:
    """Say in which language the cards come."""
    [first, *_] = cards(client, golden_request(), accept)
    return {"Why": "en", "Por": "es"}[first["links"][0]["label"][:3]]


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        (None, "en"),
        ("es", "es"),
        ("es-MX", "es"),
        ("es-MX, en;q=0.5", "es"),
        ("ES-419,es;q=0.9,en;q=0.8", "es"),
        ("en-US,en;q=0.9,es;q=0.8", "en"),
        ("en;q=0.2, es;q=0.7", "es"),
        ("fr, es;q=0.3", "es"),
        ("es;q=0", "en"),
        ("fr", "en"),
        ("*", "en"),
        ("", "en"),
        ("\xff;;;q=q", "en"),
        ("es" * 4000, "en"),
    ],
)
def test_cards_come_in_the_language_the_caller_likes_best(
    client: FlaskClient, accept: str | None, language: str
) -> None:
    """Accept-Language decides between English and Spanish; without one of them the site's holds."""
    assert speaks(client, accept) == language


@pytest.mark.parametrize(
    ("accept", "language"), [(None, "es"), ("*", "es"), ("fr", "es"), ("en-GB", "en"), ("es", "es")]
)
def test_a_spanish_site_speaks_spanish_unless_asked(
    spanish_site: FlaskClient, accept: str | None, language: str
) -> None:
    """A policy that says Spanish holds for callers that ask for no language of the cards."""
    assert speaks(spanish_site, accept) == language


@pytest.mark.parametrize("accept", ["en", "es"])
@pytest.mark.parametrize(("spoken", "page"), [("es-US", MEDLINE_SPANISH), ("en", MEDLINE), (None, MEDLINE)])
def test_pages_follow_the_patient(client: FlaskClient, accept: str, spoken: str | None, page: str) -> None:
    """The patient's page is in the language of Patient.communication, whatever the clinician reads."""
    body = golden_request()
    [patient] = resources_of(body, "Patient")
    patient.pop("communication", None)
    if spoken is not None:
        patient["communication"] = [
            {"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": spoken}]}, "preferred": True}
        ]
    links = [link["url"] for card in cards(client, body, accept) for link in card.get("links", ())]
    assert page in links
    assert {MEDLINE, MEDLINE_SPANISH} - {page} - set(links) != set()


def test_the_page_of_md_anderson_is_linked_where_its_address_is_set(tmp_path: Path) -> None:
    """With the setting the card links the page, named with publisher and date; else no card does."""
    app = create_app(
        Settings(md_anderson_page_url=SEED, database_url=f"sqlite:///{tmp_path / 'cds.sqlite3'}")
    )
    links = [link for card in cards(app.test_client(), golden_request()) for link in card["links"]]
    app.extensions["house"].close()
    [label] = [link["label"] for link in links if link["url"] == SEED]
    assert "MD Anderson Cancer Center" in label
    assert "page reviewed 2021-11-18" in label


def test_connect_pages_reach_the_card(tmp_path: Path) -> None:
    """A page kept from MedlinePlus Connect stands last among the links of a card about findings."""
    kept = tmp_path / "connect.json"
    kept.write_text(
        '{"sent_at": [], "answers": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "R92.0",'
        ' "language": "en", "answered_at": 1, "tried_at": 1, "pages":'
        ' [{"title": "Specks", "url": "https://medlineplus.gov/specks.html", "language": "en"}]}]}'
    )
    app = create_app(
        Settings(
            medlineplus_connect=True,
            medlineplus_connect_file=kept,
            database_url=f"sqlite:///{tmp_path / 'cds.sqlite3'}",
        )
    )
    answered = cards(app.test_client(), golden_request())
    app.extensions["house"].close()
    last = [card["links"][-1] for card in answered if len(card["links"]) > 1]
    assert last == [
        {
            "label": "For the patient: Specks "
            "(MedlinePlus.gov; general information; page review date not known)",
            "url": "https://medlineplus.gov/specks.html",
            "type": "absolute",
        }
    ]
