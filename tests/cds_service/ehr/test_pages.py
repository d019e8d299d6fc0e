"""The integrator's pages say what the program does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from cds_service.cli import main
from cds_service.trust import ClientsRefused, load_clients

DOCS = Path(__file__).resolve().parents[3] / "docs"
PAGES = ("sandbox.md", "register-with-an-ehr.md")


def _blocks(page: str, language: str) -> Iterator[str]:
    text = (DOCS / page).read_text()
    for block in re.findall(rf"^ *```{language}\n(.*?)^ *```", text, re.DOTALL | re.MULTILINE):
        yield block.replace("\\\n", " ")


@pytest.mark.parametrize("page", PAGES)
def test_every_command_and_option_exists(page: str) -> None:
    """Each command line of the page names a command of the program, and options that it has."""
    seen = 0
    for line in [line.split() for block in _blocks(page, "sh") for line in block.splitlines()]:
        while line and re.fullmatch(r"[A-Z_]+=\S*", line[0]):
            line = line[1:]
        if line[:1] != ["calcification-cds"]:
            continue
        command: click.Command = main
        for word in line[1:]:
            if not isinstance(command, click.Group):
                break
            below = command.get_command(click.Context(command), word)
            assert below is not None, line
            command = below
        known = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in line if word.startswith("--")} <= known, line
        seen += 1
    assert seen >= 5


def test_the_registry_for_the_sandbox_is_for_development_only(tmp_path: Path) -> None:
    """The lines of the page are taken in development, and refused in production."""
    (text,) = _blocks("sandbox.md", "toml")
    path = tmp_path / "sandbox.toml"
    path.write_text(text)
    (client,) = load_clients(path, production=False).values()
    assert client.cors_origins == {"https://sandbox.cds-hooks.org"}
    with pytest.raises(ClientsRefused, match="everybody has the signing key"):
        load_clients(path, production=True)
