"""Call: one request while it is answered, and what those who answer it have to say of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from cds_service.errors import NotAuthenticated
from cds_service.trust.client import Caller


@dataclass(slots=True)
class Call:
    """One request while it is answered.

    ``environ`` is that of WSGI, ``path`` the address called and ``route`` its pattern, None where nothing is
    served. ``began`` is in seconds on the clock of ``time.perf_counter``. ``noted`` goes to the log and
    ``audited`` to the audit; ``refused`` is why the caller was turned away.
    """

    environ: dict[str, Any] = field(repr=False)
    path: str = field(repr=False)
    route: str | None
    request_id: str
    began: float
    caller: Caller | None = None
    is_public: bool = False
    noted: dict[str, Any] = field(default_factory=dict)
    audited: dict[str, Any] | None = field(default=None, repr=False)
    refused: str | None = None

    def known_caller(self) -> Caller:
        """Who calls. Raises NotAuthenticated where nobody was let in: for nobody is anything answered."""
        if self.caller is None:
            raise NotAuthenticated("Not authenticated.")
        return self.caller
