"""What /metrics says, parsed, for tests that compare two moments."""

from __future__ import annotations

from flask import Flask
from prometheus_client.openmetrics.parser import text_string_to_metric_families as of_openmetrics
from prometheus_client.parser import text_string_to_metric_families as of_plain_text

PREFIX = "calcification_cds_"
OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"
Series = tuple[str, frozenset[tuple[str, str]]]


def series(text: str, *, is_openmetrics: bool = False) -> dict[Series, float]:
    """Every series of a page with its value."""
    parse = of_openmetrics if is_openmetrics else of_plain_text
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in parse(text)
        for sample in family.samples
    }


def value(text: str, name: str, **labels: str) -> float:
    """The sum of every series of one name that has these labels."""
    wanted = set(labels.items())
    return sum(number for (each, has), number in series(text).items() if each == name and wanted <= has)


class Page:
    """The page of one service; ``rise`` is what a series has gained since the page was made."""

    def __init__(self, app: Flask) -> None:
        self._counts = app.extensions["metrics"].counts
        self._before = self._text()

    def _text(self) -> str:
        return str(self._counts.page("")[0], "utf-8")

    def now(self, name: str, **labels: str) -> float:
        """The value now."""
        return value(self._text(), PREFIX + name, **labels)

    def rise(self, name: str, **labels: str) -> float:
        """How much the value rose."""
        return self.now(name, **labels) - value(self._before, PREFIX + name, **labels)
