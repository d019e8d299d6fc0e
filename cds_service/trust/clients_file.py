"""clients.toml -> who may call. Everything is checked when it is loaded; a doubt stops the start."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cds_service.outgoing import Destination, OutgoingRefused, register
from cds_service.trust.client import DEFAULT_ALGORITHMS, DEFAULT_LIFE_SECONDS, Client, FhirOrigin
from cds_service.trust.keys import ALGORITHMS, BadKeySet, Keys, holds_private_key, read_keys

LONGEST_LIFE_SECONDS = 3600
MOST_RATE = 1_000_000

# The signing key of the public sandbox lies in its repository: whoever trusts it trusts everybody.
EVERYBODYS_KEYS = ("sandbox.cds-hooks.org",)

Text = Annotated[str, Field(min_length=1, max_length=255, pattern=r"^[!-~]+$")]


class ClientsRefused(ValueError):
    """The file cannot be used; ``reasons`` has one line for each thing that is wrong."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _FhirRow(_Row):
    base: Text
    allow_private: bool = False
    allow_port: bool = False
    tenants: tuple[Text, ...] = Field(default=(), strict=False)


class _ClientRow(_Row):
    issuer: Text
    jwks_file: str | None = None
    jwks: dict[str, Any] | None = None
    jwks_url: Text | None = None
    jku: Text | None = None
    jwks_allow_private: bool = False
    jwks_allow_port: bool = False
    algorithms: tuple[str, ...] = Field(default=tuple(sorted(DEFAULT_ALGORITHMS)), min_length=1, strict=False)
    tenants: tuple[Text, ...] = Field(default=(), strict=False)
    fhir: tuple[_FhirRow, ...] = Field(default=(), strict=False)
    cors_origins: tuple[Text, ...] = Field(default=(), strict=False)
    rate_per_minute: int = Field(default=600, ge=1, le=MOST_RATE)
    audience_aliases: tuple[Text, ...] = Field(default=(), strict=False)
    token_life_seconds: int = Field(default=DEFAULT_LIFE_SECONDS, ge=30, le=LONGEST_LIFE_SECONDS)
    replay: Literal["strict", "log"] = "strict"
    policy_file: str | None = None


class _File(_Row):
    clients: tuple[_ClientRow, ...] = Field(strict=False)


def load_clients(path: Path, *, production: bool) -> Mapping[str, Client]:
    """Read clients.toml; files named in it are relative to it.

    With ``production`` plain http and issuers whose key everybody has are refused. Gives the clients by
    issuer. Raises ClientsRefused with every reason.
    """
    try:
        rows = _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8"))).clients
    except (OSError, UnicodeDecodeError):
        raise ClientsRefused([f"{path.name}: cannot be read as UTF-8 text"]) from None
    except tomllib.TOMLDecodeError as error:
        raise ClientsRefused([f"{path.name}: {error}"]) from None
    except ValidationError as error:
        raise ClientsRefused(
            [
                f"{path.name}: {_place(issue['loc'])}: {issue['msg']}"
                for issue in error.errors(include_input=False, include_url=False, include_context=False)
            ]
        ) from None
    if not rows:
        raise ClientsRefused([f"{path.name}: clients: there is none"])
    reasons: list[str] = []
    clients: dict[str, Client] = {}
    for position, row in enumerate(rows):
        builder = _Builder(path, f"{path.name}: clients[{position}]", production, reasons)
        if row.issuer in clients:
            builder.refuse("issuer", "is there twice")
        clients[row.issuer] = builder.client(row)
    if reasons:
        raise ClientsRefused(reasons)
    return clients


def _place(location: tuple[int | str, ...]) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    return text.lstrip(".") or "the file"


