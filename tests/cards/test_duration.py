"""Durations: which texts count as one."""

import pytest

from cards.duration import is_duration


@pytest.mark.parametrize("text", ["P6M", "P12M", "P1Y", "P60D", "P2W", "P1Y6M", "P0Y0M1D", "PT36H", "P0.5Y"])
def test_a_positive_iso_8601_duration_is_one(text):
    """Years, months, weeks, days and hours make a duration."""
    assert is_duration(text) is True


@pytest.mark.parametrize(
    "value",
    [
        "",
        "P",
        "PT",
        "P0D",
        "P0M",
        "P0Y",
        "-P6M",
        "+P6M",
        "p6m",
        "P6M ",
        "P6M\n",
        "P1YT",
        "6M",
        "P6",
        "P9999999999D",
        "P99999999999999999999Y",
        "P\N{ARABIC-INDIC DIGIT THREE}M",
        None,
        6,
        True,
        ["P6M"],
    ],
)
def test_anything_else_is_none(value):
    """Zero, negative, lower case, padded and endless durations and other JSON types are refused."""
    assert is_duration(value) is False
