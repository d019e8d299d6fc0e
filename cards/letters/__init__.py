"""Guidance -> the patient's letter and the check-list before it is released."""
