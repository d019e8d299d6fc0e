"""What the reader makes of each code: ``python -m tests.cards.reading.codes_read`` writes it again.

One code for each meaning is put, alone, into each member of a small report where such a code can stand.
The difference of codes_read.csv is the review of a change to the tables or to the reader.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path

from cards.facts import FACTS_MEMBERS, FINDING_MEMBERS, UNSTATED_FINDING, Facts
from cards.reading.reading import Reading
from cards.terminology import shipped
from tests.cards.reading.report_builder import (
    DCM,
    LEFT,
    LOINC,
    RDE,
    SCT,
    category,
    cc,
    finding,
    observation,
    question,
    reading,
    report,
)

CODES_READ = Path(__file__).with_name("codes_read.csv")
COLUMNS = ("system", "code", "place", "what it changes")
Resource = dict[str, object]
Place = Callable[[Resource], Reading]
# The codes that the terminology does not know, and one small table of the reader does.
OWN_TABLES = ("study_sides.csv", "category_zero.csv", "patient_states.csv", "wrong_study_words.csv")
# One question for each kind of answer about a finding.
QUESTIONS = {
    "morphology": cc(RDE, "RDE1565"),
    "distribution": cc(RDE, "RDE1568"),
    "assessment": cc(RDE, "RDE1586"),
    "change": cc(LOINC, "97512-2"),
    "other": cc(DCM, "121071"),
}
PATHOLOGY = cc(LOINC, "22637-3")


def _own(code: Resource, type_: str, **members: object) -> Resource:
    own = {"resourceType": type_, "id": "x1", "code": code, "subject": {"reference": "Patient/p1"}}
    return own | members


def _ordered(code: Resource) -> Reading:
    order = _own(code, "ServiceRequest", status="active", intent="order", authoredOn="2026-05-05")
    return reading([*report(finding("f1")), order], draft_orders=(order,))


def _diagnosed(code: Resource) -> Reading:
    condition = _own(
        code,
        "Condition",
        clinicalStatus=cc("http://terminology.hl7.org/CodeSystem/condition-clinical", "active"),
        verificationStatus=cc("http://terminology.hl7.org/CodeSystem/condition-ver-status", "confirmed"),
    )
    return reading([*report(finding("f1")), condition])


def _performed(code: Resource) -> Reading:
    members = {"performedDateTime": "2024-03-05", "bodySite": [cc(SCT, LEFT)]}
    return reading([*report(finding("f1")), _own(code, "Procedure", status="completed", **members)])


def _answered(asks: Resource) -> Place:
    def read_answer(code: Resource) -> Reading:
        component = {"code": asks, "valueCodeableConcept": code}
        return reading(report(observation("f1", cc(RDE, "RDES241"), LEFT, component=[component])))

    return read_answer


PLACES: dict[str, Place] = {
    "the study": lambda code: reading(report(finding("f1", None), code=code)),
    "a study that says it screens": lambda code: reading(
        report(code=code | {"text": "screening mammo cribado"})
    ),
    "a conclusion": lambda code: reading(report(conclusionCode=[code])),
    "a finding": lambda code: reading(report(observation("f1", code, LEFT))),
    "a question with a category": lambda code: reading(report(question("a1", code, category("4A"), LEFT))),
    "a question of a group": lambda code: reading(
        report(observation("g1", code, hasMember=[{"reference": "Observation/f1"}]), finding("f1", None))
    ),
    "an overall category": lambda code: reading(
        report(finding("f1"), question("a1", cc(SCT, "146611000146107"), code))
    ),
    "a pathology result": lambda code: reading(
        report(finding("f1", component=[{"code": PATHOLOGY, "valueCodeableConcept": code}]))
    ),
    "a side": lambda code: reading(report(finding("f1", None, bodySite=code))),
    "a state of the patient": lambda code: reading(
        [*report(finding("f1")), question("x1", cc(LOINC, "82810-3"), code, effectiveDateTime="2026-04-01")]
    ),
    "an order": _ordered,
    "a diagnosis": _diagnosed,
    "a procedure": _performed,
} | {f"an answer about {name}": _answered(asks) for name, asks in QUESTIONS.items()}


def _members(found: Reading) -> Iterator[tuple[str, str]]:
    """Name everything a Reading holds, in words."""
    facts: Facts = found.facts
    for name in FACTS_MEMBERS:
        if name != "findings":
            yield name, str(getattr(facts, name))
    for one in facts.findings:
        for name in FINDING_MEMBERS:
            value = getattr(one, name)
            if value != getattr(UNSTATED_FINDING, name):
                yield f"{one.finding_id}.{name}", str(value)
    yield "places", " ".join(word for words in found.sources.places.values() for word in words)
    yield "problems", " ".join(sorted(f"{one.code}@{one.location}" for one in found.problems))
    yield "biopsies", str(len(found.sources.biopsies))
    for order in found.sources.draft_orders:
        yield "draft order", f"{order.kind} {order.side}"


def codes() -> list[tuple[str, str]]:
    """List one code for each meaning, and every code that a table of the reader knows by itself."""
    meanings = {(row.domain, row.concept): (row.system, row.code) for row in reversed(shipped().rows)}
    known = set(meanings.values())
    for name in OWN_TABLES:
        path = Path(__file__).parents[3] / "cards" / "reading" / name
        known |= {
            (row["system"], row["code"]) for row in csv.DictReader(io.StringIO(path.read_text("utf-8")))
        }
    return sorted(known)


def _changes(place: Place, unknown: Mapping[str, str], system: str, code: str) -> str:
    now = dict(_members(place(cc(system, code))))
    changed = [f"{name}={value}" for name, value in now.items() if unknown.get(name) != value]
    return "; ".join([*changed, *(f"no {name}" for name in unknown if name not in now)])


def codes_read() -> Iterator[tuple[str, str, str, str]]:
    """Read each code at each place; what most codes do there is left out."""
    for name, place in PLACES.items():
        unknown = dict(_members(place(cc("http://example.org/none", "none"))))
        read_here = {(system, code): _changes(place, unknown, system, code) for system, code in codes()}
        usual = Counter(read_here.values()).most_common(1)[0][0]
        for (system, code), changed in read_here.items():
            if changed != usual:
                yield system, code, name, changed


@cache
def recorded() -> list[tuple[str, ...]]:
    """Give what was recorded."""
    with CODES_READ.open(encoding="utf-8", newline="") as file:
        return [tuple(row) for row in list(csv.reader(file))[1:]]


if __name__ == "__main__":
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(codes_read())
    CODES_READ.write_text(written.getvalue(), encoding="utf-8")
