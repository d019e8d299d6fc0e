"""calcification-cds education: is the catalogue of patient pages still good, and what MedlinePlus names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date

import click
import requests

from cards.education.catalog import Page, catalog
from cards.education.check import Remark, check_pages
from cards.guidance.switches import switch
from cards.policy import Policy
from cds_service.cli.common import with_policy, with_today
from cds_service.cli.exit_status import ExitStatus

CHECK_EXAMPLE = """
Example:

\b
  calcification-cds education check --online

Exit status: 0 nothing to say; 1 a page is unverified, stale or answers with an error; 3 a page
could not be reached at all; 4 the policy is refused.
"""
REFRESH_EXAMPLE = """
Example:

\b
  CALCIFICATION_CDS_MEDLINEPLUS_CONNECT=true calcification-cds education refresh

Exit status: 0 every question has an answer of the last 24 hours; 3 one has not; 4 the setting is off
or settings are refused.
"""
TIMEOUT_SECONDS = 10.0

Getter = Callable[[str], int]


def http_status(url: str) -> int:
    """Ask for a page and return the HTTP status; raises requests.RequestException."""
    with requests.get(url, timeout=TIMEOUT_SECONDS, stream=True) as response:
        return response.status_code


def reach(pages: Iterable[Page], get: Getter) -> tuple[tuple[Remark, ...], bool]:
    """Ask for each address once; return the remarks and whether a host did not answer at all."""
    remarks, silent = [], False
    for page in {page.url: page for page in pages}.values():
        try:
            status = get(page.url)
        except requests.RequestException as problem:
            remarks.append(Remark(page, "unreachable", f"no answer ({type(problem).__name__})"))
            silent = True
            continue
        if status >= 400:
            remarks.append(Remark(page, "unreachable", f"answers {status}"))
    return tuple(remarks), silent


def report(
    pages: tuple[Page, ...], policy: Policy, today: date, get: Getter | None
) -> tuple[list[str], ExitStatus]:
    """Check ``pages`` and return the lines to print with the exit status.

    ``get`` returns the HTTP status of an address; None checks the catalogue alone.
    """
    remarks = check_pages(pages, today, str(switch(policy, "education_max_age")))
    silent = False
    if get is not None:
        online, silent = reach(pages, get)
        remarks += online
    lines = [f"{remark.code:<12}{remark.page.id:<26}{remark.text}" for remark in remarks]
    counts = Counter(remark.code for remark in remarks)
    summed = ", ".join(f"{counts[code]} {code}" for code in ("unverified", "stale", "unreachable"))
    lines.append(f"{len(pages)} pages: {summed}")
    if silent:
        return lines, ExitStatus.PARTNER_AWAY
    return lines, ExitStatus.FOUND if remarks else ExitStatus.FINE


@click.group()
def education() -> None:
    """Check the catalogue of pages for patients."""


@education.command(epilog=CHECK_EXAMPLE)
@click.option("--online", is_flag=True, help="Also ask each address whether it answers.")
@with_policy
@with_today
def check(online: bool, policy: Policy, today: date) -> None:
    """Name the pages that nobody verified, that are older than education_max_age, or do not answer."""
    lines, status = report(catalog(), policy, today, http_status if online else None)
    for line in lines:
        click.echo(line)
    raise SystemExit(status)


@education.command(epilog=REFRESH_EXAMPLE)
def refresh() -> None:
    """Ask MedlinePlus Connect now for what is older than 24 hours, and list the pages there are."""
    import time

    from cds_service.errors import SettingsRefused
    from cds_service.outgoing import Outgoing
    from cds_service.outgoing.medlineplus_connect import MedlinePlusConnect
    from cds_service.settings import PREFIX, load_settings

    try:
        settings = load_settings()
        if not settings.medlineplus_connect:
            raise SettingsRefused([f"{PREFIX}MEDLINEPLUS_CONNECT: is off; set it to true"])
    except SettingsRefused as refused:
        for reason in refused.reasons:
            click.echo(f"refused: {reason}", err=True)
        raise SystemExit(ExitStatus.CONFIGURATION_REFUSED) from None
    lacking: list[str] = []
    connect = MedlinePlusConnect(
        Outgoing(settings.ca_file),
        settings.medlineplus_connect_file,
        time.time,
        lambda code, language, reason: lacking.append(f"{code or 'all codes'} {language}: {reason}"),
    )
    connect.refresh(by_hand=True)
    for page in connect.pages():
        click.echo(f"{page.language}  {page.title}  {page.url}")
    for line in lacking:
        click.echo(f"no answer: {line}", err=True)
    raise SystemExit(ExitStatus.PARTNER_AWAY if lacking else ExitStatus.FINE)
