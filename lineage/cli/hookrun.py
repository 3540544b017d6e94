"""``lineage hook run``: what ``hooks/hook.sh`` asks for, without click and all else that a commit cannot wait for.

``asked_of`` reads the words that hooks give. It understands no more than click does, and no word otherwise: for what
it does not understand, ``--help`` too, click answers.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from lineage.cli import exits
from lineage.errors import InputError, LackingError, LineageError, NotFollowedError, ObservationError
from lineage.hooking.answer import HOOKS
from lineage.system.streams import say

_TRUST = "lineage hook install --trust-config pre-push"


class HookCall(NamedTuple):
    """What a hook is to do."""

    hook: str
    words: tuple[str, ...] = ()
    """that git gave it"""
    block: bool = False
    since: str | None = None
    trailers: Path | None = None
    trusts_config: bool = False


_FLAGS = {"--block": "block", "--trust-config": "trusts_config"}


def asked_of(arguments: Sequence[str]) -> HookCall | None:
    """The words behind ``lineage hook run``: options, the hook, and its own words; ``None`` for any others."""
    flags: set[str] = set()
    values: dict[str, str | None] = {"--since": None, "--trailers": None}
    left = list(arguments)
    while left:
        word = left.pop(0)
        if word in _FLAGS:
            flags.add(word)
        elif word in values and left:
            values[word] = left.pop(0)
        elif word in HOOKS:
            trailers = values["--trailers"]
            path = None if trailers is None else Path(trailers)
            given = {name: option in flags for option, name in _FLAGS.items()}
            return HookCall(hook=word, words=tuple(left), since=values["--since"], trailers=path, **given)
        else:
            return None
    return None


def run(asked: HookCall) -> int:
    """Do what a hook does; what it says goes to stderr. Its exit code.

    It is 0 whatever is found, but where it is to block as check's; what cannot be judged for a reason that is not in
    the models (no repository, a policy that cannot be read) is told in one line and stops nothing.
    """
    from lineage.hooking import answer as githooks

    try:
        if asked.hook == "prepare-commit-msg":
            _prepare(asked)
            return exits.GOOD
        if asked.hook == "pre-commit":
            found = githooks.judged(Path.cwd(), asked.since, os.environ)
        elif asked.hook == "pre-push":
            found = githooks.behind(Path.cwd(), _remote(asked.words), sys.stdin.read(), asked.trusts_config)
        else:
            found = githooks.suited(Path.cwd(), os.environ)
    except LackingError as error:  # what cannot be seen is not let through where it is to be stopped
        what = f"{error.where}: {error.message}: {error.hint}"
        found = githooks.Told(lines=(f"{asked.hook}: nothing is judged: {what}",), verdict="undecided")
    except LineageError as error:
        if isinstance(error, ObservationError) and asked.hook.startswith("post-"):
            return exits.GOOD  # an environment that cannot be read suits nothing less than before
        where = f"{error.where}: " if error.where else ""
        hint = _TRUST if isinstance(error, NotFollowedError) else error.hint
        _say(f"{asked.hook}: nothing is judged: {where}{error.message}{f'; {hint}' if hint else ''}")
        return exits.GOOD
    for line in found.lines:
        _say(line)
    if not asked.block or found.verdict == "pass":
        return exits.GOOD
    _say(f"{asked.hook}: stopped (installed with --block); git's --no-verify goes past it")
    if sys.stdout is not None:
        sys.stdout.write("block\n")
        sys.stdout.flush()
    return exits.of_verdict(found.verdict)


def _prepare(asked: HookCall) -> None:
    from lineage.hooking import answer as githooks

    if not asked.words:
        raise InputError("prepare-commit-msg is given the file of the message", hint="git calls it")

    def told() -> tuple[str, ...]:
        if asked.trailers:
            return githooks.trailers_in(asked.trailers)
        return githooks.judged(Path.cwd(), asked.since, os.environ).trailers

    source = asked.words[1] if len(asked.words) > 1 else None
    githooks.write_trailers(Path(asked.words[0]), source, told, os.environ)


def _say(text: str) -> None:
    from lineage.report.printable import printable

    say(f"lineage: {printable(text)}", False)


def _remote(words: tuple[str, ...]) -> tuple[str, str]:
    """(name, address) of where is pushed to; without a name, git gives the address twice."""
    if not words:
        raise InputError("pre-push is given the name and the address of the remote", hint="git calls it")
    return words[0], words[1] if len(words) > 1 else words[0]
