"""The one guarded HTTP session for everything this service calls."""
