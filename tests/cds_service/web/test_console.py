"""The console as a whole: development only, its policy, its languages, its own forms only."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from cds_service.golden_cases import case_folders
from cds_service.web.console import PAGES
from cds_service.web.console import console as blueprint
from cds_service.web.words import BrokenWordsError, rule_titles, words
from tests.cds_service.trust.production import Production

ROOT = Path(__file__).resolve().parents[3]
VENDOR = Path(str(blueprint.static_folder)) / "vendor"


@pytest.mark.parametrize("path", PAGES)
def test_every_page_says_development(console: FlaskClient, path: str):
    """Each page answers, is kept by nobody, and says that it is for development."""
    answer = console.get(path)
    assert answer.status_code == 200
    assert "Development: this console is served on this machine only." in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("lang", ["en", "es"])
def test_no_page_has_inline_script_or_style(console: FlaskClient, path: str, lang: str):
    """No page carries script, event handlers or style of its own: the policy would stop them."""
    text = console.get(f"{path}?lang={lang}").text
    assert re.findall(r"<script(?! src=\"/static/)|<style|\sstyle=|\son[a-z]+=|javascript:", text) == []


def test_links_lead_to_this_service_alone(console: FlaskClient):
    """What a page loads and links to, cards aside, is on this service."""
    for path in PAGES:
        assert re.findall(r'(?:href|src|action)="(?!/|#)([^"]*)', console.get(path).text) == []


def test_the_language_follows_the_browser(console: FlaskClient):
    """Without a choice the first known language of the browser holds, else English."""
    spanish = console.get("/", headers={"Accept-Language": "fr, es;q=0.8, en;q=0.5"})
    assert '<html lang="es"' in spanish.text
    assert '<html lang="en"' in console.get("/", headers={"Accept-Language": "fr"}).text


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "none"}, {"Origin": "https://evil.example.org"}],
)
def test_a_form_of_another_site_is_refused(console: FlaskClient, headers: dict[str, str]):
    """A form that another site sends here is refused with a sentence."""
    answer = console.post("/", data={"json": "{}"}, headers=headers)
    assert answer.status_code == 403
    assert "Forms of this console are sent from its own pages only." in answer.text


def test_production_has_no_console(tmp_path: Path):
    """In production no page, script or style of the console is there; the evidence pages are."""
    production = Production(tmp_path)
    browser = production.app.test_client()
    https = {"base_url": "https://cds.example.org"}
    shut = [*PAGES, "/feedback", "/static/console.js", "/static/vendor/htmx.min.js"]
    assert {path: browser.get(path, **https).status_code for path in shut} == dict.fromkeys(shut, 404)
    assert browser.get("/evidence", **https).status_code == 200


def test_both_languages_have_the_same_words():
    """Every table and every name stands in both files, and nothing is empty."""
    assert {table: sorted(names) for table, names in words("es").items()} == {
        table: sorted(names) for table, names in words("en").items()
    }


def test_every_case_has_a_name_in_both_languages():
    """Each case that ships with the service is named in both files, and no other is."""
    assert sorted(words("es")["case"]) == [folder.name for folder in case_folders()]


def test_missing_words_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A file that lacks a word is refused with the file, the table and the name."""
    (tmp_path / "en.toml").write_text('[a]\nx = "X"\ny = "Y"\n')
    (tmp_path / "es.toml").write_text('[a]\nx = "X"\n')
    monkeypatch.setattr("cds_service.web.words._FOLDER", tmp_path)
    words.cache_clear()
    with pytest.raises(BrokenWordsError, match=r"^es\.toml: \[a\]: missing or unknown: y$"):
        words("es")
    words.cache_clear()


def test_every_rule_has_a_spanish_title():
    """The page about feedback names each rule in the language of the page."""
    english, spanish = rule_titles("en"), rule_titles("es")
    assert spanish.keys() == english.keys()
    assert [rule for rule in english if english[rule] == spanish[rule]] == []


def test_a_rule_without_a_title_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A title that is missing is told with the file and the rule."""
    rows = [f"{rule},x" for rule in rule_titles("en") if rule != "R-CC-01"]
    (tmp_path / "rule_titles_es.csv").write_text("\n".join(["rule,title", *rows, "R-CC-01,"]))
    monkeypatch.setattr("cds_service.web.words._FOLDER", tmp_path)
    rule_titles.cache_clear()
    with pytest.raises(BrokenWordsError, match=r"^rule_titles_es\.csv: rules: missing or unknown: R-CC-01$"):
        rule_titles("es")
    rule_titles.cache_clear()


def test_the_notice_names_what_was_copied():
    """Each vendored package stands in NOTICE with its version and its licence."""
    notice = (ROOT / "NOTICE").read_text()
    told = (VENDOR / "README.txt").read_text() + (
        ROOT / "tests" / "browser" / "vendor" / "README.txt"
    ).read_text()
    copied = re.findall(r"^\S+: (\S+ \d+\.\d+\.\d+), (\S+)$", told, re.MULTILINE)
    assert len(copied) == 5
    assert [each for each in copied if f"{each[0]}, {each[1]}" not in notice] == []


def test_vendored_files_have_licence_and_version():
    """Each vendored file is named with package, version and licence, and its licence lies beside it."""
    told = (VENDOR / "README.txt").read_text()
    files = sorted(path.name for path in VENDOR.iterdir() if path.suffix in (".css", ".js"))
    assert re.findall(r"^(\S+): \S+ \d+\.\d+\.\d+, \S+$", told, re.MULTILINE) != []
    assert sorted(re.findall(r"^(\S+): \S+ \d+\.\d+\.\d+, \S+$", told, re.MULTILINE)) == files
    assert all((VENDOR / f"{name.partition('.')[0]}.LICENSE.txt").stat().st_size > 200 for name in files)


def test_style_sheets_fetch_nothing_from_elsewhere():
    """A style sheet refers to files of this service alone, and each of them is there."""
    for sheet in Path(str(blueprint.static_folder)).rglob("*.css"):
        for address in re.findall(r"url\(['\"]?([^'\")]+)", sheet.read_text()):
            assert (Path(str(blueprint.static_folder)) / address.removeprefix("/static/")).is_file(), address


def test_an_unexpected_failure_is_a_page(console_app: Flask, monkeypatch: pytest.MonkeyPatch):
    """Our own fault is a page with a sentence and status 500, without a word of the cause."""

    def fail() -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr("cds_service.web.try_it.given", fail)
    answer = console_app.test_client().get("/")
    assert (answer.status_code, "secret" in answer.text) == (500, False)
    assert "The service failed to answer" in answer.text
