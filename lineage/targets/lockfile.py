"""A lock file as target: what it promises to install, for the interpreter and platform that a manifest records.

A lock cannot tell the interpreter, the platform or the accelerator it will meet: these are not known here, never
assumed equal. Nothing of it is installed or fetched, and files are read only below the repository it lies in.
"""

import os
from pathlib import Path

from lineage.dependencies.markers import marker_environment
from lineage.errors import InputError
from lineage.portable.environment import Environment, Observation
from lineage.system.files import read_document
from lineage.targets.lock_forms import reader_of
from lineage.targets.lock_selection import select
from lineage.targets.source import Identify, every_name


class LockSource:
    """A ``lock:PATH`` target.

    ``recorded`` is the environment to compare with: its markers decide which rows count. Without one, what depends on
    a marker stays unknown.
    """

    def __init__(self, location: str, recorded: Environment | None = None) -> None:
        self.location = location
        self._recorded = Environment() if recorded is None else recorded

    def observe(self, identify: Identify = every_name) -> Observation:
        reader = reader_of(self.location)
        if reader is None:
            raise InputError(
                "is no lock file of a known format, by its name",
                where=self.location,
                hint="requirements.txt and other .txt or .in files of that format are read",
            )
        path = Path(os.path.abspath(self.location))  # noqa: PTH100 - links kept: includes are beside what is named
        content = read_document(Path(self.location), "lock file")
        tree = _tree(path.parent)
        lock = reader(content, path.relative_to(tree).as_posix(), lambda name: _read(tree, name))
        selected = select(lock.rows, marker_environment(self._recorded), self._recorded.packages)
        return Observation(
            environment=Environment(packages=selected.packages),
            kind="lock",
            location=self.location,
            installed=False,
            unknown=selected.unknown,
            problems=lock.problems,
        )


def _tree(directory: Path) -> Path:
    """The work tree of the repository around a directory; the directory itself where there is none."""
    return next((one for one in (directory, *directory.parents) if (one / ".git").exists()), directory)


def _read(tree: Path, name: str) -> bytes | None:
    """A file of the tree; links are followed only as far as they stay in it."""
    path = tree / name
    if not os.path.realpath(path).startswith(os.path.join(os.path.realpath(tree), "")):  # noqa: PTH118
        raise InputError("is a link that leads out of the repository")
    return read_document(path, "requirements file") if path.exists() else None
