from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cds_service.errors import SettingsRefused
from cds_service.trust.gate import is_public
from tests.cds_service.golden import golden_request
from tests.cds_service.trust.production import ORIGIN, OTHER, SIGN_OFF, Production
from tests.forged_tokens import FORGED, GOOD
from tests.tokens import ENDPOINT, ISSUER, PUBLIC_URL, signed

PREFLIGHT = [("Access-Control-Request-Method", "POST"), ("Access-Control-Request-Headers", "authorization")]
# A tenant is on no list of this registry, so these three are good tokens here.
BAD = [name for name, (reason, _) in FORGED.items() if reason != "tenant"]


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Production]:
    """The service in production with two registered clients."""
    service = Production(tmp_path)
    yield service
    service.house.close()


@pytest.mark.requirement("CH-171")
@pytest.mark.parametrize("name", GOOD)
def test_a_good_token_reads_discovery(name: str, service: Production) -> None:
    """Each good form of a token opens the endpoint it names."""
    headers = [("Authorization", value) for value in GOOD[name]()]
    assert service.call(headers=headers).status_code == 200


@pytest.mark.requirement("CH-176")
def test_every_refusal_is_the_same_bare_401(service: Production) -> None:
    """The caller cannot tell one forged token from another: no body, no reason, the same headers (CH-176)."""
    answers = set()
    for name in BAD:
        response = service.call(headers=[("Authorization", value) for value in FORGED[name][1]()])
        headers = {key: value for key, value in response.headers.items() if key != "X-Request-Id"}
        answers.add((response.status_code, response.data, tuple(sorted(headers.items()))))
    ((status, body, headers),) = answers
    assert (status, body, dict(headers)["WWW-Authenticate"]) == (401, b"", "Bearer")


def test_every_refusal_has_its_reason_in_the_log_once(service: Production) -> None:
    """One line a call, with one reason, and with the names that the token gave itself."""
    for name in BAD:
        service.call(headers=[("Authorization", value) for value in FORGED[name][1]()])
    assert [line["refused"] for line in service.log()] == [FORGED[name][0] for name in BAD]
    line = service.log()[BAD.index("a stranger's key")]
    assert (line["claimed_issuer"], line["claimed_key"]) == (ISSUER, "ec")


@pytest.mark.requirement("CH-171", "CH-177")
def test_each_endpoint_wants_its_own_audience(service: Production) -> None:
    """A token for discovery opens no service, and the base of the service opens nothing (CH-177)."""
    body = golden_request()
    assert service.call(SIGN_OFF, signed(aud=ENDPOINT), body).status_code == 401
    assert service.call(SIGN_OFF, signed(aud=PUBLIC_URL, jti="2"), body).status_code == 401
    assert service.call("/cds-services", signed(aud=f"{PUBLIC_URL}{SIGN_OFF}", jti="3")).status_code == 401
    assert service.sign_off(body, jti="4").status_code == 200


@pytest.mark.requirement("CH-177")
def test_the_host_header_makes_no_audience(service: Production) -> None:
    """What the caller says the host is does not count; the configured public address does."""
    token = signed(aud="https://evil.example/cds-services")
    assert service.call(token=token, over="https://evil.example").status_code == 401
    assert service.call(token=signed(jti="2"), over="https://evil.example").status_code == 200


@pytest.mark.requirement("CH-163")
def test_feedback_takes_the_address_of_its_service(service: Production) -> None:
    """For feedback aud may be the feedback address or that of the service (CH-163): both pass the gate."""
    path = f"{SIGN_OFF}/feedback"
    for number, aud in enumerate((f"{PUBLIC_URL}{path}", f"{PUBLIC_URL}{SIGN_OFF}")):
        assert service.call(path, signed(aud=aud, jti=str(number)), {}).status_code != 401
    assert service.call(path, signed(jti="3"), {}).status_code == 401


