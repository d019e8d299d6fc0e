"""Where data come from: context, then prefetch, then the FHIR server."""
