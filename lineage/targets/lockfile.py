"""A lock file as target: what it promises to install, for the interpreter and platform that a manifest records.

A lock cannot tell the platform or the accelerator it will meet, and most cannot tell the interpreter: these are not
known here, never assumed equal. Nothing of it is installed or fetched, and files are read only below the repository it
lies in.
"""

import os
import re
from pathlib import Path

from lineage.dependencies.forms import lock_form_of, read_locked
from lineage.dependencies.markers import marker_environment
from lineage.errors import InputError
from lineage.model.declarations import Declarations
from lineage.portable.environment import Environment, Observation
from lineage.system.files import read_document
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
        path = Path(os.path.abspath(self.location))  # noqa: PTH100 - links kept: includes are beside what is named
        tree = _tree(path.parent)
        name = path.relative_to(tree).as_posix()
        form = lock_form_of(name)
        if form is None:
            raise InputError(
                "is no lock file of a known format, by its name",
                where=self.location,
                hint="requirements files, and the locks of uv, poetry, pdm, pipenv, conda, pixi and pip are read",
            )
        content = read_document(Path(self.location), "lock file")
        markers = marker_environment(self._recorded)
        lock = read_locked(form, name, content, lambda other: _read(tree, other), markers)
        selected = select(lock, markers, self._recorded.packages)
        return Observation(
            environment=Environment(python=_python(lock), packages=selected.packages),
            kind="lock",
            location=self.location,
            installed=False,
            unknown=selected.unknown,
            problems=lock.problems,
        )


def _python(lock: Declarations) -> str | None:
    """The Python that a lock installs too, as those of conda do; one that it only asks for is a range."""
    is_exact = lock.is_lock and re.fullmatch(r"[0-9]+\.[0-9]+\.[0-9]+", lock.python or "")
    return lock.python if is_exact else None


def _tree(directory: Path) -> Path:
    """The work tree of the repository around a directory; the directory itself where there is none."""
    return next((one for one in (directory, *directory.parents) if (one / ".git").exists()), directory)


def _read(tree: Path, name: str) -> bytes | None:
    """A file of the tree; links are followed only as far as they stay in it."""
    path = tree / name
    if not os.path.realpath(path).startswith(os.path.join(os.path.realpath(tree), "")):  # noqa: PTH118
        raise InputError("is a link that leads out of the repository")
    return read_document(path, "requirements file") if path.exists() else None
