"""Two thousand damaged requests: every one gets an answer or a refusal, none a failure of ours."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from cds_service.app import create_app
from cds_service.observe.log import open_log
from cds_service.settings import Settings
from tests.cds_service.golden import (
    SIGN_OFF_PATH,
    VIEWING,
    VIEWING_PATH,
    golden_request,
    prefetched_request,
)
from tests.cds_service.hooks.test_feedback_body import ACCEPTED, OVERRIDDEN

SERVICES = "/cds-services/breast-calcification"
TARGETS: list[tuple[str, Any]] = [
    (SIGN_OFF_PATH, golden_request()),
    (SIGN_OFF_PATH, prefetched_request()),
    (VIEWING_PATH, golden_request(VIEWING)),
    (f"{SERVICES}-report-review", golden_request("amorphous-group-called-benign-before-the-signature")),
    (f"{SERVICES}-order-sign", golden_request("screening-ordered-while-a-follow-up-is-open")),
    (f"{SIGN_OFF_PATH}/feedback", {"feedback": [ACCEPTED, OVERRIDDEN]}),
]

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8"), max_size=12)
    | st.sampled_from(["", " ", "\x00", "Patient/x", "#", "urn:uuid:x", "9999-99-99", "2026-02-30T25:00:00Z"])
)
VALUES = LEAVES | st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["resourceType", "reference", "coding", "code", "id", "x"]), inner)
    ),
    max_leaves=6,
)
DAMAGE = st.tuples(
    st.sampled_from(["replace", "delete", "wrap", "repeat", "move"]),
    st.integers(0, 10_000),
    st.integers(0, 10_000),
    VALUES,
)


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every (holder, name or position) of a JSON document."""
    found: list[tuple[Any, Any]] = []
    waiting = [value]
    while waiting:
        holder = waiting.pop()
        keys = list(holder) if isinstance(holder, dict) else range(len(holder))
        for key in keys:
            found.append((holder, key))
            if isinstance(holder[key], dict | list):
                waiting.append(holder[key])
    return found


def damage(body: Any, how: str, where: int, whence: int, value: Any) -> None:
    """Change one place of a document."""
    found = places(body)
    if not found:
        return
    holder, key = found[where % len(found)]
    other, other_key = found[whence % len(found)]
    if how == "replace":
        holder[key] = value
    elif how == "delete":
        del holder[key]
    elif how == "wrap":
        holder[key] = [holder[key]] if whence % 2 else {"value": holder[key]}
    elif how == "repeat" and isinstance(holder, list):
        holder.extend(copy.deepcopy(holder[key]) for _ in range(whence % 50))
    elif how == "move":
        holder[key] = copy.deepcopy(other[other_key])


@pytest.fixture(scope="module")
def caller(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """One service for all requests."""
    folder = tmp_path_factory.mktemp("damaged")
    with (folder / "log").open("wb") as stream:
        app = create_app(Settings(database_url=f"sqlite:///{folder / 'cds.sqlite3'}"), log=open_log(stream))
        yield app.test_client()
        app.extensions["house"].close()


def assert_answered(caller: FlaskClient, path: str, body: bytes) -> None:
    """Assert an answer in the form of the standard, or a refusal that is an OperationOutcome."""
    response = caller.post(path, data=body, content_type="application/json")
    assert response.status_code in (200, 400, 412, 413)
    answer = orjson.loads(response.data)
    if response.status_code == 200:
        assert isinstance(answer.get("cards"), list) or isinstance(answer.get("received"), int)
    else:
        assert (answer["resourceType"], len(answer["issue"])) == ("OperationOutcome", 1)


@settings(max_examples=1600)
@given(target=st.sampled_from(range(len(TARGETS))), changes=st.lists(DAMAGE, min_size=1, max_size=4))
def test_a_damaged_document_never_makes_the_service_fail(
    caller: FlaskClient, target: int, changes: list[tuple[str, int, int, Any]]
) -> None:
    """Members deleted, replaced, wrapped, repeated or moved: 200 or a refusal, never a 5xx."""
    path, body = TARGETS[target]
    damaged = copy.deepcopy(body)
    for change in changes:
        damage(damaged, *change)
    assert_answered(caller, path, orjson.dumps(damaged))


@settings(max_examples=400)
@given(
    target=st.sampled_from(range(len(TARGETS))),
    cut=st.integers(0, 20_000),
    length=st.integers(0, 40),
    noise=st.binary(max_size=20),
)
def test_damaged_bytes_never_make_the_service_fail(
    caller: FlaskClient, target: int, cut: int, length: int, noise: bytes
) -> None:
    """Bytes lost or put in on the way: 200 or a refusal, never a 5xx."""
    path, body = TARGETS[target]
    text = orjson.dumps(body)
    start = cut % len(text)
    assert_answered(caller, path, text[:start] + noise + text[start + length :])
