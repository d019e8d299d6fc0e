"""The catalogue of patient pages and the rules that choose from it."""
