"""Discovery: what GET /cds-services answers (CH-020 to CH-047)."""

from __future__ import annotations

from collections.abc import Iterable

from cds_service.hooks.service import Service


def discovery(services: Iterable[Service]) -> dict[str, object]:
    """Describe the services in the words of CDS Hooks 2.0.1."""
    return {
        "services": [
            {
                "hook": service.hook,
                "title": service.title,
                "description": service.description,
                "id": service.id,
                "prefetch": dict(service.prefetch),
                "usageRequirements": service.usage_requirements,
            }
            for service in services
        ]
    }
