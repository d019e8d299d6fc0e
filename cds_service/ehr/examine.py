"""Examine a FHIR server: what can be read there, and what its mammography reports lack for this service."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import cast
from urllib.parse import quote

from cards.answer import answer
from cards.policy import Policy
from cards.problem import Problem
from cards.reading.findings import read_findings
from cards.reading.reading import Reading, ReportContext
from cards.reading.resources import Resources
from cards.terminology import Terminology
from cds_service.ehr.code_use import CodeUse, code_uses
from cds_service.ehr.partner import Partner, Reply, resources_of
from cds_service.ehr.shapes import shape_of
from cds_service.fhir.templates import filled
from cds_service.hooks.services import HISTORY_PREFETCH

Json = Mapping[str, object]

NO_MAMMOGRAPHY = "not_mammography"
DATA_QUALITY = "R-DQ-"
NOT_CODED = "R-SC-07"
WORDS_ONLY = "words only"
RESULT = re.compile(r"Observation/[A-Za-z0-9.-]{1,64}")
# A page of the search for reports; servers cut it to what they allow.
PAGE = 100


@dataclass(frozen=True, slots=True)
class Readable:
    """One query and how it went. ``state`` is read, nothing, refused or not FHIR; ``found`` counts hits."""

    key: str
    query: str
    state: str
    found: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class ExaminedReport:
    """One mammography report as this service would read it.

    ``shapes`` are those its findings arrive in, ``lacks`` the rules on missing data that fire, ``not_stated``
    the facts nothing was said about, ``problems`` what the reader met.
    """

    reference: str
    patient: str
    exam_date: date | None
    exam_type: str
    concordance: str
    shapes: tuple[str, ...]
    lacks: tuple[str, ...]
    not_stated: tuple[str, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Examination:
    """What was found. ``others`` counts the reports that are no mammography; ``codes`` the uses of a code."""

    readable: tuple[Readable, ...]
    reports: tuple[ExaminedReport, ...]
    others: int
    codes: Mapping[CodeUse, int]

    @property
    def is_fine(self) -> bool:
        """Say whether there is nothing to do: reports were found, all is readable, nothing is lacking."""
        unread = any(each.state not in ("read", "nothing") for each in self.readable)
        lacking = any(each.lacks for each in self.reports)
        return bool(self.reports) and not (unread or lacking or self.codes)


class Examiner:
    """Reads one server; ``most`` bounds the reports that are looked at."""

    def __init__(self, server: Partner, policy: Policy, terminology: Terminology, most: int) -> None:
        self._server, self._policy, self._terminology, self._most = server, policy, terminology, most
        self._readable: dict[str, Readable] = {}
        self._of_patient: dict[str, list[Json]] = {}

    def examine(
        self, today: date, report_ids: Iterable[str] = (), patients: Iterable[str] = ()
    ) -> Examination:
        """Look at the reports with these ids, at those of these patients, or at the latest ones.

        Raises OutgoingError when the server is away.
        """
        found = self._reports(tuple(report_ids), tuple(patients))
        reports: list[ExaminedReport] = []
        codes: Counter[CodeUse] = Counter()
        for report in found:
            examined, used = self._examine(report, today)
            if examined is not None:
                reports.append(examined)
                codes.update(used)
        return Examination(tuple(self._readable.values()), tuple(reports), len(found) - len(reports), codes)

    def _reports(self, report_ids: tuple[str, ...], patients: tuple[str, ...]) -> list[Json]:
        if report_ids:
            queries = [f"DiagnosticReport/{quote(each, safe='')}" for each in report_ids]
        elif patients:
            queries = [
                f"DiagnosticReport?patient={quote(each, safe='')}&_sort=-date&_count={PAGE}"
                for each in patients
            ]
        else:
            queries = [f"DiagnosticReport?_sort=-date&_count={PAGE}"]
        found: dict[object, Json] = {}
        for query in queries:
            for each in self._read("the reports", query):
                if each.get("resourceType") == "DiagnosticReport" and len(found) < self._most:
                    found.setdefault(each.get("id"), each)
        return list(found.values())

    def _examine(self, report: Json, today: date) -> tuple[ExaminedReport | None, list[CodeUse]]:
        subject = report.get("subject")
        reference = subject.get("reference") if isinstance(subject, dict) else None
        patient = str(reference or "").rpartition("/")[2]
        resources = [report, *(self._patient_data(patient) if patient else ())]
        resources += self._single_results(report, resources)
        answered = answer(
            resources,
            ReportContext(
                patient_id=patient or None,
                report_id=str(report.get("id")),
                status=str(report.get("status")),
                received=frozenset(HISTORY_PREFETCH),
            ),
            self._policy,
            language=self._policy.language,
            today=today,
            new_id=lambda: "",
            public_url="",
            terminology=self._terminology,
        )
        reading, guidance = answered.reading, answered.guidance
        if reading is None or guidance is None or reading.facts.exam_type == NO_MAMMOGRAPHY:
            return None, []
        found = read_findings(
            cast("dict[str, object]", report), Resources(resources, []), self._terminology, []
        )
        return (
            ExaminedReport(
                reference=f"DiagnosticReport/{report.get('id')}",
                patient=str(reference or ""),
                exam_date=reading.sources.exam_date,
                exam_type=str(reading.facts.exam_type),
                concordance=str(guidance.concordance),
                shapes=_shapes(reading, [shape_of(each, found) for each in found.sources]),
                lacks=tuple(dict.fromkeys(each.id for each in guidance.rules if _is_lack(each.id))),
                not_stated=tuple(guidance.not_stated),
                problems=reading.problems,
            ),
            list(code_uses(found.observations, self._terminology)),
        )

    def _patient_data(self, patient: str) -> list[Json]:
        """Everything the prefetch of one patient would bring."""
        if patient not in self._of_patient:
            data: list[Json] = []
            for key, template in HISTORY_PREFETCH.items():
                query = filled(template, {"patientId": patient})
                if query is not None:
                    data += self._read(key, query, template)
            self._of_patient[patient] = data
        return self._of_patient[patient]

    def _single_results(self, report: Json, resources: list[Json]) -> list[Json]:
        """The results that no search brought, read one by one."""
        known = {f"{each.get('resourceType')}/{each.get('id')}" for each in resources}
        results = report.get("result")
        found: list[Json] = []
        for each in results if isinstance(results, list) else ():
            literal = each.get("reference") if isinstance(each, dict) else None
            place = str(literal or "").removeprefix(f"{self._server.base}/")
            if RESULT.fullmatch(place) and place not in known:
                found += self._read("results, one by one", place, "Observation/...")
        return found

    def _read(self, key: str, query: str, shown: str = "") -> list[Json]:
        """Ask, and keep the worst of the answers to one template: what one patient may not see counts."""
        is_search = "?" in query
        reply = self._server.search(query, self._most) if is_search else self._server.get(query)
        hits, state, note = _outcome(reply, is_search)
        before = self._readable.get(key)
        if before is not None and state in ("read", "nothing"):
            state, note = (before.state, before.note) if before.state != "nothing" else (state, note)
        count = len(hits) + (0 if before is None else before.found)
        self._readable[key] = Readable(key, shown or query, state, count, note)
        return hits


def _outcome(reply: Reply, is_search: bool) -> tuple[list[Json], str, str]:
    if reply.status != 200:
        return [], "refused", f"{reply.status} {reply.outcome}".rstrip()
    if reply.body is None or not isinstance(reply.body.get("resourceType"), str):
        return [], "not FHIR", "the answer is no FHIR resource"
    if not is_search:
        return [reply.body], "read", ""
    if reply.body["resourceType"] != "Bundle":
        return [], "not FHIR", "a search was not answered with a Bundle"
    hits = resources_of(reply.body)
    return hits, "read" if hits else "nothing", _said(reply.body)


def _said(bundle: Json) -> str:
    """What the server says about the search itself: parameters it ignored, for instance."""
    entries = bundle.get("entry")
    said = [
        Reply(200, each["resource"]).outcome
        for each in (entries if isinstance(entries, list) else ())
        if isinstance(each, dict) and isinstance(each.get("resource"), dict)
    ]
    return "; ".join(filter(None, said))


def _is_lack(rule_id: str) -> bool:
    return rule_id == NOT_CODED or rule_id.startswith(DATA_QUALITY)


def _shapes(reading: Reading, shapes: list[str]) -> tuple[str, ...]:
    if not shapes and reading.described_uncoded:
        return (WORDS_ONLY,)
    return tuple(dict.fromkeys(shapes))
