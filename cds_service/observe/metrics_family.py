"""Families of metrics whose labels have closed vocabularies: no caller can make a new series.

A value outside its vocabulary counts as ``other``. So nothing of a request, no id, text or address, ever
becomes a label, and what a process holds for its counts is bounded.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import product
from typing import Generic, Literal, TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

OTHER = "other"
PREFIX = "calcification_cds_"

Kind = Literal["counter", "gauge", "histogram"]
Across = Literal["sum", "min", "max"]
Child = TypeVar("Child", Counter, Gauge, Histogram)

REGISTRY = CollectorRegistry()
"""What this process has counted."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A label: its name, what it says, and every value it may have beside ``other``."""

    name: str
    meaning: str
    values: set[str] = field(repr=False)

    def learn(self, values: Iterable[str]) -> None:
        """Take over values that are known only when the service is put together, such as its routes."""
        self.values.update(values)

    def closed(self, value: object) -> str:
        """The value as a label: itself when it is known, else ``other``."""
        text = str(value)
        return text if text in self.values else OTHER


@dataclass(frozen=True, slots=True)
class Described:
    """One metric, for whoever reads the page about them.

    ``name`` is the one that queries use; ``across`` says what the values of several workers make together.
    """

    name: str
    kind: Kind
    help: str
    labels: tuple[Vocabulary, ...] = ()
    across: Across = "sum"


ALL: dict[str, Described] = {}
"""Every metric by its name, in the order in which they are declared."""


class Family(dict[tuple[object, ...], Child], Generic[Child]):
    """The children of one metric by their label values, made when they are first asked for."""

    def __init__(self, metric: Child, labels: tuple[Vocabulary, ...]) -> None:
        self._metric: Child = metric
        self._labels = labels

    def __missing__(self, values: tuple[object, ...]) -> Child:
        known = tuple(label.closed(value) for label, value in zip(self._labels, values, strict=True))
        child: Child = self._metric.labels(*known)
        if known == tuple(map(str, values)):  # what is not known is looked at each time, and never kept
            self[values] = child
        return child

    def begin(self, *values: Iterable[str]) -> None:
        """Make the children of every combination of ``values``, one list for each label, so that they stand
        at zero. A series that begins with its first event hides that event from a rate over time."""
        for combination in product(*values):
            self[combination]


def counters(name: str, text: str, *labels: Vocabulary, from_zero: bool = False) -> Family[Counter]:
    """Declare a counter with labels; ``name`` without the prefix of the service and without ``_total``.

    ``from_zero``: every combination of their values is there from the start.
    """
    family = Family(_counter(name, text, labels), labels)
    if from_zero:
        family.begin(*(sorted(label.values) for label in labels))
    return family


def counter(name: str, text: str) -> Counter:
    """Declare a counter without labels."""
    return _counter(name, text, ())


def gauges(name: str, text: str, *labels: Vocabulary, across: Across) -> Family[Gauge]:
    """Declare a value that goes up and down, with labels."""
    return Family(_gauge(name, text, labels, across), labels)


def gauge(name: str, text: str, *, across: Across) -> Gauge:
    """Declare a value that goes up and down, without labels."""
    return _gauge(name, text, (), across)


def histograms(name: str, text: str, *labels: Vocabulary, buckets: tuple[float, ...]) -> Family[Histogram]:
    """Declare a distribution with labels; ``buckets`` are upper bounds in the unit that the name ends in."""
    full = _described(Described(PREFIX + name, "histogram", text, labels))
    metric = Histogram(full, text, [label.name for label in labels], buckets=buckets, registry=REGISTRY)
    return Family(metric, labels)


def _counter(name: str, text: str, labels: tuple[Vocabulary, ...]) -> Counter:
    full = _described(Described(f"{PREFIX}{name}_total", "counter", text, labels))
    return Counter(full, text, [label.name for label in labels], registry=REGISTRY)


def _gauge(name: str, text: str, labels: tuple[Vocabulary, ...], across: Across) -> Gauge:
    full = _described(Described(PREFIX + name, "gauge", text, labels, across))
    return Gauge(full, text, [label.name for label in labels], registry=REGISTRY)


def _described(described: Described) -> str:
    ALL[described.name] = described
    return described.name
