"""The clock of the service jumps an hour ahead, back, an hour behind, and back."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.load.conftest import Say
from tests.load.driving import Call, InBackground, between, statuses
from tests.load.signed_calls import production, signed_calls
from tests.serving import serving
from tests.tokens import ec_key, jwk, key_set

pytestmark = [pytest.mark.deep, pytest.mark.needs("faketime")]

LIBRARY = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"
# Seconds: the jumps; what was due within the first two of each stretch is not looked at.
AHEAD, TRUE_AGAIN, BEHIND, TRUE, END = 5.0, 12.0, 19.0, 26.0, 33.0
SETTLING = 2.0
RATE = 15.0


def test_the_clock_jumps(tmp_path: Path, say: Say) -> None:
    """A token is refused with 401 while the clock disagrees with the caller's, and taken when it agrees;
    nobody gets a 5xx, and nothing has to be restarted."""
    (tmp_path / "ehr.json").write_bytes(key_set(jwk(ec_key(), "ec")))
    offset = tmp_path / "offset"
    offset.write_text("+0")
    clock = {
        "LD_PRELOAD": LIBRARY,
        "FAKETIME_TIMESTAMP_FILE": str(offset),
        "FAKETIME_CACHE_DURATION": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "DONT_FAKE_MONOTONIC": "1",
    }
    settings = production(tmp_path, 'jwks_file = "ehr.json"')
    with serving(tmp_path, variables=clock, **settings) as service:
        calls: list[Call] = signed_calls(int(RATE * END))
        load = InBackground([service.port], calls, RATE, END)
        for moment, jump in ((AHEAD, "+3600"), (TRUE_AGAIN, "+0"), (BEHIND, "-3600"), (TRUE, "+0")):
            load.until(moment)
            offset.write_text(jump)
        outcomes = load.end()
        assert service.is_ready()
        # libfaketime disturbs what waits for a short time: the thread that writes the log, and granian at its
        # end. So the log is read when the process has written all of it, and its exit status says nothing.
        service.stop()
        refusals = {line["refused"] for line in service.lines("request") if "refused" in line}
        failures = service.lines("failure")
    say("clock", outcomes, refusals=sorted(refusals))
    seen = {}
    moments = {"before": 0.0, "ahead": AHEAD, "true again": TRUE_AGAIN, "behind": BEHIND, "true": TRUE}
    for (name, begin), end in zip(moments.items(), [*list(moments.values())[1:], END], strict=True):
        stretch = between(outcomes, begin + (SETTLING if begin else 0), end)
        seen[name] = set(statuses(stretch))
    assert seen == {"before": {200}, "ahead": {401}, "true again": {200}, "behind": {401}, "true": {200}}
    assert refusals == {"expired", "from-the-future"}
    assert failures == []
