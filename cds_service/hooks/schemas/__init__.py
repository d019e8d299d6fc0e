"""JSON Schemas 2020-12 of the bodies, transcribed from the standard's tables and invariants.

They describe the service to others and hold its answers in tests; the program does not validate with them.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import orjson

BASE = "https://calcification-cds.org/schemas/"


@cache
def schema_names() -> tuple[str, ...]:
    """Name the schemas that are shipped, sorted."""
    found = (each.name for each in files(__package__).iterdir())
    return tuple(sorted(name.removesuffix(".json") for name in found if name.endswith(".json")))


@cache
def schema_bytes(name: str) -> bytes:
    """Read one schema as it stands in its file."""
    return files(__package__).joinpath(f"{name}.json").read_bytes()


def schema(name: str) -> dict[str, Any]:
    """Read one schema; every call gives a fresh copy."""
    found: dict[str, Any] = orjson.loads(schema_bytes(name))
    return found
