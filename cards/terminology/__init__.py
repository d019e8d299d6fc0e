"""Code tables and the lookup: (system, code) -> concept.

The tables are CSV files, one a domain, with the columns concept, system, code, display,
source, verified and note. A site may add rows of its own; a code is matched on system and
code, never on its display."""
