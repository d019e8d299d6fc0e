"""What each step of one answer costs inside the process, without HTTP."""

from __future__ import annotations

import cProfile
import pstats
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

import orjson

from benchmarks.figures import Growth
from benchmarks.sign_offs import sign_offs
from benchmarks.timing import PASSES, Step, per_request
from cards.answer import Answer
from cards.guidance import Guidance, assess
from cards.reading import read
from cards.writing import write
from cards.writing.card import Card
from cds_service.fhir.gather import gather
from cds_service.garbage import look_less_often
from cds_service.hooks.hook_request import HookRequest
from cds_service.hooks.json_body import parse_json_object
from cds_service.hooks.line import Line, answer_hook, site_line
from cds_service.hooks.parse import parse_hook_request
from cds_service.hooks.respond import respond
from cds_service.hooks.services import REPORT_SIGN
from cds_service.settings import Settings

TODAY = date(2026, 5, 4)
GROWTH = (8, 100, 300, 1_000, 3_000, 10_000)
ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Bench:
    """The line as the service builds it from default settings, with its limits."""

    settings: Settings
    line: Line

    def parse(self, body: bytes) -> HookRequest:
        """Bytes to a checked request."""
        return parse_hook_request(parse_json_object(body, self.settings.max_json_depth), REPORT_SIGN)

    def whole(self, body: bytes) -> bytes:
        """Bytes to bytes: everything but HTTP."""
        answer = answer_hook(self.parse(body), REPORT_SIGN, self.line)
        return orjson.dumps(respond(answer, self.line.policy, self.line.public_url))


def bench() -> Bench:
    """Build the line; room for the largest request of the growth curve."""
    settings = Settings(max_entries=20_000)
    made = Bench(settings, site_line(settings, today=lambda: TODAY))
    look_less_often()
    return made


def steps(it: Bench, bodies: Sequence[bytes]) -> dict[str, float]:
    """Microseconds of each step of the line, and of the whole."""
    return {name: per_request(step, len(bodies)) for name, step in line_steps(it, bodies).items()}


def line_steps(it: Bench, bodies: Sequence[bytes]) -> dict[str, Step]:
    """Each step of the line, and the whole, by name; each takes the number of one of the bodies."""
    line = it.line
    requests = [it.parse(body) for body in bodies]
    gathered = [gather(request, REPORT_SIGN, line.max_entries) for request in requests]
    contexts = [
        REPORT_SIGN.read_context(request, one) for request, one in zip(requests, gathered, strict=True)
    ]
    readings = [
        read(one.resources, context, terminology=line.terminology)
        for one, context in zip(gathered, contexts, strict=True)
    ]

    def judge(number: int) -> Guidance:
        reading = readings[number]
        return assess(
            reading.facts,
            line.policy,
            TODAY,
            problems=reading.problems,
            incomplete=reading.incomplete,
            unreadable=reading.unreadable,
            described_uncoded=reading.described_uncoded,
        )

    guidances = [judge(number) for number in range(len(bodies))]

    def say(number: int) -> tuple[Card, ...]:
        return write(
            guidances[number],
            readings[number],
            line.policy,
            "en",
            line.new_id,
            today=TODAY,
            moment=contexts[number].moment,
            public_url=line.public_url,
        )

    answers = [Answer(say(number), guidances[number], readings[number]) for number in range(len(bodies))]
    return {
        "parse and check the request": lambda n: it.parse(bodies[n]),
        "gather the resources": lambda n: gather(requests[n], REPORT_SIGN, line.max_entries),
        "read": lambda n: read(gathered[n].resources, contexts[n], terminology=line.terminology),
        "assess": judge,
        "write": say,
        "respond": lambda n: orjson.dumps(respond(answers[n], line.policy, line.public_url)),
        "the whole line": lambda n: it.whole(bodies[n]),
    }


def growth(it: Bench) -> list[Growth]:
    """What the whole line costs as reports grow, and the JSON parser alone beside it."""
    rows = []
    for observations in GROWTH:
        bodies = [orjson.dumps(each) for each in sign_offs(3, observations)]
        passes = PASSES if observations <= 300 else 3
        spent = per_request(partial(_whole, it, bodies), len(bodies), passes)
        parsed = per_request(partial(_parse, bodies), len(bodies), passes)
        rows.append(Growth(observations, len(bodies[0]), spent / 1000, parsed / 1000))
    return rows


def _whole(it: Bench, bodies: Sequence[bytes], number: int) -> bytes:
    return it.whole(bodies[number])


def _parse(bodies: Sequence[bytes], number: int) -> object:
    return orjson.loads(bodies[number])


def hottest(it: Bench, bodies: Sequence[bytes], most: int = 3) -> dict[str, float]:
    """The functions in which most time is spent (callees not counted), with their share in percent."""
    profile = cProfile.Profile()
    profile.enable()
    for body in bodies:
        it.whole(body)
    profile.disable()
    found = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    total = sum(numbers[2] for numbers in found.values())
    ranked = sorted(found.items(), key=lambda item: -item[1][2])[:most]
    return {_place(*where): 100 * numbers[2] / total for where, numbers in ranked}


def _place(file: str, line: int, function: str) -> str:
    path = Path(file)
    inside = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path.name
    return function if file == "~" else f"{inside}:{line} {function}"
