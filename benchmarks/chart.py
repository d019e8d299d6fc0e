"""A run as two pictures: bars for what ran side by side, a line for growing reports. SVG, light and dark."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from benchmarks.figures import BASE, Growth, Run, Seen, ratios

WIDTH = 760
LEFT, RIGHT = 250, 560
ROW = 30
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #1f2933 }
.title { font-weight: 600 }
.small { font-size: 11px }
.ours { fill: #2f6f9f }
.other { fill: #9aa5b1 }
.spread, .axis { stroke: #1f2933; stroke-width: 1.5; fill: none }
.axis { stroke-opacity: .35 }
.line { stroke: #2f6f9f; stroke-width: 2; fill: none }
@media (prefers-color-scheme: dark) {
  text { fill: #e4e7eb }
  .ours { fill: #6cb2e4 }
  .other { fill: #7b8794 }
  .spread, .axis { stroke: #e4e7eb }
  .line { stroke: #6cb2e4 }
}
"""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: what it is, its length, how far single rounds spread, what stands behind it."""

    label: str
    value: float
    low: float
    high: float
    told: str
    is_ours: bool


def side_by_side_picture(run: Run) -> str:
    """Draw answers a second and processor time of every variant, with the spread of the rounds."""
    compared = ratios(run.side_by_side)

    def bar(one: Seen, member: str, unit: str, by: str) -> Bar:
        values = [getattr(each, member) for each in one.rounds]
        middle = statistics.median(values)
        found = compared.get(one.name)
        told = f"{middle:,.0f} {unit}" + ("" if found is None else f", ratio {found[by].median:.2f}")
        is_ours = one.name not in (BASE, "healthchain")
        return Bar(one.title, middle, min(values), max(values), told, is_ours)

    pace = [bar(one, "per_second", "/s", "requests") for one in run.side_by_side]
    cost = [bar(one, "processor_us", "µs", "processor") for one in run.side_by_side]
    above = 30 + ROW * len(pace)
    parts = [
        *_bars("Answers a second (longer is better)", pace, 0),
        *_bars("Processor time of one answer (shorter is better)", cost, above + 20),
    ]
    return _picture("Side by side over HTTP; thin lines show the spread of the rounds", parts, 2 * above + 30)


def _bars(title: str, bars: Sequence[Bar], top: float) -> list[str]:
    longest = max(bar.high for bar in bars)

    def across(value: float) -> float:
        return LEFT + (RIGHT - LEFT) * value / longest

    parts = [_text(10, top + 20, title, "title")]
    for number, bar in enumerate(bars):
        y = top + 32 + ROW * number
        kind = "ours" if bar.is_ours else "other"
        parts += [
            _text(LEFT - 8, y + 14, bar.label, anchor="end"),
            f'<rect class="{kind}" x="{LEFT}" y="{y}" width="{across(bar.value) - LEFT:.1f}" height="19"/>',
            f'<path class="spread" d="M{across(bar.low):.1f} {y + 9.5}H{across(bar.high):.1f}"/>',
            _text(max(across(bar.high), across(bar.value)) + 8, y + 14, bar.told, "small"),
        ]
    return parts


def growth_picture(rows: Sequence[Growth]) -> str:
    """Draw the time of the whole line against the number of Observations, both in powers of ten."""
    bottom, top = 290, 40
    high = math.ceil(math.log10(max(row.milliseconds for row in rows)))
    wide = math.ceil(math.log10(max(row.observations for row in rows)))
    low = math.floor(math.log10(min(row.milliseconds for row in rows)))

    def x(observations: float) -> float:
        return 80 + 560 * math.log10(observations) / wide

    def y(milliseconds: float) -> float:
        return bottom - (bottom - top) * (math.log10(milliseconds) - low) / (high - low)

    parts = [_text(10, 20, "The whole line as reports grow: milliseconds by number of Observations", "title")]
    for power in range(low, high + 1):
        parts.append(f'<path class="axis" d="M80 {y(10.0**power):.1f}H640"/>')
        parts.append(_text(72, y(10.0**power) + 4, f"{10.0**power:,g} ms", "small", "end"))
    parts += [
        _text(x(10**power), bottom + 20, f"{10**power:,}", "small", "middle") for power in range(wide + 1)
    ]
    points = " L".join(f"{x(row.observations):.1f} {y(row.milliseconds):.1f}" for row in rows)
    parts.append(f'<path class="line" d="M{points}"/>')
    for row in rows:
        spot = x(row.observations), y(row.milliseconds)
        parts.append(f'<circle class="ours" cx="{spot[0]:.1f}" cy="{spot[1]:.1f}" r="4"/>')
        parts.append(_text(spot[0] + 10, spot[1] + 14, f"{row.milliseconds:,.3g} ms", "small"))
    return _picture("Milliseconds of the whole line by number of Observations", parts, bottom + 35)


def _text(x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<text{named} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def _picture(title: str, parts: Sequence[str], height: float) -> str:
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" role="img">',
            f"<title>{escape(title)}</title>",
            f"<style>{STYLE}</style>",
            *parts,
            "</svg>\n",
        ]
    )
