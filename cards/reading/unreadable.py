"""Why a resource could not be read (R-DQ-15), in the words of the FHIR R4B model.

The models are slow to import, so they are loaded only here, and only when something is wrong.
"""

from __future__ import annotations

from importlib import import_module

from cards.problem import Problem
from cards.reading.resources import Json

_SHOWN = 3


def unreadable(resource: Json, location: str, problems: list[Problem]) -> None:
    """Note that a resource the reader needs has a member of a wrong JSON type.

    The problem names members and what is expected of them, never a value.
    """
    faults = _faults(resource)
    said = "; ".join(faults) if faults else "a member has a JSON type that FHIR does not allow there"
    problems.append(Problem(location, "unreadable-resource", f"The resource could not be read: {said}."))


def _faults(resource: Json) -> list[str]:
    kind = resource.get("resourceType")
    if not (isinstance(kind, str) and kind.isalpha()):
        return []
    try:
        module = import_module(f"fhir.resources.R4B.{kind.lower()}")
    except ImportError:
        return []
    from pydantic import ValidationError

    try:
        getattr(module, kind).model_validate(dict(resource))
    except ValidationError as error:
        found: dict[str, None] = {}
        for fault in error.errors(include_url=False, include_context=False, include_input=False):
            path = ".".join(str(step) for step in fault["loc"] if isinstance(step, int) or step.isalnum())
            found[f"{path or kind}: {fault['type'].replace('_', ' ')}"] = None
        return list(found)[:_SHOWN]
    except Exception:  # the model may fail in its own validators on hostile input
        return []
    return []
