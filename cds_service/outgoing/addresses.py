"""Which IP addresses may be connected to: ``refused_networks.csv``, the most specific row decides."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Literal

Allowed = Literal["never", "private", "loopback"]
ALLOWED: tuple[Allowed, ...] = ("never", "private", "loopback")


@dataclass(frozen=True, slots=True)
class RefusedNetwork:
    """A network nobody is called in.

    ``allowed``: ``private`` for a registered address that says ``allow_private``, ``loopback`` for one
    whose registered host itself is loopback, ``never`` for nothing.
    """

    network: IPv4Network | IPv6Network
    name: str
    allowed: Allowed


class BrokenNetworkTable(ValueError):
    """A row of the table cannot be used; the message has the line and the reason."""


def read_table(lines: Iterable[str]) -> tuple[RefusedNetwork, ...]:
    """Read the table. Raises BrokenNetworkTable with the line of the first row that is no good."""
    rows: list[RefusedNetwork] = []
    names: set[str] = set()
    for number, row in enumerate(csv.DictReader(lines), start=2):
        try:
            network = ip_network(row["network"])
        except ValueError as error:
            raise BrokenNetworkTable(f"refused_networks.csv:{number}: {error}") from None
        allowed = next((word for word in ALLOWED if word == row["allowed"]), None)
        if allowed is None:
            raise BrokenNetworkTable(
                f"refused_networks.csv:{number}: allowed must be one of {', '.join(ALLOWED)}"
            )
        if not row["name"] or row["name"] in names:
            raise BrokenNetworkTable(f"refused_networks.csv:{number}: the name is empty or there twice")
        names.add(row["name"])
        rows.append(RefusedNetwork(network, row["name"], allowed))
    return tuple(sorted(rows, key=lambda each: each.network.prefixlen, reverse=True))


@cache
def refused_networks() -> tuple[RefusedNetwork, ...]:
    """The shipped table, most specific row first."""
    with files(__package__).joinpath("refused_networks.csv").open(encoding="utf-8") as lines:
        return read_table(lines)


def why_refused(address: str, *, allow_private: bool = False, allow_loopback: bool = False) -> str | None:
    """Name the reason why an IP address may not be connected to; None when it may.

    ``address`` is what the resolver gave, with or without a scope (``fe80::1%eth0``).
    """
    host, _, scope = address.partition("%")
    ip: IPv4Address | IPv6Address = ip_address(host)
    row = next((row for row in refused_networks() if ip in row.network), None)
    if row is None:
        return "scoped" if scope else None
    if row.allowed == "private" and allow_private:
        return None
    if row.allowed == "loopback" and allow_loopback:
        return None
    return row.name
