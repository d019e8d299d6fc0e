"""Destination: one registered base address, and the check that a URL stays below it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from cds_service.outgoing.refusals import OutgoingRefused

DEFAULT_PORTS = {"https": 443, "http": 80}
HTTPS_PORTS = frozenset({443, 4443, 8443, 9443})
"""Where https is spoken by habit; any other port has to be allowed for one registered address."""

_PRINTABLE = re.compile(r"[!-~]+")
_HOST = re.compile(r"(?=.{1,253}$)(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*")
# A last label that is a number makes a host an IPv4 address for most resolvers: 127.1, 0x7f000001,
# 2130706433.
_NUMBER = re.compile(r"(0x[0-9a-f]*|[0-9]+)")


@dataclass(frozen=True, slots=True)
class Destination:
    """A base address that may be called: scheme, host and port exactly, path at or below ``path``."""

    scheme: str
    host: str
    port: int
    path: str
    allow_private: bool = False

    @property
    def base(self) -> str:
        """The address without a slash at its end."""
        return f"{self.origin}{self.path}"

    @property
    def origin(self) -> str:
        """Scheme, host and, where it is not the usual one, port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}"

    @property
    def is_loopback(self) -> bool:
        """Say whether the registered host itself is this machine."""
        return is_loopback_host(self.host)


@lru_cache(maxsize=256)
def is_loopback_host(host: str) -> bool:
    """Say whether a host name or address means this machine."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _split(url: str) -> tuple[SplitResult, str, int]:
    """Take a URL apart. Raises OutgoingRefused for every form that two readers could read differently."""
    if not _PRINTABLE.fullmatch(url) or "\\" in url:
        raise OutgoingRefused("not-an-address")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise OutgoingRefused("not-an-address") from None
    if parts.scheme not in DEFAULT_PORTS:
        raise OutgoingRefused("scheme")
    if "@" in parts.netloc:
        raise OutgoingRefused("user-in-address")
    if "#" in url:
        raise OutgoingRefused("fragment")
    if not host or not _is_plain_host(host):
        raise OutgoingRefused("host")
    return parts, host, DEFAULT_PORTS[parts.scheme] if port is None else port


def _is_plain_host(host: str) -> bool:
    """Accept a DNS name or an IP address in its one usual form."""
    try:
        return str(ip_address(host)) == host and "%" not in host
    except ValueError:
        return bool(_HOST.fullmatch(host)) and not _NUMBER.fullmatch(host.rpartition(".")[2])


def _plain_path(path: str) -> str:
    """Refuse a path that a server could resolve to another place than the one it shows."""
    seen = path
    for _ in range(3):
        # Some servers cut a segment at its semicolon before they resolve it.
        if "\\" in seen or any(part.partition(";")[0] in (".", "..") for part in seen.split("/")):
            raise OutgoingRefused("path")
        seen = unquote(seen)
    return path


def register(
    url: str, *, allow_private: bool = False, allow_port: bool = False, allow_http: bool = False
) -> Destination:
    """Make a Destination of a registered base address.

    Plain http is taken with ``allow_http`` and for this machine alone. Raises OutgoingRefused.
    """
    parts, host, port = _split(url)
    if parts.query or "?" in url:
        raise OutgoingRefused("path")
    if parts.scheme == "http":
        if not (allow_http and is_loopback_host(host)):
            raise OutgoingRefused("scheme")
    elif port not in HTTPS_PORTS and not allow_port:
        raise OutgoingRefused("port")
    return Destination(parts.scheme, host, port, _plain_path(parts.path).rstrip("/"), allow_private)


def url_below(destination: Destination, url: str) -> str:
    """Return the absolute address of ``url`` when it stays at or below the destination's base.

    ``url`` may be relative to the base, as some servers write their paging links. Raises OutgoingRefused.
    """
    if not _PRINTABLE.fullmatch(url):
        raise OutgoingRefused("not-an-address")
    _plain_path(url.partition("?")[0].partition("://")[2] if "://" in url else url.partition("?")[0])
    absolute = urljoin(f"{destination.base}/", url)
    parts, host, port = _split(absolute)
    if parts.scheme != destination.scheme:
        raise OutgoingRefused("scheme")
    if host != destination.host:
        raise OutgoingRefused("host")
    if port != destination.port:
        raise OutgoingRefused("port")
    path = _plain_path(parts.path)
    if path.rstrip("/") != destination.path and not path.startswith(f"{destination.path}/"):
        raise OutgoingRefused("path")
    query = f"?{parts.query}" if parts.query else ""
    return f"{destination.origin}{path}{query}"
