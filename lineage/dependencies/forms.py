"""The only list of forms of dependency files: how their files are named, and the module that reads one.

A module is imported when a file of its form is met. Each has the names of ``Form``; one whose files tell by more than
the marker of a row what is installed where has ``locked`` beside these: as ``declarations``, with a marker environment
behind, for what is installed there.
"""

import posixpath
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import Any, Protocol, cast

from lineage.errors import InputError
from lineage.model.declarations import Declarations

Include = Callable[[str], bytes | None]
"""The bytes of another file of the repository at the same revision, by its POSIX path; ``None`` for none."""


MOST_BYTES = 8 << 20
"""A dependency file that is larger, or one that it includes, is not read."""


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
    pins: str = ""
    """regular expression of the base names that are taken for a lock wherever a target is named"""


def _lock(names: str, module: str) -> Row:
    """A form of which every file pins."""
    return Row(names=names, module=module, pins=names)


FORMS = (
    _lock(r"pylock\.(?:[^.]+\.)?toml", "pyproject.pylock"),
    _lock(r"(?:uv|.*\.py)\.lock", "pyproject.uv_lock"),
    _lock(r"poetry\.lock", "pyproject.poetry_lock"),
    _lock(r"pdm\.lock", "pyproject.pdm_lock"),
    _lock(r"Pipfile\.lock", "pyproject.pipfile_lock"),
    Row(names=r"Pipfile", module="pyproject.pipfile"),
    _lock(r"pixi\.lock", "conda.pixi_lock"),
    Row(names=r"pixi\.toml", module="conda.pixi"),
    _lock(r"(?i:.*conda-lock.*\.ya?ml)", "conda.conda_lock"),
    Row(names=r"python_env\.ya?ml", module="conda.mlflow_env"),
    Row(names=r"cog\.ya?ml", module="docker.cog"),
    Row(names=r"bentofile\.ya?ml", module="docker.bentofile"),
    Row(names=r"(?i:.*\.ya?ml)", module="conda.environment"),
    Row(names=r"(?i:.*(?:docker|container)file.*)", module="docker.dockerfile"),
    Row(names=r"(?i:.*(?:singularity|apptainer).*|.+\.def)", module="docker.apptainer"),
    Row(names=r"\.python-version|runtime\.txt|\.tool-versions", module="python_version"),
    Row(names=r"\.?mise\.toml|\.rtx\.toml|config\.toml", module="mise_toml"),
    Row(names=r"pyproject\.toml", module="pyproject.pyproject"),
    Row(names=r"setup\.cfg", module="setuptools.setup_cfg"),
    Row(names=r"setup\.py", module="setuptools.setup_py"),
    Row(names=r".*\.py", module="pyproject.script"),
    Row(names=r"(?i:.*\.(?:txt|lock))", module="conda.explicit", pins=r"(?i:conda-(?:linux|osx|win)-.*\.(?:txt|lock))"),
    Row(
        names=r"(?i:.*\.(?:txt|in|pip|lock))",
        module="pip.requirements",
        pins=r".*requirements.*\.txt|constraints.*\.txt|requirements.*\.lock",
    ),
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


def read(form: Form, path: str, content: bytes, include: Include) -> Declarations:
    """What a file of a form asks for. Raises ``InputError``."""
    return form.declarations(path, _document(form.PARSE, content, path), content, _bounded(include))


def lock_form_of(path: str) -> Form | None:
    """What reads a lock, by its POSIX path: any text may be a requirements file there."""
    return form_of("requirements.txt" if path.endswith(_TEXTS) else path)


def read_locked(
    form: Form, path: str, content: bytes, include: Include, environment: Mapping[str, str]
) -> Declarations:
    """What a file installs into an environment of these markers; which rows count, they and the groups tell.

    Raises ``InputError``.
    """
    locked = getattr(form, "locked", None)
    if locked is None:
        return read(form, path, content, include)
    document = _document(form.PARSE, content, path)
    found: Declarations = locked(path, document, content, _bounded(include), environment)
    return found


def _bounded(include: Include) -> Include:
    def included(path: str) -> bytes | None:
        content = include(path)
        return None if content is None else _within_bounds(content, path)

    return included


def _within_bounds(content: bytes, path: str) -> bytes:
    if len(content) > MOST_BYTES:
        raise InputError(f"is larger than {MOST_BYTES // 2**20} MiB: it is not read", where=path)
    return content


_TEXTS = (".txt", ".in")
_CONFLICT = re.compile(rb"^(?:<{7}|>{7}) ", re.MULTILINE)


def _document(kind: str, content: bytes, path: str) -> Any:
    _within_bounds(content, path)
    marker = _CONFLICT.search(content) if kind in ("yaml", "json") else None  # the others look by themselves
    if marker is not None:
        line = content.count(b"\n", 0, marker.start()) + 1
        raise InputError("is a conflict marker", f"{path}:{line}", "take one side whole")
    if kind == "toml":
        from lineage.system.tomlfile import parse_toml

        return parse_toml(content, path)
    if kind == "yaml":
        from lineage.system.yamlfile import read_yaml

        return read_yaml(content, path)
    if kind == "json":
        import json

        try:
            return json.loads(content)
        except json.JSONDecodeError as error:
            raise InputError(f"is not JSON: {error.msg}", where=f"{path}:{error.lineno}:{error.colno}") from error
        except (ValueError, RecursionError) as error:
            raise InputError("is not JSON in UTF-8 that can be read", where=path) from error
    return None


def is_lock_file(path: str) -> bool:
    """Whether a path is a lock's by its name alone: that of a file that pins, and is taken for nothing else."""
    name = posixpath.basename(path)
    return any(row.pins and re.fullmatch(row.pins, name) for row in FORMS)


_KEPT = re.compile(r"(?:\A|/)(?:\.config/mise|\.config|\.mise)\Z")
"""Folders that a tool looks into from the directory around them."""
_FOLDER = "requirements"
"""Every ``.txt`` and ``.in`` file in a folder of this name counts, for the directory around it."""


def is_dependency_file(name: str) -> bool:
    """Whether a file declares dependencies or an interpreter, by its name or its POSIX path.

    A script may, too, and its lock does: these concern only what the script makes (``scripts.of_script``).
    """
    folder, base = posixpath.split(name)
    return _in_folder(folder, base) or (not is_of_script(name) and form_of(name) is not None)


def is_of_script(path: str) -> bool:
    """Whether a file is a script, or the lock of one, by its POSIX path."""
    return path.endswith((".py", ".py.lock")) and posixpath.basename(path) != "setup.py"


def home_of(path: str) -> str:
    """The directory that a dependency file is for: the one around it, or around its folder ``requirements/``."""
    folder, base = posixpath.split(path)
    return posixpath.dirname(folder) if _in_folder(folder, base) else _KEPT.sub("", folder)


def declared_files(paths: Iterable[str], start: str) -> tuple[str, ...]:
    """The dependency files of the nearest directory that has any, from ``start`` upwards, sorted.

    All paths are POSIX from the repository root, which is ``""``. Empty when no directory has one.
    """
    by_directory: dict[str, set[str]] = {}
    for path in paths:
        if is_dependency_file(path):
            by_directory.setdefault(home_of(path), set()).add(path)
    directory = start.strip("/")
    while directory and directory not in by_directory:
        directory = posixpath.dirname(directory)
    return tuple(sorted(by_directory.get(directory, ())))


def _in_folder(folder: str, base: str) -> bool:
    return posixpath.basename(folder) == _FOLDER and base.endswith((".txt", ".in"))