class _Builder:
    """Turns one row into a Client and collects what is wrong with it."""

    def __init__(self, path: Path, place: str, production: bool, reasons: list[str]) -> None:
        self.folder = path.parent
        self.place = place
        self.production = production
        self.reasons = reasons

    def refuse(self, member: str, reason: str) -> None:
        self.reasons.append(f"{self.place}.{member}: {reason}")

    def client(self, row: _ClientRow) -> Client:
        algorithms = frozenset(row.algorithms)
        for algorithm in sorted(algorithms - ALGORITHMS.keys()):
            self.refuse("algorithms", f"{algorithm} is not one of {', '.join(ALGORITHMS)}")
        if self.production and any(host in row.issuer for host in EVERYBODYS_KEYS):
            self.refuse("issuer", "everybody has the signing key of this issuer; use it for development only")
        keys = self._pinned_keys(row, algorithms & ALGORITHMS.keys())
        key_url = None
        if row.jwks_url is not None and row.jku is not None:
            self.refuse("jku", "is for pinned keys; with jwks_url the tokens name that address")
        if row.jwks_url is not None:
            key_url = self._destination("jwks_url", row.jwks_url, row.jwks_allow_private, row.jwks_allow_port)
        return Client(
            issuer=row.issuer,
            keys=keys,
            key_url=key_url,
            jku=row.jwks_url or row.jku,
            algorithms=algorithms,
            tenants=frozenset(row.tenants),
            fhir=tuple(self._fhir(position, each, row) for position, each in enumerate(row.fhir)),
            cors_origins=frozenset(self._origins(row.cors_origins)),
            rate_per_minute=row.rate_per_minute,
            audience_aliases=frozenset(row.audience_aliases),
            life_seconds=row.token_life_seconds,
            replay=row.replay,
            policy_file=self._policy_file(row.policy_file),
        )

    def _pinned_keys(self, row: _ClientRow, algorithms: frozenset[str]) -> Keys | None:
        given = [name for name in ("jwks_file", "jwks", "jwks_url") if getattr(row, name) is not None]
        if len(given) != 1:
            self.refuse("jwks_url", "give exactly one of jwks_file, jwks and jwks_url")
            return None
        if row.jwks_url is not None:
            return None
        member = given[0]
        try:
            data = (
                orjson.dumps(row.jwks)
                if row.jwks_file is None
                else (self.folder / row.jwks_file).read_bytes()
            )
            keys = read_keys(data)
        except OSError:
            self.refuse(member, "no such file")
            return None
        except BadKeySet as error:
            self.refuse(member, str(error))
            return None
        if holds_private_key(data):
            self.refuse(member, "holds a private key; give the public keys only, and replace this key")
        for kid, named in keys.items():
            if len(named) > 1:
                self.refuse(member, f"the kid {kid} is there twice")
            if named[0].is_weak:
                self.refuse(member, f"the RSA key {kid} has fewer than 2048 bits")
        usable = [
            algorithm for algorithm in algorithms if any(each[0].fits(algorithm) for each in keys.values())
        ]
        if algorithms and not usable:
            self.refuse(member, f"no key fits {', '.join(sorted(algorithms))}")
        return keys

    def _destination(self, member: str, url: str, private: bool, port: bool) -> Destination | None:
        try:
            return register(url, allow_private=private, allow_port=port, allow_http=not self.production)
        except OutgoingRefused as refused:
            self.refuse(member, f"cannot be called: {refused.reason}; see docs/security.md")
            return None

    def _fhir(self, position: int, row: _FhirRow, client: _ClientRow) -> FhirOrigin:
        member = f"fhir[{position}]"
        destination = self._destination(f"{member}.base", row.base, row.allow_private, row.allow_port)
        for tenant in sorted(set(row.tenants) - set(client.tenants)):
            self.refuse(f"{member}.tenants", f"{tenant} is not a tenant of this client")
        return FhirOrigin(
            destination or Destination("https", "refused.invalid", 443, ""), frozenset(row.tenants)
        )

    def _origins(self, origins: tuple[str, ...]) -> list[str]:
        for origin in origins:
            try:
                if register(origin, allow_port=True, allow_http=not self.production).origin == origin:
                    continue
            except OutgoingRefused:
                pass
            self.refuse("cors_origins", f"{origin} is not an origin such as https://ehr.example.org")
        return list(origins)

    def _policy_file(self, name: str | None) -> Path | None:
        if name is None:
            return None
        path = self.folder / name
        if not path.is_file():
            self.refuse("policy_file", "no such file")
        return path
