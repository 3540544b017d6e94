"""One question to git: the same surroundings and settings each time, exact bytes, failures in our words.

GitPython looks for a repository by this process' environment. Git exports variables to its hooks
(``GIT_INDEX_FILE``, ``GIT_DIR``) that would turn a question about one repository into one about another, so
for the length of each call they are taken away.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from lineage.errors import InputError, RepositoryError
from lineage.git.asking import PROGRAM, SAFE, Begun, environment, is_foreign
from lineage.git.refusals import none_around
from lineage.system.process import start


@contextmanager
def quiet_refresh() -> Iterator[None]:
    """Lets GitPython be imported where git is missing; it would raise ImportError, and we can say it better.

    It runs git once, which is looked for where ours is.
    """
    meanwhile = {"GIT_PYTHON_REFRESH": "quiet", "PATH": environment()["PATH"]}
    before = {name: os.environ.get(name) for name in meanwhile}
    os.environ.update(meanwhile)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


with quiet_refresh():
    from git import Git, Repo
    from git.exc import InvalidGitRepositoryError, NoSuchPathError

_one_at_a_time = threading.RLock()


@contextmanager
def clean_surroundings() -> Iterator[None]:
    """Takes the ``GIT_…`` variables that choose a repository out of ``os.environ`` and puts them back after.

    Those that say how to reach a server or where the user's configuration is stay. The environment belongs
    to the whole process, so two threads wait for each other here.
    """
    with _one_at_a_time:
        removed = {name: value for name, value in os.environ.items() if is_foreign(name)}
        for name in removed:
            del os.environ[name]
        try:
            yield
        finally:
            os.environ.update(removed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    """exit status of git; one of those that were accepted"""
    output: bytes
    """standard output, exact"""

    def line(self) -> str:
        """The output as one path or name, without the newline that git puts behind it."""
        return decode(self.output.removesuffix(b"\n"))


class GitCommand:
    """Git, ready to be asked; the only place that touches GitPython."""

    def __init__(self, repo: Repo) -> None:
        self._repo = repo

    @classmethod
    def find(cls, start: Path) -> Self:
        """Git for the repository around an absolute directory, searched upwards.

        Raises NoRepositoryError when there is none, RepositoryError when what stands there as ``.git`` is none.
        """
        try:
            with clean_surroundings():
                # A dollar sign in a path is a character like any other.
                return cls(Repo(start, search_parent_directories=True, expand_vars=False))
        except (InvalidGitRepositoryError, NoSuchPathError) as error:
            raise none_around(start) from error

    def close(self) -> None:
        self._repo.close()

    def ask(self, directory: Path, *arguments: str, accepted: tuple[int, ...] = (0,)) -> Answer:
        """What git answers in a directory; ``arguments`` begin with the subcommand.

        Raises RepositoryError when git cannot be run, does not trust the repository's owner, or ends with
        a status that is not accepted.
        """
        # -C, not a working directory of the child: then git itself says why it cannot be entered.
        program = Git.GIT_PYTHON_GIT_EXECUTABLE or PROGRAM
        where = f"git {arguments[0]}"
        words = [program, *SAFE, "-C", str(directory), *arguments]
        try:
            child = start(words, env=environment(), cwd=Path("/"))
        except InputError as error:
            if isinstance(error.__cause__, ValueError):  # a null character, or text that is no file name in this locale
                message = f"not a name that git can hold: {arguments[-1]!r}"
                raise RepositoryError(message, where=where) from error
            hint = "install git and make sure that it is on PATH"
            raise RepositoryError(f"the program {program} cannot be run", hint=hint) from error
        answer = Begun(child, where, directory).end(accepted)
        return Answer(status=answer.status, output=answer.stdout)


def decode(name: bytes) -> str:
    """A file name of git as text; bytes that are not UTF-8 survive the way back to bytes."""
    return name.decode("utf-8", "surrogateescape")
