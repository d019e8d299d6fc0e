"""``make assets``: copy what the pages are made with out of the npm packages, with licence and version.

The pages' content security policy takes images from this service alone, so each image that a style sheet
carries inside itself becomes a file beside it. Nothing else is changed.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from base64 import b64decode
from pathlib import Path
from urllib.parse import unquote_to_bytes

HERE = Path(__file__).parent
PACKAGES = HERE / "node_modules"
PAGES = HERE.parent / "cds_service" / "web" / "static" / "vendor"
TESTS = HERE.parent / "tests" / "browser" / "vendor"
ADDRESS = "/static/vendor"

# package -> (folder it goes to, file in the package, name it gets, licence file in the package)
COPIED = {
    "@digdir/designsystemet-css": (PAGES, "dist/src/index.css", "designsystemet.css", "LICENSE"),
    "@digdir/designsystemet-theme": (PAGES, "src/themes/designsystemet.css", "theme.css", "LICENSE"),
    "chart.js": (PAGES, "dist/chart.umd.min.js", "chart.min.js", "LICENSE.md"),
    "htmx.org": (PAGES, "dist/htmx.min.js", "htmx.min.js", "LICENSE"),
    "axe-core": (TESTS, "axe.min.js", "axe.min.js", "LICENSE"),
}
_IMAGE = re.compile(r"""url\((["'])data:image/svg\+xml(?:;charset=[\w-]+)?(;base64)?,(.+?)\1\)""")
_SOURCE_MAP = re.compile(r"\n?//# sourceMappingURL=\S+\s*$")


def without_images(style: str, folder: Path) -> str:
    """Write each SVG inside a style sheet to ``folder`` and refer to it by its address."""

    def moved(image: re.Match[str]) -> str:
        content = b64decode(image[3]) if image[2] else unquote_to_bytes(image[3])
        name = f"{hashlib.sha256(content).hexdigest()[:12]}.svg"
        folder.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
        return f'url("{ADDRESS}/{folder.name}/{name}")'

    return _IMAGE.sub(moved, style)


def main() -> None:
    """Write the vendored files again, from nothing."""
    for folder in (PAGES, TESTS):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    told: dict[Path, list[str]] = {PAGES: [], TESTS: []}
    for package, (folder, source, name, licence) in COPIED.items():
        text = (PACKAGES / package / source).read_text(encoding="utf-8")
        if name.endswith(".css"):
            text = without_images(text, folder / "images")
        (folder / name).write_text(_SOURCE_MAP.sub("\n", text), encoding="utf-8")
        shutil.copyfile(PACKAGES / package / licence, folder / f"{name.partition('.')[0]}.LICENSE.txt")
        about = json.loads((PACKAGES / package / "package.json").read_bytes())
        told[folder].append(f"{name}: {package} {about['version']}, {about['license']}")
    for folder, lines in told.items():
        (folder / "README.txt").write_text(
            "Written by `make assets` from npm packages; see assets/package.json.\n\n"
            + "\n".join(lines)
            + "\n",
            encoding="utf-8",
        )


if __name__ == "__main__":
    main()
