"""The command explains itself and starts fast."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from cds_service.cli import COMMANDS, main


def test_help_lists_every_command_without_importing_one() -> None:
    """--help shows the table and loads neither the web framework nor the tables of codes."""
    script = (
        "import sys\n"
        "from cds_service.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit as end: assert not end.code\n"
        "heavy = {'flask', 'pydantic', 'rich', 'cards', 'granian', 'sqlalchemy'} & set(sys.modules)\n"
        "sys.exit(f'imported: {heavy}' if heavy else 0)\n"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert [name for name in COMMANDS if name not in ran.stdout] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str) -> None:
    """Each command's help says what it does and shows an example, and agrees with the list."""
    result = CliRunner().invoke(main, [name, "--help"])
    assert result.exit_code == 0, result.output
    assert f"calcification-cds {name}" in result.output
    command = main.get_command(click.Context(main), name)
    assert command is not None
    assert (command.help or "").strip()


def test_an_unknown_command_is_bad_usage() -> None:
    """A command that does not exist: exit status 2 and a hint."""
    result = CliRunner().invoke(main, ["asess"])
    assert (result.exit_code, "asess" in result.output) == (2, True)
