from __future__ import annotations

import json
from pathlib import Path

import pytest
from jwt.algorithms import ECAlgorithm

from cds_service.trust import Client, ClientsRefused, anonymous, load_clients
from tests.tokens import ISSUER, ec_key, jwk, key_set, rsa_key


def load(folder: Path, text: str, *, production: bool = True) -> dict[str, Client]:
    """Load a registry beside a key set of two good keys."""
    (folder / "ehr.json").write_bytes(key_set(jwk(ec_key(), "ec"), jwk(rsa_key(), "rsa")))
    path = folder / "clients.toml"
    path.write_text(text)
    return dict(load_clients(path, production=production))


def entry(*lines: str, keys: str = 'jwks_file = "ehr.json"') -> str:
    """One entry of a registry."""
    return "\n".join(["[[clients]]", f'issuer = "{ISSUER}"', keys, *lines])


def test_an_entry_with_everything(tmp_path: Path) -> None:
    """Every member of an entry arrives in the client."""
    (tmp_path / "policy.toml").touch()
    text = entry(
        'algorithms = ["ES384"]',
        'tenants = ["north", "south"]',
        'cors_origins = ["https://viewer.example.org"]',
        "rate_per_minute = 60",
        'audience_aliases = ["https://old.example.org/cds-services"]',
        "token_life_seconds = 900",
        'replay = "log"',
        'policy_file = "policy.toml"',
        "[[clients.fhir]]",
        'base = "https://fhir.example.org/r4/"',
        "allow_private = true",
        'tenants = ["north"]',
    )
    client = load(tmp_path, text)[ISSUER]
    assert (client.algorithms, client.tenants) == ({"ES384"}, {"north", "south"})
    assert (client.cors_origins, client.rate_per_minute) == ({"https://viewer.example.org"}, 60)
    assert (client.life_seconds, client.replay) == (900, "log")
    assert client.audience_aliases == {"https://old.example.org/cds-services"}
    assert client.policy_file == tmp_path / "policy.toml"
    assert [each.destination.base for each in client.fhir] == ["https://fhir.example.org/r4"]
    assert sorted(client.keys or ()) == ["ec", "rsa"]


def test_the_least_an_entry_needs(tmp_path: Path) -> None:
    """Issuer and keys are enough; no FHIR server, no origin, five minutes, strict, RS384 and ES384."""
    client = load(tmp_path, entry())[ISSUER]
    assert (client.fhir, client.cors_origins, client.life_seconds) == ((), frozenset(), 300)
    assert (client.replay, client.algorithms) == ("strict", {"ES384", "RS384"})


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "clients: Field required"),
        ("clients = []", "clients: there is none"),
        ("[[clients]]\nissuer = 7", "clients[0].issuer: Input should be a valid string"),
        (entry('algoritms = ["ES384"]'), "clients[0].algoritms: Extra inputs are not permitted"),
        (entry('algorithms = ["HS384"]'), "clients[0].algorithms: HS384 is not one of"),
        (entry('algorithms = ["none"]'), "clients[0].algorithms: none is not one of"),
        (entry("algorithms = []"), "clients[0].algorithms: Tuple should have at least 1 item"),
        (entry('algorithms = ["ES256"]'), "clients[0].jwks_file: no key fits ES256"),
        (entry("token_life_seconds = 3601"), "clients[0].token_life_seconds: Input should be less than"),
        (entry("rate_per_minute = 0"), "clients[0].rate_per_minute: Input should be greater than"),
        (entry('replay = "off"'), "clients[0].replay: Input should be 'strict' or 'log'"),
        (entry('policy_file = "gone.toml"'), "clients[0].policy_file: no such file"),
        (entry(keys=""), "clients[0].jwks_url: give exactly one of jwks_file, jwks and jwks_url"),
        (entry('jwks_url = "https://a.example/k"'), "clients[0].jwks_url: give exactly one of"),
        (entry(keys='jwks_file = "gone.json"'), "clients[0].jwks_file: no such file"),
        (entry(keys="jwks = { keys = [] }"), "clients[0].jwks: has no key that can be used"),
        (entry(keys='jwks_url = "http://a.example/k"'), "clients[0].jwks_url: cannot be called: scheme"),
        (entry(keys='jwks_url = "https://10.0.0.1:22/k"'), "clients[0].jwks_url: cannot be called: port"),
        (entry('fhir = [{ base = "http://127.0.0.1/r4" }]'), "fhir[0].base: cannot be called: scheme"),
        (
            entry('fhir = [{ base = "https://f.example/r4", tenants = ["x"] }]'),
            "clients[0].fhir[0].tenants: x is not a tenant of this client",
        ),
        (entry('cors_origins = ["*"]'), "clients[0].cors_origins: * is not an origin"),
        (entry('cors_origins = ["https://a.example/"]'), "cors_origins: https://a.example/ is not"),
        (f"{entry()}\n{entry()}", "clients[1].issuer: is there twice"),
        (
            entry().replace(ISSUER, "https://sandbox.cds-hooks.org"),
            "clients[0].issuer: everybody has the signing key of this issuer",
        ),
        ("[[clients", "clients.toml: Expected"),
    ],
)
def test_a_registry_in_doubt_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    """Each thing that is wrong with a registry is refused with its place and what is wrong."""
    with pytest.raises(ClientsRefused) as refused:
        load(tmp_path, text)
    (stated,) = refused.value.reasons
    assert reason in stated


