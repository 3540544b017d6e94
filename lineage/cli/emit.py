"""The answer to stdout or ``--output``; all narration and progress to stderr."""

import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lineage.errors import StoreError
from lineage.model.report import Report
from lineage.report.formats import render
from lineage.report.text import Style
from lineage.system.streams import discard_stdout
from lineage.system.streams import say as say

if TYPE_CHECKING:
    from lineage.model.plan import Plan

GITHUB_OUTPUT = "GITHUB_OUTPUT"
DOTENV = "LINEAGE_DOTENV"
CODE_QUALITY = "LINEAGE_CODE_QUALITY"
_STDOUT = "standard output"
_SHOW_AFTER_S = 0.5
_SHOW_EVERY_S = 0.2


def answer(text: str, output: Path | None) -> None:
    """The answer of a command: to a file, whole and only now, or to stdout."""
    if output is not None:
        from lineage.system.files import replace_alone

        replace_alone(output, text.encode("utf-8", "surrogateescape"))
        return
    if sys.stdout is None:
        raise StoreError("the answer cannot be written: it is closed", _STDOUT, "name a file with --output")
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape"))
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        discard_stdout()
        raise StoreError(f"the answer cannot be written: {error.strerror}", _STDOUT) from error


def publish(report: Report, form: str, style: Style, output: Path | None) -> None:
    """The report as the answer; in GitHub's format also as Markdown in the job's summary, where there is one."""
    answer(render(report, form, style), output)
    if form == "github":
        summarise(render(report, "markdown", style))


def summarise(text: str) -> None:
    """Append Markdown to the summary of GitHub's job, where there is one."""
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if summary:
        try:
            with Path(summary).open("a", encoding="utf-8", errors="surrogateescape") as file:
                file.write(text)
        except OSError as error:
            raise StoreError(f"the summary cannot be written: {error.strerror}", "$GITHUB_STEP_SUMMARY") from error


def tell_jobs(plan: "Plan", variables: Mapping[str, str] = os.environ) -> None:
    """Append the outputs of GitHub's step, and write GitLab's reports. ``StoreError`` names the variable."""
    asked = {name: Path(variables[name]) for name in (GITHUB_OUTPUT, DOTENV, CODE_QUALITY) if variables.get(name)}
    if not asked:
        return
    from lineage.report.plan import code_quality, dotenv, github_outputs

    if GITHUB_OUTPUT in asked:  # what other commands of the step wrote stays
        _write(GITHUB_OUTPUT, asked[GITHUB_OUTPUT], github_outputs(plan), "a")
    if DOTENV in asked:
        _write(DOTENV, asked[DOTENV], dotenv(plan), "w")
    if CODE_QUALITY in asked:
        _write(CODE_QUALITY, asked[CODE_QUALITY], code_quality(plan), "w")


def _write(name: str, path: Path, text: str, mode: str) -> None:
    try:
        with path.open(mode, encoding="utf-8", errors="surrogateescape") as file:
            file.write(text)
    except OSError as error:
        hint = "name a file that can be written, or unset the variable"
        raise StoreError(f"the file that it names cannot be written: {error.strerror}", f"${name}", hint) from error


def style_of(verbose: bool, output: Path | None) -> Style:
    """Colour only on a terminal, and not when NO_COLOR asks for none."""
    colour = output is None and sys.stdout is not None and sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    return Style(colour=colour, verbose=verbose)


class Progress:
    """Bytes read so far, on a terminal's stderr, once it takes longer than a moment.

    ``total`` is asked once, when there is something to show; ``None`` or 0 where nobody knows.
    """

    def __init__(self, what: str, quiet: bool, total: Callable[[], int | None] = lambda: None) -> None:
        self._what = what
        self._total = total
        self._of = ""
        self._shown = sys.stderr is not None and sys.stderr.isatty() and not quiet
        self._bytes = 0
        self._next = time.monotonic() + _SHOW_AFTER_S
        self._written = False

    def advance(self, count: int) -> None:
        """Told how many more bytes were read; may be called from several threads."""
        self._bytes += count
        if self._shown and time.monotonic() >= self._next:
            self._next = time.monotonic() + _SHOW_EVERY_S
            if not self._written:
                total = self._total()
                self._of = f" of {total / 2**20:,.0f}" if total else ""
            self._written = True
            click.echo(f"\r{self._what}: {self._bytes / 2**20:,.0f}{self._of} MiB", err=True, nl=False)

    def __enter__(self) -> Callable[[int], None]:
        return self.advance

    def __exit__(self, *ended: object) -> None:
        if self._written:
            click.echo("\r\x1b[K", err=True, nl=False)


@dataclass(frozen=True, slots=True)
class Narration:
    """What verbs tell while they work, on stderr: nothing where it is quiet."""

    quiet: bool

    def tell(self, text: str) -> None:
        say(text, self.quiet)

    def reading(self, what: str, total: Callable[[], int | None]) -> Progress:
        return Progress(what, self.quiet, total)
