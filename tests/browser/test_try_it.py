"""A person's way through "Try it": choose, read, accept, dismiss, paste, describe."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from cds_service.demo import CASE
from cds_service.golden_cases import fixtures_folder
from cds_service.storage import feedback
from tests.browser.served import Served

pytestmark = pytest.mark.needs("chromium")

Visit = Callable[..., Page]
DISCORDANT = "Amorphous group called benign on diagnostic"


def stored(service: Served, card: str) -> list[tuple[str, list[str], str, str | None]]:
    """What was stored about one card: outcome, suggestions, reason and comment."""
    of = feedback.c
    query = select(of.outcome, of.accepted_suggestions, of.reason_code, of.comment).where(of.card == card)
    with service.app.extensions["house"].engine.connect() as connection:
        return [tuple(row) for row in connection.execute(query)]


def card_of(page: Page, number: int = 0) -> str:
    """The uuid of a card on the page."""
    return str(page.locator(".guidance").nth(number).locator("input[name=card]").first.input_value())


def paste(page: Page, text: str) -> None:
    """Open the second way to give a report, fill the field and send it."""
    page.get_by_text("Paste or drop FHIR JSON").click()
    page.get_by_label("FHIR JSON", exact=True).fill(text)
    page.locator("form[enctype]").get_by_role("button", name="Show the cards").click()


def test_one_click_leads_to_the_cards_of_a_discordant_report(visit: Visit):
    """From the start page one click shows what was understood and the critical card, and moves the focus."""
    page = visit("/")
    page.get_by_role("link", name=DISCORDANT).click()
    card = page.locator(".guidance").first
    expect(card.get_by_role("heading").first).to_contain_text("usually category 4A or 4B, not category 2")
    expect(card.locator(".indicator")).to_have_text("Critical")
    expect(page.locator(".finding")).to_contain_text("amorphous")
    expect(page.locator("#understood-heading")).to_be_focused()
    assert page.url.endswith(f"/?case={CASE}")


def test_accepting_sends_real_feedback(visit: Visit, service: Served):
    """Accept posts CDS Hooks feedback to the endpoint; the suggestion is stored and the page says so."""
    page = visit(f"/?case={CASE}")
    suggestion = page.locator("input[name=suggestion]").first.input_value()
    with page.expect_request("**/cds-services/breast-calcification-report-sign/feedback") as sent:
        page.get_by_role("button", name="Accept: Order image-guided core biopsy, left breast").click()
    expect(page.get_by_role("status").first).to_contain_text("Feedback was sent and taken.")
    assert sent.value.post_data_json["feedback"][0]["acceptedSuggestions"] == [{"id": suggestion}]
    assert stored(service, card_of(page)) == [("accepted", [suggestion], "", None)]


def test_dismissing_sends_the_reason(visit: Visit, service: Served):
    """Dismiss asks for a reason and stores it."""
    page = visit(f"/?case={CASE}")
    page.get_by_text("Dismiss this card").click()
    page.get_by_label("Judged on the images; category stands").check()
    page.get_by_role("button", name="Dismiss", exact=True).click()
    expect(page.get_by_role("status").first).to_contain_text("Feedback was sent and taken.")
    assert stored(service, card_of(page)) == [("overridden", [], "image-judgement", None)]


def test_the_keyboard_alone_is_enough(visit: Visit, service: Served):
    """Tab and Enter alone lead past the header to a case, to its card and to feedback."""
    page = visit("/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, f"a[href*='{CASE}']")
    page.keyboard.press("Enter")
    expect(page.locator("#understood-heading")).to_be_focused()
    tab_to(page, ".suggestions button")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("Feedback was sent and taken.")
    assert [row[0] for row in stored(service, card_of(page))] == ["accepted"]
    tab_to(page, ".dismiss summary")
    page.keyboard.press("Enter")
    tab_to(page, ".dismiss input[type=radio]")
    page.keyboard.press("Space")
    tab_to(page, ".dismiss button")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").locator("pre")).to_contain_text("overridden")


def tab_to(page: Page, selector: str, most: int = 80) -> None:
    """Press Tab until the first element of a selector has the focus."""
    target = page.locator(selector).first
    for _ in range(most):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {selector}")


def test_a_request_can_be_pasted(visit: Visit):
    """A whole request, pasted, gives its cards; its text stays in the field."""
    text = (fixtures_folder() / CASE / "request.json").read_text()
    page = visit("/")
    paste(page, text)
    expect(page.locator(".guidance")).to_have_count(1)
    assert json.loads(page.get_by_label("FHIR JSON", exact=True).input_value()) == json.loads(text)


def test_a_file_can_be_dropped(visit: Visit):
    """A file that is dropped on the field becomes its text."""
    page = visit("/")
    page.get_by_text("Paste or drop FHIR JSON").click()
    transfer = page.evaluate_handle(
        "() => { const data = new DataTransfer();"
        " data.items.add(new File(['{\"dropped\": 1}'], 'r.json')); return data }"
    )
    page.dispatch_event("#json", "drop", {"dataTransfer": transfer})
    expect(page.locator("#json")).to_have_value('{"dropped": 1}')


def test_a_finding_can_be_described(visit: Visit):
    """The form of the lexicon gives cards, and its address holds nothing but the choices."""
    page = visit("/")
    page.get_by_text("Describe a finding").click()
    page.get_by_label("Shape").select_option("fine_linear_branching")
    page.get_by_label("Arrangement").select_option("segmental")
    page.get_by_label("Side").select_option("left")
    page.get_by_label("Category").select_option("2")
    page.locator("form[method=get]").get_by_role("button", name="Show the cards").click()
    expect(page.locator(".guidance").first).to_contain_text("Critical")
    assert page.url.partition("?")[2] == (
        "shape=fine_linear_branching&arrangement=segmental&side=left&change=&category=2&recommendation="
        "&exam=diagnostic"
    )


@pytest.mark.needs("curl")
def test_the_copied_command_gives_the_same_cards(visit: Visit):
    """The copy button puts a curl command on the clipboard that answers with the cards of the page."""
    page = visit(f"/?case={CASE}")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_text("The same call as a curl command").click()
    page.locator("[data-copy=curl-text]").click()
    expect(page.locator("[data-copy=curl-text]")).to_have_text("Copied")
    command = page.evaluate("navigator.clipboard.readText()")
    answered = json.loads(subprocess.run(["bash", "-c", command], capture_output=True, check=True).stdout)
    shown = page.locator(".guidance h3").all_inner_texts()
    assert [card["summary"] for card in answered["cards"]] == shown


def test_spanish_stays_spanish(visit: Visit):
    """The language that is chosen holds for the page, the cards and the next page."""
    page = visit("/")
    page.get_by_role("link", name="Español").click()
    page.get_by_role("link", name="Grupo amorfo llamado benigno en diagnóstico").click()
    expect(page.locator(".guidance .indicator").first).to_have_text("Crítica")
    expect(page.locator(".guidance h3").first).to_contain_text("Amorfas")
    assert page.evaluate("document.documentElement.lang") == "es"


def test_without_script_everything_works(visit: Visit, service: Served):
    """With script switched off a case, its cards and feedback are whole pages."""
    page = visit("/", java_script_enabled=False)
    page.get_by_role("link", name=DISCORDANT).click()
    card = card_of(page)
    page.get_by_role("button", name="Accept: Order image-guided core biopsy, left breast").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Feedback was sent and taken.")
    assert [row[0] for row in stored(service, card)] == ["accepted"]
