"""Log line, audit and metrics of a request."""
