"""Labels have closed vocabularies: nothing that a caller sends becomes one."""

from __future__ import annotations

from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_service.observe import metrics
from cds_service.observe.metrics_family import ALL, OTHER, REGISTRY, Family, Vocabulary
from cds_service.observe.metrics_later import settle

FAMILIES = [each for each in vars(metrics).values() if isinstance(each, Family)]
COLOUR = Vocabulary("colour", "a colour", {"red", "green"})
HOSTILE = st.one_of(
    st.text(),
    st.integers(),
    st.none(),
    st.binary(),
    st.sampled_from(["Jane Doe", "Patient/1", "\n", '"', "é"]),
)


def label_values() -> set[tuple[str, str]]:
    """Every label with every value that it has now."""
    return {
        (name, value)
        for metric in REGISTRY.collect()
        for sample in metric.samples
        for name, value in sample.labels.items()
        if name != "le"
    }


@given(st.data())
def test_no_value_makes_a_label_that_is_not_in_the_vocabulary(data: st.DataObject) -> None:
    """Whatever a family is asked for, the only new value of a label there can be is ``other``."""
    known = {(label.name, value) for each in ALL.values() for label in each.labels for value in label.values}
    known |= {(label.name, OTHER) for each in ALL.values() for label in each.labels}
    family = data.draw(st.sampled_from(FAMILIES))
    width = len(family._labels)
    kept = len(family)
    values = data.draw(st.tuples(*[HOSTILE] * width))
    family[values]
    assert label_values() <= known
    assert len(family) == kept


def test_what_is_known_is_kept_and_what_is_not_is_other() -> None:
    """A known value has a series of its own and is looked up once; every other one is in ``other``."""
    assert [COLOUR.closed(each) for each in ("red", "blue", 7)] == ["red", OTHER, OTHER]
    family = metrics.TOKEN_REFUSALS
    assert family["signature",] is family["signature",]
    assert family["made up",] is family[OTHER,]


def test_a_wrong_number_of_labels_is_a_fault_of_ours() -> None:
    """A call that forgets a label fails in the first test that runs it, and counts nothing."""
    with pytest.raises(ValueError, match="zip"):
        metrics.CARDS["only-one",]


@pytest.mark.parametrize("name", ALL)
def test_each_metric_has_a_plain_name_a_sentence_and_a_bound(name: str) -> None:
    """Names carry the prefix and the unit, help is a sentence, and the number of series has an end."""
    described = ALL[name]
    assert name.startswith("calcification_cds_")
    assert name.endswith("_total") == (described.kind == "counter")
    assert name.endswith("_seconds") == (described.kind == "histogram")
    assert described.help.endswith(".")
    bound = 1
    for label in described.labels:
        bound *= len(label.values) + 1
    assert 1 <= bound <= 4000


def test_routes_are_learned_from_the_application_alone() -> None:
    """A path that is no route of the application is no value of the label."""
    fresh = next(
        f"/made-up-{number}" for number in count() if f"/made-up-{number}" not in metrics.ROUTE.values
    )
    metrics.count_request(fresh, 200, 0.001)
    settle()
    assert ("route", fresh) not in label_values()
    assert ("route", OTHER) in label_values()
