"""The only list of forms of dependency files: how their files are named, and the module that reads one.

A module is imported when a file of its form is met. Each has the names of ``Form``.
"""

import posixpath
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import Any, Protocol, cast

from lineage.model.declarations import Declarations

Include = Callable[[str], bytes | None]
"""The bytes of another file of the repository at the same revision, by its POSIX path; ``None`` for none."""


class Form(Protocol):
    """What a module that reads a form offers."""

    FORM: str
    PARSE: str
    """how the caller parses the bytes: ``toml``, ``yaml``, ``json``; ``text``: not at all, the document is ``None``"""

    def recognise(self, path: str) -> bool:
        """Whether a file is of this form, by its POSIX path."""
        ...

    def declarations(self, path: str, document: Any, content: bytes, include: Include) -> Declarations:
        """What the file asks for. Raises ``InputError`` where it cannot be read as a whole."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Where a form is read."""

    names: str
    """regular expression of the base names that its module may recognise"""
    module: str
    """below ``lineage.dependencies``"""


FORMS = (
    Row(names=r"pylock\.(?:[^.]+\.)?toml", module="pyproject.pylock"),
    Row(names=r"uv\.lock", module="pyproject.uv_lock"),
    Row(names=r"poetry\.lock", module="pyproject.poetry_lock"),
    Row(names=r"pdm\.lock", module="pyproject.pdm_lock"),
    Row(names=r"Pipfile\.lock", module="pyproject.pipfile_lock"),
    Row(names=r"Pipfile", module="pyproject.pipfile"),
    Row(names=r"pixi\.lock", module="conda.pixi_lock"),
    Row(names=r"pixi\.toml", module="conda.pixi"),
    Row(names=r"(?i:.*conda-lock.*\.ya?ml)", module="conda.conda_lock"),
    Row(names=r"python_env\.ya?ml", module="conda.mlflow_env"),
    Row(names=r"(?i:.*\.ya?ml)", module="conda.environment"),
    Row(names=r"(?i:.*(?:docker|container)file.*)", module="docker.dockerfile"),
    Row(names=r"\.python-version|runtime\.txt|\.tool-versions", module="python_version"),
    Row(names=r"\.?mise\.toml|\.rtx\.toml", module="mise_toml"),
    Row(names=r"pyproject\.toml", module="pyproject.pyproject"),
    Row(names=r"setup\.cfg", module="setuptools.setup_cfg"),
    Row(names=r"setup\.py", module="setuptools.setup_py"),
    Row(names=r"(?i:.*\.(?:txt|lock))", module="conda.explicit"),
    Row(names=r"(?i:.*\.(?:txt|in|pip|lock))", module="pip.requirements"),
)
"""Most specific first."""

_ANY = re.compile("|".join(f"(?:{row.names})" for row in FORMS))


@lru_cache(maxsize=4096)
def form_of(path: str) -> Form | None:
    """What reads a dependency file, by its POSIX path; ``None`` where it is none of a known form."""
    base = posixpath.basename(path)
    if _ANY.fullmatch(base) is None:
        return None
    for row in FORMS:
        if re.fullmatch(row.names, base):
            module = cast(Form, import_module(f"lineage.dependencies.{row.module}"))
            if module.recognise(path):
                return module
    return None


_FOLDER = "requirements"
"""Every ``.txt`` and ``.in`` file in a folder of this name counts, for the directory around it."""


def is_dependency_file(name: str) -> bool:
    """Whether a file declares dependencies or an interpreter, by its name or its POSIX path."""
    folder, base = posixpath.split(name)
    return _in_folder(folder, base) or form_of(name) is not None


def declared_files(paths: Iterable[str], start: str) -> tuple[str, ...]:
    """The dependency files of the nearest directory that has any, from ``start`` upwards, sorted.

    All paths are POSIX from the repository root, which is ``""``. Empty when no directory has one.
    """
    by_directory: dict[str, set[str]] = {}
    for path in paths:
        if is_dependency_file(path):
            folder, base = posixpath.split(path)
            directory = posixpath.dirname(folder) if _in_folder(folder, base) else folder
            by_directory.setdefault(directory, set()).add(path)
    directory = start.strip("/")
    while directory and directory not in by_directory:
        directory = posixpath.dirname(directory)
    return tuple(sorted(by_directory.get(directory, ())))


def _in_folder(folder: str, base: str) -> bool:
    return posixpath.basename(folder) == _FOLDER and base.endswith((".txt", ".in"))
