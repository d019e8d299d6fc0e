"""create_app: the one place where the parts of the service are wired together."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Flask

from cds_service.admission import admit
from cds_service.fhir.access import FhirReader
from cds_service.fresh_ids import fresh_uuid
from cds_service.health import healthz, readyz
from cds_service.hooks.endpoint import discovery_view, hook_answering, hook_view
from cds_service.hooks.feedback import FeedbackStore, feedback_view
from cds_service.hooks.line import site_line, utc_date
from cds_service.hooks.openapi import openapi, openapi_view
from cds_service.hooks.services import services
from cds_service.hooks_first import hooks_first
from cds_service.observe.log import open_log
from cds_service.observe.metrics import count_prefetch
from cds_service.observe.metrics_server import open_metrics
from cds_service.observe.metrics_watch import Watch
from cds_service.observe.refused import refusals_noted
from cds_service.permits import Permits
from cds_service.plain_flask import PlainFlask, stand_before
from cds_service.reception import Reception
from cds_service.settings import Settings, refuse_unsafe
from cds_service.stopping import is_stopping
from cds_service.trust.house import open_house
from cds_service.web.desk import Desk
from cds_service.web.evidence import evidence
from cds_service.web.pages import open_console


def create_app(
    settings: Settings,
    *,
    today: Callable[[], date] = utc_date,
    new_id: Callable[[], str] = fresh_uuid,
    log: Any = None,
) -> Flask:
    """Build the service from its settings.

    ``today``, ``new_id`` and ``log`` stand in for the clock, for chance and for standard output. Raises
    SettingsRefused when a file that the settings name cannot be used.
    """
    if settings.profile == "production":
        refuse_unsafe(settings)
    logger = open_log() if log is None else log
    house = open_house(settings, logger)
    line = site_line(
        settings, today=today, new_id=new_id, more_pages=house.more_pages, note_came=count_prefetch
    )
    lines = {
        client.issuer: site_line(
            settings,
            policy_file=client.policy_file,
            today=today,
            new_id=new_id,
            more_pages=house.more_pages,
            note_came=count_prefetch,
        )
        for client in house.clients.values()
        if client.policy_file is not None
    }
    offered = services(settings.custom_hook)
    permits = Permits(settings.max_concurrent_requests)
    reader = FhirReader(
        house.outgoing,
        settings.fhir_budget_ms / 1000,
        settings.max_body_bytes,
        settings.max_json_depth,
        settings.max_entries,
    )

    feedback = FeedbackStore(house.engine, keep_comments=settings.store_comments)

    app = PlainFlask("cds_service", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes
    # No redirect on any address: it would break the preflight of browsers and lose a POST's body.
    app.url_map.merge_slashes = False
    app.url_map.redirect_defaults = False

    app.extensions["house"] = house
    app.extensions["permits"] = permits
    reception = Reception(house.gate, house.writer, logger)
    stand_before(app, reception)

    app.add_url_rule("/cds-services", "discovery", discovery_view(offered.values()), methods=["GET"])
    hooks = {}
    for service in offered.values():
        path = f"/cds-services/{service.id}"
        hooks[path] = hook_answering(service, line, lines, settings, reader, house.writer)
        app.add_url_rule(path, service.id, hook_view(hooks[path]), methods=["POST"])
        app.add_url_rule(
            f"/cds-services/{service.id}/feedback",
            f"{service.id}/feedback",
            feedback_view(service.id, feedback, settings.max_body_bytes, settings.max_json_depth),
            methods=["POST"],
        )
    app.wsgi_app = admit(  # type: ignore[assignment, method-assign]
        hooks_first(app.wsgi_app, hooks, reception), permits, refusals_noted(logger, house.gate)
    )
    document = openapi(
        offered.values(), public_url=settings.public_url, authenticated=settings.profile == "production"
    )
    app.add_url_rule("/openapi.json", "openapi", openapi_view(document), methods=["GET"])
    app.register_blueprint(evidence)
    if settings.profile == "development":
        desk = Desk(settings, line, offered, house.outgoing, house.engine, house.writer, feedback, logger)
        open_console(app, desk)
    app.add_url_rule("/healthz", "healthz", healthz, methods=["GET"])
    checks = {
        "tables": lambda: bool(line.terminology.rows),
        "keys": house.is_usable,
        "stays": lambda: not is_stopping(),
    }
    app.add_url_rule("/readyz", "readyz", readyz(checks), methods=["GET"])
    open_metrics(app, settings, Watch(house, checks, feedback.is_resting), logger)
    return app
