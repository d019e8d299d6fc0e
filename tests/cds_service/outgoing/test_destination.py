from __future__ import annotations

import pytest

from cds_service.outgoing import OutgoingRefused, register, url_below

BASE = register("https://fhir.example.org/r4/")


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("https://fhir.example.org/r4/", "https://fhir.example.org/r4"),
        ("https://FHIR.example.org:443/r4", "https://fhir.example.org/r4"),
        ("https://fhir.example.org:8443", "https://fhir.example.org:8443"),
        ("https://[2606:4700::1111]/fhir", "https://[2606:4700::1111]/fhir"),
    ],
)
def test_a_registered_address_is_normalised(url: str, base: str) -> None:
    """Case, usual port and a closing slash make no difference."""
    assert register(url).base == base


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://fhir.example.org/r4", "scheme"),
        ("ftp://fhir.example.org/r4", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("https://user:secret@fhir.example.org/r4", "user-in-address"),
        ("https://fhir.example.org/r4#x", "fragment"),
        ("https://fhir.example.org/r4?x=1", "path"),
        ("https://fhir.example.org/a/../r4", "path"),
        ("https://fhir.example.org:22/r4", "port"),
        ("https://fhir.example.org:99999/r4", "not-an-address"),
        ("https://2130706433/r4", "host"),
        ("https://0x7f000001/r4", "host"),
        ("https://0x7f.0.0.1/r4", "host"),
        ("https://0177.0.0.1/r4", "host"),
        ("https://127.1/r4", "host"),
        ("https://127.0.0.1./r4", "host"),
        ("https://[::ffff:7f00:1%25eth0]/r4", "host"),
        ("https://fhir_example.org/r4", "host"),
        ("https://fhir.ex\u00e4mple.org/r4", "not-an-address"),
        ("https://fhir.example.org\\@evil.example/r4", "not-an-address"),
        ("https:///r4", "host"),
        ("https://fhir.example.org /r4", "not-an-address"),
        ("", "not-an-address"),
    ],
)
def test_an_address_with_two_readings_is_not_registered(url: str, reason: str) -> None:
    """What is not plainly one https place is refused with one reason."""
    with pytest.raises(OutgoingRefused) as refused:
        register(url)
    assert refused.value.reason == reason


def test_plain_http_is_for_this_machine_only() -> None:
    """Plain http needs a switch of its own and a loopback host."""
    assert register("http://127.0.0.1:8080/fhir", allow_http=True).base == "http://127.0.0.1:8080/fhir"
    for url, allowed in (("http://127.0.0.1:8080/fhir", False), ("http://10.0.0.1/fhir", True)):
        with pytest.raises(OutgoingRefused, match="scheme"):
            register(url, allow_private=True, allow_http=allowed)


def test_an_unusual_port_is_registered_by_name() -> None:
    """A port off the list is taken for the one address that says so."""
    assert register("https://fhir.example.org:57443/r4", allow_port=True).port == 57443


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("Observation/1", "https://fhir.example.org/r4/Observation/1"),
        ("https://fhir.example.org/r4?_getpages=1", "https://fhir.example.org/r4?_getpages=1"),
        ("?_getpages=1&x=a%2Fb", "https://fhir.example.org/r4/?_getpages=1&x=a%2Fb"),
        ("/r4/Observation?page=2", "https://fhir.example.org/r4/Observation?page=2"),
        ("HTTPS://FHIR.EXAMPLE.ORG:443/r4/x", "https://fhir.example.org/r4/x"),
        ("Observation?date=ge2026-01-01..", "https://fhir.example.org/r4/Observation?date=ge2026-01-01.."),
    ],
)
def test_an_address_below_the_base_may_be_called(url: str, address: str) -> None:
    """Relative and absolute addresses and both styles of paging links below the base are taken."""
    assert url_below(BASE, url) == address


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://evil.example/r4/Observation", "host"),
        ("//evil.example/r4/Observation", "host"),
        ("https://fhir.example.org.evil.example/r4/x", "host"),
        ("https://evil.example/?https://fhir.example.org/r4/", "host"),
        ("https://fhir.example.org@evil.example/r4/x", "user-in-address"),
        ("http://fhir.example.org/r4/Observation", "scheme"),
        ("file:///r4/x", "scheme"),
        ("https://fhir.example.org:8443/r4/Observation", "port"),
        ("https://fhir.example.org/admin", "path"),
        ("https://fhir.example.org/r4evil/x", "path"),
        ("/admin", "path"),
        ("../admin", "path"),
        ("https://fhir.example.org/r4/../admin", "path"),
        ("https://fhir.example.org/r4/%2e%2e/admin", "path"),
        ("https://fhir.example.org/r4/%252e%252e/admin", "path"),
        ("https://fhir.example.org/r4/..;/admin", "path"),
        ("https://fhir.example.org/r4/..%5cadmin", "path"),
        ("https://fhir.example.org/r4/x\r\nHost: evil.example", "not-an-address"),
        ("https://169.254.169.254/latest/meta-data", "host"),
        ("https://[::1]/r4/x", "host"),
        ("https://2130706433/r4/x", "host"),
    ],
)
def test_an_address_elsewhere_is_never_called(url: str, reason: str) -> None:
    """No trick with host, user, port, scheme or path leads away from the registered base."""
    with pytest.raises(OutgoingRefused) as refused:
        url_below(BASE, url)
    assert refused.value.reason == reason
