"""calcification-cds education check."""

from __future__ import annotations

from datetime import date

import requests
import responses
from click.testing import CliRunner

from cards.education.catalog import catalog
from cards.policy import Policy
from cds_service.cli import main
from cds_service.cli.education import http_status, report
from cds_service.cli.exit_status import ExitStatus

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
