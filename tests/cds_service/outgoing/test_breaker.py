from __future__ import annotations

from cds_service.outgoing.breaker import FAILURES, OPEN_SECONDS, Breaker


def test_the_fifth_failure_in_a_row_opens_it() -> None:
    """Four failures are borne; a success in between starts the count again."""
    breaker = Breaker(clock=lambda: 0.0)
    for _ in range(FAILURES - 1):
        breaker.failed()
    breaker.succeeded()
    for _ in range(FAILURES - 1):
        breaker.failed()
    assert breaker.may_call()
    breaker.failed()
    assert (breaker.may_call(), breaker.is_open) == (False, True)


def test_after_the_pause_one_caller_tries() -> None:
    """When the pause is over the first caller goes and the next still waits, until it is known how it
    went."""
    moment = [0.0]
    breaker = Breaker(clock=lambda: moment[0])
    for _ in range(FAILURES):
        breaker.failed()
    moment[0] = OPEN_SECONDS
    assert [breaker.may_call(), breaker.may_call()] == [True, False]
    breaker.succeeded()
    assert [breaker.may_call(), breaker.may_call()] == [True, True]


def test_a_failed_trial_opens_it_again() -> None:
    """One failure after the pause is enough for the next pause."""
    moment = [0.0]
    breaker = Breaker(clock=lambda: moment[0])
    for _ in range(FAILURES):
        breaker.failed()
    moment[0] = OPEN_SECONDS
    breaker.may_call()
    breaker.failed()
    moment[0] = OPEN_SECONDS * 1.5
    assert breaker.may_call() is False
