"""A request that is not what the hook asks for is refused with the member to blame."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cds_service.errors import BadRequest
from cds_service.fhir.gathered import Gathered
from cds_service.hooks.parse import parse_hook_request
from cds_service.hooks.services import PATIENT_VIEW, REPORT_SIGN
from tests.cds_service.golden import VIEWING, golden_request

AUTHORIZATION = {
    "access_token": "opaque-token",
    "token_type": "Bearer",
    "expires_in": 300,
    "scope": "patient/*.read",
    "subject": "cds-service",
}
Change = Callable[[Any], object]


def authorized(**changes: object) -> Change:
    """Make a change that adds an authorization with some members replaced."""
    return lambda body: body.update(
        fhirServer="https://ehr.example.org/fhir", fhirAuthorization=AUTHORIZATION | changes
    )


@pytest.mark.requirement("CH-052", "CH-053", "CH-054", "CH-056", "CH-058", "CH-059")
@pytest.mark.parametrize(
    ("member", "change"),
    [
        ("hook", lambda body: body.pop("hook")),
        ("hook", lambda body: body.update(hook=5)),
        ("hook", lambda body: body.update(hook="patient-view")),
        ("hookInstance", lambda body: body.pop("hookInstance")),
        ("hookInstance", lambda body: body.update(hookInstance=12)),
        ("hookInstance", lambda body: body.update(hookInstance="not-a-uuid")),
        ("context", lambda body: body.pop("context")),
        ("context", lambda body: body.update(context=[])),
        ("context.userId", lambda body: body["context"].pop("userId")),
        ("context.userId", lambda body: body["context"].update(userId="123")),
        ("context.userId", lambda body: body["context"].update(userId="Patient/1")),
        ("context.patientId", lambda body: body["context"].pop("patientId")),
        ("context.patientId", lambda body: body["context"].update(patientId="Patient/1")),
        ("context.patientId", lambda body: body["context"].update(patientId="")),
        ("context.reportId", lambda body: body["context"].pop("reportId")),
        ("context.reportId", lambda body: body["context"].update(reportId="DiagnosticReport/1")),
        ("context.reportId", lambda body: body["context"].update(reportId=None)),
        ("context.status", lambda body: body["context"].pop("status")),
        ("context.status", lambda body: body["context"].update(status="signed")),
        ("context.status", lambda body: body["context"].update(status=["final"])),
        ("context.encounterId", lambda body: body["context"].update(encounterId="Encounter/1")),
        ("context.category", lambda body: body["context"].update(category=[3])),
        ("context.procedure", lambda body: body["context"].update(procedure=7)),
        ("context.report", lambda body: body["context"].update(report="Bundle/1")),
        ("context.report", lambda body: body["context"].update(report={"resourceType": "Patient"})),
        ("prefetch", lambda body: body.update(prefetch=[])),
        ("fhirServer", lambda body: body.update(fhirServer="ehr.example.org")),
        ("fhirServer", lambda body: body.update(fhirServer="file:///etc/passwd")),
        ("fhirServer", lambda body: body.update(fhirServer="http://[")),
        ("fhirServer", lambda body: body.update(fhirAuthorization=AUTHORIZATION)),
        ("fhirAuthorization", lambda body: body.update(fhirAuthorization="Bearer x")),
        ("fhirAuthorization.access_token", authorized(access_token=None)),
        ("fhirAuthorization.access_token", authorized(access_token=" ")),
        ("fhirAuthorization.token_type", authorized(token_type="bearer")),
        ("fhirAuthorization.expires_in", authorized(expires_in="300")),
        ("fhirAuthorization.expires_in", authorized(expires_in=True)),
        ("fhirAuthorization.scope", authorized(scope=["patient/*.read"])),
        ("fhirAuthorization.subject", authorized(subject=None)),
        ("fhirAuthorization.patient", authorized(patient=4)),
        ("fhirAuthorization.patient", authorized(patient="somebody-else")),
    ],
)
def test_a_bad_member_is_named(member: str, change: Change) -> None:
    """Each missing or mistyped member is a 400 whose expression is that member."""
    body = golden_request()
    change(body)
    with pytest.raises(BadRequest) as refused:
        parse_hook_request(body, REPORT_SIGN)
    assert refused.value.expression == member
    assert refused.value.status == 400


@pytest.mark.requirement("CH-052", "CH-057")
@pytest.mark.parametrize(
    "change",
    [
        lambda body: body.update(extension={"com.example.x": 1}, zzz=1),
        lambda body: body["context"].update(extension={"com.example.x": 1}, zzz=1),
        authorized(extension={"com.example.x": 1}, patient="pat-003"),
        lambda body: body.update(hookInstance="URN:UUID:" + body["hookInstance"].upper()),
        lambda body: body.update(prefetch=None, fhirServer=None, fhirAuthorization=None),
        lambda body: body["context"].update(encounterId=None, category=None, procedure=None),
        lambda body: body["context"].update(userId="PractitionerRole/a-1.b"),
        lambda body: body["context"].update(category="imaging", procedure={"text": "Mammography"}),
        lambda body: body["context"].update(status="appended"),
    ],
)
def test_what_the_standard_or_its_drafts_allow_is_taken(change: Change) -> None:
    """Extensions, unknown members, nulls of optional members and the draft hook's forms are read."""
    body = golden_request()
    change(body)
    assert parse_hook_request(body, REPORT_SIGN).context["patientId"] == "pat-003"


def test_concepts_are_read_in_the_three_forms_of_the_draft_hook() -> None:
    """An array, one object and a string all become a list of CodeableConcepts."""
    body = golden_request()
    body["context"].update(category="Radiology", procedure={"text": "Mammography"})
    context = REPORT_SIGN.read_context(parse_hook_request(body, REPORT_SIGN), Gathered(()))
    assert (context.category, context.procedure) == (({"text": "Radiology"},), ({"text": "Mammography"},))


def test_patient_view_names_no_report() -> None:
    """On patient-view the reader chooses the report itself."""
    context = PATIENT_VIEW.read_context(
        parse_hook_request(golden_request(VIEWING), PATIENT_VIEW), Gathered(())
    )
    assert (context.report_id, context.moment) == (None, "viewing")


def test_the_access_token_never_shows() -> None:
    """Neither the token nor the data are part of what a request prints as."""
    body = golden_request()
    authorized(patient="pat-003")(body)
    shown = repr(parse_hook_request(body, REPORT_SIGN))
    assert "opaque-token" not in shown
    assert "pat-003" not in shown.replace("patient='pat-003'", "")
