"""Log line and audit of a request."""
