"""The alert rules ask for what the service exposes, and each leads a person through what to do."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from cds_service.app import create_app
from cds_service.observe import metrics
from cds_service.observe.metrics_family import ALL, OTHER
from cds_service.settings import Settings
from tests.repository.alert_scenes import SCENES, Scene

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "deploy" / "alerts" / "calcification-cds.yaml"
BOOKS = ROOT / "docs" / "run-books"
HEADINGS = [
    "What it means for patients and clinicians",
    "What to look at",
    "What to do",
    "How to know that it is over",
]
GROUPS: list[dict[str, Any]] = yaml.safe_load(RULES.read_text())["groups"]
ALERTS: dict[str, dict[str, Any]] = {rule["alert"]: rule for group in GROUPS for rule in group["rules"]}
# What Prometheus itself knows of each target, and the job that docs/metrics.md tells to set up.
OF_PROMETHEUS = {"up"}
SELECTOR = re.compile(r"\b(up|calcification_cds_\w+)(?:\{([^}]*)\})?")
MATCHER = re.compile(r'(\w+)\s*(=~|!=|=)\s*"([^"]*)"')
METRICS = [(name, *found) for name, rule in ALERTS.items() for found in SELECTOR.findall(rule["expr"])]


def slug(alert: str) -> str:
    """The name of an alert as the name of a file."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", alert).lower()


def metric_of(name: str) -> str:
    """The metric that a series belongs to."""
    return name if name in ALL else re.sub(r"_(bucket|sum|count)$", "", name)


@pytest.fixture(scope="module", autouse=True)
def routes(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The routes of a service that offers everything."""
    folder = tmp_path_factory.mktemp("alerts")
    settings = Settings(
        custom_hook="org.example.report-sign", database_url=f"sqlite:///{folder / 'cds.sqlite3'}"
    )
    create_app(settings).extensions["house"].close()


@pytest.mark.parametrize(("alert", "name", "matchers"), METRICS)
def test_an_alert_asks_for_what_is_exposed(alert: str, name: str, matchers: str) -> None:
    """Each metric of an expression is exposed, has the labels that are asked for, and each value that is
    asked for can occur: an alert on a misspelt name would be silent for ever."""
    if name in OF_PROMETHEUS:
        assert MATCHER.findall(matchers) == [("job", "=", "calcification-cds")]
        return
    described = ALL[metric_of(name)]
    assert (described.kind == "histogram") == (metric_of(name) != name)
    labels = {label.name: label.values | {OTHER} for label in described.labels}
    for label, operator, wanted in MATCHER.findall(matchers):
        values = labels[label]
        if operator != "=~":
            assert wanted in values, (alert, wanted)
            continue
        assert any(re.fullmatch(wanted, value) for value in values), (alert, wanted)
        if re.fullmatch(r"[\w|-]+", wanted):
            assert set(wanted.split("|")) <= values, (alert, set(wanted.split("|")) - values)


def test_the_hooks_are_where_alerts_look_for_them() -> None:
    """An expression about hooks meets every service, one about sign-offs both services for them."""
    hooks = {route for route in metrics.ROUTE.values if re.fullmatch("/cds-services/[^/]+", route)}
    assert {f"/cds-services/{service}" for service in metrics.SERVICE.values} <= hooks
    signing = {
        route for route in hooks if re.fullmatch("/cds-services/breast-calcification-report-sign.*", route)
    }
    assert {route.rpartition("/")[2] for route in signing} == {
        "breast-calcification-report-sign",
        "breast-calcification-report-sign-custom",
    }


@pytest.mark.parametrize("alert", ALERTS)
def test_each_alert_says_how_bad_it_is_and_leads_to_its_run_book(alert: str) -> None:
    """Two severities, a summary and a description in sentences, and a run-book with the same four parts."""
    rule = ALERTS[alert]
    assert rule["labels"] in ({"severity": "page"}, {"severity": "ticket"})
    notes = rule["annotations"]
    assert notes.keys() == {"summary", "description", "run_book"}
    assert all(notes[each].endswith(".") for each in ("summary", "description"))
    book = ROOT / notes["run_book"]
    assert book == BOOKS / f"{slug(alert)}.md"
    text = book.read_text()
    assert text.startswith(f"# {alert}: ")
    assert re.findall("^## (.+)$", text, flags=re.MULTILINE) == HEADINGS
    parts = re.split("^## .+$", text, flags=re.MULTILINE)[1:]
    assert min(len(part.split()) for part in parts) >= 5


def test_the_list_of_run_books_is_that_of_the_alerts() -> None:
    """The index has every alert with severity and summary in the order of the rules; no book is left over."""
    rows = re.findall(
        r"^\| \[(\w+)\]\(([\w-]+\.md)\) \| (\w+) \| (.+) \|$",
        (BOOKS / "README.md").read_text(),
        flags=re.MULTILINE,
    )
    assert rows == [
        (name, f"{slug(name)}.md", rule["labels"]["severity"], rule["annotations"]["summary"])
        for name, rule in ALERTS.items()
    ]
    assert {path.name for path in BOOKS.glob("*.md")} == {"README.md", *(row[1] for row in rows)}


def test_run_books_name_metrics_that_are_exposed() -> None:
    """A metric that a run-book tells to look at is one that there is."""
    named = {
        (path.name, name)
        for path in BOOKS.glob("*.md")
        for name in re.findall(r"\bcalcification_cds_\w+", path.read_text())
    }
    assert len(named) > 10
    assert [each for each in sorted(named) if metric_of(each[1]) not in ALL] == []


def test_each_alert_has_a_scene() -> None:
    """For each alert there is a course of numbers at which it has to fire."""
    assert {scene.alert for scene in SCENES} == ALERTS.keys()


def promtool(*words: str | Path) -> str:
    """Run Prometheus's own tool; what it says when it is not content, else nothing."""
    ran = subprocess.run(["promtool", *words], capture_output=True, text=True, check=False)
    return "" if ran.returncode == 0 else ran.stdout + ran.stderr


@pytest.mark.deep
@pytest.mark.needs("promtool")
def test_prometheus_takes_the_rules() -> None:
    """Prometheus's own tool accepts the file."""
    assert promtool("check", "rules", RULES) == ""


@pytest.mark.deep
@pytest.mark.needs("promtool")
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.alert)
def test_an_alert_fires_when_it_should_and_not_before(scene: Scene, tmp_path: Path) -> None:
    """In the course of numbers of its scene an alert is quiet first and fires then, as Prometheus sees it."""
    path = tmp_path / "scene.yaml"
    path.write_text(yaml.safe_dump(scene.as_test(RULES, ALERTS[scene.alert])))
    assert promtool("test", "rules", path) == ""
