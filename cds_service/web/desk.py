"""Desk: what every page of the console works with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import current_app
from sqlalchemy import Engine

from cds_service.hooks.feedback import FeedbackStore
from cds_service.hooks.line import Line
from cds_service.hooks.service import Service
from cds_service.outgoing import Outgoing
from cds_service.settings import Settings
from cds_service.storage.writer import Writer


@dataclass(frozen=True, slots=True)
class Desk:
    """The parts of this process that the console uses.

    ``line`` is the one that the hook endpoint answers anybody with, ``offered`` the services by id,
    ``outgoing`` the guarded session. Cards and feedback are kept with ``engine``, ``writer`` and
    ``feedback``; what goes wrong is said in ``log``.
    """

    settings: Settings
    line: Line
    offered: Mapping[str, Service]
    outgoing: Outgoing
    engine: Engine
    writer: Writer
    feedback: FeedbackStore
    log: Any

    def line_in(self, language: str) -> Line:
        """The same line with cards in ``en`` or ``es``."""
        return replace(self.line, policy=replace(self.line.policy, language=language))

    def service_for(self, hook: str) -> Service:
        """The service of a hook."""
        return next(service for service in self.offered.values() if service.hook == hook)


def desk() -> Desk:
    """The desk of the application that answers the current request."""
    own: Desk = current_app.extensions["desk"]
    return own
