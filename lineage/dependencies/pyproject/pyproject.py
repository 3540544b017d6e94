"""pyproject.toml: what the standards say (PEP 621, 735, 518), and beside these the tables of the tools.

Rules:

1. Tables of tools add to the standard ones; the one that is not there says nothing.
2. A group that includes another one (PEP 735) holds its rows too.
3. Dependencies that a file is named for (setuptools, hatch) are read there; those that a program makes are unknown,
   unless a setup.py or setup.cfg beside it, a dependency file of its own, tells them.
"""

import posixpath
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

from packaging.utils import canonicalize_name

from lineage.dependencies.conda.pixi import read_pixi
from lineage.dependencies.forms import Include
from lineage.dependencies.groups import group_of, group_of_extra
from lineage.dependencies.pip.requirements import read_included
from lineage.dependencies.pyproject.poetry import read_poetry
from lineage.dependencies.pyproject.tools import read_tools, with_sources
from lineage.dependencies.rows import Rows, value_text
from lineage.dependencies.toml_tables import Lines, Table
from lineage.errors import InputError
from lineage.model.declarations import MAIN, Declarations, Dependency
from lineage.system.tomlfile import parse_toml

FORM = "pyproject"
PARSE = "toml"

MAX_ROWS = 20_000
"""Rows that all groups may have together after their includes: chains of includes multiply."""


def recognise(path: str) -> bool:
    """Whether a file is a project's, by its name."""
    return posixpath.basename(path) == "pyproject.toml"


def declarations(path: str, document: Any, content: bytes, include: Include) -> Declarations:
    """What a project asks for. Raises ``InputError``, with line and key, for a value of the wrong type."""
    if not isinstance(document, dict):
        raise InputError("is not a TOML document", path)
    root = Table(path, document, (), Lines(content))
    rows = Rows(path)
    project, tool = root.table("project"), root.table("tool")
    _read_lists(rows, project, "dependencies", MAIN)
    extras = project.table("optional-dependencies")
    for name in extras.values:
        _read_lists(rows, extras, name, group_of_extra(name))
    _read_lists(rows, root.table("build-system"), "requires", "build")
    _read_groups(rows, root.table("dependency-groups"))
    poetry_python = read_poetry(rows, tool.table("poetry"), project.values.get("dependencies") is not None)
    tool_python = read_tools(rows, tool)
    pixi_python = read_pixi(rows, tool.table("pixi"))
    of_tools = poetry_python or tool_python or pixi_python
    _read_dynamic(rows, root, include)
    own = canonicalize_name(project.text("name") or tool.table("poetry").text("name") or "")
    rows.dependencies = with_sources(rows.dependencies, tool.table("uv", "sources"), own)
    python = project.text("requires-python")
    place = (python, project.line_of("requires-python")) if python is not None else of_tools
    return rows.finish(FORM, python=place[0] if place else None, python_line=place[1] if place else 0)


def _read_lists(rows: Rows, table: Table, key: str, group: str) -> None:
    for text in table.texts(key):
        rows.requirement(text, group, table.line_of_text(key, text))


def _read_groups(rows: Rows, groups: Table) -> None:
    """PEP 735. An include is followed in place, without recursion; each text counts once in a group of ours.

    Hand-written because ``packaging.dependency_groups`` refuses a group for one wrong row, gives no lines, recurses,
    and lists a row once for each way to it: 20 groups that include each other twice make a million.
    """
    keys: dict[str, str] = {}
    for key in groups.values:
        name = canonicalize_name(key)
        if name in keys:
            raise groups.wrong(key, f"a group of its own: {keys[name]} has the same name")
        keys[name] = key
    placed = {key: _entries_of(groups, key) for key in groups.values}
    _refuse_circles(groups, keys, placed)
    seen: set[tuple[str, str]] = set()
    count = 0
    for key in groups.values:
        waiting, done = [key], {key}
        while waiting:
            one = waiting.pop()
            for text, line, included in placed[one]:
                if included:
                    target = keys[canonicalize_name(text)]
                    if target not in done:
                        done.add(target)
                        waiting.append(target)
                    continue
                count += 1
                if count > MAX_ROWS:
                    raise InputError(f"dependency-groups: include more than {MAX_ROWS} rows", groups.where)
                if (group_of(key), text) not in seen:
                    seen.add((group_of(key), text))
                    rows.requirement(text, group_of(key), line)


Entry = tuple[str, int, bool]
"""(requirement or name of a group, line, whether it includes that group)"""


def _entries_of(groups: Table, key: str) -> list[Entry]:
    listed = groups.values[key]
    if not isinstance(listed, list):
        raise groups.wrong(key, "a list")
    found: list[Entry] = []
    for one in listed:
        if isinstance(one, str):
            found.append((one, groups.line_of_text(key, one), False))
        elif isinstance(one, dict) and isinstance(one.get("include-group"), str) and len(one) == 1:
            name = one["include-group"]
            found.append((name, groups.line_of_text(key, name), True))
        else:
            raise groups.wrong(key, "a list of requirements and of tables with include-group")
    return found


