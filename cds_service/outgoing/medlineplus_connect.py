"""MedlinePlusConnect: pages for patients, asked for in the background and kept for a day.

No hook call waits for it: a call takes the pages that are in memory. Each question is asked once a day for
all workers of a machine; when that fails, the last good answer serves on.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from cards.education.catalog import Page
from cds_service.outgoing.budget import Budget
from cds_service.outgoing.destination import Destination
from cds_service.outgoing.fetch import Outgoing
from cds_service.outgoing.medlineplus import (
    SERVICE,
    BadAnswer,
    Question,
    address_of,
    questions,
    read_answer,
)
from cds_service.outgoing.medlineplus_store import Kept, Store, only_one, read_store, write_store
from cds_service.outgoing.refusals import OutgoingError, OutgoingFailed

KEPT_SECONDS = 24 * 3600.0
PAUSE_SECONDS = 600.0
MOST_A_MINUTE = 60
ANSWER_SECONDS = 3.0
MOST_BYTES = 512 * 1024
# How often the keeper looks whether something is due while something is.
LOOK_SECONDS = 60.0

# Told the code of a question (empty for all of them), its language, and why it failed.
Note = Callable[[str, str, str], None]


class MedlinePlusConnect:
    """The pages of this process. ``now`` gives seconds since 1970; ``file`` is shared by all workers."""

    def __init__(
        self,
        outgoing: Outgoing,
        file: Path,
        now: Callable[[], float],
        note: Note,
        service: Destination = SERVICE,
    ) -> None:
        self._outgoing = outgoing
        self._file = file
        self._now = now
        self._note = note
        self._service = service
        self._running = threading.Lock()
        self._seen: tuple[int, int] | None = None
        self._store = Store()
        self._next_look = 0.0
        self._pages: tuple[Page, ...] = ()
        self._look()

    def pages(self) -> tuple[Page, ...]:
        """The pages there are now, in the order of the questions."""
        return self._pages

    def keep(self) -> None:
        """Start what is due in the background; called by the keeper, waits for nobody."""
        self._look()
        now = self._now()
        if now < self._next_look or not any(self._is_due(each, now, self._store) for each in questions()):
            return
        self._next_look = now + LOOK_SECONDS
        threading.Thread(target=self.refresh, name="medlineplus-connect", daemon=True).start()

    def refresh(self, *, by_hand: bool = False) -> dict[Question, str]:
        """Ask every question that is due, and give what became of each: ``answered`` or a reason.

        ``by_hand`` does not wait for the pause after a failure. Another process that is asking right now
        leaves nothing to do.
        """
        told: dict[Question, str] = {}
        if not self._running.acquire(blocking=False):
            return told
        try:
            with only_one(self._file) as may_ask:
                if may_ask:
                    self._ask_all(told, by_hand)
        except OSError:
            self._note("", "", "file")
        finally:
            self._running.release()
        self._look()
        return told

    def _ask_all(self, told: dict[Question, str], by_hand: bool) -> None:
        store = read_store(self._file)
        for question in questions():
            if not self._is_due(question, self._now(), store, pause=not by_hand):
                continue
            try:
                kept = Kept(answered_at=self._now(), pages=self._ask(question, store))
                told[question] = "answered"
            except (OutgoingError, BadAnswer) as error:
                kept = store.answers.get(question, Kept())
                told[question] = error.reason if isinstance(error, OutgoingError) else "no-answer-of-its-form"
                self._note(question.code, question.language, told[question])
            store.answers[question] = Kept(kept.answered_at, self._now(), kept.pages)
            write_store(self._file, store)

    def _ask(self, question: Question, store: Store) -> tuple[Page, ...]:
        """Ask one question, at most twice. Raises OutgoingError or BadAnswer."""
        try:
            return self._ask_once(question, store)
        except OutgoingFailed as failed:
            if failed.reason in ("breaker-open", "rate"):
                raise
        return self._ask_once(question, store)

    def _ask_once(self, question: Question, store: Store) -> tuple[Page, ...]:
        self._count(store)
        fetched = self._outgoing.fetch(
            self._service,
            f"{self._service.base}{address_of(question)}",
            Budget.of(ANSWER_SECONDS),
            max_bytes=MOST_BYTES,
            accept="application/json",
            with_breaker=True,
        )
        if fetched.status != 200:
            raise (OutgoingFailed if fetched.status >= 500 else OutgoingError)("status")
        return read_answer(fetched.body)

    def _count(self, store: Store) -> None:
        """Write down that a request is sent, before it is. Raises OutgoingFailed over the limit."""
        now = self._now()
        store.sent_at = [at for at in store.sent_at if now - 60 < at <= now]
        if len(store.sent_at) >= MOST_A_MINUTE:
            raise OutgoingFailed("rate")
        store.sent_at.append(now)
        write_store(self._file, store)

    def _is_due(self, question: Question, now: float, store: Store, *, pause: bool = True) -> bool:
        kept = store.answers.get(question, Kept())
        # A time that is still to come was written while a clock was wrong.
        is_fresh = now - KEPT_SECONDS < kept.answered_at <= now
        is_resting = pause and now - PAUSE_SECONDS < kept.tried_at <= now
        return not is_fresh and not is_resting

    def _look(self) -> None:
        """Take over what is in the file, when somebody has replaced it."""
        try:
            state = self._file.stat()
        except OSError:
            return
        if self._seen == (state.st_mtime_ns, state.st_ino):
            return
        self._seen = (state.st_mtime_ns, state.st_ino)
        self._store = read_store(self._file)
        found = (page for each in questions() for page in self._store.answers.get(each, Kept()).pages)
        self._pages = tuple({(page.url, page.language): page for page in found}.values())
