"""Code tables and the lookup: (system, code) -> concepts.

The tables are CSV files, one a domain, with the columns concept, system, code, display,
source, verified and note; the name of the file is the domain. A site may add rows of its own; a
code is matched on system and code, never on its display.

Use :func:`shipped` for the tables as delivered and :func:`load_terminology` for a site's own.
"""

from cards.terminology.rows import BrokenTable, Row
from cards.terminology.terminology import Concept, Hazard, Terminology, load_terminology, shipped

__all__ = ["BrokenTable", "Concept", "Hazard", "Row", "Terminology", "load_terminology", "shipped"]
