"""POST /cds-services/{id}/feedback over HTTP: on disk before its 200, once, and nobody else's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from cds_service.app import create_app
from cds_service.settings import Settings
from cds_service.storage import feedback, issued_card, prepare
from cds_service.trust.house import House
from tests.cds_service.golden import SIGN_OFF_PATH, VIEWING_PATH, golden_request
from tests.cds_service.hooks.test_feedback_body import ACCEPTED, OVERRIDDEN, REASON
from tests.cds_service.trust.production import OTHER, Production
from tests.tokens import ISSUER, PUBLIC_URL, signed

PATH = f"{SIGN_OFF_PATH}/feedback"
COMMENT = {"overrideReason": {"reason": REASON, "userComment": "Jane Doe prefers to wait"}}


def rows_of(house: House, table: Any = feedback) -> list[dict[str, Any]]:
    """Every row of a table."""
    house.writer.flush()
    prepare(house.engine)
    with house.engine.connect() as connection:
        return [dict(row) for row in connection.execute(select(table)).mappings()]


def house_of(app: Flask) -> House:
    """What the application shares."""
    house: House = app.extensions["house"]
    return house


@pytest.mark.requirement("CH-155", "CH-156")
def test_feedback_is_stored(app: Flask, client: FlaskClient) -> None:
    """CH-155, CH-156: two items, two rows, and the answer says how many came."""
    response = client.post(PATH, json={"feedback": [ACCEPTED, OVERRIDDEN]})
    assert (response.status_code, response.get_json()) == (200, {"received": 2})
    accepted, overridden = rows_of(house_of(app))
    assert accepted["accepted_suggestions"] == [ACCEPTED["acceptedSuggestions"][0]["id"]]
    assert (overridden["reason_system"], overridden["reason_code"]) == (REASON["system"], REASON["code"])


@pytest.mark.requirement("CH-164")
def test_the_same_outcome_twice_is_one_row(app: Flask, client: FlaskClient) -> None:
    """CH-164: a repeated report of an outcome is answered 200 and stored once."""
    first, second = (client.post(PATH, json={"feedback": [OVERRIDDEN, OVERRIDDEN]}) for _ in range(2))
    assert (first.status_code, second.status_code, len(rows_of(house_of(app)))) == (200, 200, 1)


def test_one_bad_item_stores_nothing(app: Flask, client: FlaskClient) -> None:
    """A body is stored whole or not at all."""
    response = client.post(PATH, json={"feedback": [OVERRIDDEN, ACCEPTED | {"outcome": "ignored"}]})
    assert response.get_json()["issue"][0]["expression"] == ["feedback[1].outcome"]
    assert (response.status_code, rows_of(house_of(app))) == (400, [])


@pytest.mark.requirement("CH-156")
def test_nothing_to_report_is_fine(app: Flask, client: FlaskClient) -> None:
    """CH-156: an empty array is answered 200."""
    assert client.post(PATH, json={"feedback": []}).status_code == 200
    assert rows_of(house_of(app)) == []


@pytest.mark.parametrize("body", [b"[]", b"{", b"null", b'{"feedback": []} x'])
def test_what_is_not_a_json_object_is_refused(client: FlaskClient, body: bytes) -> None:
    """The same parser as for hooks: 400."""
    assert client.post(PATH, data=body, content_type="application/json").status_code == 400


def test_feedback_is_posted(client: FlaskClient) -> None:
    """Another method is 405, an unknown service 404."""
    assert client.get(PATH).status_code == 405
    assert client.post("/cds-services/unknown/feedback", json={"feedback": []}).status_code == 404


@pytest.mark.requirement("CH-157")
def test_issued_cards_are_known_and_others_are_marked(
    app: Flask, client: FlaskClient, log_lines: Callable[[], list[dict[str, Any]]]
) -> None:
    """CH-157: an unknown card is accepted and counted in the log; a card is known to its own service."""
    cards = client.post(SIGN_OFF_PATH, json=golden_request()).get_json()["cards"]
    issued = rows_of(house_of(app), issued_card)
    assert [(row["uuid"], row["rules"]) for row in issued] == [
        (card["uuid"], card["extension"]["org.calcification-cds.card"]["rules"]) for card in cards
    ]
    items = [OVERRIDDEN | {"card": cards[0]["uuid"]}, OVERRIDDEN | {"card": "unknown"}]
    assert client.post(PATH, json={"feedback": items}).status_code == 200
    assert (log_lines()[-1]["feedback"], log_lines()[-1]["unknown_cards"]) == (2, 1)
    assert client.post(f"{VIEWING_PATH}/feedback", json={"feedback": items}).status_code == 200
    assert log_lines()[-1]["unknown_cards"] == 2


@pytest.mark.requirement("CH-165")
@pytest.mark.parametrize(("keeps", "kept"), [(False, None), (True, "Jane Doe prefers to wait")])
def test_a_comment_is_kept_only_where_the_site_says_so(
    tmp_path: Path, keeps: bool, kept: str | None, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    """CH-165: without store_comments it is dropped; it is in no log line either way."""
    app = create_app(Settings(database_url=f"sqlite:///{tmp_path / 'cds.sqlite3'}", store_comments=keeps))
    body = {"feedback": [OVERRIDDEN | COMMENT]}
    assert app.test_client().post(PATH, json=body).status_code == 200
    assert (
        app.test_client().post(PATH, json={"feedback": [OVERRIDDEN | COMMENT | {"card": 1}]}).status_code
        == 400
    )
    assert [row["comment"] for row in rows_of(house_of(app))] == [kept]
    assert b"Jane" not in capsysbinary.readouterr().out
    house_of(app).close()


def test_a_database_that_is_down_refuses_feedback_and_serves_cards(tmp_path: Path) -> None:
    """503 with Retry-After for feedback, again and again; the hook is answered with its cards."""
    app = create_app(Settings(database_url=f"sqlite:///{tmp_path / 'no' / 'such.sqlite3'}"))
    client = app.test_client()
    for _ in range(7):
        response = client.post(PATH, json={"feedback": [OVERRIDDEN]})
        assert (response.status_code, int(response.headers["Retry-After"]) > 0) == (503, True)
        assert response.get_json()["resourceType"] == "OperationOutcome"
    answer = client.post(SIGN_OFF_PATH, json=golden_request())
    assert (answer.status_code, len(answer.get_json()["cards"]) > 0) == (200, True)
    house_of(app).writer._closing.set()
    house_of(app).close()


def test_two_clients_do_not_meet(tmp_path: Path) -> None:
    """A client's feedback on another's card is its own row about a card it does not know."""
    service = Production(tmp_path)

    def token(issuer: str, path: str) -> str:
        return signed(iss=issuer, aud=f"{PUBLIC_URL}{path}", jti=f"{issuer} {path}")

    answer = service.call(SIGN_OFF_PATH, token(ISSUER, SIGN_OFF_PATH), golden_request())
    card = answer.get_json()["cards"][0]["uuid"]
    service.house.writer.flush()
    item = OVERRIDDEN | {"card": card}
    for issuer in (ISSUER, OTHER):
        response = service.call(PATH, token(issuer, PATH), {"feedback": [item]})
        assert response.status_code == 200
    assert [(row["issuer"], row["card"]) for row in rows_of(service.house)] == [(ISSUER, card), (OTHER, card)]
    lines = [line for line in service.log() if line.get("feedback")]
    assert [(line["client"], line.get("unknown_cards", 0)) for line in lines] == [(ISSUER, 0), (OTHER, 1)]
    service.house.close()


@pytest.mark.requirement("CH-162", "CH-163")
@pytest.mark.parametrize("path", [PATH, SIGN_OFF_PATH])
def test_feedback_needs_the_token_of_a_client(tmp_path: Path, path: str) -> None:
    """CH-162, CH-163: no token is 401; the audience is the feedback address or its service."""
    service = Production(tmp_path)
    assert service.call(PATH, None, {"feedback": []}).status_code == 401
    assert service.call(PATH, signed(aud=f"{PUBLIC_URL}{path}"), {"feedback": []}).status_code == 200
    service.house.close()
