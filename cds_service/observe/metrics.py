"""Every metric of the service, and the calls by which the rest of it counts them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import get_args

from cards.guidance import MODEL_VERSION
from cards.guidance.catalogue import RULES
from cards.guidance.vocabulary import INDICATORS
from cards.writing.card import Card
from cards.writing.families import families
from cds_service.fhir.prefetch_value import Received, State
from cds_service.fhir.server_read import REASONS as READ_REASONS
from cds_service.fhir.server_read import Reply
from cds_service.hooks.feedback_body import Feedback, Outcome
from cds_service.hooks.service import Service
from cds_service.hooks.services import REPORT_PREFETCH, services
from cds_service.observe.metrics_family import (
    OTHER,
    Vocabulary,
    counter,
    counters,
    gauge,
    gauges,
    histograms,
)
from cds_service.observe.metrics_later import later
from cds_service.trust.refusal import REASONS as TOKEN_REASONS
from cds_service.version import __version__

UNKNOWN_ROUTE = "unknown"
READ = "read"
NO_REASON = "none"

# From half a millisecond, in which a quick answer is made, to the seconds after which nobody waits any more.
SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
ANSWERS = (200, 204, 302, 304, 400, 401, 403, 404, 405, 412, 413, 415, 429, 500, 503)
HOOK_ANSWERS = (200, 400, 401, 412, 500, 503)

_OVERRIDE_SYSTEM = families().override_system
_OVERRIDE_CODES = {code for family in families().by_name.values() for code in family.override}

ROUTE = Vocabulary(
    "route", "the pattern of the address, as in the log; `unknown` when there is none", {UNKNOWN_ROUTE}
)
STATUS = Vocabulary("status", "the HTTP status", set(map(str, ANSWERS)))
SERVICE = Vocabulary("service", "the id of the CDS service", set(services("org.example.any")))
RULE = Vocabulary("rule", "the id of a rule of the model", set(RULES))
INDICATOR = Vocabulary("indicator", "that of the card", set(INDICATORS) - {"none"})
PLACE = Vocabulary(
    "place",
    "where data of a request stand: `context.report`, `prefetch.reports` and so on",
    {"context.report", *(f"prefetch.{key}" for key in REPORT_PREFETCH)},
)
STATE = Vocabulary(
    "state",
    "`data` whole, `cut` data of which a part did not come, `empty`, `null`, `absent`, or `outcome`: the "
    "EHR failed",
    {*get_args(State), "cut"},
)
READ_OUTCOME = Vocabulary(
    "outcome", "`read`, or why not, as `problems` of an answer name it", {READ, *READ_REASONS}
)
PARTNER = Vocabulary(
    "partner",
    "who is left alone: `fhir`, `medlineplus`, `feedback-store` or `replay-store`",
    {"fhir", "medlineplus", "feedback-store", "replay-store"},
)
FEEDBACK_OUTCOME = Vocabulary("outcome", "what became of the card", set(get_args(Outcome)))
OVERRIDE = Vocabulary(
    "reason", "the code of our list of override reasons; `none` was given", {NO_REASON, *_OVERRIDE_CODES}
)
REFUSAL = Vocabulary("reason", "as in the log and in [Security](security.md)", set(TOKEN_REASONS))
REPLAY_EVENT = Vocabulary(
    "event",
    "`replayed`: let in a second time, for a client in log-only mode; `replay-store-down`: the worker's "
    "memory decided alone",
    {"replayed", "replay-store-down"},
)
WRITER_EVENT = Vocabulary(
    "event",
    "`rows-waiting`: the database went away; `rows-written`: it is back; `rows-lost`; `sink-failed`: the "
    "audit file did not take rows",
    {"rows-waiting", "rows-written", "rows-lost", "sink-failed"},
)
VERSION = Vocabulary("version", "of the program", {__version__})
MODEL = Vocabulary("model_version", "of the decision model", {MODEL_VERSION})

REQUESTS = counters("requests", "Requests that were answered, by route and status.", ROUTE, STATUS)
REQUEST_SECONDS = histograms(
    "request_duration_seconds", "Time from the first to the last step of an answer.", ROUTE, buckets=SECONDS
)
REQUESTS_SHED = counter(
    "requests_shed", "Requests answered with 503 at once, because the worker had no permit left."
)
CARDS = counters("cards", "Cards in answers.", SERVICE, INDICATOR)
CARD_RULES = counters(
    "card_rules",
    "Cards by each rule behind them; a card of three rules counts three times.",
    SERVICE,
    RULE,
    INDICATOR,
)
PREFETCH = counters(
    "prefetch", "What came with requests, before anything was read from a FHIR server.", SERVICE, PLACE, STATE
)
FHIR_READS = counters(
    "fhir_reads", "Reads from FHIR servers, one for each page.", READ_OUTCOME, from_zero=True
)
FHIR_READ_SECONDS = histograms(
    "fhir_read_duration_seconds", "Time of a read from a FHIR server.", READ_OUTCOME, buckets=SECONDS
)
BREAKERS_OPEN = gauges(
    "breakers_open",
    "Partners that are left alone now after failures, most in one worker.",
    PARTNER,
    across="max",
)
FEEDBACK = counters(
    "feedback", "Outcomes of cards that were reported.", SERVICE, FEEDBACK_OUTCOME, OVERRIDE, from_zero=True
)
TOKEN_REFUSALS = counters(
    "token_refusals",
    "Callers turned away with 401. `replayed` is a token used twice.",
    REFUSAL,
    from_zero=True,
)
REPLAY_EVENTS = counters(
    "replay_events", "What the record of spent tokens met.", REPLAY_EVENT, from_zero=True
)
KEY_SET_FAILURES = counter("key_set_failures", "Key sets of clients that could not be fetched.")
WRITER_WAITING = gauge(
    "writer_rows_waiting", "Rows of audit and issued cards that are not in the database yet.", across="sum"
)
WRITER_LOST = counter(
    "writer_rows_lost", "Rows of audit and issued cards that will never be in the database."
)
WRITER_EVENTS = counters(
    "writer_events", "Troubles of the background writer, once each.", WRITER_EVENT, from_zero=True
)
READY = gauge("ready", "1 when every worker can answer hooks, else 0, as `/readyz` says.", across="min")
WORKERS = gauge("workers", "Workers that have counted in the last seconds.", across="sum")
MEMORY = gauge("worker_resident_memory_bytes", "Memory of the largest worker.", across="max")
BUILD = gauges("build_info", "Always 1; the labels say what runs.", VERSION, MODEL, across="max")


def know_routes(routes: Iterable[str]) -> None:
    """Take the patterns of an application's addresses into the vocabulary; called once for each."""
    known = set(routes)
    ROUTE.learn(known)
    hooks = [route for route in known if route.startswith("/cds-services/")]
    REQUESTS.begin(hooks, map(str, HOOK_ANSWERS))


