"""Every setting of the service: one class, one docstring each.

A setting is read from the environment variable CALCIFICATION_CDS_ and its name in capitals.
Unknown names and values that cannot be used are refused before anything starts.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from cds_service.errors import SettingsRefused

PREFIX = "CALCIFICATION_CDS_"
FRAME_ORIGIN = re.compile(r"https://[a-z0-9.-]+(:\d+)?")
# Reverse-DNS name with at least three parts (CH-197): org.example.report-sign
REVERSE_DNS_HOOK = re.compile(r"[a-z][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*){2,}")

DRAIN_SECONDS = {"development": 0, "production": 10}

MD_ANDERSON_PAGE = re.compile(r"https://www\.mdanderson\.org/[A-Za-z0-9._~/-]+")


class Settings(BaseSettings):
    """What a site decides about this service."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="forbid", use_attribute_docstrings=True
    )

    profile: Literal["development", "production"] = "development"
    """``development`` answers loopback callers without authentication; ``production`` answers
    registered clients only and refuses to start on an unsafe setting."""

    public_url: str = "http://127.0.0.1:8000"
    """The address callers use, without a path behind the base. Links in cards start with it;
    in production it is https."""

    database_url: str = "sqlite:///calcification-cds.sqlite3"
    """Where feedback, issued cards and audit are kept, as an SQLAlchemy URL."""

    database_url_file: Path | None = None
    """A file that holds that URL in place of the environment, such as a secret mounted into a container."""

    policy_file: Path | None = None
    """policy.toml: the site's profile, switches, muted rules and caps. Without it the
    defaults of the decision model hold."""

    clients_file: Path | None = None
    """clients.toml: who may call. Needed in production."""

    codes_file: Path | None = None
    """codes.csv: the site's own codes, with the columns of the shipped tables."""

    ca_file: Path | None = None
    """Certificates (PEM) that are trusted for outgoing calls in place of the usual ones, for a site
    with an authority of its own. Certificates are always checked."""

    tls_certificate_file: Path | None = None
    """The service's own certificate with its chain (PEM); ``serve --tls-certificate`` sets it."""

    tls_key_file: Path | None = None
    """The private key of that certificate; ``serve --tls-key`` sets it."""

    trusted_proxies: str = ""
    """Addresses or networks, separated by commas, of the proxies that end TLS in front of the service
    (``10.0.0.5, 10.1.0.0/16``). X-Forwarded-Proto is believed from these alone."""

    frame_ancestors: str = "'none'"
    """Who may show pages of this service in a frame: ``'none'``, ``'self'`` or https origins
    separated by blanks."""

    audit_file: Path | None = None
    """A file that every audit record is also written to, as JSON lines."""

    custom_hook: str | None = None
    """Name of the site's own sign-off hook, in reverse DNS (``org.example.report-sign``). When
    it is set, the service breast-calcification-report-sign-custom is offered for it."""

    max_body_bytes: int = Field(default=5 * 1024 * 1024, ge=16 * 1024, le=64 * 1024 * 1024)
    """Largest request body that is read, in bytes; more is answered with 413."""

    max_json_depth: int = Field(default=64, ge=32, le=200)
    """Deepest nesting of a request body; more is answered with 400."""

    max_entries: int = Field(default=10_000, ge=100)
    """Most Bundle entries in one request; more is answered with 413."""

    max_concurrent_requests: int = Field(default=64, ge=1, le=256)
    """Requests that one worker takes at the same time, those that stand in line included; one more is
    answered with 503 and Retry-After at once. Up to 32 requests that wait for a FHIR server, the
    database or the rest of their body for more than 20 milliseconds are not counted."""

    drain_seconds: int | None = Field(default=None, ge=0, le=600)
    """Seconds between SIGTERM and the end of the service, in which ``/readyz`` says 503 and calls are still
    answered, so that whoever distributes calls can look elsewhere. Without it 10 in production, 0 in
    development."""

    fhir_budget_ms: int = Field(default=400, ge=50, le=2000)
    """Time for all reads from the caller's FHIR server during one call, in milliseconds. What did not
    come by then is missing, and the card says so."""

    development_fhir_servers: str = ""
    """Base addresses, separated by blanks, of FHIR servers that may be read in the development profile
    (``http://127.0.0.1:8080/fhir``). In production the clients file names them for each client."""

    md_anderson_page_url: str | None = None
    """Address of MD Anderson's page "4 questions about breast calcifications, answered". When it is set,
    cards of categories 0, 2, 4A and 4B link it for the patient."""

    medlineplus_connect: bool = False
    """Ask MedlinePlus Connect in the background, once a day, for pages about calcifications on mammograms,
    and link one of them as general information. Only codes that stand in the program and a language are
    sent, never anything of a patient."""

    medlineplus_connect_file: Path = Path("medlineplus-connect.json")
    """Where its answers are kept, shared by all workers of this machine."""

    store_comments: bool = False
    """Keep what clinicians write in ``userComment`` of feedback. Such text may name a patient; without this
    setting it is dropped before anything is stored."""

    metrics_port: int | None = Field(default=None, ge=1, le=65535)
    """Port on which a monitor reads ``/metrics``, without authentication and without TLS. Without it the
    production profile shows no metrics; the development profile shows them on the service's own port too."""

    metrics_host: str = "127.0.0.1"
    """Address to listen on for that port. Whoever reaches it can read the metrics."""

    metrics_folder: Path | None = None
    """Folder in which workers leave their counts for each other. ``serve`` makes one by itself; under another
    web server with several workers it has to be named. It is emptied when the service starts."""

    retention_days: int = Field(default=730, ge=1)
    """Days that feedback and issued cards are kept; ``calcification-cds purge`` deletes what is older.
    The audit is append-only and is not touched."""

    @field_validator("public_url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("must be an http or https address such as https://cds.example.org")
        return value.rstrip("/")

    @field_validator("md_anderson_page_url")
    @classmethod
    def _is_a_page_of_md_anderson(cls, value: str | None) -> str | None:
        if value is not None and not MD_ANDERSON_PAGE.fullmatch(value):
            raise ValueError("must be an address that starts with https://www.mdanderson.org/")
        return value

    @field_validator("custom_hook")
    @classmethod
    def _is_reverse_dns(cls, value: str | None) -> str | None:
        if value is not None and not REVERSE_DNS_HOOK.fullmatch(value):
            raise ValueError("must be a reverse DNS name such as org.example.report-sign")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, value: str) -> str:
        for each in filter(None, map(str.strip, value.split(","))):
            try:
                network = ip_network(each)
            except ValueError:
                raise ValueError("must be addresses or networks such as 10.0.0.5, 10.1.0.0/16") from None
            if network.prefixlen == 0:
                raise ValueError("must not be every address there is")
        return value

    @field_validator("metrics_host")
    @classmethod
    def _is_an_ip_address(cls, value: str) -> str:
        try:
            return str(ip_address(value))
        except ValueError:
            raise ValueError("must be an address such as 127.0.0.1, 0.0.0.0 or ::") from None

    @field_validator("frame_ancestors")
    @classmethod
    def _are_ancestors(cls, value: str) -> str:
        if value not in ("'none'", "'self'") and not all(map(FRAME_ORIGIN.fullmatch, value.split())):
            raise ValueError("must be 'none', 'self' or https origins separated by blanks")
        return value

    @field_validator(
        "database_url_file",
        "policy_file",
        "clients_file",
        "codes_file",
        "ca_file",
        "tls_certificate_file",
        "tls_key_file",
    )
    @classmethod
    def _is_a_file(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_file():
            raise ValueError("no such file")
        return value

    def seconds_to_drain(self) -> int:
        """``drain_seconds``, or what the profile has in its place."""
        if self.drain_seconds is not None:
            return self.drain_seconds
        return DRAIN_SECONDS[self.profile]

    def proxies(self) -> list[str]:
        """The networks of ``trusted_proxies``, one by one."""
        return [each.strip() for each in self.trusted_proxies.split(",") if each.strip()]


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from the environment.

    Raises SettingsRefused with one reason a setting; values are never repeated in a reason,
    because a database address holds a password.
    """
    given = {
        name[len(PREFIX) :].lower(): value
        for name, value in (os.environ if environment is None else environment).items()
        if name.startswith(PREFIX)
    }
    reasons = [
        f"{PREFIX}{name.upper()}: there is no such setting; see docs/settings.md"
        for name in given
        if name not in Settings.model_fields
    ]
    if reasons:
        raise SettingsRefused(sorted(reasons))
    try:
        settings = Settings.model_validate({name: value for name, value in given.items() if value != ""})
    except ValidationError as error:
        raise SettingsRefused(
            [
                f"{PREFIX}{str(issue['loc'][0]).upper()}: {issue['msg'].removeprefix('Value error, ')}"
                for issue in error.errors(include_input=False, include_url=False, include_context=False)
            ]
        ) from None
    if settings.database_url_file is not None:
        settings = _with_database_url(settings, settings.database_url_file)
    if settings.profile == "production":
        refuse_unsafe(settings)
    return settings


def _with_database_url(settings: Settings, file: Path) -> Settings:
    if "database_url" in settings.model_fields_set:
        raise SettingsRefused([f"{PREFIX}DATABASE_URL_FILE: {PREFIX}DATABASE_URL is set, too; name one"])
    try:
        url = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        url = ""
    if not url:
        raise SettingsRefused([f"{PREFIX}DATABASE_URL_FILE: the file cannot be read, or holds nothing"])
    return settings.model_copy(update={"database_url": url})


def refuse_unsafe(settings: Settings) -> None:
    """Refuse to run in production with a setting that is missing or unsafe."""
    reasons = []
    if not settings.public_url.startswith("https://"):
        reasons.append(f"{PREFIX}PUBLIC_URL: must be https in production")
    if settings.clients_file is None:
        reasons.append(f"{PREFIX}CLIENTS_FILE: production answers registered clients only; name the file")
    if settings.development_fhir_servers:
        reasons.append(
            f"{PREFIX}DEVELOPMENT_FHIR_SERVERS: production reads from the servers in the clients file only"
        )
    if (settings.tls_certificate_file is None) != (settings.tls_key_file is None):
        reasons.append(f"{PREFIX}TLS_KEY_FILE: a certificate and its key go together")
    elif settings.tls_certificate_file is None and not settings.trusted_proxies:
        reasons.append(
            f"{PREFIX}TRUSTED_PROXIES: production needs TLS: name the proxy that ends it, or start with "
            "--tls-certificate and --tls-key"
        )
    if reasons:
        raise SettingsRefused(reasons)
