"""calcification-cds education check and refresh."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import requests
import responses
from click.testing import CliRunner

from cards.education.catalog import catalog
from cards.policy import Policy
from cds_service.cli import main
from cds_service.cli.education import http_status, report
from cds_service.cli.exit_status import ExitStatus
from tests.cds_service.outgoing.test_medlineplus import answer, entry

DAY = date(2026, 5, 4)


def test_the_check_names_stale_pages():
    """Offline the check names each stale page with its reason, and ends with status 1."""
    result = CliRunner().invoke(main, ["education", "check", "--today", "2026-05-04"])
    assert result.exit_code == 1
    assert "stale       mlp-002113-en             reviewed 2020-01-21" in result.output
    assert result.output.endswith("29 pages: 0 unverified, 28 stale, 0 unreachable\n")


def test_a_long_enough_age_leaves_the_unknown_ones():
    """With a longer education_max_age only pages without a known date are stale."""
    lines, status = report(catalog(), Policy(switches={"education_max_age": "P10Y"}), DAY, None)
    assert lines[-1] == "29 pages: 0 unverified, 27 stale, 0 unreachable"
    assert status is ExitStatus.FOUND


def test_online_each_address_is_asked_once():
    """Online each address is asked once; an error answer is named and is status 1."""
    asked: list[str] = []

    def get(url: str) -> int:
        asked.append(url)
        return 404 if url.endswith("002113.htm") and "spanish" not in url else 200

    lines, status = report(catalog(), Policy(), DAY, get)
    assert len(asked) == len(set(asked)) == len({page.url for page in catalog()})
    assert "unreachable mlp-002113-en             answers 404" in lines
    assert status is ExitStatus.FOUND


def test_a_silent_host_is_status_3():
    """A host that does not answer at all is named and is status 3."""

    def get(url: str) -> int:
        raise requests.ConnectionError(url)

    lines, status = report(catalog()[:1], Policy(), DAY, get)
    assert lines[1] == "unreachable mlp-002113-en             no answer (ConnectionError)"
    assert status is ExitStatus.PARTNER_AWAY


@responses.activate
def test_the_getter_gives_the_status():
    """The getter asks with GET and gives the HTTP status."""
    responses.get("https://example.org/page", status=410)
    assert http_status("https://example.org/page") == 410


CONNECT = "https://connect.medlineplus.gov/service"


@pytest.fixture
def connect_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings with MedlinePlus Connect on and a file of this test."""
    monkeypatch.setenv("CALCIFICATION_CDS_MEDLINEPLUS_CONNECT", "true")
    monkeypatch.setenv("CALCIFICATION_CDS_MEDLINEPLUS_CONNECT_FILE", str(tmp_path / "connect.json"))


@responses.activate
def test_refresh_asks_nobody_while_the_setting_is_off():
    """Without the setting the command refuses with status 4 and nothing is sent."""
    result = CliRunner().invoke(main, ["education", "refresh"])
    assert result.exit_code == 4
    assert "CALCIFICATION_CDS_MEDLINEPLUS_CONNECT: is off" in result.output
    assert len(responses.calls) == 0


@responses.activate
@pytest.mark.usefixtures("connect_on")
def test_refresh_asks_once_and_lists_the_pages():
    """The command asks each question, lists the pages, and asks nothing when called again."""
    responses.get(CONNECT, body=answer([entry()]))
    for _ in range(2):
        result = CliRunner().invoke(main, ["education", "refresh"])
        assert result.exit_code == 0
        assert result.output == (
            "en  Specks  https://medlineplus.gov/specks.html?utm_source=mplusconnect&utm_medium=service\n"
        )
    assert len(responses.calls) == 4


@responses.activate
@pytest.mark.usefixtures("connect_on")
def test_refresh_says_what_was_not_answered():
    """A question without an answer is named with its reason, and the status is 3."""
    responses.get(CONNECT, body="<html>", status=200)
    result = CliRunner().invoke(main, ["education", "refresh"])
    assert result.exit_code == 3
    assert "no answer: R92.0 en: no-answer-of-its-form" in result.output
