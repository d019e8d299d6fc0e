"""The service against programs that others wrote: FHIR servers, CDS clients and validators.

They are installed apart from the project (requirements.lock and package-lock.json here) by
`make test`, listen on loopback only, and are stopped by the tests that started them.
"""
