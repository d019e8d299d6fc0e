"""The database of the settings, for commands that read or change what is stored."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

from cds_service.cli.common import refuse
from cds_service.cli.exit_status import ExitStatus
from cds_service.errors import SettingsRefused
from cds_service.settings import Settings, load_settings
from cds_service.storage import DATABASE_ERRORS, open_engine, prepare


@contextmanager
def stored() -> Iterator[tuple[Engine, Settings]]:
    """Open the database and give it with the settings.

    The command ends with status 3 when it cannot be reached, with 4 when it or a setting is refused.
    """
    try:
        settings = load_settings()
        engine = open_engine(settings.database_url, patient=True)
        try:
            prepare(engine)
            yield engine, settings
        finally:
            engine.dispose()
    except SettingsRefused as refused:
        refuse("; ".join(refused.reasons), ExitStatus.CONFIGURATION_REFUSED)
    except DATABASE_ERRORS:
        refuse(
            "the database could not be reached; check CALCIFICATION_CDS_DATABASE_URL",
            ExitStatus.PARTNER_AWAY,
        )
