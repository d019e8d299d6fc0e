"""The keys that did not come, and the pages and results that are still missing, read from the FHIR server.

Everything is asked for at the same time and ends with one budget (CH-077, CH-085 to CH-090). A server that
fails several calls in a row is left alone for a while.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, wait
from typing import NamedTuple

from cds_service.fhir.access import FhirAccess
from cds_service.fhir.prefetch_value import Received, Resource, next_page
from cds_service.fhir.search import failed, read_instance, search
from cds_service.fhir.server_read import Reply
from cds_service.fhir.templates import filled
from cds_service.hooks.hook_request import HookRequest
from cds_service.hooks.service import Service
from cds_service.outgoing import Budget
from cds_service.outgoing.breaker import Breaker
from cds_service.permits import while_waiting


class Task(NamedTuple):
    """One thing to read, and how."""

    query: str
    run: Callable[[], tuple[Received, list[Reply]]]


# Results that no search delivered are read one by one, but not without end.
MOST_SINGLE_READS = 50
_PLACE = re.compile(r"(Observation|QuestionnaireResponse)/[A-Za-z0-9\-._]{1,64}")


class Filling:
    """The reads of one call: its budget, and the partner's breaker."""

    def __init__(self, access: FhirAccess) -> None:
        self._access = access
        self._budget = Budget.of(access.reader.seconds)
        self._breaker: Breaker = access.reader.outgoing.breaker_of(access.destination)
        self._may_call: bool | None = None
        self._replies: list[Reply] = []

    def fill(
        self, request: HookRequest, service: Service, sources: Mapping[str, Received], skip: str
    ) -> dict[str, Received]:
        """Read every key that did not come and every page that is left, but for the place ``skip``.

        ``sources`` and the result are by place, such as ``prefetch.observations``.
        """
        tasks: dict[str, Task] = {}
        for key, template in service.prefetch.items():
            place = f"prefetch.{key}"
            if place == skip or sources[place].is_whole:
                continue
            query = filled(template, request.context)
            task = None if query is None else self._task(query, place, sources[place])
            if task is not None:
                tasks[place] = task
        return self._run(tasks)

    def results(self, report: Resource, resources: Iterable[Resource]) -> tuple[Resource, ...]:
        """Read the results of a report, and their members, that are not among ``resources``."""
        known = {f"{each.get('resourceType')}/{each.get('id')}": each for each in resources}
        found: list[Resource] = []
        seen: set[str] = set()
        asked = 0
        waiting = list(self._places(report.get("result")))
        while waiting:
            missing: dict[str, Task] = {}
            members: list[str] = []
            for place in waiting:
                if place in seen:
                    continue
                seen.add(place)
                if place in known:
                    members += self._places(known[place].get("hasMember"))
                elif asked < MOST_SINGLE_READS:
                    missing[place] = self._single(place)
                    asked += 1
            for place, received in self._run(missing).items():
                found += received.resources
                known.update((place, each) for each in received.resources)
                members += [each for one in received.resources for each in self._places(one.get("hasMember"))]
            waiting = members
        return tuple(found)

    def finish(self) -> None:
        """Tell the breaker how the server behaved, and the audit what was read."""
        if not self._replies:
            return
        answered = any(each.status is not None and each.status < 500 for each in self._replies)
        (self._breaker.succeeded if answered else self._breaker.failed)()
        for reply in self._replies:
            self._access.note(self._access, reply)

    def _task(self, query: str, place: str, received: Received) -> Task | None:
        if received.state == "absent":
            if "?" in query:
                return Task(query, lambda: search(self._access, query, place, self._budget))
            return Task(query, lambda: read_instance(self._access, query, place, self._budget))
        if received.value is not None and next_page(received.value) is not None:
            first = received.value
            return Task(query, lambda: search(self._access, query, place, self._budget, first))
        return None

    def _single(self, place: str) -> Task:
        return Task(place, lambda: read_instance(self._access, place, place, self._budget))

    def _run(self, tasks: Mapping[str, Task]) -> dict[str, Received]:
        """Do all tasks at once; what is not there when the time is over did not come."""
        if not tasks:
            return {}
        if self._may_call is None:
            self._may_call = self._breaker.may_call()
        if not self._may_call:
            return {place: failed(place, "breaker-open") for place in tasks}
        reader, origin = self._access.reader, self._access.destination.origin
        running: dict[str, Future[tuple[Received, list[Reply]]]] = {
            place: reader.lanes.submit(origin, task.run) for place, task in tasks.items()
        }
        with while_waiting():
            wait(running.values(), timeout=self._budget.remaining())
        done: dict[str, Received] = {}
        for place, future in running.items():
            if future.done():
                done[place], replies = future.result()
                self._replies += replies
            else:
                future.cancel()
                done[place] = failed(place, "timeout")
                self._replies.append(Reply(tasks[place].query, reason="timeout"))
        return done

    def _places(self, references: object) -> list[str]:
        """The ``Type/id`` of each reference that leads to this server."""
        places = []
        for reference in references if isinstance(references, list) else ():
            literal = reference.get("reference") if isinstance(reference, dict) else None
            if not isinstance(literal, str):
                continue
            bare = literal.partition("/_history/")[0].removeprefix(f"{self._access.destination.base}/")
            if _PLACE.fullmatch(bare):
                places.append(bare)
        return places
