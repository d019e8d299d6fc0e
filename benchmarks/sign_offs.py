"""Made-up sign-off requests: as many as asked for, all different, the same for the same seed.

Each has one DiagnosticReport and, unless asked otherwise, eight Observations: six calcification findings
with their attributes as components, the breast composition and a recommendation. About 10 KB of JSON.
Categories and recommendations are drawn without regard to the findings, so that most reports disagree with
themselves and most rules have work to do: a clinic's own reports are cheaper to answer than these.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator

Json = dict[str, object]

SEED = 20260504
ANYWHERE = "http://hl7.org/fhir/us/breast-radiology/CodeSystem/"
ELEMENTS = f"{ANYWHERE}RadLexCDE"
CHANGES = f"{ANYWHERE}ObservedChangesCS"
COMPONENTS = f"{ANYWHERE}ObservationComponentSliceCodesCS"
SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
DICOM = "http://dicom.nema.org/resources/ontology/DCM"

SHAPES = ("round", "punctate", "rim", "amorphous", "coarseHeterogeneous", "finePleomorphic", "fineLinear")
PATTERNS = ("diffuse", "regional", "grouped", "linear", "segmental")
COURSES = ("Stable", "New", "IncreaseInNumber", "NotSignificantChanged")
SIDES = (("80248007", "Left breast"), ("73056007", "Right breast"))
CATEGORIES = (
    ("397141009", "Category 2"),
    ("397143007", "Category 3"),
    ("397144001", "Category 4"),
    ("397145000", "Category 5"),
)
DENSITIES = ("129716005", "129717001", "129718006", "129719003")
ADVICE = (
    ("111140", "Normal interval follow-up"),
    ("111142", "Follow-up at short interval (1-11 months)"),
    ("111143", "Biopsy should be considered"),
    ("111148", "Biopsy should be strongly considered"),
)
EXAMS = (("24606-6", "Breast Mammogram screening"), ("24605-8", "Breast Mammogram diagnostic"))


def concept(system: str, code: str, display: str) -> Json:
    """Return a CodeableConcept of one coding."""
    return {"coding": [{"system": system, "code": code, "display": display}]}


def observation(number: int, patient: str, code: Json, **members: object) -> Json:
    """Return one final Observation of the exam."""
    return {
        "resourceType": "Observation",
        "id": f"finding-{number}",
        "status": "final",
        "code": code,
        "subject": {"reference": f"Patient/{patient}"},
        **members,
    }


def finding(chance: random.Random, number: int, patient: str) -> Json:
    """Return one group of calcifications with shape, distribution and course."""
    shape, pattern, course = chance.choice(SHAPES), chance.choice(PATTERNS), chance.choice(COURSES)
    side = chance.choice(SIDES)

    def component(element: str, label: str, system: str, value: str) -> Json:
        code = concept(ELEMENTS, element, label)
        return {"code": code, "valueCodeableConcept": concept(system, value, value.rpartition("_")[2])}

    return observation(
        number,
        patient,
        concept(ELEMENTS, "RDES241", "Breast Calcification"),
        bodySite=concept(SNOMED, *side),
        component=[
            component("RDE1556", "Presence", ELEMENTS, "RDE1556_present"),
            component("RDE1565", "Type", ELEMENTS, f"RDE1565_{shape}"),
            component("RDE1568", "Distribution", ELEMENTS, f"RDE1568_{pattern}"),
            {
                "code": concept(COMPONENTS, "obsChanges", "Observed changes"),
                "valueCodeableConcept": concept(CHANGES, course, course),
            },
        ],
    )


def sign_off(chance: random.Random, observations: int = 8) -> Json:
    """Return one request of the hook report-sign with that many Observations (at least two)."""
    patient, report = f"p{chance.randrange(10**9)}", f"r{chance.randrange(10**9)}"
    found = [finding(chance, number, patient) for number in range(1, observations - 1)]
    density = chance.choice(DENSITIES)
    found.append(
        observation(
            observations - 1,
            patient,
            concept(ELEMENTS, "RDE1587", "Breast composition category"),
            valueCodeableConcept=concept(SNOMED, density, "Breast composition"),
        )
    )
    found.append(
        observation(
            observations,
            patient,
            concept(DICOM, "111053", "Recommended Follow-up"),
            valueCodeableConcept=concept(DICOM, *chance.choice(ADVICE)),
        )
    )
    exam = concept(LOINC, *chance.choice(EXAMS))
    diagnostic_report = {
        "resourceType": "DiagnosticReport",
        "id": report,
        "status": "final",
        "category": [concept(LOINC, "LP29684-5", "Radiology")],
        "code": exam,
        "subject": {"reference": f"Patient/{patient}"},
        "effectiveDateTime": "2026-05-04T09:30:00Z",
        "issued": "2026-05-04T11:00:00Z",
        "result": [{"reference": f"Observation/{each['id']}"} for each in found],
        "conclusionCode": [concept(SNOMED, *chance.choice(CATEGORIES))],
    }
    person = {
        "resourceType": "Patient",
        "id": patient,
        "gender": "female",
        "birthDate": f"{chance.randint(1946, 1985)}-06-15",
    }
    return {
        "hook": "report-sign",
        "hookInstance": str(uuid.UUID(int=chance.getrandbits(128), version=4)),
        "context": {
            "userId": "Practitioner/reader",
            "patientId": patient,
            "reportId": report,
            "status": "final",
            "report": {
                "resourceType": "Bundle",
                "type": "collection",
                "entry": [{"resource": each} for each in (diagnostic_report, person, *found)],
            },
        },
    }


def sign_offs(count: int, observations: int = 8, seed: int = SEED) -> Iterator[Json]:
    """Yield that many requests, no two alike."""
    chance = random.Random(seed)
    for _ in range(count):
        yield sign_off(chance, observations)
