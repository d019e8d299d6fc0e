"""The golden cases: one folder a clinical situation, with request.json and response.json.

They ship with the program: ``demo`` posts one, and an integrator can post them all.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

# The day that every golden answer was made on.
GOLDEN_DATE = date(2026, 5, 4)


def fixtures_folder() -> Path:
    """Find the cases: inside an installed package, else beside it in a checkout."""
    package = Path(__file__).parent
    installed = package / "fixtures"
    return installed if installed.is_dir() else package.parent / "fixtures"


def case_folders() -> list[Path]:
    """List the case folders by name."""
    return sorted(path.parent for path in fixtures_folder().glob("*/request.json"))
