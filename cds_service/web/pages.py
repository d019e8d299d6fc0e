"""Opens the console: the pages on their one blueprint, and the desk they work at."""

from __future__ import annotations

from flask import Flask

from cds_service.web import connect, give_feedback, insights, timeline_page, try_it
from cds_service.web.console import console
from cds_service.web.desk import Desk

VIEWS = (connect, give_feedback, insights, timeline_page, try_it)


def open_console(app: Flask, desk: Desk) -> None:
    """Serve the console with ``app``: for the development profile alone."""
    app.extensions["desk"] = desk
    app.register_blueprint(console)
