"""Lines on stderr, and the end of streams that nobody reads any more."""

import os
import sys


def tell(text: str) -> None:
    """A line on stderr, at once; nowhere where it is closed. Raises ``OSError``."""
    if sys.stderr is not None:
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()


def say(text: str, quiet: bool) -> None:
    """One line of narration. That nobody can read it any more changes nothing of what the command does."""
    if quiet:
        return
    try:
        tell(text)
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())  # else its flush at the end fails again


def discard_stdout() -> None:
    """Nothing more can be said there: what is still buffered must not fail again when the interpreter ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
