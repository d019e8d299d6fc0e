"""The one guarded HTTP session for everything this service calls: FHIR reads, key sets, patient education.

Nothing is called that is not registered, and whatever is called is called at an address that was looked at.
"""

from __future__ import annotations

from cds_service.outgoing.budget import Budget
from cds_service.outgoing.destination import Destination, register, url_below
from cds_service.outgoing.fetch import Fetched, Outgoing
from cds_service.outgoing.refusals import OutgoingFailed, OutgoingRefused

__all__ = [
    "Budget",
    "Destination",
    "Fetched",
    "Outgoing",
    "OutgoingFailed",
    "OutgoingRefused",
    "register",
    "url_below",
]
