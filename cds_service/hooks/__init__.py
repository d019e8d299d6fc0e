"""The table of services, discovery, the hook endpoint and feedback."""