def count_request(route: str, status: int, seconds: float) -> None:
    """Count one answered request; ``route`` is the pattern of its address."""
    later(_requests, (route, status, seconds))


def _requests(several: list[tuple[str, int, float]]) -> None:
    for (route, status), times in Counter((route, status) for route, status, _ in several).items():
        REQUESTS[route, status].inc(times)
    for route, _, seconds in several:
        REQUEST_SECONDS[route,].observe(seconds)


def count_cards(service: str, cards: Iterable[Card]) -> None:
    """Count the cards of one answer and the rules behind them."""
    for card in cards:
        later(_cards, ((service, card.indicator), card.rule_ids))


def _cards(several: list[tuple[tuple[str, str], tuple[str, ...]]]) -> None:
    for (service, indicator), times in Counter(kind for kind, _ in several).items():
        CARDS[service, indicator].inc(times)
    rules: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for kind, fired in several:
        rules[kind].update(fired)
    for (service, indicator), counted in rules.items():
        for rule, times in counted.items():
            CARD_RULES[service, rule, indicator].inc(times)


def count_prefetch(service: Service, came: Mapping[str, Received]) -> None:
    """Count what came with one request; ``came`` is by place, such as ``prefetch.reports``."""
    later(_prefetch, (service.id, tuple([(place, _state(each)) for place, each in came.items()])))


def _prefetch(several: list[tuple[str, tuple[tuple[str, str], ...]]]) -> None:
    for (service, came), times in Counter(several).items():
        for place, state in came:
            PREFETCH[service, place, state].inc(times)


def _state(received: Received) -> str:
    return "cut" if received.state == "data" and not received.is_whole else received.state


def count_read(reply: Reply) -> None:
    """Count one read from a FHIR server."""
    outcome = reply.reason or READ
    FHIR_READS[outcome,].inc()
    if reply.seconds is not None:
        FHIR_READ_SECONDS[outcome,].observe(reply.seconds)


def count_feedback(service: str, items: Iterable[Feedback]) -> None:
    """Count what was reported; a reason that is not of our list is ``other``, and its text is never used."""
    for item in items:
        system, code = item.reason
        reason = code if system == _OVERRIDE_SYSTEM else OTHER if code else NO_REASON
        FEEDBACK[service, item.outcome, reason].inc()


def count_refusal(reason: str) -> None:
    """Count one caller who was turned away."""
    TOKEN_REFUSALS[reason,].inc()
