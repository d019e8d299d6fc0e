"""Earlier reports -> prior category, surveillance step, stability, biopsies in between.

:func:`look_back` fills the facts that need earlier reports. It works on values alone: the reader has
read the earlier reports already.
"""

from cards.history.look_back import look_back

__all__ = ["look_back"]
