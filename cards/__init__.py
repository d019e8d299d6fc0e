"""What it takes to make a card. Pure: FHIR resources in, cards out.

No Flask, no requests, no database, no clock, no environment: time, ids and choices come in as
arguments.
"""
