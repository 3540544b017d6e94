"""A command as a manifest records it → the words that run it again in an environment.

What ``commands.published`` took out cannot be put back, but for the interpreter: that is the environment's own.
"""

import posixpath
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lineage.redaction.places import HOME, OUTSIDE
from lineage.redaction.secrets import REDACTED

_PYTHON = re.compile(r"python[\d.]*")
_LEFT_OUT = re.compile(f"(?:{OUTSIDE}|{HOME})(?:/[^\\s:;,'\"=|&<>()]+)?")
_LOST_PYTHON = re.compile(f"(?:{OUTSIDE}|{HOME})/(python[\\d.]*)(?=\\s|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Programs:
    """What is known of programs where the command is to run."""

    has: Callable[[str], bool]
    """whether the environment has a program of this name"""
    python: str
    """the name of its interpreter"""
    is_own: Callable[[str], bool]
    """whether a path leads to a program of the environment"""
    is_of_other: Callable[[str], bool]
    """whether a path leads into some other environment, or nowhere"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Runnable:
    """The words to run, or why there are none."""

    words: tuple[str, ...] = ()
    lacks: str = ""


def runnable(recorded: Sequence[str], programs: Programs) -> Runnable:
    """The recorded words with each interpreter the environment's own, and its program found there.

    A program that is a file of the repository, or is found on PATH, stays as it is.
    """
    words = [_LOST_PYTHON.sub(lambda found: _interpreter(found[1], programs), word) for word in recorded]
    if not words:
        return Runnable(lacks="no command is recorded")
    words[0] = _program(words[0], programs)
    for word in words:
        if REDACTED in word:
            return Runnable(lacks="something in the recorded command may be a secret and was taken out")
        lost = _LEFT_OUT.search(word)
        if lost is not None:
            return Runnable(lacks=f"of a path outside of the repository only its name is recorded: {lost[0]}")
    return Runnable(words=tuple(words))


def _program(program: str, programs: Programs) -> str:
    name = posixpath.basename(program)
    is_python = _PYTHON.fullmatch(name) is not None
    if "/" not in program:
        return _interpreter(name, programs) if is_python else program
    if programs.is_own(program):
        return program
    if is_python:
        return _interpreter(name, programs)
    return name if programs.is_of_other(program) and programs.has(name) else program


def _interpreter(name: str, programs: Programs) -> str:
    """The name as recorded where the environment has it: else the next of that name on PATH would be another's."""
    return name if programs.has(name) else programs.python
