"""The picture of the README: cards as `calcification-cds answer` draws them, exported by rich."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console

from cds_service.cli.draw import draw
from cds_service.demo import CASE

ROOT = Path(__file__).resolve().parents[2]
PICTURE = ROOT / "docs" / "cards.svg"
# rich's own template fetches a font from the network; a picture in a README should fetch nothing.
TEMPLATE = re.sub(r"@font-face \{\{.*?\}\}\s*", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)


def picture() -> str:
    """Draw the answer of the golden case that `make demo` posts."""
    console = Console(
        record=True, width=96, file=io.StringIO(), force_terminal=True, color_system="truecolor"
    )
    draw(json.loads((ROOT / "fixtures" / CASE / "response.json").read_bytes()), console)
    return console.export_svg(
        title=f"calcification-cds answer {CASE}", code_format=TEMPLATE, unique_id="cards"
    )


if __name__ == "__main__":
    PICTURE.write_text(picture())
