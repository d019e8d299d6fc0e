"""P-2: of several findings or candidates the most suspicious one drives."""

from __future__ import annotations

from cards.guidance.categories import ALL, CATEGORIES, HIGHEST, LOWEST, NONE


def winner(sets: list[tuple[int, int]]) -> tuple[int, int, tuple[int, ...]]:
    """Return expected and tolerated of the winner and the places of all that tie for it.

    Each entry is (expected, tolerated). The higher lowest expected category wins, on a tie the
    higher top of the set. Tolerated is what all tied ones tolerate, without any value that lies
    below the lowest expected category of another one and is not tolerated there.
    """
    if len(sets) == 1:
        return sets[0][0], sets[0][1], (0,)
    best = -1
    tied: list[int] = []
    for place, (expected, _) in enumerate(sets):
        order = LOWEST[expected] * len(CATEGORIES) + HIGHEST[expected]
        if order > best:
            best, tied = order, []
        if order == best:
            tied.append(place)
    expected = NONE
    accepted = ALL
    for place in tied:
        expected |= sets[place][0]
        accepted &= sets[place][1]
    for other, other_tolerated in sets:
        below = (1 << LOWEST[other]) - 1
        accepted &= ~(below & ~other_tolerated)
    return expected, accepted & ~expected, tuple(tied)
