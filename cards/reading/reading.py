"""Reading: what was understood of the resources that came with one report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import date

from cards.facts import Facts, Finding
from cards.problem import Problem
from cards.reading.resources import Json
from cards.value_class import value_class


@value_class
class ReportContext:
    """What the caller says about the report beside the resources themselves.

    ``moment`` is after_signature, before_signature, viewing or ordering. ``report_id`` is a
    bare DiagnosticReport.id, or None while viewing (the reader then takes the latest
    mammography report with calcifications). ``procedure`` and ``category`` are lists of R4
    CodeableConcepts. ``draft_orders`` are ServiceRequests that are about to be signed.
    ``missing`` are data that were asked for and did not come (R-DQ-14); ``received`` are the prefetch keys
    that came whole: only then does a list without an entry say that there is none. ``not_sent`` names those
    that did not come at all.
    """

    patient_id: str | None = None
    report_id: str | None = None
    status: str | None = None
    user: str | None = None
    procedure: tuple[object, ...] = ()
    category: tuple[object, ...] = ()
    moment: str = "after_signature"
    draft_orders: tuple[Json, ...] = ()
    missing: tuple[Problem, ...] = ()
    received: frozenset[str] = frozenset()
    not_sent: frozenset[str] = frozenset()


@value_class
class ActiveOrder:
    """A ServiceRequest that already exists: its procedure concepts, side and reference."""

    reference: str
    concepts: tuple[str, ...]
    side: str | None
    status: str


@value_class
class DraftOrder:
    """A breast order that is about to be signed.

    ``kind`` is biopsy, diagnostic, screening, mammogram (kind not coded) or other_imaging; ``side``
    left, right, bilateral or None; ``first`` and ``last`` are the days it is wanted for, None when not said.
    """

    reference: str
    kind: str
    side: str | None
    first: date | None
    last: date | None


@value_class
class LaterExam:
    """A signed mammography report of a later exam: when, and which ``exam_type``."""

    reference: str
    day: date
    exam_type: str


@value_class
class EarlierReport:
    """One earlier mammography report: when, which categories, what it advised.

    ``findings`` are its coded calcifications; ``complete`` says that all it refers to came
    along. ``same_report`` marks an earlier version of the report in hand.
    """

    reference: str
    exam_date: date | None
    signed_date: date | None
    assessment_overall: str | None
    assessment_left: str | None
    assessment_right: str | None
    recommendation: tuple[str, ...]
    recommended_interval: str | None
    findings: tuple[Finding, ...] = ()
    places: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    complete: bool = True
    same_report: bool = False


@value_class
class Biopsy:
    """Breast tissue that was taken: when, and from which side (left, right, bilateral; None not said)."""

    reference: str
    day: date | None
    side: str | None


@value_class
class Sources:
    """Where the facts came from, and the identities that cards and suggestions refer to.

    References are relative (``Observation/o1``). ``exam_date`` is effective[x] (the end of a
    period), else issued; ``signed_date`` is issued. ``findings`` gives, per finding id, the
    Observations it rests on; ``places`` the coded place (quadrant, clock, depth concepts).
    ``biopsies`` are those the record holds, ``biopsies_complete`` that the record came whole;
    ``pathology_dates`` gives, per finding id, the day of its biopsy result. ``later_exams`` and
    ``draft_orders`` are read while viewing or ordering only; ``not_sent`` names the prefetch keys that
    did not come.
    """

    report: str | None = None
    patient: str | None = None
    requester: str | None = None
    exam_date: date | None = None
    signed_date: date | None = None
    patient_languages: tuple[str, ...] = ()
    findings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    places: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    active_orders: tuple[ActiveOrder, ...] = ()
    earlier_reports: tuple[EarlierReport, ...] = ()
    biopsies: tuple[Biopsy, ...] = ()
    biopsies_complete: bool = False
    pathology_dates: Mapping[str, date] = field(default_factory=dict)
    later_exams: tuple[LaterExam, ...] = ()
    draft_orders: tuple[DraftOrder, ...] = ()
    not_sent: frozenset[str] = frozenset()


@value_class
class Reading:
    """Facts of one report, where each came from, and what went wrong while reading.

    ``described_uncoded`` is R-SC-07: a category is coded, no finding is, and a sentence
    without a negation word holds a calcification stem. ``incomplete`` is R-DQ-14 and
    ``unreadable`` R-DQ-15: then silence is never an answer.
    """

    facts: Facts
    sources: Sources
    problems: tuple[Problem, ...] = ()
    incomplete: bool = False
    unreadable: bool = False
    described_uncoded: bool = False
