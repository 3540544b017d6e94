"""The command group."""

import importlib

import click

from lineage import __version__

COMMANDS = {
    "init": "Write a first configuration, a CI template and .gitattributes; overwrite nothing.",
    "run": "Run the training, watch it, capture what it produced.",
    "capture": "After training: write the manifest of these weights.",
    "show": "Read a manifest; with --problems, what is not reproducible about it as of now.",
    "verify": "May this model be served there?",
    "check": "Which edits make which models due for retraining?",
    "accept": "Judge a difference harmless, reviewably, until it changes again.",
    "due": "Say that a model must be retrained, until a new manifest of it.",
    "retrain": "Carry the plan out: the recorded command, watched, compared.",
    "diff": "Two manifests or targets, side by side.",
    "import": "Bring home what another machine made: bundle:FILE.",
    "log": "All models, or the history of one.",
    "hook": "Git hooks that live beside the user's own.",
}
"""Every command and its help in the list: the module of a command is imported when it runs."""

_MODULES = {"import": "importing"}
"""Commands whose name cannot be that of a module."""


class _Group(click.Group):
    """Loads a command's module when the command is called, so that ``--help`` imports none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(f"lineage.cli.{_MODULES.get(cmd_name, cmd_name)}").command
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="lineage")
def group() -> None:
    """Freeze what a trained model needs: code, weights, environment. Prove that a target can run it."""
