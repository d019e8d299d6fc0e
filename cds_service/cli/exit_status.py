"""The exit statuses of every command, in one place."""

from __future__ import annotations

from enum import IntEnum


class ExitStatus(IntEnum):
    """What the shell is told when a command ends.

    FINE: all is well. FOUND: the work is done and there is something to look at, bad rows for
    instance. BAD_INPUT: the command line or the whole input is no use. PARTNER_AWAY: another
    system could not be reached. CONFIGURATION_REFUSED: settings or a policy are not accepted.
    """

    FINE = 0
    FOUND = 1
    BAD_INPUT = 2
    PARTNER_AWAY = 3
    CONFIGURATION_REFUSED = 4
