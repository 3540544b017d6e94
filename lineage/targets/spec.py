"""TARGET: one grammar for every command; the only list of what can be a target.

A new kind of target is one source, one line in ``KINDS``, and one case in ``source_of``.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lineage.errors import InputError
from lineage.model.manifest import SUFFIX
from lineage.portable.environment import Environment
from lineage.targets.interpreter import InterpreterSource
from lineage.targets.source import ExaminableSource, Source

KINDS = ("python", "dir", "lock", "manifest")
"""The prefixes that this version reads."""

_NOT_READ = ("image", "registry", "https")
"""The prefixes of the grammar that this version does not read: named, so that they are never taken for paths."""

_HINT = "write python:PATH, dir:PATH, lock:PATH or manifest:PATH"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a TARGET text means."""

    kind: str
    """one of ``KINDS``"""
    location: str
    """without its prefix"""

    def __str__(self) -> str:
        return f"{self.kind}:{self.location}"


def parse_target(text: str) -> Target:
    """The target that a text names. Raises ``InputError`` when it is none that can be read."""
    if not text:
        raise InputError("the target is an empty text", hint=_HINT)
    kind, colon, location = text.partition(":")
    if colon and kind in KINDS:
        if not location:
            raise InputError("names no path", where=text, hint=f"write {kind}:PATH")
        return Target(kind=kind, location=location)
    if colon and kind in _NOT_READ:
        raise InputError(
            f"targets of the form {kind}: are not read by this version",
            where=text,
            hint=_HINT,
        )
    if text.endswith(SUFFIX):
        return Target(kind="manifest", location=text)
    # Only here: a target that says what it is needs none of it.
    from lineage.dependencies.forms import is_lock_file

    if is_lock_file(text):
        return Target(kind="lock", location=text)
    path = Path(text)
    if path.is_dir():
        return Target(kind="dir", location=text)
    is_lost = path.is_symlink() and not path.exists()  # an interpreter whose base is gone is still named as one
    if is_lost or (path.is_file() and os.access(path, os.X_OK)):
        return Target(kind="python", location=text)
    state = "is neither an interpreter nor a manifest" if path.exists() else "does not exist"
    raise InputError(f"the target {state}", where=text, hint=_HINT)


def default_target(env: Mapping[str, str], project: Path) -> Target:
    """The environment that a user means who names none: the active one, the project's, the first on PATH.

    Raises ``InputError`` when active environments and the project's disagree, or when there is none.
    """
    claims = {
        "$VIRTUAL_ENV": env.get("VIRTUAL_ENV"),
        "$CONDA_PREFIX": None if env.get("CONDA_DEFAULT_ENV") == "base" else env.get("CONDA_PREFIX"),
        "the project's .venv": str(project / ".venv") if (project / ".venv" / "pyvenv.cfg").is_file() else None,
    }
    found = {name: Path(prefix).resolve() for name, prefix in claims.items() if prefix}
    if len(set(found.values())) > 1:
        listed = ", ".join(f"{name} is {prefix}" for name, prefix in found.items())
        raise InputError(f"which environment is meant? {listed}", hint="name the target: python:PATH/bin/python")
    for name in found:
        return Target(kind="python", location=str(Path(claims[name] or "") / "bin" / "python"))
    for directory in env.get("PATH", "").split(os.pathsep):
        for name in ("python", "python3"):
            path = Path(directory, name)
            if directory and path.is_file() and os.access(path, os.X_OK):
                return Target(kind="python", location=str(path))
    raise InputError("no Python environment was found", hint="name the target: python:PATH")


def as_files(target: Target, checkout: Path) -> Target:
    """The environment of a target as a directory, where it, or what it leads to, lies in the checkout."""
    root, path = checkout.resolve(), Path(os.path.abspath(target.location))  # noqa: PTH100 - links are kept
    prefix = path.parent.parent
    places = (path, prefix, path.resolve(), prefix.resolve(), path.parent.resolve() / path.name)
    inside = any(one.is_relative_to(place) for one in places for place in (root, checkout.absolute()))
    return Target(kind="dir", location=str(prefix)) if inside else target


def source_of(target: Target, env: Mapping[str, str], interpreter: str | None = None) -> ExaminableSource:
    """The source that reads a target of this machine; ``interpreter`` chooses one of a directory that holds several."""
    if target.kind == "dir":
        # Only here: a target that is an interpreter needs none of it.
        from lineage.targets.directory import DirectorySource

        return DirectorySource(target.location, interpreter)
    if interpreter is not None:
        raise InputError("--interpreter chooses one of those in a directory: dir:PATH", where=str(target))
    if target.kind != "python":
        raise InputError(
            f"a {target.kind} cannot be examined",
            where=str(target),
            hint="name an environment: python:PATH or dir:PATH",
        )
    return InterpreterSource(target.location, env=env)


def questioned(text: str | None, env: Mapping[str, str]) -> InterpreterSource | None:
    """The interpreter that a TARGET text names, where it names one: it may be asked before all else is read.

    What is wrong with the text is left to be found when its turn has come.
    """
    try:
        target = None if text is None else parse_target(text)
    except InputError:
        return None
    return InterpreterSource(target.location, env=env) if target is not None and target.kind == "python" else None


def compared_source(
    target: Target, env: Mapping[str, str], recorded: Environment | None = None, interpreter: str | None = None
) -> Source:
    """The source that reads a target to be compared, with ``recorded`` where that is known."""
    if target.kind != "lock" or interpreter is not None:
        return source_of(target, env, interpreter)
    # Only here: reading a lock imports packaging, which no other target needs.
    from lineage.targets.lockfile import LockSource

    return LockSource(target.location, recorded)
