"""What commands install that name a file, or the project around: read by the reader of the file's own form."""

from collections.abc import Callable
from typing import NamedTuple

from lineage.dependencies.conda.explicit import FORM as EXPLICIT
from lineage.dependencies.conda.explicit import is_list
from lineage.dependencies.conda.spec import add_spec
from lineage.dependencies.docker.parts import Part
from lineage.dependencies.forms import Include, form_of, read
from lineage.dependencies.rows import Rows
from lineage.model.declarations import MAIN, Declarations

_PROJECTS = {
    "uv": ("uv.lock", "pyproject.toml"),
    "poetry": ("poetry.lock", "pyproject.toml"),
    "pdm": ("pdm.lock", "pyproject.toml"),
    "pipenv": ("Pipfile.lock", "Pipfile"),
    "pixi": ("pixi.lock", "pixi.toml", "pyproject.toml"),
}
"""By tool the files that tell what a project installs, the one that counts most first."""
_WITH_PYTHON = frozenset({"environment.yml", "conda-lock.yml", "pixi.lock", EXPLICIT})
"""forms of which the Python is one more package that is installed"""

Find = Callable[[str], tuple[str, bytes] | None]
"""(path in the repository, content) of a file by its name in the image."""


class Asking(NamedTuple):
    """The command that names a file."""

    line: int
    group: str
    include: Include


def read_project(part: Part, tool: str, find: Find, asking: Asking) -> None:
    """Adds what a tool installs of the project in the working directory. Raises ``InputError``."""
    found = next((one for name in _PROJECTS[tool] if (one := find(name)) is not None), None)
    form = form_of(found[0]) if found is not None else None
    if found is None or form is None:
        names = " or ".join(_PROJECTS[tool])
        message = f"installs what {names} lists, which is not found"
        part.rows.unread("packages", asking.line, message, message)
        return
    _merge(part, read(form, *found, asking.include), asking)


def read_listed(part: Part, path: str, content: bytes, asking: Asking) -> None:
    """Adds what conda installs of a file: an environment, a lock, or a list of specs. Raises ``InputError``."""
    if path.endswith((".yml", ".yaml")):
        form = form_of(path) or form_of("environment.yml")
    else:
        form = form_of("explicit.txt") if is_list(content) else None
    if form is not None:
        _merge(part, read(form, path, content, asking.include), asking)
        return
    rows = Rows(path)
    for number, line in enumerate(content.decode("utf-8-sig", "replace").splitlines(), start=1):
        text = line.partition("#")[0].strip()
        if text and (python := add_spec(rows, text, asking.group, number)):
            part.python = (python, asking.line)
    part.rows.merge(rows.finish(""))


def _merge(part: Part, declared: Declarations, asking: Asking) -> None:
    part.rows.merge(declared, None if asking.group == MAIN else asking.group)
    if declared.python is not None and declared.form in _WITH_PYTHON:
        part.python = (declared.python, asking.line)
