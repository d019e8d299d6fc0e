"""A service in the production profile, as a test sets it up."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import orjson
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from cds_service.app import create_app
from cds_service.hooks.line import utc_date
from cds_service.observe.log import open_log
from cds_service.settings import Settings
from cds_service.storage import audit
from cds_service.trust.house import House
from cds_service.trust.keys import read_keys
from tests.tokens import ISSUER, PUBLIC_URL, key_set, registered_keys, signed

SIGN_OFF = "/cds-services/breast-calcification-report-sign"
OTHER = "https://other.example.org"
ORIGIN = "https://viewer.ehr.example.org"

REGISTRY = f"""
[[clients]]
issuer = "{ISSUER}"
jwks_file = "ehr.json"
cors_origins = ["{ORIGIN}"]
fhir = [{{ base = "https://fhir.ehr.example.org/r4", allow_private = true }}]

[[clients]]
issuer = "{OTHER}"
jwks_file = "ehr.json"
rate_per_minute = 3
"""


class Production:
    """The service, a caller of it, its log and its audit."""

    def __init__(
        self,
        folder: Path,
        registry: str = REGISTRY,
        *,
        pinned: bool = True,
        today: Callable[[], date] = utc_date,
        **settings: Any,
    ) -> None:
        every = json.loads(registered_keys())["keys"]
        good = [key for key in every if key["kid"] not in ("short", "twin")]
        (folder / "ehr.json").write_bytes(key_set(*good))
        (folder / "clients.toml").write_text(registry)
        self.stream = io.BytesIO()
        given = {
            "profile": "production",
            "public_url": PUBLIC_URL,
            "clients_file": folder / "clients.toml",
            "database_url": f"sqlite:///{folder / 'cds.sqlite3'}",
            "trusted_proxies": "127.0.0.1",
        }
        self.app: Flask = create_app(Settings(**(given | settings)), today=today, log=open_log(self.stream))
        self.client: FlaskClient = self.app.test_client()
        self.house: House = self.app.extensions["house"]
        # A pinned set with a short key or two of one name would stop the start; a fetched one may have them.
        for client in self.house.clients.values() if pinned else ():
            object.__setattr__(client, "keys", read_keys(registered_keys()))

    def call(
        self,
        path: str = "/cds-services",
        token: str | None = None,
        body: object = None,
        *,
        headers: list[tuple[str, str]] | None = None,
        over: str = "https://cds.example.org",
        **rest: Any,
    ) -> TestResponse:
        """Call a path: GET, or POST with a JSON body."""
        sent = list(headers or [])
        if token is not None:
            sent.append(("Authorization", f"Bearer {token}"))
        if body is not None:
            rest |= {"data": json.dumps(body), "content_type": "application/json", "method": "POST"}
        return self.client.open(path, headers=sent, base_url=over, **rest)

    def sign_off(self, body: object, **changes: Any) -> TestResponse:
        """Post a sign-off with a good token."""
        return self.call(SIGN_OFF, signed(aud=f"{PUBLIC_URL}{SIGN_OFF}", **changes), body)

    def log(self) -> list[dict[str, Any]]:
        """The log lines so far."""
        return [orjson.loads(line) for line in self.stream.getvalue().splitlines()]

    def audit_rows(self) -> list[dict[str, Any]]:
        """The audit so far."""
        self.house.writer.flush()
        with self.house.engine.connect() as connection:
            return [dict(row) for row in connection.execute(select(audit).order_by(audit.c.id)).mappings()]
