"""Whatever is pasted: a sentence says what is wrong and what to do, and script shows as text."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from cds_service.demo import CASE
from cds_service.golden_cases import fixtures_folder
from tests.browser.test_try_it import paste

pytestmark = pytest.mark.needs("chromium")

Visit = Callable[..., Page]
SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>"


def request_of(case: str = CASE) -> dict[str, object]:
    """The request of a golden case."""
    read: dict[str, object] = json.loads((fixtures_folder() / case / "request.json").read_bytes())
    return read


def anothers() -> str:
    """A sign-off in which one Observation belongs to another patient."""
    body = request_of()
    entries = body["context"]["report"]["entry"]  # type: ignore[index]
    entries[2]["resource"]["subject"] = {"reference": "Patient/somebody-else"}
    return json.dumps(body)


DSTU2 = {
    "resourceType": "DiagnosticReport",
    "id": "r1",
    "status": "final",
    "subject": {"reference": "Patient/p1"},
    "codedDiagnosis": [],
}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        pytest.param("", "Nothing was pasted.", id="nothing"),
        pytest.param("this is no JSON", "That is not JSON that can be read.", id="words"),
        pytest.param("[1, 2", "That is not JSON that can be read.", id="half"),
        pytest.param('{"name": "value"}', "That is JSON, but not FHIR", id="other JSON"),
        pytest.param(
            '{"resourceType": "Patient", "id": "p1"}',
            "There is no mammography report in that.",
            id="no report",
        ),
        pytest.param(json.dumps(DSTU2), "That is not FHIR R4", id="DSTU2"),
        pytest.param(anothers(), "Resources of more than one patient came together", id="two patients"),
        pytest.param(SCRIPT, "That is not JSON that can be read.", id="script"),
        pytest.param(
            json.dumps({"hook": SCRIPT}),
            "Something in the request is missing or has the wrong form.",
            id="script inside",
        ),
    ],
)
def test_what_is_wrong_is_said(visit: Visit, text: str, sentence: str):
    """A sentence stands on the page with the focus on it, and what was pasted is still in its field."""
    page = visit("/")
    paste(page, text)
    expect(page.locator("#refusal")).to_contain_text(sentence)
    expect(page.locator("#refusal")).to_be_focused()
    expect(page.get_by_label("FHIR JSON", exact=True)).to_have_value(text)
    expect(page.locator(".pane")).to_have_count(3)


def test_script_in_a_report_shows_as_text(visit: Visit):
    """Script in codes and displays of a report stands on the page as the text it is and never runs."""
    body = json.loads(json.dumps(request_of()).replace("Amorphous calcification", SCRIPT))
    page = visit("/")
    ran: list[str] = []
    page.on("dialog", lambda dialog: ran.append(dialog.message))
    paste(page, json.dumps(body))
    expect(page.locator(".guidance").first).to_be_visible()
    page.get_by_text("Codes and their meaning").click()
    expect(page.locator(".scroll")).to_contain_text("<script>alert(1)</script>")
    assert (ran, page.locator("main script, main img").count()) == ([], 0)


@pytest.fixture
def big_file(tmp_path: Path) -> Path:
    """20 MB of JSON."""
    path = tmp_path / "big.json"
    path.write_bytes(b'{"x": "' + b"x" * 20_000_000 + b'"}')
    return path


def test_too_much_is_not_even_sent(visit: Visit, big_file: Path):
    """20 MB are refused in the browser with a sentence."""
    page = visit("/")
    page.get_by_text("Paste or drop FHIR JSON").click()
    page.locator("#file").set_input_files(big_file)
    page.locator("form[enctype]").get_by_role("button", name="Show the cards").click()
    expect(page.locator("#too-large")).to_contain_text("That is too large.")
    assert page.locator(".pane").count() == 3


def test_too_much_without_script_is_a_page(visit: Visit, big_file: Path):
    """20 MB that are sent all the same are answered with the sentence on a whole page."""
    page = visit("/", java_script_enabled=False)
    page.get_by_text("Paste or drop FHIR JSON").click()
    page.locator("#file").set_input_files(big_file)
    page.locator("form[enctype]").get_by_role("button", name="Show the cards").click()
    expect(page.locator("#refusal")).to_contain_text("That is too large.")


def test_an_unknown_address_of_a_case_is_a_sentence(visit: Visit):
    """A case that does not exist is said on the page."""
    page = visit("/?case=../../etc/passwd")
    expect(page.locator("#refusal")).to_contain_text("There is no case with that name.")
