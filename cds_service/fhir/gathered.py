"""Gathered: the data one answer is made from, and what did not come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from cards.problem import Problem
from cards.value_class import value_class


@value_class
class Gathered:
    """Resources and Bundles from context, prefetch and FHIR server, in that order, as they came.

    A resource that came twice is still there twice; the reader takes the first.
    ``missing`` says per key what was asked for and did not come (R-DQ-14), ``received`` names the keys
    that came whole: only then does a list without an entry say that there is none. ``not_sent`` names those
    that did not come at all.
    """

    resources: tuple[Mapping[str, object], ...] = field(repr=False)
    missing: tuple[Problem, ...] = ()
    received: frozenset[str] = frozenset()
    not_sent: frozenset[str] = frozenset()
