"""``python -m cds_service.rehearsal``: answer every golden case many times, in this process.

So a compiler that watches sees which ways calls take (hatch_build.py). What is answered goes nowhere.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Sequence
from pathlib import Path

import orjson

from cds_service.app import create_app
from cds_service.golden_cases import case_folders
from cds_service.hooks.services import services
from cds_service.observe.log import open_log
from cds_service.settings import Settings

TIMES = 40


def rehearse(cases: Sequence[Path], times: int) -> int:
    """Answer the request of each case ``times`` times; return how many answers were given.

    Raises RuntimeError when one is refused.
    """
    answers = 0
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(profile="development", database_url=f"sqlite:///{folder}/rehearsal.sqlite3")
        app = create_app(settings, log=open_log(io.BytesIO()))
        paths = {each.hook: f"/cds-services/{each.id}" for each in services(settings.custom_hook).values()}
        client = app.test_client()
        for body in [(case / "request.json").read_bytes() for case in cases] * times:
            path = paths[orjson.loads(body)["hook"]]
            status = client.post(path, data=body, content_type="application/json").status_code
            if status != 200:
                raise RuntimeError(f"A golden case was answered with status {status}.")
            answers += 1
        app.extensions["house"].close()
    return answers


if __name__ == "__main__":
    rehearse(case_folders(), TIMES)
