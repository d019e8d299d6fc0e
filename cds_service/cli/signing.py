"""The key that a command signs its tokens with, as one option says where it is."""

from __future__ import annotations

from pathlib import Path

import orjson
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey, import_key

from cds_service.cli.common import refuse
from cds_service.cli.exit_status import ExitStatus
from cds_service.trust.keys import ALGORITHMS


def read_key(path: Path, kid: str | None) -> tuple[RSAKey | ECKey, str]:
    """Read a private key, JWK or PEM, and its kid; what is no such key ends the command with status 2."""
    data = path.read_bytes()
    try:
        if data.lstrip().startswith(b"{"):
            members = orjson.loads(data)
            if members.get("kty") not in ("RSA", "EC"):
                refuse(f"{path.name} holds no private RSA or EC key", ExitStatus.BAD_INPUT)
            key = import_key(members)
            kid = kid or members.get("kid")
        else:
            kinds = (ECKey, RSAKey)
            key = next(made for made in (_from_pem(kind, data) for kind in kinds) if made is not None)
    except (JoseError, ValueError, StopIteration):
        refuse(f"{path.name} is neither a private JWK nor a private key in PEM", ExitStatus.BAD_INPUT)
    if not isinstance(key, RSAKey | ECKey) or not key.is_private:
        refuse(f"{path.name} holds no private RSA or EC key", ExitStatus.BAD_INPUT)
    if not kid:
        refuse("the key has no kid: name it with --kid", ExitStatus.BAD_INPUT)
    return key, kid


def _from_pem(kind: type[RSAKey] | type[ECKey], data: bytes) -> RSAKey | ECKey | None:
    try:
        key = kind.import_key(data)
        # Some readers take any key they are given.
        fits = isinstance(key, RSAKey) == hasattr(key.public_key.public_numbers(), "n")
    except (JoseError, ValueError, AttributeError):
        return None
    return key if fits else None


def usual_algorithm(key: RSAKey | ECKey) -> str:
    """How a key signs when nobody says: RS384, or what its curve is for."""
    if isinstance(key, RSAKey):
        return "RS384"
    return next(name for name, (_, curve) in ALGORITHMS.items() if curve == key.curve_name)
