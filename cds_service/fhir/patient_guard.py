"""The wrong-patient guard: no card from another patient's data (CH-061)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from cds_service.errors import BadRequest

Resource = dict[str, object]


def refuse_other_patients(
    resources: Iterable[Resource], patient_id: str, find: Callable[[str], Resource | None]
) -> None:
    """Refuse resources that belong to another patient than the one in the context.

    Looks at ``subject`` and ``patient`` of every resource and at the Patients themselves. A
    reference by identifier alone, or to a contained Patient, names nobody and is let
    through; a ``urn:`` reference is followed with ``find``. Raises BadRequest.
    """
    expected = f"Patient/{patient_id}"
    for resource in resources:
        kind = resource.get("resourceType")
        if kind == "Patient":
            if resource.get("id", patient_id) != patient_id:
                raise _refusal("Patient.id")
            continue
        for member in ("subject", "patient"):
            if member not in resource:
                continue
            holder = resource[member]
            reference = holder.get("reference") if isinstance(holder, dict) else None
            if reference is None or reference == expected:
                continue
            if not isinstance(reference, str) or not _is_patient(reference, patient_id, find):
                raise _refusal(f"{kind}.{member}")


def _is_patient(reference: str, patient_id: str, find: Callable[[str], Resource | None]) -> bool:
    if reference.startswith("#"):
        return True
    if reference.startswith("urn:"):
        patient = find(reference)
        return reference == f"urn:uuid:{patient_id}" or (
            patient is not None
            and patient.get("resourceType") == "Patient"
            and patient.get("id") == patient_id
        )
    parts = reference.partition("/_history/")[0].split("/")
    return parts[-2:] == ["Patient", patient_id]


def _refusal(expression: str) -> BadRequest:
    return BadRequest(
        f"{expression} names another patient than context.patientId. Nothing was assessed.",
        expression=expression,
        code="business-rule",
    )
