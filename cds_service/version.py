"""The version of the program; the model's own version stands in the model's tables."""

import cards

__version__ = "0.1.0"

# Whether the core runs as machine code: hatch_build.py.
IS_COMPILED = not str(cards.__file__).endswith(".py")
