"""Guidance -> cards: texts, suggestions as FHIR resources, links."""
