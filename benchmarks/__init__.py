"""What one answer costs, beside a service that does nothing: `make bench`."""
