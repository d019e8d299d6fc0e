"""FHIR resources -> Reading(facts, sources, problems).

The reader never invents: what the data do not state stays null, unknown, missing or empty,
and is listed as not stated.

How the parts work together:

* :class:`cards.reading.resources.Resources` is the index of everything that was received; it
  resolves references.
* :func:`cards.reading.observed.observe` walks once from the report to every Observation that belongs to
  it and gives a list of :class:`cards.reading.observed.Observed`: the Observation, its side, its
  parent and its coded :class:`~cards.reading.observed.Answer` members. Facts are read from those
  answers, so no second walk over components is needed.
* One module a fact. The functions have one form: ``def fact(inputs..., problems) -> value``, where the
  inputs are plain JSON objects, ``Resources``, ``Terminology`` or the list of ``Observed``, and
  ``problems`` is a ``list[Problem]`` they append to. They return a value of Facts or
  Sources, never raise for bad data and never change their inputs.
* :func:`cards.reading.read.read` calls them and puts the Reading together.
"""

from cards.reading.read import read
from cards.reading.reading import Reading, ReportContext, Sources
from cards.reading.versions import UnsupportedFhirVersion

__all__ = ["Reading", "ReportContext", "Sources", "UnsupportedFhirVersion", "read"]
