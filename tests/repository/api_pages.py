"""The two API pages, written from the OpenAPI document and from the docstrings of the public functions."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

from cds_service.hooks.openapi import openapi
from cds_service.hooks.services import services

ROOT = Path(__file__).resolve().parents[2]

HTTP_HEAD = """\
# HTTP API

What a service answers over HTTP, written from its OpenAPI document by `make docs`. A running service gives
that document, with the schema of every body, at `/openapi.json`; a site's own sign-off hook then stands in
it, too.

Bodies are JSON. In production every address below `/cds-services` needs a token
([how it is checked](security.md#how-a-token-is-checked)). An error is an OperationOutcome with one issue,
which names the member to blame where there is one; 401 has no body.

"""

PYTHON_HEAD = """\
# Python API

The package `cards` is the medicine without a service: pure functions, no network, no clock. Whoever embeds it
calls these. This page is written from the docstrings by `make docs`.

```python
from datetime import date

from cards.facts_file import parse_facts
from cards.guidance import assess
from cards.policy import Policy

facts, _ = parse_facts(
    {"exam_type": "diagnostic", "assessment_overall": "2", "findings": [{"morphology": ["amorphous"]}]}
)
guidance = assess(facts, Policy(), date(2026, 5, 4))
print(guidance.concordance, guidance.max_indicator, guidance.actions)
```

"""

# Where it is imported from, the file it stands in, its name. Read as text, so that it does not matter how the
# package was built.
FUNCTIONS = (
    ("cards.answer", "cards/answer.py", "answer"),
    ("cards.reading", "cards/reading/read.py", "read"),
    ("cards.history", "cards/history/look_back.py", "look_back"),
    ("cards.guidance", "cards/guidance/assess.py", "assess"),
    ("cards.writing", "cards/writing/write.py", "write"),
    ("cards.facts_file", "cards/facts_file.py", "parse_facts"),
    ("cards.policy_file", "cards/policy_file.py", "parse_policy"),
    ("cards.terminology", "cards/terminology/terminology.py", "load_terminology"),
    ("cards.guidance", "cards/guidance/guidance_json.py", "guidance_json"),
    ("cards.guidance", "cards/guidance/timers.py", "due_dates"),
    ("cards.guidance", "cards/guidance/tracking.py", "track"),
    ("cards.guidance", "cards/guidance/catalogue.py", "rule"),
)


def _operation(path: str, method: str, operation: dict[str, Any]) -> str:
    parts = [f"## `{method.upper()} {path}`", operation["summary"]]
    if "description" in operation:
        parts.append(operation["description"])
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    if body:
        parts.append(f"Takes `{body['schema']['$ref'].rpartition('/')[2]}` (a schema of the document).")
    rows = [f"| `{code}` | {said['description']} |" for code, said in sorted(operation["responses"].items())]
    parts.append("\n".join(["| status | meaning |", "| --- | --- |", *rows]))
    return "\n\n".join(parts)


def http_page() -> str:
    """Every route with what it takes and what each status means."""
    document = openapi(services().values(), public_url="https://cds.example.org", authenticated=True)
    parts = [
        _operation(path, method, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
    ]
    return HTTP_HEAD + "\n\n".join(parts) + "\n"


def _function(package: str, file: str, name: str) -> str:
    tree = ast.parse((ROOT / file).read_text())
    (found,) = (each for each in tree.body if isinstance(each, ast.FunctionDef) and each.name == name)
    lines = [f"    {each}," for each in _parameters(found.args)]
    shown = "\n".join([f"{name}(", *lines, f") -> {ast.unparse(found.returns or ast.Constant(None))}"])
    # Docstrings mark code the way reStructuredText does.
    text = re.sub(r":\w+:`", "`", (ast.get_docstring(found) or "").replace("``", "`"))
    return f"## `{package}.{name}`\n\n```text\n{shown}\n```\n\n{text}\n"


def _parameters(taken: ast.arguments) -> list[str]:
    defaults = [None] * (len(taken.args) - len(taken.defaults)) + list(taken.defaults)
    shown = [_parameter(each, default) for each, default in zip(taken.args, defaults, strict=True)]
    if taken.kwonlyargs:
        shown.append("*")
    return shown + [_parameter(*each) for each in zip(taken.kwonlyargs, taken.kw_defaults, strict=True)]


def _parameter(parameter: ast.arg, default: ast.expr | None) -> str:
    return ast.unparse(parameter) + (f" = {ast.unparse(default)}" if default else "")


def python_page() -> str:
    """Every public function with its signature and its docstring."""
    return PYTHON_HEAD + "\n".join(_function(*each) for each in FUNCTIONS)
