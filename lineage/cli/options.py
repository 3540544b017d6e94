"""The options that commands share, each one named value."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from lineage.report.formats import FORMATS

Command = TypeVar("Command", bound=Callable[..., Any])

PATH = click.Path(path_type=Path)

format_option = click.option(
    "--format", "form", type=click.Choice(list(FORMATS)), default="text", show_default=True, help="How to answer."
)
output_option = click.option(
    "--output", type=PATH, metavar="FILE", help="Write the answer to FILE, whole, after success.  [default: stdout]"
)
policy_option = click.option(
    "--policy", type=PATH, metavar="FILE", help="Judge by this file.  [default: the repository's, else built in]"
)
quiet_option = click.option("-q", "--quiet", is_flag=True, help="Say nothing on stderr but errors.")
verbose_option = click.option("-v", "--verbose", is_flag=True, help="Show also what does not concern the model.")


def answer_options(command: Command) -> Command:
    """``--format``, ``--output``, ``-q``, ``-v``: the same on every command that answers."""
    for option in (verbose_option, quiet_option, output_option, format_option):
        command = option(command)
    return command