@pytest.mark.requirement("CH-170")
def test_no_route_is_open_by_accident(service: Production) -> None:
    """Every route but the public ones answers 401 to a caller without a token, whatever its method."""
    opened = set()
    for rule in service.app.url_map.iter_rules():
        path = rule.rule.replace("<", "").replace(">", "")
        for method in (rule.methods or set()) - {"OPTIONS", "HEAD"}:
            if service.call(path, method=method).status_code != 401:
                opened.add(rule.rule)
    assert {rule for rule in opened if not is_public(rule)} == set()
    assert {"/healthz", "/readyz"} <= opened


@pytest.mark.parametrize("path", ["/cds-services/", "/cds-services/unknown", "/cds-services/x/feedback"])
def test_what_is_not_there_is_behind_the_gate_too(service: Production, path: str) -> None:
    """A stranger cannot find out which services exist."""
    assert service.call(path).status_code == 401
    assert service.call(path, signed(aud=f"{PUBLIC_URL}{path}")).status_code == 404


def test_the_console_is_not_there_in_production(service: Production) -> None:
    """Pages for trying things out do not exist."""
    assert service.call("/").status_code in (401, 404)


@pytest.mark.requirement("CH-002")
def test_plain_http_is_refused(service: Production) -> None:
    """Without TLS there is a 403 and no redirect that would send a body twice; health may be asked."""
    assert service.call(token=signed(), over="http://cds.example.org").status_code == 403
    assert service.call("/healthz", over="http://cds.example.org").status_code == 200


def test_a_named_proxy_may_end_tls(service: Production) -> None:
    """What a named proxy says about https is believed; what anybody else says is not."""
    forwarded = [("X-Forwarded-Proto", "https")]
    over = "http://cds.example.org"
    assert service.call(token=signed(), over=over, headers=forwarded).status_code == 200
    strangers = {"environ_overrides": {"REMOTE_ADDR": "10.9.9.9"}}
    response = service.call(token=signed(jti="2"), over=over, headers=forwarded, **strangers)
    assert response.status_code == 403


@pytest.mark.requirement("CH-190", "CH-191")
def test_a_preflight_is_answered_before_authentication(service: Production) -> None:
    """A browser's question carries no token and is answered for a registered origin (CH-191)."""
    response = service.call(SIGN_OFF, method="OPTIONS", headers=[("Origin", ORIGIN), *PREFLIGHT])
    assert response.status_code == 204
    assert {
        name: response.headers.get(name)
        for name in (
            "Access-Control-Allow-Origin",
            "Access-Control-Allow-Methods",
            "Access-Control-Allow-Headers",
            "Access-Control-Allow-Credentials",
            "Vary",
        )
    } == {
        "Access-Control-Allow-Origin": ORIGIN,
        "Access-Control-Allow-Methods": "GET, POST",
        "Access-Control-Allow-Headers": "Authorization, Content-Type",
        "Access-Control-Allow-Credentials": None,
        "Vary": "Origin",
    }


@pytest.mark.requirement("CH-192")
@pytest.mark.parametrize("origin", ["https://evil.example", f"{ORIGIN}.evil.example", "null", ""])
def test_a_foreign_origin_gets_no_permission(service: Production, origin: str) -> None:
    """An origin that is not registered may ask, and reads nothing (CH-192)."""
    response = service.call(SIGN_OFF, method="OPTIONS", headers=[("Origin", origin), *PREFLIGHT])
    assert "Access-Control-Allow-Origin" not in response.headers


@pytest.mark.requirement("CH-193")
def test_errors_can_be_read_by_the_page(service: Production) -> None:
    """A 401, a 400 and a 412 carry the origin as an answer does (CH-193)."""
    origin = [("Origin", ORIGIN)]
    aud = f"{PUBLIC_URL}{SIGN_OFF}"
    context = {"userId": "Practitioner/1", "patientId": "1", "reportId": "1", "status": "final"}
    empty = {
        "hook": "report-sign",
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": context,
    }
    answers = [
        service.call(SIGN_OFF, None, {}, headers=origin),
        service.call(SIGN_OFF, signed(aud=aud), {}, headers=origin),
        service.call(SIGN_OFF, signed(aud=aud, jti="2"), empty, headers=origin),
    ]
    assert [each.status_code for each in answers] == [401, 400, 412]
    assert [each.headers.get("Access-Control-Allow-Origin") for each in answers] == [ORIGIN] * 3


