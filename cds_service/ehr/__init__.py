"""The EHR's side, for integrators: a FHIR server and a CDS service called as an EHR calls them."""
