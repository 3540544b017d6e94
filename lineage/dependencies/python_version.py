"""The files that only choose a Python: ``.python-version``, ``runtime.txt``, ``.tool-versions``.

Sources: the documentation of pyenv (several versions, the first is ``python``; ``3.11.7/envs/NAME`` of its plugin), of
uv (``3.11``, ``cpython-3.11.7-linux-x86_64-gnu``, ``3.14+freethreaded``), of Heroku's buildpack (``python-3.11.7``) and
of asdf and mise (``python 3.11.7 3.10.2``, the first counts). What is no version (``system``, the name of an
environment) is unknown.
"""

import posixpath
import re

from lineage.dependencies.forms import Include
from lineage.dependencies.pip.lines import Line, decode, is_conflict
from lineage.dependencies.rows import Rows
from lineage.errors import InputError
from lineage.model.declarations import Declarations

FORM = "python-version"
PARSE = "text"

_NAMES = (".python-version", "runtime.txt", ".tool-versions")
_VERSION = re.compile(
    r"(?:(?:python|cpython)?[-@]?v?)(?P<version>[0-9]+(?:\.[0-9]+){0,2}(?:(?:a|b|rc)[0-9]+)?(?:-dev|t)?)"
    r"(?:\+(?P<variant>[a-z+]+))?(?:/envs/.+)?(?:-(?:linux|macos|darwin|windows|any|none)-.*)?",
    re.IGNORECASE,
)
_RANGE = re.compile(r"(?:[<>=!~]=?[0-9.*]+,?)+")
_HINT = "write one version, as in 3.11.7"


def recognise(path: str) -> bool:
    """Whether a file is one of these, by its name."""
    return posixpath.basename(path) in _NAMES


def declarations(path: str, document: object, content: bytes, include: Include) -> Declarations:
    """The Python that a file chooses. Raises ``InputError`` for a conflict, and where it names none at all.

    A ``.tool-versions`` may choose other tools only.
    """
    rows = Rows(path)
    of_tools = posixpath.basename(path) == ".tool-versions"
    found: list[tuple[str, int]] = []
    for number, line in enumerate(decode(content, path).splitlines(), start=1):
        if is_conflict(Line(number, line)):
            raise InputError("is a conflict marker", f"{path}:{number}", "take one side whole")
        words = line.partition("#")[0].split()
        if of_tools:
            words = words[1:] if words[:1] in (["python"], ["core:python"]) else []
        found += ((word, number) for word in words)
    if not found:
        if of_tools:
            return rows.finish(FORM)
        raise InputError("names no Python version", path, _HINT)
    text, number = found[0]
    return rows.finish(FORM, python=chosen(rows, text, number), python_line=number)


def chosen(rows: Rows, text: str, line: int) -> str | None:
    """The version or range that a choice of a Python means, ``3.14t`` for one without the global lock.

    ``None`` for what is none, which is noted as unknown.
    """
    match = _VERSION.fullmatch(text)
    if match is None and _RANGE.fullmatch(text) is None:
        rows.unread("python", line, f"chooses {text[:80]!r}, which is no version", text)
        return None
    if match is None:
        return text
    is_free = "freethreaded" in (match["variant"] or "") and not match["version"].endswith("t")
    return match["version"] + ("t" if is_free else "")
