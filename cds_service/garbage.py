"""How often Python looks for garbage in a process that serves.

A request makes thousands of objects and leaves none behind, and the tables never go away. Looking at all of
them again and again makes a long report cost twice as much as its length explains.
"""

from __future__ import annotations

import gc

# New objects between two looks at the young ones, and looks at each generation before the next older one.
_YOUNG, _MIDDLE, _OLD = 50_000, 20, 20


def look_less_often() -> None:
    """Leave what the process holds now out of every later look; call it once everything is loaded."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
