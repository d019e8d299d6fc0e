"""The version of the program; the model's own version stands in the model's tables."""

__version__ = "0.1.0"
