"""The headers that every answer carries, so that a browser does with it what is meant and nothing else."""

from __future__ import annotations

from functools import lru_cache

HSTS = "max-age=31536000"


def policy_of(frame_ancestors: str, *, is_page: bool) -> str:
    """The content security policy: pages use what this service serves; data use nothing at all.

    Neither has inline script, inline style or eval.
    """
    if is_page:
        return (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
            "connect-src 'self'; form-action 'self'; base-uri 'none'; "
            f"frame-ancestors {frame_ancestors}"
        )
    return f"default-src 'none'; frame-ancestors {frame_ancestors}"


@lru_cache(maxsize=16)
def hardening(
    *, is_page: bool, is_production: bool, is_public: bool, frame_ancestors: str
) -> tuple[tuple[str, str], ...]:
    """List the headers; ``no-store`` to everything that is not a public page. ``is_page``: it is HTML."""
    headers = [
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Content-Security-Policy", policy_of(frame_ancestors, is_page=is_page)),
    ]
    if is_production:
        headers.append(("Strict-Transport-Security", HSTS))
    if not is_public:
        headers.append(("Cache-Control", "no-store"))
    return tuple(headers)
