"""Facts written out as FHIR, one encoder a shape (terminology README section 6)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from cards.facts import Finding
from tests.cards.reading.report_builder import (
    DCM,
    RDE,
    SCT,
    Resource,
    assessed,
    category,
    cc,
    observation,
    reading,
    report,
)

SLICES = "http://hl7.org/fhir/us/breast-radiology/CodeSystem/ObservationComponentSliceCodesCS"
CHANGES = "http://hl7.org/fhir/us/breast-radiology/CodeSystem/ObservedChangesCS"
IG_CODES = "http://hl7.org/fhir/us/breast-radiology/CodeSystem/ObservationCodesCS"
SIDE_SITE = {"left": "80248007", "right": "73056007", "bilateral": "63762007"}
SIDE_QUALIFIER = {"left": "7771000", "right": "24028007", "bilateral": "51440002"}
GROUPS = {
    "left": "findingsLeftBreastObservation",
    "right": "findingsRightBreastObservation",
    "bilateral": "findingsBiLateralBreastObservation",
}
MORPHOLOGY_CDE = {
    "skin": "RDE1565_skin",
    "vascular": "RDE1565_vascular",
    "coarse_popcorn": "RDE1565_coarse",
    "large_rod_like": "RDE1565_largeRoadlike",
    "round": "RDE1565_round",
    "punctate": "RDE1565_punctate",
    "rim": "RDE1565_rim",
    "dystrophic": "RDE1565_dystrophic",
    "milk_of_calcium": "RDE1565_milkOfCalcium",
    "suture": "RDE1565_sature",
    "amorphous": "RDE1565_amorphous",
    "coarse_heterogeneous": "RDE1565_coarseHeterogeneous",
    "fine_pleomorphic": "RDE1565_finePleomorphic",
    "fine_linear_branching": "RDE1565_fineLinear",
    "fine": "RDE1565_fine",
}
MORPHOLOGY_SCT = {
    "skin": "129757003",
    "vascular": "129759000",
    "coarse_popcorn": "129749001",
    "large_rod_like": "129752009",
    "round": "129756007",
    "punctate": "129755006",
    "rim": "129751002",
    "dystrophic": "129750001",
    "milk_of_calcium": "129753004",
    "suture": "129758008",
    "amorphous": "129760005",
    "heterogeneous": "129763007",
    "fine_linear_branching": "129761009",
}
DISTRIBUTION_CDE = {
    name: f"RDE1568_{name}" for name in ("diffuse", "regional", "grouped", "linear", "segmental")
}
DISTRIBUTION_SCT = {
    "diffuse": "129764001",
    "regional": "129767008",
    "grouped": "129766004",
    "linear": "129765000",
    "segmental": "129768003",
}
CHANGE_IG = {
    "new": "New",
    "increasing": "IncreaseInCalcifications",
    "changed_morphology": "RepresentsChange",
    "stable": "Stable",
    "decreasing": "DecreaseInSize",
    "resolved": "NoLongerSeen",
}
CHANGE_SCT = {
    "new": "129721008",
    "increasing": "129726003",
    "changed_morphology": "129720009",
    "stable": "129723006",
    "decreasing": "129727007",
}
FEATURE_CDE = {
    "mass": "RDE1571_calcificationInMass",
    "architectural_distortion": "RDE1571_architecturalDistortion",
    "skin_retraction": "RDE1571_skinThickening",
    "adenopathy": "RDE1571_axillaryAdenopathy",
}


def part(asks: Resource, value: Resource) -> Resource:
    """A component with a coded value."""
    return {"code": asks, "valueCodeableConcept": value}


def cde_components(finding: Finding) -> list[Resource]:
    """The components of a finding in the current breast imaging guide."""
    parts = [part(cc(RDE, "RDE1556"), cc(RDE, "RDE1556_present"))]
    parts += [part(cc(RDE, "RDE1565"), cc(RDE, MORPHOLOGY_CDE[name])) for name in finding.morphology]
    if finding.distribution != "not_stated":
        parts.append(part(cc(RDE, "RDE1568"), cc(RDE, DISTRIBUTION_CDE[finding.distribution])))
    if finding.change != "not_compared":
        parts.append(part(cc(SLICES, "obsChanges"), cc(CHANGES, CHANGE_IG[finding.change])))
    parts += [part(cc(RDE, "RDE1571"), cc(RDE, FEATURE_CDE[name])) for name in finding.associated_features]
    if finding.assessment is not None:
        parts.append(part(cc(RDE, "RDE1586"), category(finding.assessment)))
    return parts


def shape_a(findings: Sequence[Finding]) -> list[Resource]:
    """One Observation a finding, every attribute a component."""
    return report(
        *(
            observation(
                f"a{number}",
                cc(RDE, "RDES241"),
                SIDE_SITE.get(finding.laterality),
                component=cde_components(finding),
            )
            for number, finding in enumerate(findings)
        )
    )


def shape_b(findings: Sequence[Finding]) -> list[Resource]:
    """Observation.code is the finding itself, the value says that it is present."""
    results = []
    for number, finding in enumerate(findings):
        code = {"coding": [{"system": SCT, "code": MORPHOLOGY_SCT[name]} for name in finding.morphology]}
        parts = []
        if finding.distribution != "not_stated":
            parts.append({"code": cc(SCT, DISTRIBUTION_SCT[finding.distribution]), "valueBoolean": True})
        if finding.change != "not_compared":
            parts.append(part(cc(SCT, "288531002"), cc(SCT, CHANGE_SCT[finding.change])))
        if finding.assessment is not None:
            parts.append(part(cc(SCT, "146611000146107"), category(finding.assessment)))
        results.append(
            observation(
                f"b{number}", code, SIDE_SITE.get(finding.laterality), valueBoolean=True, component=parts
            )
        )
    return report(*results)


def shape_c(overall: str | None, left: str | None, right: str | None) -> list[Resource]:
    """One Observation a question: the categories of report and breasts."""
    stated = (("o", overall, None), ("l", left, SIDE_SITE["left"]), ("r", right, SIDE_SITE["right"]))
    return report(*(assessed(name, value, side) for name, value, side in stated if value is not None))


def shape_e(findings: Sequence[Finding]) -> list[Resource]:
    """A tree: the side stands on the group of the breast, the findings have none."""
    groups: list[Resource] = []
    below: list[Resource] = []
    for number, finding in enumerate(findings):
        members: dict[str, Any] = {"component": cde_components(finding)}
        below.append(observation(f"e{number}", cc(RDE, "RDES241"), None, **members))
        code = GROUPS.get(finding.laterality)
        asks = cc(IG_CODES, "mgFindingObservation") if code is None else cc(IG_CODES, code)
        inner = observation(
            f"m{number}",
            cc(IG_CODES, "mgFindingObservation"),
            hasMember=[{"reference": f"Observation/e{number}"}],
        )
        below.append(inner)
        groups.append(observation(f"g{number}", asks, hasMember=[{"reference": f"Observation/m{number}"}]))
    return [*report(*groups), *below]


def shape_g(findings: Sequence[Finding]) -> list[Resource]:
    """A converted DICOM report: a group a finding, an Observation an attribute, the place a BodyStructure."""
    groups: list[Resource] = []
    below: list[Resource] = []
    for number, finding in enumerate(findings):
        said: list[tuple[str, Resource]] = []
        said += [("111009", cc(SCT, MORPHOLOGY_SCT[name])) for name in finding.morphology]
        if finding.distribution != "not_stated":
            said.append(("111008", cc(SCT, DISTRIBUTION_SCT[finding.distribution])))
        if finding.change != "not_compared":
            said.append(("111021", cc(SCT, CHANGE_SCT[finding.change])))
        if finding.assessment is not None:
            said.append(("111005", category(finding.assessment)))
        names = [f"g{number}x{place}" for place in range(len(said))]
        below += [
            observation(name, cc(DCM, asks), valueCodeableConcept=value)
            for name, (asks, value) in zip(names, said, strict=True)
        ]
        site: dict[str, Any] = {}
        if finding.laterality in SIDE_QUALIFIER:
            structure = {
                "structure": cc(SCT, "76752008"),
                "laterality": cc(SCT, SIDE_QUALIFIER[finding.laterality]),
            }
            below.append(
                {"resourceType": "BodyStructure", "id": f"s{number}", "includedStructure": [structure]}
            )
            site["bodyStructure"] = {"reference": f"BodyStructure/s{number}"}
        groups.append(
            observation(
                f"g{number}",
                cc(DCM, "125007"),
                category=[cc(DCM, "125007")],
                hasMember=[{"reference": f"Observation/{name}"} for name in names],
                **site,
            )
        )
    return [*report(*groups), *below]


FINDING_ENCODERS: dict[str, Callable[[Sequence[Finding]], list[Resource]]] = {
    "A": shape_a,
    "B": shape_b,
    "E": shape_e,
    "G": shape_g,
}


def said(resources: list[Resource]) -> list[tuple[str, tuple[str, ...], str, str]]:
    """Side, morphology, distribution and change of each finding that is read."""
    return [
        (one.laterality, one.morphology, one.distribution, one.change)
        for one in reading(resources).facts.findings
    ]