def _refuse_circles(groups: Table, keys: dict[str, str], placed: dict[str, list[Entry]]) -> None:
    """Takes away, again and again, the groups that include no group that is left; what stays includes itself."""
    asked_by: dict[str, list[str]] = {}
    missing = dict.fromkeys(placed, 0)
    lines: dict[str, int] = {}
    for key, entries in placed.items():
        for name, line, _ in (one for one in entries if one[2]):
            if canonicalize_name(name) not in keys:
                raise InputError(
                    f"dependency-groups.{key}: includes {name}, which is no group", f"{groups.where}:{line}"
                )
            asked_by.setdefault(keys[canonicalize_name(name)], []).append(key)
            missing[key] += 1
            lines.setdefault(key, line)
    ready = [key for key, count in missing.items() if not count]
    while ready:
        key = ready.pop()
        del missing[key]
        for other in asked_by.get(key, ()):
            missing[other] -= 1
            if not missing[other]:
                ready.append(other)
    if missing:
        first = next(iter(missing))
        raise InputError(f"dependency-groups.{first}: its includes go in a circle", f"{groups.where}:{lines[first]}")


def _read_dynamic(rows: Rows, root: Table, include: Include) -> None:
    project, tool = root.table("project"), root.table("tool")
    dynamic = project.texts("dynamic")
    settings = tool.table("setuptools", "dynamic")
    hook = tool.table("hatch", "metadata", "hooks", "requirements_txt")
    is_poetry = "dependencies" in tool.table("poetry").values
    for key, named in (("dependencies", "files"), ("optional-dependencies", "optional-dependencies")):
        if key not in dynamic:
            continue
        line = project.line_of("dynamic")
        if key in settings.values or named in hook.values:
            _read_named(rows, settings, hook, key, include)
        elif not is_poetry and not _has_setup(rows.path, include):
            rows.unread("packages", line, f"leaves its {key} to a program", *_program(rows, root, include))


_PROGRAMS = ("hatch_build.py", "pdm_build.py")


def _program(rows: Rows, root: Table, include: Include) -> Iterator[str]:
    """What tells which program builds the project, and what it is told."""
    build, tool = root.table("build-system"), root.table("tool")
    yield value_text([build.values.get(key) for key in ("build-backend", "backend-path")])
    yield value_text([tool.table("hatch").values.get("metadata"), tool.table("setuptools").values.get("dynamic")])
    beside = posixpath.dirname(rows.path)
    yield from rows.contents([posixpath.join(beside, name) for name in _PROGRAMS], include)


def _has_setup(path: str, include: Include) -> bool:
    """Only to be asked where it matters: a file that is asked for and not there may be one that is not at hand."""
    beside = posixpath.dirname(path)
    for name in ("setup.py", "setup.cfg"):
        with suppress(InputError):  # it is there, and tells nothing
            if include(posixpath.join(beside, name)) is not None:
                return True
    return False


def _read_named(rows: Rows, settings: Table, hook: Table, key: str, include: Include) -> None:
    if key == "dependencies":
        named = [
            (MAIN, settings.table(key), "file", settings.table(key).text_or_texts("file")),
            (MAIN, hook, "files", hook.text_or_texts("files")),
        ]
    else:
        named = [
            (group_of_extra(name), inner, "file", inner.text_or_texts("file"))
            for name, inner in settings.table(key).tables()
        ]
        hooked = hook.table(key)
        named += [(group_of_extra(name), hooked, name, hooked.text_or_texts(name)) for name in hooked.values]
    for group, table, name, files in named:
        for file in files:
            read_included(rows, file, group, table.line_of(name), include)


def asked_beside(rows: Rows, include: Include) -> tuple[Dependency, ...]:
    """The rows of the pyproject.toml beside a lock, without what builds it; none where it is not there or not readable.

    The group is ``""`` for what is optional and no extra names: nothing of the project installs it. A file that is
    read is added to ``rows.files``. Whoever judges that file itself tells what is wrong with it.
    """
    path = posixpath.join(posixpath.dirname(rows.path), "pyproject.toml")
    try:
        content = include(path)
        if content is None:
            return ()
        document = parse_toml(content, path)
        document.pop("build-system", None)
        found = declarations(path, document, content, include)
    except InputError:
        return ()
    rows.files.update(found.files)
    optional = _optional(document)
    return tuple(
        replace(row, group="") if row.group == MAIN and row.name in optional else row for row in found.dependencies
    )


def _optional(document: dict[str, Any]) -> frozenset[str]:
    """What poetry's table calls optional, by canonical name."""
    listed = Table("", document, (), Lines(b"")).table("tool", "poetry", "dependencies").values
    return frozenset(
        canonicalize_name(name)
        for name, value in listed.items()
        if isinstance(value, dict) and value.get("optional") is True
    )
