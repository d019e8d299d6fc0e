"""Outcome: what one hook call gave, told as the pages show it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson
from flask import g

from cards.answer import Answer
from cds_service.errors import BodyTooLarge
from cds_service.hooks.answer_body import service_for
from cds_service.hooks.line import answer_hook
from cds_service.hooks.parse import parse_hook_request
from cds_service.hooks.respond import respond
from cds_service.observe.issued import write_issued
from cds_service.web.desk import Desk
from cds_service.web.shown_cards import shown_cards
from cds_service.web.understood import (
    Line,
    ShownCode,
    ShownFinding,
    ShownProblem,
    not_stated,
    report_lines,
    shown_codes,
    shown_findings,
    shown_problems,
)

Json = dict[str, Any]

CURL = "curl -sS {base}cds-services/{service} -H 'Content-Type: application/json' --data-binary @- <<'JSON'"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one request gave, as the page shows it."""

    service: str
    request_json: str
    response_json: str
    curl: str
    answer: Answer
    cards: list[Json]
    silent_rules: list[str]
    lines: list[Line]
    findings: list[ShownFinding]
    codes: list[ShownCode]
    problems: list[ShownProblem]
    open: list[str]


def outcome_of(body: Json, desk: Desk, chosen: str, base: str) -> Outcome:
    """Answer the body of a hook call as the endpoint does, and tell what was understood.

    ``chosen`` is the language of the cards, ``base`` the address of this service. Raises RequestRefused.
    """
    service = service_for(body.get("hook"), desk.settings)
    line = desk.line_in(chosen)
    sent = orjson.dumps(body)
    if len(sent) > desk.settings.max_body_bytes:
        raise BodyTooLarge(f"The request is larger than {desk.settings.max_body_bytes} bytes.")
    answer = answer_hook(parse_hook_request(body, service), service, line)
    write_issued(desk.writer, g.caller, service.id, answer)
    response = respond(answer, line.policy, line.public_url)
    cards = list(shown_cards(response))
    return Outcome(
        service=service.id,
        request_json=orjson.dumps(body, option=orjson.OPT_INDENT_2).decode(),
        response_json=orjson.dumps(response, option=orjson.OPT_INDENT_2).decode(),
        curl=f"{CURL.format(base=base, service=service.id)}\n{sent.decode()}\nJSON",
        answer=answer,
        cards=cards,
        silent_rules=[] if cards or answer.guidance is None else [rule.id for rule in answer.guidance.rules],
        lines=report_lines(answer, chosen),
        findings=shown_findings(answer, chosen),
        codes=shown_codes(body, line.terminology, chosen),
        problems=shown_problems(answer, chosen),
        open=not_stated(answer, chosen),
    )
