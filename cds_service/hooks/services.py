"""The table of services. A new service is one row here and the function that reads its context."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from cds_service.hooks.members import is_bundle, is_concepts, is_id, is_report_status, is_user
from cds_service.hooks.report_context import (
    ordering_context,
    orders_the_breast,
    review_context,
    sign_off_context,
    viewing_context,
)
from cds_service.hooks.service import Service

# Only the subset of queries that CDS Hooks recommends, one value a parameter: the public
# sandbox merges repeated parameters (CH-044, CH-047).
HISTORY_PREFETCH: Mapping[str, str] = MappingProxyType(
    {
        "patient": "Patient/{{context.patientId}}",
        "observations": "Observation?patient={{context.patientId}}&_sort=-date&_count=200",
        "reports": "DiagnosticReport?patient={{context.patientId}}&_sort=-date&_count=20",
        "orders": "ServiceRequest?patient={{context.patientId}}&status=active,draft",
        "conditions": "Condition?patient={{context.patientId}}&_count=200",
        "procedures": "Procedure?patient={{context.patientId}}&_count=200",
    }
)
REPORT_PREFETCH: Mapping[str, str] = MappingProxyType(
    {"report": "DiagnosticReport/{{context.reportId}}", **HISTORY_PREFETCH}
)

INTENDED_USE = (
    "Decision support for the interpreting radiologist and the ordering clinician. It compares coded "
    "text with published guidance; it does not read images, does not diagnose and never replaces "
    "the radiologist's assessment. Data are FHIR R4."
)

REPORT_SIGN = Service(
    id="breast-calcification-report-sign",
    hook="report-sign",
    title="Breast calcification guidance at sign-off",
    description=(
        "Compares the coded calcification findings of a signed mammography report with its assessment and "
        f"recommendation and says what usually comes next. {INTENDED_USE}"
    ),
    usage_requirements=(
        "FHIR R4. Send the signed DiagnosticReport with its Observations as the Bundle "
        "context.report, or as prefetch; without the report the answer is 412."
    ),
    required={
        "userId": is_user("Practitioner", "PractitionerRole"),
        "patientId": is_id,
        "reportId": is_id,
        "status": is_report_status,
    },
    optional={
        "encounterId": is_id,
        "category": is_concepts,
        "procedure": is_concepts,
        "report": is_bundle,
    },
    prefetch=REPORT_PREFETCH,
    needed="report",
    read_context=sign_off_context,
)

REPORT_REVIEW = replace(
    REPORT_SIGN,
    id="breast-calcification-report-review",
    hook="report-review",
    title="Breast calcification consistency before you sign",
    description=(
        "Compares the coded calcification findings of a mammography report with its assessment and "
        "recommendation just before it is signed. It says what does not fit; it suggests no order and "
        f"starts no timer. {INTENDED_USE}"
    ),
    usage_requirements=(
        "FHIR R4. Send the DiagnosticReport that is about to be signed with its Observations as the Bundle "
        "context.report, or as prefetch; without the report the answer is 412."
    ),
    read_context=review_context,
)

PATIENT_VIEW = Service(
    id="breast-calcification-patient-view",
    hook="patient-view",
    title="Breast calcification follow-up when the patient is opened",
    description=(
        "Reads the latest mammography report with coded calcifications and says what it advised, when "
        f"that is due and whether it looks overdue. {INTENDED_USE}"
    ),
    usage_requirements=(
        "FHIR R4. Send the patient's DiagnosticReports as the prefetch key reports, and the "
        "Observations they lead to as observations; without reports the answer is 412."
    ),
    required={
        "userId": is_user("Practitioner", "PractitionerRole", "Patient", "RelatedPerson"),
        "patientId": is_id,
    },
    optional={"encounterId": is_id},
    prefetch=HISTORY_PREFETCH,
    needed="reports",
    read_context=viewing_context,
)

ORDER_SIGN = Service(
    id="breast-calcification-order-sign",
    hook="order-sign",
    title="Breast orders and the last calcification advice",
    description=(
        "Compares breast imaging and breast biopsy orders that are about to be signed with the latest "
        "mammography report with coded calcifications: too early, too late, the other side, screening in "
        f"place of a diagnostic exam. It is silent about every other order. {INTENDED_USE}"
    ),
    usage_requirements=(
        "FHIR R4. Send the ServiceRequests as context.draftOrders, the patient's DiagnosticReports as the "
        "prefetch key reports, and the Observations they lead to as observations. With a breast order and "
        "without reports the answer is 412."
    ),
    required={
        "userId": is_user("Practitioner", "PractitionerRole"),
        "patientId": is_id,
        "draftOrders": is_bundle,
    },
    optional={"encounterId": is_id},
    prefetch=HISTORY_PREFETCH,
    needed="reports",
    read_context=ordering_context,
    concerns=orders_the_breast,
)


def services(custom_hook: str | None = None) -> Mapping[str, Service]:
    """Return the services this installation offers, by id.

    ``custom_hook`` is a site's own name for the sign-off hook; it is served under an id of its
    own, because two entries with one id make one of them disappear in some clients.
    """
    rows = [REPORT_SIGN, REPORT_REVIEW, PATIENT_VIEW, ORDER_SIGN]
    if custom_hook is not None:
        rows.append(replace(REPORT_SIGN, id="breast-calcification-report-sign-custom", hook=custom_hook))
    return MappingProxyType({row.id: row for row in rows})
