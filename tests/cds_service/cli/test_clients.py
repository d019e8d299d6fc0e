from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cds_service.cli import main
from tests.stub_server import Answer, StubServer, answering
from tests.tokens import ISSUER, ec_key, jwk, key_set, rsa_key

GOOD = jwk(ec_key(), "ec")


def run(*words: str, **environment: str) -> Result:
    """Run the command."""
    return CliRunner(env=environment).invoke(main, ["clients", *words])


def registry(folder: Path, *lines: str) -> Path:
    """Write a registry of one client."""
    (folder / "ehr.json").write_bytes(key_set(GOOD))
    path = folder / "clients.toml"
    path.write_text("\n".join(["[[clients]]", f'issuer = "{ISSUER}"', *lines]))
    return path


def test_a_good_registry_is_shown(tmp_path: Path) -> None:
    """check prints who may do what and ends with 0."""
    result = run("check", str(registry(tmp_path, 'jwks_file = "ehr.json"')))
    assert (result.exit_code, "ehr.example" in result.stdout) == (0, True)


def test_a_bad_registry_is_refused_with_every_reason(tmp_path: Path) -> None:
    """check names each thing that is wrong and ends with 4, as the service would at start."""
    path = registry(tmp_path, 'jwks_file = "gone.json"', 'algorithms = ["none"]')
    result = run("check", str(path))
    assert result.exit_code == 4
    assert "jwks_file: no such file" in result.stderr
    assert "algorithms: none is not one of" in result.stderr


def test_development_is_asked_for(tmp_path: Path) -> None:
    """What only the development profile takes needs the option that says so."""
    path = registry(tmp_path, 'jwks_url = "http://127.0.0.1:9/keys"')
    assert [run("check", str(path)).exit_code, run("check", str(path), "--development").exit_code] == [4, 0]


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [
        (answering(key_set(GOOD)), 0, "key ec: ES384"),
        (answering(key_set(jwk(ec_key("ec-256", "P-256"), "p256"))), 1, "key p256: fits no algorithm"),
        (answering(key_set(GOOD, jwk(rsa_key(), "ec"))), 1, "key ec: there twice"),
        (answering(key_set(jwk(rsa_key("short", 1024), "short"))), 1, "key short: too short"),
        (answering(status=404), 1, "key set: answered 404"),
        (answering(b"[]"), 1, "key set: is not a JWK Set"),
        (answering(status=302, Location="/x"), 3, "key set: could not be fetched: redirect"),
    ],
)
def test_a_key_server_is_judged(tmp_path: Path, answer: Answer, status: int, said: str) -> None:
    """test fetches the key set as the service would and says what it thinks of each key."""
    with StubServer(answer) as server:
        path = registry(tmp_path, f'jwks_url = "{server.url}/keys"')
        result = run("test", ISSUER, CALCIFICATION_CDS_CLIENTS_FILE=str(path))
    assert (result.exit_code, said in result.stdout) == (status, True), result.output


def test_fhir_servers_are_asked_for_metadata(tmp_path: Path) -> None:
    """test asks each FHIR server once, and one that is away makes the exit status 3."""
    with StubServer() as server, StubServer() as gone:
        pass
    with StubServer() as server:
        path = registry(
            tmp_path,
            'jwks_file = "ehr.json"',
            f'fhir = [{{ base = "{server.url}/r4" }}, {{ base = "{gone.url}/r4" }}]',
        )
        result = run("test", ISSUER, CALCIFICATION_CDS_CLIENTS_FILE=str(path))
        assert [asked.path for asked in server.asked] == ["/r4/metadata?_summary=true"]
    assert (result.exit_code, "could not be reached: unreachable" in result.stdout) == (3, True)


def test_an_unknown_issuer_is_bad_usage(tmp_path: Path) -> None:
    """An issuer that the registry does not have: exit status 2."""
    path = registry(tmp_path, 'jwks_file = "ehr.json"')
    result = run("test", "https://nobody.example", CALCIFICATION_CDS_CLIENTS_FILE=str(path))
    assert result.exit_code == 2


def test_without_a_registry_there_is_nothing_to_test() -> None:
    """No registry named: exit status 4 and the name of the setting."""
    result = run("test", ISSUER)
    assert (result.exit_code, "CALCIFICATION_CDS_CLIENTS_FILE" in result.stderr) == (4, True)


def test_a_key_pair_is_made_and_never_written_over(tmp_path: Path) -> None:
    """key writes a private JWK that only its owner can read and a public key set without a secret, once."""
    first, second = (run("key", "ehr", "--folder", str(tmp_path)) for _ in range(2))
    assert (first.exit_code, second.exit_code) == (0, 2)
    private, public = tmp_path / "ehr.private.jwk", tmp_path / "ehr.jwks.json"
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    (shown,) = json.loads(public.read_text())["keys"]
    assert set(shown) == {"kty", "crv", "x", "y", "kid", "use", "alg"}
    assert json.loads(private.read_text())["kid"] == shown["kid"]
