"""The services called in this process, without a server: what Python does for one request.

The log is written, to nowhere; rows for the database are written by the thread behind the answers.
"""

from __future__ import annotations

import io
import os
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA384
from joserfc import jws
from joserfc.util import urlsafe_b64decode

from benchmarks.caller import PATH, Signer, signer
from benchmarks.timing import PASSES, in_turns, per_request
from cds_service.app import create_app
from cds_service.garbage import look_less_often
from cds_service.observe.log import open_log
from cds_service.settings import Settings

REQUESTS = 120
VERIFICATIONS = 60


def environ(body: bytes, token: str | None = None) -> dict[str, Any]:
    """The WSGI environment of one hook call from this machine."""
    authorized = {} if token is None else {"HTTP_AUTHORIZATION": f"Bearer {token}"}
    return {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": PATH,
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "127.0.0.1:8000",
        "HTTP_X_FORWARDED_PROTO": "https",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        **authorized,
    }


def caller(app: Any, bodies: Sequence[bytes], tokens: Iterator[str] | None = None) -> Callable[[int], bytes]:
    """Make a function that posts one of the bodies to a WSGI application and returns the answer."""
    statuses: list[str] = []

    def call(number: int) -> bytes:
        token = None if tokens is None else next(tokens)
        parts = app(environ(bodies[number], token), lambda status, _, __=None: statuses.append(status))
        answer = b"".join(parts)
        if hasattr(parts, "close"):
            parts.close()
        assert statuses.pop() == "200 OK", answer
        return answer

    return call


def answer_bytes(bodies: Sequence[bytes]) -> int:
    """The median size of the service's answers."""
    with tempfile.TemporaryDirectory() as folder, open(os.devnull, "wb") as nowhere:
        app = create_app(Settings(database_url=f"sqlite:///{folder}/size.sqlite3"), log=open_log(nowhere))
        call = caller(app.wsgi_app, bodies)
        sizes = [len(call(number)) for number in range(len(bodies))]
        app.extensions["house"].close()
    return int(statistics.median(sizes))


def in_process(bodies: Sequence[bytes]) -> dict[str, float]:
    """Microseconds of one request, Flask included: the do-nothing service, ours, ours with RS384 and ES384.

    Each authenticated request has a token of its own, which the service spends in its database. ``bare``
    and the algorithm are one verification of such a token by itself.
    """
    bodies = bodies[:REQUESTS]
    os.environ["IDLE_ANSWER_BYTES"] = str(answer_bytes(bodies))
    from benchmarks.idle import app as idle  # reads the size of its answer when it is loaded

    with tempfile.TemporaryDirectory() as made, open(os.devnull, "wb") as nowhere:
        folder = Path(made)

        def service(name: str, **settings: str) -> Any:
            database = f"sqlite:///{folder / name}.sqlite3"
            given = Settings.model_validate({"database_url": database, **settings})
            return create_app(given, log=open_log(nowhere))

        callers = {name: signer(name.upper()) for name in ("rs384", "es384")}
        apps = {"service": service("service")} | {
            name: service(name, **one.settings(folder)) for name, one in callers.items()
        }
        tokens = {name: one.sign(PASSES * len(bodies)) for name, one in callers.items()}
        calls = {"do-nothing": caller(idle.wsgi_app, bodies)} | {
            name: caller(app.wsgi_app, bodies, iter(tokens[name]) if name in tokens else None)
            for name, app in apps.items()
        }
        look_less_often()

        def rest() -> None:
            for app in apps.values():
                app.extensions["house"].writer.flush()

        figures = in_turns(calls, len(bodies), rest=rest)
        for app in apps.values():
            app.extensions["house"].close()
    for name, one in callers.items():
        figures[f"bare {name}"] = bare(one, tokens[name][:VERIFICATIONS])
        figures[f"joserfc {name}"] = joserfc(one, tokens[name][:VERIFICATIONS])
    return figures


def bare(one: Signer, tokens: Sequence[str]) -> float:
    """Microseconds to verify the signature of a token and nothing else: what OpenSSL takes."""
    key = one.key.public_key
    parts = [token.rpartition(".") for token in tokens]
    signed = [(text.encode(), urlsafe_b64decode(end.encode())) for text, _, end in parts]
    if isinstance(key, rsa.RSAPublicKey):
        return per_request(
            lambda n: key.verify(signed[n][1], signed[n][0], padding.PKCS1v15(), SHA384()), len(signed)
        )
    assert isinstance(key, ec.EllipticCurvePublicKey)
    halves = [(int.from_bytes(end[:48]), int.from_bytes(end[48:])) for _, end in signed]
    written = [encode_dss_signature(*half) for half in halves]
    return per_request(lambda n: key.verify(written[n], signed[n][0], ec.ECDSA(SHA384())), len(signed))


def joserfc(one: Signer, tokens: Sequence[str]) -> float:
    """Microseconds to verify one token with joserfc, its parts decoded and the signature checked."""
    return per_request(
        lambda n: jws.deserialize_compact(tokens[n], one.key, algorithms=[one.algorithm]), len(tokens)
    )
