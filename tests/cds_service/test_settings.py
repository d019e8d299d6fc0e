"""Settings that cannot be used are refused by name, without their value."""

from __future__ import annotations

from pathlib import Path

import pytest

from cds_service.errors import SettingsRefused
from cds_service.settings import PREFIX, Settings, load_settings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PROFILE", "staging"),
        ("PUBLIC_URL", "cds.example.org"),
        ("PUBLIC_URL", "https://cds.example.org?x=secret"),
        ("CUSTOM_HOOK", "report-sign"),
        ("CUSTOM_HOOK", "Org.Example.report-sign"),
        ("DATABASE_URL_FILE", "/nowhere/secret"),
        ("POLICY_FILE", "/nowhere/secret.toml"),
        ("CODES_FILE", "/nowhere/secret.csv"),
        ("MAX_BODY_BYTES", "12"),
        ("MAX_JSON_DEPTH", "1000"),
        ("MAX_ENTRIES", "many"),
        ("MD_ANDERSON_PAGE_URL", "https://secret.example.org/page"),
        ("MD_ANDERSON_PAGE_URL", "https://www.mdanderson.org/page?secret"),
        ("MEDLINEPLUS_CONNECT", "secret"),
        ("POLICY", "policy.toml"),
        ("PROFIL", "secret"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused(name: str, value: str) -> None:
    """The refusal is one line that starts with the variable and does not repeat its value."""
    with pytest.raises(SettingsRefused) as refused:
        load_settings({PREFIX + name: value})
    [reason] = refused.value.reasons
    assert reason.startswith(f"{PREFIX}{name}: ")
    assert "secret" not in reason


def test_production_names_every_unsafe_setting() -> None:
    """Production without https, without registered clients and without TLS does not start."""
    with pytest.raises(SettingsRefused) as refused:
        load_settings({PREFIX + "PROFILE": "production"})
    assert [reason.split(":")[0] for reason in refused.value.reasons] == [
        f"{PREFIX}PUBLIC_URL",
        f"{PREFIX}CLIENTS_FILE",
        f"{PREFIX}TRUSTED_PROXIES",
    ]


def test_production_starts_with_safe_settings(tmp_path: Path) -> None:
    """With an https address and a registry the settings are accepted."""
    clients = tmp_path / "clients.toml"
    clients.touch()
    settings = load_settings(
        {
            PREFIX + "PROFILE": "production",
            PREFIX + "PUBLIC_URL": "https://cds.example.org/",
            PREFIX + "CLIENTS_FILE": str(clients),
            PREFIX + "TRUSTED_PROXIES": "10.0.0.5",
        }
    )
    assert (settings.profile, settings.public_url) == ("production", "https://cds.example.org")


def test_the_database_url_may_stand_in_a_file(tmp_path: Path) -> None:
    """What is mounted as a secret is read without its last line break."""
    secret = tmp_path / "database-url"
    secret.write_text("postgresql://cds:secret@database/cds\n")
    settings = load_settings({PREFIX + "DATABASE_URL_FILE": str(secret)})
    assert settings.database_url == "postgresql://cds:secret@database/cds"


@pytest.mark.parametrize(
    ("content", "beside"),
    [
        (b"\n", {}),
        (b"secret \xff", {}),
        (b"postgresql://secret", {f"{PREFIX}DATABASE_URL": "sqlite:///secret"}),
    ],
)
def test_a_file_without_a_usable_database_url_is_refused(
    tmp_path: Path, content: bytes, beside: dict[str, str]
) -> None:
    """Nothing in it, no text in it, or a second URL beside it: refused by name, without a word of either."""
    secret = tmp_path / "database-url"
    secret.write_bytes(content)
    with pytest.raises(SettingsRefused) as refused:
        load_settings({PREFIX + "DATABASE_URL_FILE": str(secret), **beside})
    [reason] = refused.value.reasons
    assert reason.startswith(f"{PREFIX}DATABASE_URL_FILE: ")
    assert "secret" not in reason


def test_an_empty_variable_is_a_default() -> None:
    """A variable set to nothing is as good as none, as container files write it."""
    assert load_settings({PREFIX + "POLICY_FILE": "", "HOME": "/root"}) == Settings()


def test_every_setting_says_what_it_does() -> None:
    """Each setting has a docstring, because operators read nothing else."""
    undescribed = [name for name, field in Settings.model_fields.items() if not field.description]
    assert undescribed == []
