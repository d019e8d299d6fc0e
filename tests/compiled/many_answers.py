"""Print what the core on the path answers to many reports, a line each: ``python many_answers.py``.

The golden cases at every moment, the worked cases, made-up sign-offs, and all of these again with codes
exchanged and members lost, repeated or of a wrong type. The first line says which file the core came from.
"""

from __future__ import annotations

import copy
import random
import sys
from collections.abc import Iterator
from datetime import date
from itertools import count
from typing import Any

import orjson

import cards
from benchmarks.sign_offs import sign_offs
from cards.answer import answer
from cards.facts_file import parse_facts
from cards.guidance import assess, guidance_json
from cards.policy import Policy
from cards.policy_file import with_site_keys
from cards.reading import ReportContext, UnsupportedFhirVersion
from cards.terminology import shipped
from cards.worked_cases import worked_cases
from cards.writing import MOMENTS
from cds_service.golden_cases import case_folders
from cds_service.hooks.respond import respond

TODAY = date(2026, 5, 4)
SIGN_OFFS = 160
BROKEN_OF_EACH = 4
CODES = sorted(shipped().known)
WRONG: tuple[Any, ...] = (
    None,
    1,
    "x",
    [],
    {},
    True,
    ["a"],
    {"a": 1},
    [{"reference": "#x"}],
    "2026-13",
    "2025-02",
)
POLICIES = (
    Policy(),
    Policy(guideline_profile="uspstf_2024"),
    Policy(switches={"max_cards": 2}),
    Policy(muted=frozenset(("R-CC-02",))),
)


def resources_in(node: Any) -> Iterator[dict[str, Any]]:
    """Every resource of a request, without the Bundles around them."""
    if isinstance(node, dict) and node.get("resourceType", "Bundle") != "Bundle":
        yield node
    elif isinstance(node, (dict, list)):
        for member in node.values() if isinstance(node, dict) else node:
            yield from resources_in(member)


def places(node: Any) -> Iterator[tuple[Any, Any]]:
    """Every (holder, key) of a JSON value, however deep."""
    if isinstance(node, (dict, list)):
        for key in list(node) if isinstance(node, dict) else range(len(node)):
            yield node, key
            yield from places(node[key])


def broken(resources: list[dict[str, Any]], chance: random.Random) -> list[dict[str, Any]]:
    """A copy with one to four things changed: codes, losses, repetitions, wrong types, new references."""
    changed = copy.deepcopy(resources)
    for _ in range(chance.randint(1, 4)):
        found = list(places(changed))
        holder, key = chance.choice(found)
        kind = chance.random()
        codings = [one for one, name in found if name == "code" and isinstance(one, dict) and "system" in one]
        if kind < 0.55 and codings:
            system, code = chance.choice(CODES)
            chance.choice(codings).update(system=system, code=code)
        elif kind < 0.7:
            del holder[key]
        elif kind < 0.8 and isinstance(holder, list):
            holder.append(copy.deepcopy(holder[key]))
        elif kind < 0.9:
            holder[key] = chance.choice(WRONG)
        elif isinstance(changed[-1], dict):
            target = {"reference": f"Observation/{chance.choice(changed)}"[:60]}
            changed[-1][chance.choice(("hasMember", "derivedFrom", "bodyStructure"))] = [target]
    return changed


def answered(resources: list[dict[str, Any]], report: Any, patient: Any, chance: random.Random) -> bytes:
    """One report at any moment, in any language, under any policy."""
    numbers = count(1)
    moment, language = chance.choice(MOMENTS), chance.choice(("en", "es"))
    context = ReportContext(
        patient_id=patient,
        report_id=None if moment == "viewing" else report,
        status="final",
        moment=moment,
        draft_orders=tuple(
            one for one in resources if isinstance(one, dict) and one.get("resourceType") == "ServiceRequest"
        ),
    )
    policy = chance.choice(POLICIES)
    try:
        given = answer(
            resources,
            context,
            policy,
            language=language,
            today=TODAY,
            new_id=lambda: f"id-{next(numbers)}",
            public_url="https://cds.example.org",
        )
    except UnsupportedFhirVersion as refused:
        return str(refused).encode()
    guidance = None if given.guidance is None else guidance_json(given.guidance)
    wire = respond(given, policy, "https://cds.example.org")
    return orjson.dumps([wire, guidance, repr(given.reading), repr(given.cards)])


def main() -> None:
    """Print all of them."""
    chance = random.Random(20260504)
    write = sys.stdout.buffer.write
    write(f"{cards.__file__}\n".encode())
    cases = [orjson.loads((folder / "request.json").read_bytes()) for folder in case_folders()]
    times = [8] * len(cases) + [1] * SIGN_OFFS
    for request, often in zip((*cases, *sign_offs(SIGN_OFFS)), times, strict=True):
        context: Any = request["context"]
        resources = list(resources_in(request))
        reports = [resources] * often + [broken(resources, chance) for _ in range(often * BROKEN_OF_EACH)]
        for one in reports:
            write(answered(one, context.get("reportId"), context.get("patientId"), chance) + b"\n")
    for case in worked_cases():
        facts, site = parse_facts(case.inputs)
        guidance = assess(facts, with_site_keys(Policy(), site), TODAY)
        write(
            orjson.dumps([case.case_id, guidance_json(guidance), guidance_json(guidance, compact=True)])
            + b"\n"
        )


if __name__ == "__main__":
    main()
