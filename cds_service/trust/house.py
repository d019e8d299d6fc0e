"""From the settings to a gate: registry, key store, replay record, database, outgoing session, background
work."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any

from sqlalchemy import Engine

from cards.education.catalog import Page
from cds_service.errors import SettingsRefused
from cds_service.observe.troubles import key_set_troubles, replay_troubles, writer_troubles
from cds_service.outgoing import Outgoing, OutgoingRefused, register
from cds_service.outgoing.medlineplus_connect import MedlinePlusConnect
from cds_service.settings import PREFIX, Settings
from cds_service.storage import DATABASE_ERRORS, open_engine, prepare
from cds_service.storage.spent_tokens import SpentTokens
from cds_service.storage.writer import Writer
from cds_service.trust.authenticate import Trust
from cds_service.trust.client import Client, FhirOrigin, anonymous
from cds_service.trust.clients_file import ClientsRefused, load_clients
from cds_service.trust.gate import Gate, proxies_among
from cds_service.trust.key_store import KeyStore
from cds_service.trust.rate import RateLimit
from cds_service.trust.replay import Replay

KEEPER_SECONDS = 1.0
WARM_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class House:
    """What the whole process shares; ``app.extensions["house"]`` of the application."""

    clients: Mapping[str, Client]
    gate: Gate
    engine: Engine
    outgoing: Outgoing
    writer: Writer
    medlineplus: MedlinePlusConnect | None = None

    def more_pages(self) -> tuple[Page, ...]:
        """The pages for patients that MedlinePlus Connect named; none while it is off."""
        return () if self.medlineplus is None else self.medlineplus.pages()

    def is_usable(self) -> bool:
        """Say whether callers can be let in: for readiness."""
        return self.gate.trust is None or self.gate.trust.keys.is_usable()

    def close(self) -> None:
        """Write what waits, and let go of the database."""
        self.writer.close()
        self.engine.dispose()
        if self.gate.trust is not None:
            self.gate.trust.replay.close()

    def keep(self) -> None:
        """Do once what is due in the background: refresh key sets and pages for patients, forget expired
        tokens."""
        if self.gate.trust is not None:
            self.gate.trust.keys.refresh_due()
            self.gate.trust.replay.purge(self.gate.trust.now())
        if self.medlineplus is not None:
            self.medlineplus.keep()


def open_house(settings: Settings, log: Any) -> House:
    """Put together who may call and whom we call.

    Raises SettingsRefused when the registry or the tables of the database cannot be used. A database that
    cannot be reached is said in the log and does not stop the start: cards do not need it.
    """
    is_production = settings.profile == "production"
    clients = _clients(settings)
    outgoing = Outgoing(settings.ca_file)
    engine = open_engine(settings.database_url)
    if is_production:
        try:
            prepare(engine)
        except DATABASE_ERRORS:
            log.error("database", reason="unreachable")
    sinks = {} if settings.audit_file is None else {"audit": settings.audit_file}
    writer = Writer(engine, writer_troubles(log), sinks)
    trust = None
    if is_production:
        store = KeyStore(clients.values(), outgoing, time.monotonic, key_set_troubles(log))
        replay = Replay(SpentTokens(settings.database_url), replay_troubles(log))
        trust = Trust(clients, store, replay, time.time)
    gate = Gate(
        public_url=settings.public_url,
        trust=trust,
        nobody=anonymous(clients, _development_servers(settings)),
        origins=frozenset().union(*(client.cors_origins for client in clients.values())),
        rate=RateLimit(time.monotonic),
        is_proxy=proxies_among(tuple(ip_network(each) for each in settings.proxies())),
        frame_ancestors=settings.frame_ancestors,
    )
    return House(clients, gate, engine, outgoing, writer, _medlineplus(settings, outgoing, log))


def _medlineplus(settings: Settings, outgoing: Outgoing, log: Any) -> MedlinePlusConnect | None:
    if not settings.medlineplus_connect:
        return None
    return MedlinePlusConnect(
        outgoing,
        settings.medlineplus_connect_file,
        time.time,
        lambda code, language, reason: log.warning(
            "medlineplus-connect", code=code, language=language, reason=reason
        ),
    )


def _clients(settings: Settings) -> Mapping[str, Client]:
    if settings.clients_file is None:
        return {}
    try:
        return load_clients(settings.clients_file, production=settings.profile == "production")
    except ClientsRefused as refused:
        raise SettingsRefused([f"{PREFIX}CLIENTS_FILE: {reason}" for reason in refused.reasons]) from None


def _development_servers(settings: Settings) -> tuple[FhirOrigin, ...]:
    servers = []
    for position, base in enumerate(settings.development_fhir_servers.split()):
        try:
            destination = register(base, allow_private=True, allow_port=True, allow_http=True)
        except OutgoingRefused as refused:
            raise SettingsRefused(
                [f"{PREFIX}DEVELOPMENT_FHIR_SERVERS: address {position + 1}: {refused.reason}"]
            ) from None
        servers.append(FhirOrigin(destination))
    return tuple(servers)


def start_keeper(house: House) -> threading.Event:
    """Start the background work of a process that serves, and give the key sets a moment to arrive.

    Setting the event that comes back ends the work.
    """
    stop = threading.Event()

    def run() -> None:
        while not stop.is_set():
            house.keep()
            stop.wait(KEEPER_SECONDS)

    threading.Thread(target=run, name="keeper", daemon=True).start()
    ready_by = time.monotonic() + WARM_SECONDS
    while not house.is_usable() and time.monotonic() < ready_by:
        time.sleep(0.05)
    return stop
