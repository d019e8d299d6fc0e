"""``calcification-cds serve``: run the service."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from pathlib import Path

import click

from cds_service.cli.exit_status import ExitStatus

EXAMPLES = """
Examples:

\b
  # for yourself, on this machine only, without authentication
  calcification-cds serve

\b
  # another port, with the policy of your site
  CALCIFICATION_CDS_POLICY_FILE=policy.toml calcification-cds serve --port 8080

\b
  # for registered clients, over TLS
  export CALCIFICATION_CDS_PROFILE=production CALCIFICATION_CDS_CLIENTS_FILE=clients.toml
  export CALCIFICATION_CDS_PUBLIC_URL=https://cds.example.org
  calcification-cds serve --host 0.0.0.0 --port 8443 --tls-certificate cds.pem --tls-key cds.key

\b
  # what an EHR asks first
  curl http://127.0.0.1:8000/cds-services

Settings are environment variables that start with CALCIFICATION_CDS_; one that cannot be used
stops the command with exit status 4 and a line that says which and why.
"""


@click.command(epilog=EXAMPLES)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on."
)
@click.option(
    "--workers",
    default=1,
    show_default=True,
    type=click.IntRange(1, 64),
    help="Processes that answer; one a core is a good start.",
)
@click.option(
    "--tls-certificate",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The service's certificate with its chain (PEM).",
)
@click.option(
    "--tls-key",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The private key of the certificate (PEM).",
)
def serve(host: str, port: int, workers: int, tls_certificate: Path | None, tls_key: Path | None) -> None:
    """Run the CDS Hooks service until it is stopped.

    It answers GET /cds-services, POST /cds-services/{id}, GET /healthz and GET /readyz. At SIGTERM it says on
    /readyz that it is about to stop, goes on answering for CALCIFICATION_CDS_DRAIN_SECONDS, and stops. Ctrl-C
    or a second SIGTERM stops it at once. A worker that dies is replaced.
    """
    from cds_service.app import create_app
    from cds_service.errors import SettingsRefused
    from cds_service.observe.metrics_shared import folder_for_workers
    from cds_service.server import is_loopback, run_server
    from cds_service.settings import PREFIX, load_settings

    # Links in cards lead back to this service, wherever it was told to listen.
    scheme = "http" if tls_certificate is None else "https"
    os.environ.setdefault(f"{PREFIX}PUBLIC_URL", f"{scheme}://{host}:{port}")
    for name, path in (("TLS_CERTIFICATE_FILE", tls_certificate), ("TLS_KEY_FILE", tls_key)):
        if path is not None:
            os.environ[f"{PREFIX}{name}"] = str(path.resolve())
    metrics = ExitStack()
    try:
        settings = load_settings()
        if settings.profile == "development" and not is_loopback(host):
            raise SettingsRefused(
                [
                    f"--host {host}: the development profile answers everybody, "
                    "so it listens on a loopback address only"
                ]
            )
        create_app(settings)
        if settings.profile == "development" or settings.metrics_port is not None:
            folder = metrics.enter_context(folder_for_workers(settings.metrics_folder))
            os.environ[f"{PREFIX}METRICS_FOLDER"] = str(folder)
    except SettingsRefused as refused:
        for reason in refused.reasons:
            click.echo(f"refused: {reason}", err=True)
        sys.exit(ExitStatus.CONFIGURATION_REFUSED)
    if settings.profile == "development":
        click.echo("Profile development: loopback only, callers are not authenticated.", err=True)
    scheme = "http" if settings.tls_certificate_file is None else "https"
    click.echo(f"Serving on {scheme}://{host}:{port}/cds-services", err=True)
    if settings.profile == "development":
        click.echo(f"Try it in a browser: {scheme}://{host}:{port}/", err=True)
    tls = (settings.tls_certificate_file, settings.tls_key_file)
    with metrics:
        run_server(
            "cds_service.wsgi:app",
            host,
            port,
            workers,
            tls,
            permits=settings.max_concurrent_requests,
            drain_seconds=settings.seconds_to_drain(),
        )
