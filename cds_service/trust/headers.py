"""The headers that every answer carries, so that a browser does with it what is meant and nothing else."""

from __future__ import annotations

from werkzeug.wrappers import Response

HSTS = "max-age=31536000"


def policy_of(response: Response, frame_ancestors: str) -> str:
    """The content security policy: pages use what this service serves; data use nothing at all.

    Neither has inline script, inline style or eval.
    """
    if response.mimetype == "text/html":
        return (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
            "connect-src 'self'; form-action 'self'; base-uri 'none'; "
            f"frame-ancestors {frame_ancestors}"
        )
    return f"default-src 'none'; frame-ancestors {frame_ancestors}"


def harden(response: Response, *, is_production: bool, is_public: bool, frame_ancestors: str) -> None:
    """Add the headers; ``no-store`` to everything that is not a public page."""
    headers = response.headers
    if response.calculate_content_length() == 0:
        headers.pop("Content-Type", None)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "no-referrer"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Content-Security-Policy"] = policy_of(response, frame_ancestors)
    if is_production:
        headers["Strict-Transport-Security"] = HSTS
    if not is_public:
        headers["Cache-Control"] = "no-store"
