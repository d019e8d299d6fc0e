from __future__ import annotations

import socket
from ipaddress import ip_network

import pytest
from AntiSSRF.ipaddress_ranges import IPAddressRanges
from requests_hardened.ip_filter import EXTRA_BLOCKED_NET_RANGES

from cds_service.outgoing import addresses
from cds_service.outgoing.addresses import BrokenNetworkTable, read_table, refused_networks, why_refused

# One address a class, two where the class has a famous member.
REFUSED = {
    "0.0.0.0": "this-network",  # noqa: S104
    "0.1.2.3": "this-network",
    "10.1.2.3": "private",
    "100.100.1.1": "shared",
    "127.0.0.1": "loopback",
    "127.255.0.1": "loopback",
    "168.63.129.16": "cloud-wire-server",
    "169.254.1.1": "link-local",
    "169.254.169.254": "cloud-metadata",
    "172.31.255.255": "private-172",
    "192.0.0.8": "protocol-assignments",
    "192.0.2.1": "documentation-1",
    "192.31.196.1": "as112-v4",
    "192.52.193.1": "automatic-multicast",
    "192.88.99.1": "relay-anycast",
    "192.168.1.1": "private-192",
    "192.175.48.1": "as112-direct",
    "198.19.0.1": "benchmarking",
    "198.51.100.1": "documentation-2",
    "203.0.113.1": "documentation-3",
    "239.1.1.1": "multicast",
    "240.0.0.1": "reserved",
    "255.255.255.255": "broadcast",
    "0:1::1": "not-assigned-low",
    "::127.0.0.1": "ipv4-compatible",
    "::8.8.8.8": "ipv4-compatible",
    "::": "unspecified",
    "::1": "loopback-v6",
    "::ffff:10.0.0.1": "ipv4-mapped",
    "::ffff:127.0.0.1": "ipv4-mapped",
    "::ffff:0:127.0.0.1": "ipv4-translated",
    "64:ff9b::127.0.0.1": "nat64",
    "64:ff9b:1::a00:1": "nat64-local",
    "100::1": "discard",
    "2001:100::1": "protocol-assignments-v6",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2": "teredo",
    "2001:2::1": "benchmarking-v6",
    "2001:4:112::1": "as112-v6",
    "2001:20::1": "orchid",
    "2001:db8::1": "documentation-v6",
    "2002:7f00:1::": "6to4",
    "2620:4f:8000::1": "as112-direct-v6",
    "3fff::1": "documentation-v6-2",
    "4000::1": "not-assigned-middle",
    "5f00::1": "segment-routing",
    "8000::1": "not-assigned-high",
    "fd12::1": "unique-local",
    "fd00:ec2::254": "cloud-metadata-v6",
    "fe80::1": "link-local-v6",
    "fe80::1%eth0": "link-local-v6",
    "fec0::1": "site-local",
    "ff02::1": "multicast-v6",
    "2606:4700::1111%eth0": "scoped",
}
PUBLIC = ("8.8.8.8", "1.1.1.1", "193.0.6.139", "172.32.0.1", "2606:4700::1111", "2a00:1450:4001::1")
PRIVATE = {"private", "private-172", "private-192", "shared", "unique-local"}
LOOPBACK = {"loopback", "loopback-v6"}


@pytest.mark.parametrize(("address", "name"), REFUSED.items(), ids=REFUSED)
def test_an_address_of_no_public_place_is_refused_by_its_class(address: str, name: str) -> None:
    """Each class of addresses that is not a public place is refused, under its own name."""
    assert why_refused(address) == name


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_let_through(address: str) -> None:
    """What everybody can reach may be called."""
    assert why_refused(address) is None


@pytest.mark.parametrize("row", refused_networks(), ids=lambda row: row.name)
def test_each_row_of_the_table_is_needed(
    row: addresses.RefusedNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without any one row of the table a named address of the test above is answered differently."""
    rest = tuple(each for each in refused_networks() if each != row)
    monkeypatch.setattr(addresses, "refused_networks", lambda: rest)
    changed = {address for address, name in REFUSED.items() if why_refused(address) != name}
    assert changed == {address for address, name in REFUSED.items() if name == row.name} != set()


@pytest.mark.parametrize(("address", "name"), REFUSED.items(), ids=REFUSED)
def test_allow_private_opens_private_networks_only(address: str, name: str) -> None:
    """A registered private address may be private; metadata, link-local and hidden ones stay shut."""
    assert why_refused(address, allow_private=True) == (None if name in PRIVATE else name)


@pytest.mark.parametrize(("address", "name"), REFUSED.items(), ids=REFUSED)
def test_allow_loopback_opens_this_machine_only(address: str, name: str) -> None:
    """A registered loopback address may be loopback and nothing else."""
    assert why_refused(address, allow_loopback=True) == (None if name in LOOPBACK else name)


@pytest.mark.parametrize("network", IPAddressRanges.recommended_latest)
def test_everything_a_second_table_blocks_is_refused(network: str) -> None:
    """Both ends of every network in the table of microsoft-antissrf are refused."""
    blocked = ip_network(network)
    assert None not in {why_refused(str(blocked[0])), why_refused(str(blocked[-1]))}


@pytest.mark.parametrize("network", EXTRA_BLOCKED_NET_RANGES, ids=str)
def test_everything_a_third_table_blocks_is_refused(network: object) -> None:
    """Both ends of every network in the table of requests-hardened are refused."""
    blocked = ip_network(str(network))
    assert None not in {why_refused(str(blocked[0])), why_refused(str(blocked[-1]))}


@pytest.mark.parametrize(
    ("form", "name"),
    {
        "2130706433": "loopback",
        "0x7f000001": "loopback",
        "0x7f.1": "loopback",
        "0177.0.0.1": "loopback",
        "127.1": "loopback",
        "2852039166": "cloud-metadata",
        "0xa9fea9fe": "cloud-metadata",
        "0251.0376.0251.0376": "cloud-metadata",
        "167772161": "private",
    }.items(),
)
def test_what_the_system_makes_of_a_number_is_refused(form: str, name: str) -> None:
    """Decimal, hexadecimal, octal and short forms are refused by the address they lead to."""
    address = socket.inet_ntoa(socket.inet_aton(form))
    assert why_refused(address) == name


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("10.0.0.1/8,x,never,", ":2: 10.0.0.1/8 has host bits set"),
        ("10.0.0.0/8,x,sometimes,", ":2: allowed must be one of never, private, loopback"),
        ("10.0.0.0/8,,never,", ":2: the name is empty or there twice"),
        ("10.0.0.0/8,x,never,\n11.0.0.0/8,x,never,", ":3: the name is empty or there twice"),
    ],
)
def test_a_broken_table_is_refused_with_its_line(row: str, reason: str) -> None:
    """A row that cannot be used stops the start and says where it stands."""
    with pytest.raises(BrokenNetworkTable) as broken:
        read_table(["network,name,allowed,note", *row.split("\n")])
    assert str(broken.value) == f"refused_networks.csv{reason}"
