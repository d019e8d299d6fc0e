"""The model published: rule pages, source attributes, version history."""
