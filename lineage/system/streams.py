"""Lines on stderr, and the end of streams that nobody reads any more."""

import os
import sys
from collections.abc import Callable

_narrators: list[Callable[[str], None]] = []


def printable(text: str) -> str:
    """The text with everything that a terminal could act on escaped."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def tell(text: str) -> None:
    """A line on stderr, at once; nowhere where it is closed. Raises ``OSError``."""
    if sys.stderr is not None:
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()


def say(text: str, quiet: bool) -> None:
    """Lines of narration, as they may be shown. That nobody can read them any more changes nothing of what the command
    does."""
    if quiet:
        return
    try:
        tell("\n".join(map(printable, text.split("\n"))))
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())  # else its flush at the end fails again


def narrate_by(tell: Callable[[str], None]) -> None:
    """Who is given what ``narrate`` is told; nobody until this is called: a library does not speak."""
    _narrators[:] = [tell]


def narrate(text: str) -> None:
    """What a user of the command has to know meanwhile, from where no command is at hand."""
    for tell in _narrators:
        tell(text)


def discard_stdout() -> None:
    """Nothing more can be said there: what is still buffered must not fail again when the interpreter ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
