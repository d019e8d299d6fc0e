"""Watch: what must never happen on a page, collected while a person walks through it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Page, Request, Response

AXE = Path(__file__).with_name("vendor") / "axe.min.js"
SERIOUS = ("serious", "critical")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class Watch:
    """Collects errors of a page, requests that leave the service and documents without the policy."""

    def __init__(self, page: Page, base: str) -> None:
        self.page = page
        self.faults: list[str] = []
        self._host = urlsplit(base).netloc
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        page.on("request", self._asked)
        page.on("response", self._answered)

    def _said(self, message: ConsoleMessage) -> None:
        # A refusal that a page explains has a status of its own, and chromium notes every such status.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.faults.append(f"console: {message.text}")

    def _asked(self, request: Request) -> None:
        if urlsplit(request.url).netloc != self._host:
            self.faults.append(f"left the service: {request.url}")

    def _answered(self, response: Response) -> None:
        if response.status >= 500:
            self.faults.append(f"{response.status}: {response.url}")
        if response.request.resource_type == "document":
            policy = response.headers.get("content-security-policy")
            if policy != POLICY:
                self.faults.append(f"policy of {response.url}: {policy}")


def serious_faults(page: Page, rules: Sequence[str] = ()) -> list[str]:
    """What axe-core calls serious or critical on the page as it stands, each with the element.

    ``rules`` are the ids of the rules to look at; none given: all of them.
    """
    # Evaluated by the debugger, where the page's own policy does not reach.
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    only = {"runOnly": {"type": "rule", "values": list(rules)}} if rules else {}
    result = page.evaluate("chosen => axe.run(document, chosen)", {"resultTypes": ["violations"]} | only)
    return [
        f"{fault['id']}: {node['html'][:200]} {node.get('failureSummary', '')}"
        for fault in result["violations"]
        if fault["impact"] in SERIOUS
        for node in fault["nodes"]
    ]
