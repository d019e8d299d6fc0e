"""The service as these tests serve it: on the golden day, with the address that fhir-mcp's client calls.

``python -m tests.third_party.served PORT [CERTIFICATE KEY]`` serves it with granian on loopback.
"""

from __future__ import annotations

import sys
from pathlib import Path

from flask import Flask

from cds_service.app import create_app
from cds_service.golden_cases import GOLDEN_DATE
from cds_service.hooks.services import PATIENT_VIEW
from cds_service.server import run_server
from cds_service.settings import load_settings
from cds_service.trust.house import start_keeper

ALIAS = "/cds-services/fhir-mcp-patient-view"


def make_app() -> Flask:
    """Build the service; its clock stands on the day of the golden cases, for cards alone."""
    app = create_app(load_settings(), today=lambda: GOLDEN_DATE)
    app.add_url_rule(ALIAS, "alias", app.view_functions[PATIENT_VIEW.id], methods=["POST"])
    start_keeper(app.extensions["house"])
    return app


if __name__ == "__main__":
    files = [Path(each) for each in sys.argv[2:]]
    tls = (files[0], files[1]) if files else (None, None)
    run_server("tests.third_party.served:app", "127.0.0.1", int(sys.argv[1]), 1, tls)
else:
    app = make_app()
