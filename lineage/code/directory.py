"""Where the code of a model lies: a git repository, or the directory of a CI job that was given none.

Without a repository only the files themselves are observed. Which commit they are of is what the CI provider says:
it is recorded as the base, and nothing is claimed to be as it was committed.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lineage.code.ci_build import Build, agree
from lineage.code.state import RepositoryState, describe_repository
from lineage.dvc.pointers import declared_stages, tracked_outputs
from lineage.errors import NoRepositoryError
from lineage.git.blob import blob_id
from lineage.git.repository import GitRepository
from lineage.model.code import Code
from lineage.model.manifest import NO_REPOSITORY
from lineage.portable.environment import Problem
from lineage.system.plainfiles import MOST_ENTRIES, list_files

_HINT = "check the code out with its .git, or pass on the variables of the CI provider: see docs/manifest.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildDirectory:
    """The checkout of a CI job without a git repository; what a capture asks of one, as far as it can be told."""

    root: Path
    """symbolic links resolved"""
    commit: str
    """as the provider names it: 40 or 64 hex"""
    build: Build
    others: tuple[Build, ...] = ()
    """providers that are set and name no commit"""
    most_entries: int = MOST_ENTRIES
    """how many names below ``root`` are looked at"""

    def read_at(self, revision: str, path: str) -> bytes | None:
        """Nothing: the files of no commit are known."""
        return None

    def blob_id(self, path: str) -> str:
        """The id that git gives to the raw bytes of a file; see ``gitblob.blob_id``."""
        return blob_id(self.root / path, "sha1" if len(self.commit) == 40 else "sha256")


CodeDirectory = GitRepository | BuildDirectory


@contextmanager
def opened_code(path: Path, builds: Sequence[Build]) -> Iterator[CodeDirectory]:
    """Where the code around a file or directory lies. ``builds`` are asked only where there is no git repository.

    Raises ``RepositoryError`` as ``GitRepository.open`` does, and where the builds do not tell enough; ``InputError``
    when they contradict each other.
    """
    try:
        repository = GitRepository.open(path)
    except NoRepositoryError as error:
        yield _build_directory(path, builds, error)
        return
    with repository:
        yield repository


def _build_directory(path: Path, builds: Sequence[Build], error: NoRepositoryError) -> BuildDirectory:
    if not builds:
        hint = f"{error.hint}; or, in a CI job without .git, pass on the variables of the provider: docs/manifest.md"
        raise NoRepositoryError(error.message, error.where, hint) from error
    build = agree(builds)
    if build.commit is None:
        raise NoRepositoryError(f"{error.message}, and {build.no_commit}", error.where, _HINT) from error
    if build.directory is None:
        raise NoRepositoryError(f"{error.message}, and {build.no_directory}", error.where, _HINT) from error
    root = Path(build.directory).resolve()
    if not (path if path.is_dir() else path.parent).resolve().is_relative_to(root):
        message = f"{error.message}, and not below {root}, where {build.provider} has the code"
        raise NoRepositoryError(message, error.where, _HINT) from error
    others = tuple(one for one in builds if one.commit is None)
    return BuildDirectory(root=root, commit=build.commit, build=build, others=others)


def describe_code(code: CodeDirectory, generated: Collection[str]) -> RepositoryState:
    """The state of the code; ``generated`` and what is raised are those of ``describe_repository``."""
    return describe_repository(code, generated) if isinstance(code, GitRepository) else describe_directory(code)


def describe_directory(directory: BuildDirectory) -> RepositoryState:
    """The state of code without a repository: its files as they stand, and a commit that nothing was compared with.

    Raises ``InputError`` for a malformed file of DVC.
    """
    root, build = directory.root, directory.build
    paths, is_complete = list_files(root, directory.most_entries)

    def read(path: str) -> bytes | None:
        return (root / path).read_bytes() if path in paths else None

    detail = f"named by {build.provider}: there is no git repository here, so nothing was compared with it"
    problems = [Problem(NO_REPOSITORY, directory.commit, detail)]
    problems += [Problem("code.provider-unusable", one.provider, one.no_commit) for one in directory.others]
    if not is_complete:
        detail = "not every file could be listed: code or files of DVC may be missing here"
        problems.append(Problem("code.unlisted", "code", detail))
    return RepositoryState(
        root=root,
        code=Code(base=directory.commit, remote=build.remote),
        paths=paths,
        outputs=tracked_outputs(sorted(paths), read),
        stages=declared_stages(sorted(paths), read),
        problems=tuple(problems),
        blobs={},
    )
