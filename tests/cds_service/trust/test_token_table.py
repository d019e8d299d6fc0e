from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib import import_module

import pytest

from cds_service.trust import REASONS, Client, TokenRefused, Trust, authenticate
from cds_service.trust.checks import CLAIM_CHECKS, CLIENT_CHECKS, HEADER_CHECKS, KEY_CHECKS
from tests.forged_tokens import FORGED, GOOD
from tests.tokens import ENDPOINT, ISSUER, NOW, claims, ec_key, rsa_key, signed, signed_by_hand

HERE = frozenset({ENDPOINT})
# The package hands out the function under the name of its module.
MODULE = import_module("cds_service.trust.authenticate")


def verdict(headers: list[str], trust: Trust) -> str:
    """The reason of a refusal, or "accepted"."""
    try:
        authenticate(headers, HERE, trust)
    except TokenRefused as refused:
        return refused.reason
    return "accepted"


def failing_rows(trust: Trust, tenants: Trust) -> dict[str, str]:
    """Every row of the table whose verdict is not the one it should be; a crash is a verdict, too."""

    def found(headers: list[str], reason: str) -> str:
        try:
            return verdict(headers, tenants if reason == "tenant" else trust)
        except (KeyError, TypeError) as crash:
            return type(crash).__name__

    verdicts = {name: (reason, found(headers(), reason)) for name, (reason, headers) in FORGED.items()}
    return {name: found for name, (expected, found) in verdicts.items() if found != expected}


@pytest.mark.requirement("CH-172", "CH-173", "CH-175", "CH-178", "CH-180", "CH-182")
@pytest.mark.parametrize("name", FORGED)
def test_a_forged_token_is_refused_for_its_one_reason(
    name: str, trust: Trust, trust_in_tenants: Trust
) -> None:
    """Each forged token is refused, and the log can say why in one word."""
    reason, headers = FORGED[name]
    assert verdict(headers(), trust_in_tenants if reason == "tenant" else trust) == reason


@pytest.mark.requirement("CH-174", "CH-175", "CH-179", "CH-181")
@pytest.mark.parametrize("name", GOOD)
def test_a_good_token_is_accepted_once(name: str, trust: Trust) -> None:
    """Each form that the standard allows is let in, and the same token a second time is not."""
    headers = GOOD[name]()
    assert [verdict(headers, trust), verdict(headers, trust)] == ["accepted", "replayed"]


def test_every_reason_has_a_row() -> None:
    """No check is without a forged token; the last three stand in tests of their own."""
    assert {reason for reason, _ in FORGED.values()} | {"no-keys", "replayed"} == set(REASONS)


def test_the_caller_is_the_registered_client(trust_in_tenants: Trust) -> None:
    """A good token gives the registered client, its tenant and the id that was spent."""
    caller = authenticate([f"Bearer {signed(tenant='north', jti='7')}"], HERE, trust_in_tenants)
    assert (caller.issuer, caller.tenant, caller.jti) == (ISSUER, "north", "7")


def test_a_client_may_use_other_algorithms(trust_in: Callable[..., Trust], registered: Client) -> None:
    """RS256 and ES256 are let in for the one client that registered them."""
    trust = trust_in(replace(registered, algorithms=frozenset({"RS256", "ES256"})))
    assert verdict([f"Bearer {signed(rsa_key(), 'RS256', kid='rsa')}"], trust) == "accepted"
    es256 = signed(ec_key("ec-256", "P-256"), "ES256", kid="ec-256", jti="2")
    assert verdict([f"Bearer {es256}"], trust) == "accepted"
    assert verdict([f"Bearer {signed(jti='3')}"], trust) == "algorithm"


@pytest.mark.requirement("CH-180")
def test_a_client_may_have_a_longer_life(trust_in: Callable[..., Trust], registered: Client) -> None:
    """A registered life of 15 minutes is let in to the second and no further."""
    trust = trust_in(replace(registered, life_seconds=900))
    assert verdict([f"Bearer {signed(exp=NOW + 900)}"], trust) == "accepted"
    assert verdict([f"Bearer {signed(exp=NOW + 901, jti='2')}"], trust) == "too-long-lived"


def test_an_audience_alias_counts_for_its_client(trust_in: Callable[..., Trust], registered: Client) -> None:
    """A registered alias is a good aud, and nothing that merely begins like it is."""
    trust = trust_in(replace(registered, audience_aliases=frozenset({"https://old.example/cds"})))
    assert verdict([f"Bearer {signed(aud='https://old.example/cds')}"], trust) == "accepted"
    assert verdict([f"Bearer {signed(aud='https://old.example/cds/x', jti='2')}"], trust) == "audience"


