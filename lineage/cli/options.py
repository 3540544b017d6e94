"""The options that commands share, each one named value."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from lineage.errors import InputError
from lineage.report.formats import BASIC_FORMATS, FORMATS

Command = TypeVar("Command", bound=Callable[..., Any])

PATH = click.Path(path_type=Path)


def _format_option(names: Sequence[str]) -> Callable[[Command], Command]:
    return click.option(
        "--format", "form", type=click.Choice(names), default="text", show_default=True, help="How to answer."
    )


def checked_place(ctx: click.Context, param: click.Parameter, path: Path | None) -> Path | None:
    """Found out before any work: an answer that can go nowhere must not come after a manifest was written."""
    if path is not None and (path.is_dir() or not path.parent.is_dir()):
        message = "is a directory" if path.is_dir() else "the directory to write it in does not exist"
        raise InputError(message, where=str(path), hint="name a file in a directory that exists")
    return path


output_option = click.option(
    "--output",
    type=PATH,
    callback=checked_place,
    metavar="FILE",
    help="Write the answer to FILE, whole, after success.  [default: stdout]",
)
policy_option = click.option(
    "--policy", type=PATH, metavar="FILE", help="Judge by this file.  [default: the repository's, else built in]"
)
quiet_option = click.option("-q", "--quiet", is_flag=True, help="Say nothing on stderr but errors.")
verbose_option = click.option("-v", "--verbose", is_flag=True, help="Show also what does not concern the model.")


_manifest_option = click.option(
    "-o", "--manifest", type=PATH, metavar="FILE", help="The manifest.  [default: beside the weights]"
)
_name_option = click.option("--name", metavar="NAME", help="The model's name.  [default: the path without its suffix]")
label_option = click.option(
    "--label", "labels", multiple=True, metavar="KEY=VALUE", help="A label of your own; may be repeated."
)
no_snapshot_option = click.option("--no-snapshot", is_flag=True, help="Record no commit where files differ from HEAD.")


def naming_options(command: Command) -> Command:
    """``-o``, ``--name``: of a manifest that is to be written."""
    for option in (_name_option, _manifest_option):
        command = option(command)
    return command


@dataclass(frozen=True, kw_only=True)
class Answering:
    """What is typed of the answer, whichever the command: see ``answer_options``."""

    form: str
    output: Path | None
    quiet: bool
    verbose: bool


TARGET_HELP = (
    "python:PATH or an interpreter, dir:PATH or a directory, lock:PATH or a requirements.txt, "
    "manifest:MANIFEST or a *.lineage.toml."
)

against_option = click.option(
    "--against",
    "target",
    metavar="TARGET",
    help=f"{TARGET_HELP}  [default: the active environment, the project's .venv, else python on PATH]",
)

interpreter_option = click.option(
    "--interpreter", metavar="NAME", help="Which Python of a directory that holds several."
)

trust_option = click.option(
    "--trust-config", is_flag=True, help="Run the programs, too, that the repository's own git configuration names."
)


def answer_options(command: Command) -> Command:
    """``--format``, ``--output``, ``-q``, ``-v``: the same on every command that answers."""
    return _answering(command, BASIC_FORMATS)


def report_options(command: Command) -> Command:
    """The same with every format that a report has."""
    return _answering(command, list(FORMATS))


def _answering(command: Command, formats: Sequence[str]) -> Command:
    for option in (verbose_option, quiet_option, output_option, _format_option(formats)):
        command = option(command)
    return command
