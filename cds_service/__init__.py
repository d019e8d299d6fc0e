"""Delivers the cards: HTTP, FHIR servers, keys, databases, settings, command line."""
