"""The command group, and the one error boundary: no traceback ever reaches a user."""

import errno
import importlib
import os
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

import click

from lineage import __version__
from lineage.cli import exits
from lineage.errors import InputError, LineageError

COMMANDS = {
    "init": "Write a first configuration, a CI template and .gitattributes; overwrite nothing.",
    "run": "Run the training, watch it, capture what it produced.",
    "capture": "After training: write the manifest of these weights.",
    "show": "Read a manifest; with --problems, what is not reproducible about it as of now.",
    "verify": "May this model be served there?",
    "check": "Which edits make which models due for retraining?",
    "accept": "Judge a difference harmless, reviewably, until it changes again.",
    "diff": "Two manifests or targets, side by side.",
    "log": "All models, or the history of one.",
}
"""Every command and its help in the list: the module of a command is imported when it runs."""


_DISK = frozenset({errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.EFBIG})
"""What a stream says that cannot take more: it names no file."""


class _Group(click.Group):
    """Loads a command's module when the command is called, so that ``--help`` imports none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(f"lineage.cli.{cmd_name}").command
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="lineage")
def group() -> None:
    """Freeze what a trained model needs: code, weights, environment. Prove that a target can run it."""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit with its code."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    sys.exit(guarded(lambda: group.main(args=given, prog_name="lineage", standalone_mode=False)))


def guarded(action: Callable[[], object]) -> int:
    """The exit code of an action, its errors told on stderr."""
    try:
        ended = action()
        if sys.stdout is not None:
            sys.stdout.flush()
        return ended if isinstance(ended, int) else exits.GOOD
    except click.Abort:
        return exits.INTERRUPTED
    except KeyboardInterrupt:
        return exits.INTERRUPTED
    except click.ClickException as error:
        error.show()
        return exits.UNUSABLE
    except LineageError as error:
        _complain(error)
        return exits.of_error(error)
    except (BrokenPipeError, SystemExit):
        # The reader of a help text went away; click says so with an exit of 1, which means another thing here.
        from lineage.cli.emit import discard_stdout

        discard_stdout()
        return exits.UNDECIDED
    except OSError as error:
        if error.errno == errno.ENOENT and error.filename is None:  # only getcwd names no file
            _complain(InputError("the working directory does not exist any more", hint="cd to one that does"))
            return exits.UNUSABLE
        return _report_defect() if error.filename is None and error.errno not in _DISK else _refuse(error)
    except Exception:
        return _report_defect()


def _complain(error: LineageError) -> None:
    from lineage.report.text import printable

    lines = str(error).split("\n")
    click.echo("\n".join([f"lineage: error: {printable(lines[0])}", *map(printable, lines[1:])]), err=True)


def _refuse(error: OSError) -> int:
    """A path that the system does not let us use, met where no better words were at hand."""
    where = os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else "standard output"
    if error.filename is None:
        from lineage.cli.emit import discard_stdout

        discard_stdout()
    _complain(InputError(f"cannot be used: {error.strerror or error}", where))
    return exits.UNUSABLE


def _report_defect() -> int:
    """A defect of ours: one line, and the details (without local values and secrets) in a file of its own."""
    import tempfile
    import traceback

    from lineage.core.secrets import without_secrets

    try:
        with tempfile.NamedTemporaryFile("w", prefix="lineage-defect-", suffix=".txt", delete=False) as file:
            file.write(f"lineage {__version__}, Python {sys.version}\n\n{without_secrets(traceback.format_exc())}")
        place = f"the report is in {file.name}"
    except OSError:
        place = f"no report could be written; it was: {without_secrets(traceback.format_exc(limit=0).strip())}"
    click.echo(f"lineage: this is a defect of lineage, not of your input; {place}", err=True)
    return exits.DEFECT
