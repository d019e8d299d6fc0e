"""The console's "Connect" against FHIR servers that others wrote."""

from __future__ import annotations

import io
import re
from pathlib import Path

from cds_service.app import create_app
from cds_service.golden_cases import GOLDEN_DATE
from cds_service.observe.log import open_log
from cds_service.settings import Settings
from tests.third_party.programs import Server


def test_connect_lists_and_signs_a_report_of_a_real_server(fhir_server: Server, tmp_path: Path) -> None:
    """The reports of the golden cases are listed, and signing the discordant one gives its critical card."""
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'cds.sqlite3'}")
    app = create_app(settings, today=lambda: GOLDEN_DATE, log=open_log(io.BytesIO()))
    console = app.test_client()
    listed = console.post("/connect", data={"base": fhir_server.base})
    assert listed.status_code == 200
    assert "mg-003" in re.findall(r'name="report" value="([^"]+)"', listed.text)
    signed = console.post("/connect", data={"base": fhir_server.base, "report": "mg-003"})
    app.extensions["house"].close()
    assert signed.status_code == 200
    assert "usually category 4A or 4B, not category 2" in signed.text