def test_an_origin_is_bound_to_its_client(service: Production) -> None:
    """A page of one client may not read what another client was answered."""
    response = service.call(token=signed(iss=OTHER), headers=[("Origin", ORIGIN)])
    assert response.status_code == 200
    assert "Access-Control-Allow-Origin" not in response.headers


def test_a_client_over_its_rate_waits(service: Production) -> None:
    """The fourth call of a client with three a minute: 429 as JSON with Retry-After; others go on."""
    statuses = [service.call(token=signed(iss=OTHER, jti=str(n))).status_code for n in range(3)]
    response = service.call(token=signed(iss=OTHER, jti="x"))
    assert (statuses, response.status_code) == ([200] * 3, 429)
    assert response.content_type == "application/json"
    assert response.get_json()["issue"][0]["code"] == "throttled"
    assert 1 <= int(response.headers["Retry-After"]) <= 20
    assert service.call(token=signed()).status_code == 200


def test_two_clients_do_not_spend_each_others_tokens(service: Production) -> None:
    """The same jti of two issuers is two tokens; one client's token is no use under the other's name."""
    assert service.call(token=signed(jti="same")).status_code == 200
    assert service.call(token=signed(jti="same", iss=OTHER)).status_code == 200
    assert service.call(token=signed(jti="same")).status_code == 401


def test_two_workers_share_what_was_spent(tmp_path: Path, service: Production) -> None:
    """A token that one worker has seen is refused by the next one."""
    second = Production(tmp_path)
    token = signed()
    assert [service.call(token=token).status_code, second.call(token=token).status_code] == [200, 401]
    second.house.close()


def test_every_answer_is_hardened(service: Production) -> None:
    """Good answers, refusals and errors carry the same protecting headers, and nobody keeps them."""
    for response in (
        service.call(token=signed()),
        service.call(),
        service.call("/nowhere"),
        service.sign_off(golden_request(), jti="2"),
    ):
        headers = response.headers
        assert headers["Strict-Transport-Security"] == "max-age=31536000"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in headers


def test_a_client_has_its_own_policy(tmp_path: Path) -> None:
    """A client that names a policy file is answered by it, and the other client by the site's."""
    (tmp_path / "silent.toml").write_text('mode = "silent"\n')
    registry = "\n".join(
        [
            f'[[clients]]\nissuer = "{ISSUER}"\njwks_file = "ehr.json"\npolicy_file = "silent.toml"',
            f'[[clients]]\nissuer = "{OTHER}"\njwks_file = "ehr.json"',
        ]
    )
    service = Production(tmp_path, registry)
    body = golden_request()
    cards = [len(service.sign_off(body, iss=iss).get_json()["cards"]) for iss in (ISSUER, OTHER)]
    assert cards[0] == 0 < cards[1]
    service.house.close()


def test_production_does_not_start_with_a_broken_registry(tmp_path: Path) -> None:
    """A registry that cannot be used stops the start and says where it is wrong."""
    with pytest.raises(SettingsRefused, match=r"clients\.toml: clients\[0\]\.issuer: Field required"):
        Production(tmp_path, "[[clients]]\n")


def test_development_answers_this_machine_only(tmp_path: Path) -> None:
    """Without authentication neither another machine nor a page under a name of its own is answered."""
    service = Production(tmp_path, profile="development", public_url="http://127.0.0.1:8000")
    local = "http://127.0.0.1:8000"
    assert service.call(over=local).status_code == 200
    assert service.call(over="http://[::1]:8000").status_code == 200
    assert service.call(over="http://rebound.evil.example").status_code == 403
    elsewhere = {"environ_overrides": {"REMOTE_ADDR": "10.0.0.7"}}
    assert service.call(over=local, **elsewhere).status_code == 403
    service.house.close()
