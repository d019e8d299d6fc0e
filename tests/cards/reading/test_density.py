"""Breast density."""

import pytest

from tests.cards.reading.report_builder import (
    ICD,
    LEFT,
    RDE,
    RIGHT,
    SCT,
    cc,
    codes,
    observation,
    question,
    reading,
    report,
)

VALUE = {
    "a": "RDE1587_categoryATheBreastsAreAlmostEntirelyFatty",
    "b": "RDE1587_categoryBThereAreScatteredAreasOfFibroglandularDensity",
    "c": "RDE1587_categoryCTheBreastsAreHeterogeneouslyDense",
    "d": "RDE1587_categoryDTheBreastsAreExtremelyDense",
}


@pytest.mark.parametrize("name", VALUE)
def test_density_of_an_observation(name: str):
    """Each category is read from an Observation of its own and from a component."""
    value = cc(RDE, VALUE[name])
    assert reading(report(question("d", cc(RDE, "RDE1587"), value))).facts.breast_density == name
    component = {"code": cc(RDE, "RDE1587"), "valueCodeableConcept": value}
    assert (
        reading(report(observation("g", cc(RDE, "RDES245"), component=[component]))).facts.breast_density
        == name
    )


def test_density_as_conclusion():
    """Where no Observation says it, conclusionCode may."""
    assert reading(report(conclusionCode=[cc(SCT, "129719003")])).facts.breast_density == "d"


def test_breasts_that_differ():
    """The denser breast counts, and a problem says that there were two."""
    found = reading(
        report(
            question("d1", cc(RDE, "RDE1587"), cc(RDE, VALUE["c"]), LEFT),
            question("d2", cc(RDE, "RDE1587"), cc(RDE, VALUE["b"]), RIGHT),
        )
    )
    assert found.facts.breast_density == "c"
    assert "several-densities" in codes(found)


def test_dense_without_a_category():
    """ "Dense" alone gives no category (decision model 2.4)."""
    found = reading(report(question("d", cc(RDE, "RDE1587"), cc(ICD, "R92.30"))))
    assert found.facts.breast_density is None
    assert "density-without-category" in codes(found)


def test_density_not_stated_or_unknown():
    """No density, or a code no table knows, is null."""
    assert reading(report()).facts.breast_density is None
    found = reading(report(question("d", cc(RDE, "RDE1587"), cc("http://local", "dense"))))
    assert found.facts.breast_density is None
    assert "unmapped-code" in codes(found)
