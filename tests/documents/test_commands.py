"""Every command of the documentation is run here, or its page says why not."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from cds_service.cli import main
from tests.documents.blocks import ALL, HELP, ROOT, RUN, SHELL, SHOWN, Block, blocks_of, examples_of
from tests.documents.world import world

# Commands that are left out wherever they stand, each with the reason.
LEFT_OUT = {
    "make test": "is what runs this",
    "make bench": "measures: beside other tests it would tell nothing",
    ".venv/bin/python -m benchmarks": "measures: beside other tests it would tell nothing",
    "calcification-cds COMMAND --help": "COMMAND stands for a name",
    "calcification-cds education check --online": "asks every linked page on the internet",
    "CALCIFICATION_CDS_MEDLINEPLUS_CONNECT=true": "asks MedlinePlus Connect on the internet",
    "CALCIFICATION_CDS_DATABASE_URL=postgresql://cds@db.example.org/cds": "needs a PostgreSQL server; "
    "tests/cds_service/storage/test_storage.py::test_database_upgrade_says_what_it_did runs it",
}
# What a reader should see somewhere in the output of a page.
SEEN = {
    "README.md": [r'"cards": ?\[\{', r"CRITICAL|critical", r'"report_expected": ?\['],
    "docs/quick-start.md": [r'"cards": ?\[\{', r'"services": ?\[', r'"report_expected": ?\[', "R-CC-01"],
    "docs/security.md": ["everything forged was refused|refused"],
    "docs/sandbox.md": ["CRITICAL|critical"],
    "docs/python-api.md": ["under_called critical"],
}

WRITTEN = [block for block in ALL if block.page != HELP]
RUNNABLE = [block for block in WRITTEN if block.language in RUN and not block.mark]
PAGES = list(dict.fromkeys(block.page for block in RUNNABLE))
EXAMPLES = list(examples_of(ROOT / HELP))

pytestmark = pytest.mark.needs("bash", "curl", "git", "jq")


def _kept(text: str) -> str:
    """A block without the commands that are left out."""
    joined = text.replace("\\\n", " ")
    return "\n".join(
        line for line in joined.splitlines() if not any(line.strip().startswith(each) for each in LEFT_OUT)
    )


def _script(blocks: list[Block]) -> str:
    parts = []
    for block in blocks:
        parts.append(f"echo '== {block.place}' >&2")
        if block.language == "python":
            parts.append(f"python - <<'PYTHON'\n{block.text}PYTHON")
        else:
            parts.append(_kept(block.text))
    return "\n".join(parts)


def _ran(folder: Path, blocks: list[Block], *, with_checkout: bool = True) -> str:
    with world(folder, with_checkout=with_checkout) as made:
        ran = made.run(made.prepare(_script(blocks)))
    assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr[-3000:]
    return ran.stdout + ran.stderr


@pytest.mark.parametrize("page", PAGES)
def test_the_commands_of_a_page_work(page: str, tmp_path: Path) -> None:
    """All blocks of the page, one after the other in one terminal, end well and show what they should."""
    shown = _ran(tmp_path, [block for block in RUNNABLE if block.page == page])
    assert [pattern for pattern in SEEN.get(page, []) if re.search(pattern, shown) is None] == []


@pytest.mark.deep
@pytest.mark.parametrize(
    "example", [each for each in EXAMPLES if _kept(each.text).strip()], ids=lambda each: each.place
)
def test_the_examples_of_the_help_work(example: Block, tmp_path: Path) -> None:
    """Each example that a command's help shows ends well."""
    _ran(tmp_path, [example], with_checkout=False)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: each.place)
def test_the_examples_of_the_help_name_options_that_exist(example: Block) -> None:
    """Each command line of an example names a command of the program, and options that it has."""
    lines = [re.split(r"calcification-cds ", line, maxsplit=1) for line in _kept(example.text).splitlines()]
    for words in (parts[1].split() for parts in lines if len(parts) == 2 and not parts[0].startswith("#")):
        command: click.Command = main
        while isinstance(command, click.Group):
            found = command.get_command(click.Context(command), words.pop(0))
            assert found is not None
            command = found
        known = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= known


def test_every_block_says_what_it_is() -> None:
    """A block has a language, so that no command hides in one that has none."""
    unknown = [
        block.place
        for block in ALL
        if block.language not in (*RUN, *SHOWN) and (block.language or _kept(block.text).strip())
    ]
    assert unknown == []


def test_what_is_not_run_has_a_reason() -> None:
    """A mark stands before a command, and names a reason, or a test that is there."""
    marked = [block for block in ALL if block.mark]
    assert [block.place for block in marked if block.language not in RUN] == []
    for block in marked:
        if block.mark == "run by":
            path, _, name = block.reason.partition("::")
            assert f"def {name}(" in (ROOT / path).read_text(), block.place
        else:
            assert len(block.reason.split()) >= 3, block.place


def test_nothing_is_left_out_for_nothing() -> None:
    """Each command that is left out stands somewhere in the documentation."""
    said = "\n".join(block.text for block in (*WRITTEN, *EXAMPLES))
    assert [each for each in LEFT_OUT if each not in said] == []


def test_a_marked_block_and_an_indented_one_are_found(tmp_path: Path) -> None:
    """The collector reads the mark of a block, and takes the indentation of a list away."""
    page = ROOT / "docs" / "register-with-an-ehr.md"
    assert all(not block.text.startswith(" ") for block in blocks_of(page))
    assert {block.language for block in blocks_of(page)} <= set(SHELL)
    own = tmp_path / "page.md"
    own.write_text(
        "<!-- not run: it needs a hospital -->\n```sh\nls\n```\n\n1. One\n\n    ```sh\n    ls -a\n    ```\n"
    )
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("tests.documents.blocks.ROOT", tmp_path)
        found = [(each.text, each.mark, each.reason) for each in blocks_of(own)]
    assert found == [("ls\n", "not run", "it needs a hospital"), ("ls -a\n", "", "")]
