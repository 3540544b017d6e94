"""Asks DVC itself, of this moment: is a path tracked, is its content in the cache and in the default remote?

To ask, only DVC's library is entered, not its command line: that is where analytics and the search for updates live.
What DVC would write when it opens a repository is kept out of it: no line in ``.dvc/.gitignore``, no file that git
sees.
"""

import logging
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from lineage.errors import RepositoryError
from lineage.redaction.secrets import without_secrets

_MOST_WORDS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackedOutput:
    """What DVC tracks at a path: the output itself, or a part of the directory that is one."""

    pointer: str
    """the ``*.dvc`` or ``dvc.lock`` that tracks it; POSIX, from the repository root"""
    md5: str | None
    """of the path that was asked for; ``None`` where DVC never recorded it, or has no list of the directory"""
    algorithm: str
    """``md5``, or ``md5-dos2unix`` for what DVC 2 recorded"""
    in_cache: bool
    """whether every file of it is there; the files in the cache are not read"""
    unknown: str = ""
    """why ``md5`` is ``None``: ``unrecorded`` (the pointer has none), ``unlisted`` (the list of the directory around it
    is not in the cache), ``new`` (not in that list)"""


def dvc_project(root: Path, path: str) -> tuple[Path, str]:
    """The nearest directory around ``path`` (POSIX, from ``root``) that DVC was set up in, and the path from there.

    Where there is none, ``root`` itself.
    """
    pure = PurePosixPath(path)
    project = next((parent for parent in pure.parents if (root / parent / ".dvc").is_dir()), PurePosixPath("."))
    return root / project, pure.relative_to(project).as_posix()


def dvc_output(root: Path, path: str) -> TrackedOutput | None:
    """What DVC tracks at ``path`` (POSIX, from ``root``), ``None`` when it does not, or ``root`` holds no ``.dvc``.

    Raises RepositoryError when DVC cannot read the repository.
    """
    if not (root / ".dvc").is_dir():
        return None
    try:
        with quiet():
            from dvc.exceptions import DvcException

            try:
                with opened(root) as repo:
                    return _find(repo, path)
            except (DvcException, ImportError) as error:
                hint = "`dvc status` in the repository tells more"
                if isinstance(error, ImportError):  # of a plug-in
                    hint = "install what is missing beside lineage, as pipx inject model-lineage dvc-s3"
                raise RepositoryError(f"DVC cannot read the repository: {error}", str(root), hint) from error
    except OSError as error:
        hint = "DVC must be able to write to `.dvc/tmp`"
        raise RepositoryError(f"DVC cannot open the repository: {error}", str(root), hint) from error


def _find(repo: Any, path: str) -> TrackedOutput | None:
    location = os.path.normpath(Path(repo.root_dir) / path)
    for out in repo.index.outs:
        if out.protocol != "local":
            continue
        if location == out.fs_path or (out.meta.isdir and out.fs.isin(location, out.fs_path)):
            return _describe(repo, out, location)
    return None


def _describe(repo: Any, out: Any, location: str) -> TrackedOutput:
    file = Path(out.stage.path)
    pointer = (file if file.suffix == ".dvc" else file.with_name("dvc.lock")).relative_to(repo.root_dir)
    content = out.get_obj()
    md5 = out.hash_info.value if location == out.fs_path else None
    files = [md5]
    if content is not None and out.hash_info.isdir:
        below = () if location == out.fs_path else out.fs.relparts(location, out.fs_path)
        files = [entry.value for parts, _, entry in content if parts[: len(below)] == below]
        if below and files:
            md5 = content.get_obj(out.cache, below).hash_info.value
    return TrackedOutput(
        pointer=pointer.as_posix(),
        md5=md5,
        unknown="" if md5 else "unrecorded" if not out.hash_info else "unlisted" if content is None else "new",
        algorithm=out.hash_name,
        # `oids_exist` would hash a file that is not write-protected, and delete it when it is not what it should be.
        in_cache=content is not None and md5 is not None and all(out.cache.exists(oid) for oid in files),
    )


def missing_in_remote(root: Path, path: str) -> int | None:
    """How many objects of a DVC output (POSIX, from ``root``) its default remote lacks; ``None`` without a remote.

    Raises ``RepositoryError`` when DVC does not track it, or the remote cannot be asked.
    """
    with quiet():
        from dvc.config import NoRemoteError

        try:
            with opened(root) as repo:
                location = os.path.normpath(Path(repo.root_dir) / path)
                infos = [out.hash_info for out in repo.index.outs if out.fs_path == location and out.hash_info]
                if not infos:
                    raise RepositoryError("is not an output of its own that DVC tracks", where=path)
                state = repo.cloud.status(infos)
        except NoRemoteError:
            return None
        except RepositoryError:
            raise
        except Exception as error:  # what a plug-in, or the library of a service, raises is of any kind
            raise RepositoryError(f"DVC cannot ask its remote: {_words(error)}", where=path) from error
    return len(state.new) + len(state.missing)


def _words(error: Exception) -> str:
    """What an error of others says, on one line: its kind, where it says nothing."""
    return without_secrets(" ".join(str(error).split())[:_MOST_WORDS]) or type(error).__name__


@contextmanager
def opened(root: Path) -> Iterator[Any]:
    """DVC's repository object, with nothing written that would be seen in the work tree."""
    from dvc.repo import Repo
    from dvc.scm import SCM

    scm = SCM(str(root))
    scm.ignore = lambda _: None  # else it adds what is missing to `.dvc/.gitignore`
    mark = root / ".dvc" / "tmp" / "btime"
    leftovers = [] if scm.is_ignored(str(mark)) else [each for each in (mark, mark.parent) if not each.exists()]
    try:
        # DVC's database of known hashes is not needed; the shared one may belong to another user.
        with tempfile.TemporaryDirectory(prefix="lineage-") as scratch:
            config = {"core": {"site_cache_dir": scratch}}
            with closing(Repo(str(root), scm=scm, config=config)) as repo:
                yield repo
    finally:
        for each in leftovers:
            if each == mark:
                mark.unlink(missing_ok=True)
            elif each.exists() and not any(each.iterdir()):
                each.rmdir()


@contextmanager
def quiet() -> Iterator[None]:
    """DVC without its messages, and without what its import does to ``sys.stdout`` (colorama wraps it)."""
    with redirect_stdout(sys.stdout), redirect_stderr(sys.stderr):
        import dvc  # noqa: F401  (sets the levels that are changed here)

        loggers = [logging.getLogger(name) for name in ("dvc", "dvc_objects", "dvc_data")]
        levels = [logger.level for logger in loggers]
        for logger in loggers:
            logger.setLevel(logging.CRITICAL + 1)
        try:
            yield
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)
