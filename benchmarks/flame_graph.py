"""``python -m benchmarks.flame_graph``: draws where the time of a request goes.

py-spy looks at this process from outside while it answers one request after another, without a server and
with the core in pure Python: of a compiled one it sees nothing.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from itertools import cycle
from pathlib import Path
from subprocess import PIPE

import orjson

from benchmarks.in_process import caller
from benchmarks.sign_offs import sign_offs

PICTURE = Path(__file__).resolve().parents[1] / "docs" / "flame-graph.svg"
SECONDS = 30
SAMPLES_A_SECOND = 400
WORKING = "--answer"


def draw(picture: Path) -> None:
    """Let py-spy draw this program at work, from the moment when it answers.

    Raises CalledProcessError when py-spy cannot look: it needs the rights of root, or those of a debugger.
    """
    program = str(Path(sys.executable).with_name("py-spy"))
    how = [
        "--format",
        "flamegraph",
        "--function",
        "--rate",
        str(SAMPLES_A_SECOND),
        "--duration",
        str(SECONDS),
    ]
    watched = [sys.executable, "-m", "benchmarks.flame_graph", WORKING]
    with tempfile.TemporaryDirectory() as made, subprocess.Popen([*watched, made], stdout=PIPE) as working:
        assert working.stdout is not None
        working.stdout.readline()
        try:
            where = ["--output", str(picture), "--pid", str(working.pid)]
            subprocess.run([program, "record", *how, *where], check=True)
        finally:
            working.terminate()
    text = re.sub(
        r'(<text id="title"[^>]*>)[^<]*', r"\1One request after another, pure core", picture.read_text()
    )
    picture.write_text(text)


def answer(folder: str) -> None:
    """Answer different sign-offs without end, with a database in ``folder``; say so when it begins."""
    from cds_service.app import create_app
    from cds_service.observe.log import open_log
    from cds_service.settings import Settings

    bodies = [orjson.dumps(each) for each in sign_offs(240)]
    with open(os.devnull, "wb") as nowhere:
        app = create_app(Settings(database_url=f"sqlite:///{folder}/flame.sqlite3"), log=open_log(nowhere))
        call = caller(app.wsgi_app, bodies)
        sys.stdout.write("answering\n")
        sys.stdout.flush()
        for number in cycle(range(len(bodies))):
            call(number)


if __name__ == "__main__":
    if sys.argv[1:2] == [WORKING]:
        answer(sys.argv[2])
    else:
        draw(PICTURE)
        sys.stdout.write(f"Written: {PICTURE.name}\n")