@pytest.mark.requirement("CH-178")
def test_a_registered_key_url_may_stand_in_the_header(
    trust_in: Callable[..., Trust], registered: Client
) -> None:
    """jku equal to the registered one to the letter passes; the same place spelled otherwise does not."""
    trust = trust_in(replace(registered, jku="https://ehr.example.org/jwks.json"))
    good = signed(header={"jku": "https://ehr.example.org/jwks.json"})
    other = signed(header={"jku": "https://EHR.example.org/jwks.json"}, jti="2")
    assert verdict([f"Bearer {good}"], trust) == "accepted"
    assert verdict([f"Bearer {other}"], trust) == "foreign-key-url"


@pytest.mark.requirement("CH-181")
def test_log_only_replay_lets_the_second_call_in(
    trust_in: Callable[..., Trust], registered: Client, noted: list[str]
) -> None:
    """A client in log mode may send one token twice, and the log is told."""
    trust = trust_in(replace(registered, replay="log"))
    headers = [f"Bearer {signed()}"]
    assert [verdict(headers, trust), verdict(headers, trust)] == ["accepted", "accepted"]
    assert noted == ["replayed"]


ALL_CHECKS = [
    (table, name)
    for table in (HEADER_CHECKS, CLIENT_CHECKS, KEY_CHECKS, CLAIM_CHECKS)
    for name in table  # type: ignore[attr-defined]
]
# Where a second check would still refuse: the row then fails by its reason only.
REFUSED_TWICE = {"algorithm", "kid"}


@pytest.mark.deep
@pytest.mark.parametrize(("table", "name"), ALL_CHECKS, ids=[name for _, name in ALL_CHECKS])
def test_each_check_removed_makes_a_row_fail(
    table: dict[str, object],
    name: str,
    trust: Trust,
    trust_in_tenants: Trust,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without any one check of the tables, a named row of the table of forged tokens fails."""
    monkeypatch.setattr("cds_service.trust.replay.Replay.spend", lambda *_: None)
    assert failing_rows(trust, trust_in_tenants) == {}

    def let_through(*_: object) -> bool:
        return True

    monkeypatch.setitem(table, name, (name, let_through) if table is CLIENT_CHECKS else let_through)
    failing = failing_rows(trust, trust_in_tenants)
    assert failing != {}
    assert "accepted" in failing.values() or name in REFUSED_TWICE


@pytest.mark.deep
@pytest.mark.parametrize(
    ("function", "stands_in", "row"),
    [
        ("signature_is_good", lambda *_: True, "a stranger's key"),
        ("check_claims", lambda *_: None, "a foreign tenant"),
        ("check_signature", lambda *_: None, "an unknown kid"),
        ("bearer", lambda headers: headers[0].partition(" ")[2] if headers else "", "two headers"),
    ],
)
def test_each_step_removed_makes_a_row_fail(
    function: str,
    stands_in: Callable[..., object],
    row: str,
    trust: Trust,
    trust_in_tenants: Trust,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without any one step of the check, the row named for it is accepted."""
    monkeypatch.setattr("cds_service.trust.replay.Replay.spend", lambda *_: None)
    monkeypatch.setattr(MODULE, function, stands_in)
    assert failing_rows(trust, trust_in_tenants).get(row) == "accepted"


@pytest.mark.deep
def test_the_replay_record_removed_lets_a_token_in_twice(
    trust: Trust, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the record of spent tokens the second use of a token is accepted."""
    monkeypatch.setattr("cds_service.trust.replay.Replay.spend", lambda *_: None)
    headers = GOOD["ES384"]()
    assert [verdict(headers, trust), verdict(headers, trust)] == ["accepted", "accepted"]


@pytest.mark.deep
def test_the_size_limit_removed_reads_a_long_token(trust: Trust, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the limit of 8 KiB the row of 9 KiB fails."""
    monkeypatch.setattr("cds_service.trust.token.LONGEST_TOKEN", 10**6)
    assert verdict(FORGED["a token of 9 KiB"][1](), trust) == "accepted"


def test_what_a_token_carries_never_shows(trust: Trust) -> None:
    """Neither the refusal nor any repr holds a piece of the token."""
    text = signed_by_hand({"alg": "RS384", "kid": "rsa", "typ": "JWT"}, claims(aud="canary"))
    with pytest.raises(TokenRefused) as refused:
        authenticate([f"Bearer {text}"], HERE, trust)
    assert (str(refused.value), repr(refused.value)) == (
        "Not authenticated.",
        "TokenRefused('Not authenticated.')",
    )
