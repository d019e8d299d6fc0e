"""Feedback, issued cards, audit and replay records."""
