"""The try-it console (development) and the public evidence pages."""
