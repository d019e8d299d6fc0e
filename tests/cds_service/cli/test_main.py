"""The command explains itself and starts fast."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

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
        "heavy = {'flask', 'pydantic', 'rich', 'cards.terminology', 'granian', 'sqlalchemy'}\n"
        "heavy &= set(sys.modules)\n"
        "sys.exit(f'imported: {heavy}' if heavy else 0)\n"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert [name for name in COMMANDS if name not in ran.stdout] == []


def leaves(command: click.Command, *path: str) -> Iterator[tuple[str, click.Command]]:
    """Name every command that does something, with the words that call it."""
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from leaves(inner, *path, name)
    else:
        yield " ".join(path), command


@pytest.mark.parametrize(
    ("words", "command"), [pytest.param(*leaf, id=leaf[0]) for leaf in leaves(main, "calcification-cds")]
)
def test_every_command_teaches(words: str, command: click.Command) -> None:
    """Each command says what it does, shows an example of itself and describes its options."""
    assert (command.help or "").strip()
    assert words in f"{command.epilog}{command.help}"
    options = [option for option in command.params if isinstance(option, click.Option)]
    assert [option.name for option in options if not option.help] == []


def test_an_unknown_command_is_bad_usage() -> None:
    """A command that does not exist: exit status 2 and a hint."""
    result = CliRunner().invoke(main, ["asess"])
    assert (result.exit_code, "asess" in result.output) == (2, True)
