"""Git, asked: the only place that starts it, with the same settings and surroundings each time.

Arguments are fixed, and nothing that the repository names is run: no hook (``reference-transaction`` runs on every ref,
``post-index-change`` on every index), no monitor, no fetch that was not asked for.
"""

import io
import os
import re
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from lineage.errors import InputError, NotFollowedError, ObservationError, RepositoryError
from lineage.git.programs import Unfollowed, unfollowed
from lineage.git.refusals import failed, refused
from lineage.system.exchange import Answers
from lineage.system.process import Child, Completed, start
from lineage.system.surroundings import NAMES

PROGRAM = "git"
_ALWAYS = (
    "--no-optional-locks",
    "--no-replace-objects",  # a replacement is local: whoever clones gets the commit itself
    *("-c", "core.fsmonitor=false"),
)
_NO_HOOKS = ("-c", "core.hooksPath=/dev/null")
SAFE = (*_ALWAYS, "--literal-pathspecs", *_NO_HOOKS)
GLOBS = (*_ALWAYS, *_NO_HOOKS)
"""For a question whose paths are patterns."""
HOOKS_TOLD = (*_ALWAYS, "--literal-pathspecs")
"""For asking where hooks are, which the setting that keeps them from running would hide: of reading only."""
_WRITING = (
    # Each of these would put a file into git's directory beside the objects, or leave paths out of a tree.
    *("-c", "core.splitIndex=false", "-c", "core.untrackedCache=false", "-c", "core.logAllRefUpdates=false"),
    *("-c", "core.sparseCheckout=false", "-c", "index.sparse=false"),
)
_REACHING = (
    *("-c", "maintenance.auto=false", "-c", "gc.auto=0"),
    *("-c", "fetch.recurseSubmodules=false", "-c", "fetch.writeCommitGraph=false"),
)
_NO_COMMANDS = (("protocol.ext.allow", "never"),)
_USUAL_UPLOAD = "--upload-pack=git-upload-pack"
_KEPT = (
    # Where the user's configuration is, and how the user reaches a server.
    *("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "GIT_TERMINAL_PROMPT", "GIT_ASKPASS"),
    *("GIT_SSH", "GIT_SSH_COMMAND", "GIT_SSH_VARIANT", "GIT_SSL_NO_VERIFY", "GIT_SSL_CAINFO"),
)
TIMEOUT_S, _LONG_S = 60.0, 600.0
_ANSWERED = re.compile(r"remote ref|not our ref|unadvertised object")
"""What git says where a server was reached, and has not what was asked for."""


def is_foreign(variable: str) -> bool:
    """Whether git is not given a variable: it may turn a question about one repository into one about another, as git's
    own to a hook do, or bring code in front of a helper's that is written in Python."""
    return variable in NAMES or (variable.startswith("GIT_") and variable not in _KEPT)


def environment() -> dict[str, str]:
    """The variables that git is given: none that choose another repository, and no network.

    No directory of PATH that is relative: it would be one of the repository.
    """
    env = {name: value for name, value in os.environ.items() if not is_foreign(name)}
    places = [one for one in env.get("PATH", os.defpath).split(os.pathsep) if Path(one).is_absolute()]
    env |= {"PATH": os.pathsep.join(places), "LC_ALL": "C"}
    return env | {"GIT_TERMINAL_PROMPT": "0", "GIT_ALLOW_PROTOCOL": "", "GIT_NO_LAZY_FETCH": "1"}


def ask(
    directory: Path,
    *arguments: str,
    settings: Sequence[str] = SAFE,
    variables: Mapping[str, str] | None = None,
    accepted: tuple[int, ...] = (0,),
    hint: str = "install git",
) -> Completed:
    """What git answers in a directory; ``arguments`` begin with the subcommand, ``hint`` is for where git is missing.

    Raises ``RepositoryError`` when it cannot be run or ends with a status that is not accepted.
    """
    env = environment() | dict(variables or {})
    answer = _run([*settings, *arguments], env, directory, TIMEOUT_S, hint)
    if answer.status not in accepted:
        raise failed(arguments[0], answer, directory)
    return answer


def reach(
    root: Path,
    asked: Sequence[str],
    where: str,
    *,
    timeout_s: float,
    settings: Sequence[str] = (),
    variables: Mapping[str, str] | None = None,
    trusts_config: bool = False,
) -> bytes:
    """What git says that talks to a server; ``asked`` is a subcommand with its arguments, ``where`` names the server.

    ``settings`` are options before the subcommand. ``trusts_config``: by the programs, too, that the repository's own
    configuration names. Raises ``RepositoryError``, ``NotFollowedError`` where one was not followed, and
    ``ObservationError`` when it takes too long.
    """
    found = Unfollowed((), {}) if trusts_config else left_out(root)
    safe, more = overriding([*found.rows, *(() if trusts_config else _NO_COMMANDS)])
    env = environment() | dict(variables or {}) | more | found.variables
    del env["GIT_ALLOW_PROTOCOL"]
    words = asked if trusts_config else (asked[0], _USUAL_UPLOAD, *asked[1:])
    answer = _run([*SAFE, *safe, *_REACHING, *settings, *words], env, root, timeout_s, "install git")
    if answer.status and found.ways() and not _ANSWERED.search(answer.last_words):
        raise NotFollowedError(f"git {asked[0]} failed: {answer.last_words}; {unfollowed_words(found.ways())}", where)
    if answer.status:
        hint = "look at git remote -v, and at what the server lets you read"
        raise failed(asked[0], answer, root, where=where, hint=hint)
    return answer.stdout


def is_answer(error: RepositoryError) -> bool:
    """Whether a server was reached, and has not what was asked for."""
    return _ANSWERED.search(error.message) is not None


def left_out(root: Path) -> Unfollowed:
    """The programs that the repository's own configuration names, and what git is told to follow none of them."""
    listing = ask(root, "config", "--show-scope", "-z", "--list").stdout
    return unfollowed(os.fsdecode(listing), os.environ)


def unfollowed_words(keys: str) -> str:
    return f"{keys} of the repository's configuration was not followed; --trust-config does"


def _run(words: Sequence[str], env: Mapping[str, str], cwd: Path, timeout_s: float, hint: str) -> Completed:
    try:
        child = start([PROGRAM, *words], env=env, cwd=cwd)
    except InputError as error:
        raise RepositoryError("git was not found on PATH", hint=hint) from error
    return child.finish(timeout_s)


def give(
    root: Path,
    *arguments: str,
    given: bytes | io.FileIO = b"",
    variables: Mapping[str, str] | None = None,
    accepted: tuple[int, ...] = (0,),
) -> Completed:
    """What git did in a directory with the bytes or file ``given``: the plumbing that writes objects and refs.

    Raises ``RepositoryError`` when it ends with a status that is not accepted.
    """
    return begin(root, *arguments, given=given, variables=variables).end(accepted)


def check_out(root: Path, *arguments: str, trusts_config: bool = False) -> bytes:
    """The same, of a subcommand that looks at or writes files: by the user's own filters, not the repository's."""
    found = Unfollowed((), {}) if trusts_config else left_out(root)
    settings, variables = overriding(found.rows)
    return begin(root, *arguments, settings=settings, variables=variables | found.variables).end().stdout


def begin(
    root: Path,
    *arguments: str,
    given: bytes | io.FileIO = b"",
    settings: Sequence[str] = (),
    variables: Mapping[str, str] | None = None,
) -> "Begun":
    """The same, begun: something else can be done meanwhile. ``settings`` are options before the subcommand."""
    where, env = f"git {arguments[0]}", environment() | dict(variables or {})
    try:
        words = [PROGRAM, *SAFE, *_WRITING, *settings, *arguments]
        return Begun(start(words, env=env, cwd=root, given=given), where, root)
    except InputError as error:
        raise RepositoryError(error.message, where=where) from error


class Begun(NamedTuple):
    """A question to git that waits for its end, which must follow."""

    child: Child
    where: str
    directory: Path

    def end(self, accepted: tuple[int, ...] = (0,)) -> Completed:
        """What git did. Raises ``RepositoryError`` when it ends with a status that is not accepted."""
        try:
            answer = self.child.finish(_LONG_S)
        except ObservationError as error:
            raise ObservationError(error.message, where=self.where) from error
        if answer.status not in accepted:
            raise refused(answer.stderr.decode("utf-8", "replace"), answer.status, self.where, self.directory)
        return answer


def batch(directory: Path) -> Answers:
    """``git cat-file --batch``, which answers for one object after the other until it is ended."""
    process = subprocess.Popen(
        [PROGRAM, *SAFE, "cat-file", "--batch"],
        cwd=directory,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        start_new_session=True,
    )
    return Answers(process, TIMEOUT_S)


def overriding(rows: Iterable[tuple[str, str]]) -> tuple[tuple[str, ...], dict[str, str]]:
    """Options before the subcommand, and variables, that let each key have this value.

    ``-c`` ends a key at its first equals sign; the variables say it whole (git 2.31).
    """
    told = list(rows)
    words = tuple(word for key, value in told if "=" not in key for word in ("-c", f"{key}={value}"))
    odd = [row for row in told if "=" in row[0]]
    found = {"GIT_CONFIG_COUNT": str(len(odd))} if odd else {}
    for number, (key, value) in enumerate(odd):
        found |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return words, found
