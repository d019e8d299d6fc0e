"""The calls of the load tests: sign-offs that differ, feedback, and requests that are wrong."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle, islice

import orjson

from benchmarks.sign_offs import sign_offs
from tests.cds_service.golden import SIGN_OFF_PATH
from tests.load.driving import Call

FEEDBACK_PATH = f"{SIGN_OFF_PATH}/feedback"
JSON = "Content-Type: application/json"


def post(kind: str, body: object, *headers: str, path: str = SIGN_OFF_PATH, key: str = "") -> Call:
    """A POST of a JSON value, or of bytes as they are."""
    data = body if isinstance(body, bytes) else orjson.dumps(body)
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(data)}", *headers]
    return Call(kind, "\r\n".join([*lines, "", ""]).encode() + data, key)


def good(count: int = 100) -> list[Call]:
    """Sign-offs that bring everything; all are different."""
    return [post("good", body, JSON) for body in sign_offs(count)]


def bad() -> list[Call]:
    """What a broken or hostile client sends; each is to be refused with a status of 400 to 499."""
    whole = orjson.dumps(next(sign_offs(1)))
    return [
        post("bad", whole[:-100], JSON),
        post("bad", b"\xff\xfe\x00", JSON),
        post("bad", [], JSON),
        post("bad", {"hook": "report-sign"}, JSON),
        post("bad", b'{"a":' * 5000 + b"1" + b"}" * 5000, JSON),
        post("bad", whole, "Content-Type: text/plain"),
        post("bad", whole, JSON, path="/cds-services/no-such-service"),
        post("bad", {"feedback": [{"card": 5}]}, JSON, path=FEEDBACK_PATH),
    ]


def mixed(bad_percent: int) -> list[Call]:
    """Good calls with so many bad ones of a hundred among them, spread evenly."""
    every = 100 // bad_percent
    wrong: Iterator[Call] = cycle(bad())
    right = cycle(good())
    count = 100 * len(bad())
    return [next(wrong) if number % every == every - 1 else next(right) for number in range(count)]


def feedback(count: int) -> list[Call]:
    """Feedback on so many cards, each named in ``key``."""
    return [
        post(
            "feedback",
            {
                "feedback": [
                    {"card": card, "outcome": "overridden", "outcomeTimestamp": "2026-05-04T12:00:00Z"}
                ]
            },
            JSON,
            path=FEEDBACK_PATH,
            key=card,
        )
        for card in (f"card-{number}" for number in range(count))
    ]


def alternating(*kinds: list[Call]) -> list[Call]:
    """One of each kind in turn, as long as the longest lasts."""
    longest = max(map(len, kinds))
    columns = [islice(cycle(kind), longest) for kind in kinds]
    return [call for row in zip(*columns, strict=True) for call in row]
