"""FHIR resources -> Reading(facts, sources, problems).

One small module per shape in which findings arrive. The reader never invents: what the data
do not state stays null, unknown, missing or empty, and is listed as not stated."""