def test_a_private_key_is_refused_and_not_repeated(tmp_path: Path) -> None:
    """A registry is no place for a secret: it stops the start, and the refusal does not show it."""
    private = json.loads(ECAlgorithm.to_jwk(ec_key())) | {"kid": "ec"}
    (tmp_path / "private.json").write_text(json.dumps({"keys": [private]}))
    with pytest.raises(ClientsRefused, match="holds a private key") as refused:
        load(tmp_path, entry(keys='jwks_file = "private.json"'))
    assert private["d"] not in str(refused.value)


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        (
            [jwk(rsa_key("short", 1024), "short"), jwk(ec_key(), "ec")],
            "the RSA key short has fewer than 2048",
        ),
        ([jwk(ec_key(), "ec"), jwk(ec_key("twin-a"), "ec")], "the kid ec is there twice"),
    ],
)
def test_pinned_keys_must_all_be_good(tmp_path: Path, keys: list[dict[str, object]], reason: str) -> None:
    """A short key or a name for two keys is refused at start, not at the first call."""
    (tmp_path / "pinned.json").write_bytes(key_set(*keys))
    with pytest.raises(ClientsRefused, match=reason):
        load(tmp_path, entry(keys='jwks_file = "pinned.json"'))


def test_development_takes_http_on_this_machine_and_the_sandbox(tmp_path: Path) -> None:
    """For trying things out a loopback FHIR server and the public sandbox may be registered."""
    text = entry('fhir = [{ base = "http://127.0.0.1:8080/fhir" }]').replace(
        ISSUER, "https://sandbox.cds-hooks.org"
    )
    clients = load(tmp_path, text, production=False)
    assert [each.destination.base for each in anonymous(clients).fhir] == ["http://127.0.0.1:8080/fhir"]


def test_pinned_keys_may_go_with_the_address_that_tokens_name(tmp_path: Path) -> None:
    """An EHR that always sends jku can have its keys pinned: jku is compared, not fetched (CH-178)."""
    jku = "https://ehr.example.org/jwks.json"
    client = load(tmp_path, entry(f'jku = "{jku}"'))[ISSUER]
    assert (client.jku, client.key_url, sorted(client.keys or ())) == (jku, None, ["ec", "rsa"])
    with pytest.raises(ClientsRefused, match="jku: is for pinned keys"):
        load(tmp_path, entry(f'jku = "{jku}"', keys=f'jwks_url = "{jku}"'))


def test_a_fhir_server_is_bound_to_client_and_tenant(tmp_path: Path) -> None:
    """fhirServer is used only if it equals, once normalised, a base of this client and tenant (CH-089)."""
    text = entry(
        'tenants = ["north", "south"]',
        "fhir = [",
        '  { base = "https://fhir.example.org/north", tenants = ["north"] },',
        '  { base = "https://fhir.example.org/both" },',
        "]",
    )
    client = load(tmp_path, text)[ISSUER]
    table = {
        ("https://fhir.example.org/north", "north"): True,
        ("HTTPS://FHIR.example.org:443/north/", "north"): True,
        ("https://fhir.example.org/north", "south"): False,
        ("https://fhir.example.org/both", "south"): True,
        ("https://fhir.example.org/north/../both", "south"): False,
        ("https://fhir.example.org", "north"): False,
        ("https://fhir.example.org/both/more", "north"): False,
        ("http://fhir.example.org/both", "north"): False,
        ("https://fhir.example.org.evil.example/both", "north"): False,
        ("https://169.254.169.254/", "north"): False,
        ("not an address", "north"): False,
    }
    found = {asked: client.fhir_destination(*asked) is not None for asked in table}
    assert found == table
