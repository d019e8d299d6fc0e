"""Steps as FHIR R4 resources: ServiceRequest, Task and Communication.

Every request is a draft proposal: it waits for a person (CDS Hooks never applies it alone).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from cards.reading.reading import Sources
from cards.value_class import value_class
from cards.writing.actions import order_codings
from cards.writing.phrases import day
from cards.writing.steps import Step

BODY_SITES: Final[dict[str, dict[str, str]]] = {
    "left": {"system": "http://snomed.info/sct", "code": "80248007", "display": "Left breast"},
    "right": {"system": "http://snomed.info/sct", "code": "73056007", "display": "Right breast"},
    "both": {"system": "http://snomed.info/sct", "code": "63762007", "display": "Both breasts"},
}
_REASON: Final = {
    "system": "http://hl7.org/fhir/sid/icd-10-cm",
    "code": "R92.1",
    "display": "Mammographic calcification found on diagnostic imaging of breast",
}
ACTION_SYSTEM: Final = "https://calcification-cds.org/fhir/CodeSystem/action"

Resource = dict[str, object]


@value_class
class Wording:
    """What a resource says in words: its label, its full text and the reason for it."""

    label: str
    text: str
    reason: str


def _reference(reference: str) -> dict[str, str]:
    return {"reference": reference}


def _about_report(sources: Sources) -> list[dict[str, str]]:
    return [_reference(sources.report)] if sources.report else []


def _observations(step: Step, sources: Sources) -> list[dict[str, str]]:
    """Refer to the Observations of the step's findings, or of all when it names none."""
    wanted: Sequence[str] = step.finding_ids or tuple(sources.findings)
    references = [reference for name in wanted for reference in sources.findings.get(name, ())]
    return [_reference(reference) for reference in dict.fromkeys(references)]


def service_request(
    step: Step, order: str, wording: Wording, sources: Sources, today: date
) -> Resource | None:
    """Write the draft order of a step, or None when the patient is not known.

    ``order`` names the row of ``orders.csv``. bodySite carries the side, occurrencePeriod the
    first and last day, supportingInfo the Observations behind the finding.
    """
    if sources.patient is None:
        return None
    codings = order_codings()
    code: Resource = {"text": wording.text}
    coded = (*codings.get((order, "any"), ()), *codings.get((order, step.side or ""), ()))
    if coded:
        code = {"coding": [dict(coding) for coding in coded], "text": wording.text}
    written_on = day(today)
    resource: Resource = {
        "resourceType": "ServiceRequest",
        "status": "draft",
        "intent": "proposal",
        "code": code,
        "subject": _reference(sources.patient),
        "authoredOn": written_on,
        "reasonCode": [{"coding": [dict(_REASON)], "text": wording.reason}],
    }
    if step.period is not None:
        start, end = step.period
        first = written_on if start == today else day(start)
        resource["occurrencePeriod"] = {"start": first, "end": day(end)}
    if sources.requester:
        resource["requester"] = _reference(sources.requester)
    if sources.report:
        resource["reasonReference"] = _about_report(sources)
    site = BODY_SITES.get(step.side or "")
    if site is not None:
        resource["bodySite"] = [{"coding": [dict(site)], "text": site["display"]}]
    observations = _observations(step, sources)
    if observations:
        resource["supportingInfo"] = observations
    return resource


def task(step: Step, wording: Wording, sources: Sources, today: date, due: date | None) -> Resource:
    """Write the draft Task of a step; ``due`` is its last day, where there is one."""
    resource: Resource = {
        "resourceType": "Task",
        "status": "draft",
        "intent": "proposal",
        "code": {
            "coding": [{"system": ACTION_SYSTEM, "code": step.action, "display": wording.label}],
            "text": wording.label,
        },
        "description": wording.text,
        "authoredOn": day(today),
    }
    if sources.report:
        resource["focus"] = _reference(sources.report)
    if sources.patient:
        resource["for"] = _reference(sources.patient)
    if sources.requester:
        resource["requester"] = _reference(sources.requester)
    if due is not None:
        resource["restriction"] = {"period": {"end": day(due)}}
    return resource


def communication(wording: Wording, sources: Sources) -> Resource:
    """Write a Communication in preparation to the clinician who asked for the exam."""
    resource: Resource = {
        "resourceType": "Communication",
        "status": "preparation",
        "payload": [{"contentString": wording.text}],
    }
    if sources.patient:
        resource["subject"] = _reference(sources.patient)
    if sources.report:
        resource["about"] = _about_report(sources)
    if sources.requester:
        resource["recipient"] = [_reference(sources.requester)]
    return resource
