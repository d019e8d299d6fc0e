"""The command calcification-cds, one file per command group."""

from __future__ import annotations

from importlib import import_module

import click

from cds_service.version import IS_COMPILED, __version__

# name -> (where the command is, the line that --help shows). A command is imported only when
# it is called, so that the help and every other command start fast.
COMMANDS: dict[str, tuple[str, str]] = {
    "serve": ("cds_service.cli.serve:serve", "Run the CDS Hooks service."),
    "answer": ("cds_service.cli.answer:answer", "Show the cards for one request, without HTTP."),
    "assess": ("cds_service.cli.assess:assess", "Assess coded facts: one guidance a line."),
    "explain": ("cds_service.cli.explain:explain", "Show which rules fired for facts, and why."),
    "policy": ("cds_service.cli.policy:policy", "Check, show and compare policy files."),
    "codes": ("cds_service.cli.codes:codes", "Look up, check and list terminology codes."),
    "database": ("cds_service.cli.database:database", "Bring the tables to this version's shape."),
    "clients": ("cds_service.cli.clients:clients", "Check who may call, and reach their servers."),
    "audit": ("cds_service.cli.audit:audit", "Export the audit as FHIR AuditEvents."),
    "probe": ("cds_service.cli.probe:probe", "Send forged tokens to a CDS service and judge it."),
    "invoke": ("cds_service.cli.invoke:invoke", "Call a CDS service as an EHR would."),
    "seed": ("cds_service.cli.seed:seed", "Put the golden cases on a FHIR server."),
    "doctor": ("cds_service.cli.doctor:doctor", "Say what a FHIR server lacks for this service."),
    "feedback": ("cds_service.cli.feedback:feedback", "Count what became of the cards, by rule."),
    "purge": ("cds_service.cli.purge:purge", "Delete what is older than the site keeps."),
    "education": ("cds_service.cli.education:education", "Check the catalogue of patient pages."),
}

EXAMPLES = """
Examples:

\b
  calcification-cds serve
  calcification-cds answer request.json
  calcification-cds COMMAND --help
"""


class LazyGroup(click.Group):
    """A group that knows its commands by name and imports one only when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands in the order of the table: the common ones first."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command; None when the table has no such name."""
        if cmd_name not in COMMANDS:
            return None
        module, _, function = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), function)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(
    cls=LazyGroup,
    epilog=EXAMPLES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(
    f"{__version__}, compiled" if IS_COMPILED else __version__, prog_name="calcification-cds"
)
def main() -> None:
    """Read the coded breast calcifications of mammography reports and answer with cards.

    Every command returns 0 when all is well, 1 when it found something to look at, 2 for bad
    usage or input, 3 when a partner could not be reached and 4 when it refuses a
    configuration.
    """
