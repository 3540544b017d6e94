"""An environment's interpreter, and the variables that make it the one that commands find, as activating it would."""

import os
import shlex
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lineage.errors import InputError

_NAMES = ("python", "python3")


@dataclass(frozen=True, slots=True, kw_only=True)
class Activation:
    """Where the programs of an environment are."""

    python: Path
    """absolute; links in it kept, as they are what makes it this environment's"""
    prefix: Path | None
    """of a virtual or conda environment"""
    is_conda: bool = False

    @property
    def programs(self) -> Path:
        """The directory of its programs."""
        return self.python.parent

    def has(self, name: str) -> bool:
        """Whether it has a program of this name."""
        return os.access(self.programs / name, os.X_OK)

    def interpreter(self) -> str:
        """What its interpreter is called there."""
        return next((name for name in _NAMES if self.has(name)), self.python.name)

    def changes(self, given: Mapping[str, str]) -> dict[str, str | None]:
        """Variable → its value, ``None`` for one that is to be unset: what activating it changes."""
        wanted: dict[str, str | None] = {"VIRTUAL_ENV": None, "CONDA_PREFIX": None, "PYTHONHOME": None}
        if self.prefix is not None:
            wanted["CONDA_PREFIX" if self.is_conda else "VIRTUAL_ENV"] = str(self.prefix)
        changed = {name: value for name, value in wanted.items() if given.get(name) != value}
        path = given.get("PATH", os.defpath)
        found = shutil.which(self.interpreter(), path=path)
        if found is None or Path(found).parent != self.programs:
            changed["PATH"] = f"{self.programs}{os.pathsep}{path}"
        return changed

    def variables(self, given: Mapping[str, str]) -> dict[str, str]:
        """The variables of a command that is to run in it."""
        merged = {**given, **self.changes(given)}
        return {name: value for name, value in merged.items() if value is not None}

    def as_shell(self, given: Mapping[str, str]) -> str:
        """The same before a command line of a shell; ``""`` where nothing changes."""
        words = []
        for name, value in self.changes(given).items():
            if name == "PATH":
                words.append(f'PATH={shlex.quote(str(self.programs))}:"$PATH"')
            else:
                words.append(f"-u {name}" if value is None else f"{name}={shlex.quote(value)}")
        return " ".join(["env", *sorted(words, key=lambda word: not word.startswith("-u"))]) if words else ""


def activation(location: str, *, is_directory: bool) -> Activation:
    """The environment of an interpreter, or of a directory that is one. Raises ``InputError``."""
    path = _normal(Path(location).absolute())
    if is_directory:
        found = next((path / "bin" / name for name in _NAMES if (path / "bin" / name).exists()), None)
        if found is None:
            hint = "name the environment's interpreter: python:PATH"
            raise InputError("holds no bin/python, so nothing can be run there", where=location, hint=hint)
        path = found
    if not os.access(path, os.X_OK) or path.is_dir():
        hint = "name an interpreter that exists: --in-env python:PATH"
        raise InputError("is not an interpreter that can be run", where=location, hint=hint)
    prefix = path.parent.parent
    is_conda = (prefix / "conda-meta").is_dir()
    is_environment = is_conda or (prefix / "pyvenv.cfg").is_file()
    return Activation(python=path, prefix=prefix if is_environment else None, is_conda=is_conda)


def _normal(path: Path) -> Path:
    """The path without ``..``, where that leads to the same place; links are kept."""
    normal = Path(os.path.normpath(path))
    return normal if normal.exists() and path.exists() and normal.samefile(path) else path
