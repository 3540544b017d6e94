"""What computes a value of a setup script: all of it as a text, and the requirements files that it names."""

import ast
import re
from collections.abc import Iterator

from lineage.dependencies.pip.requirements import recognise
from lineage.dependencies.setuptools.setup_bindings import Bindings

_SUFFIXES = (".txt", ".in", ".pip")
_FILE = re.compile(r"[A-Za-z0-9_./-]{1,200}\.[A-Za-z0-9]{1,8}")


def _computing(bindings: Bindings, node: ast.expr) -> Iterator[ast.AST]:
    """What computes a value: it, and all that its names may stand for, each once."""
    waiting: list[ast.AST] = [node]
    seen: set[str] = set()
    while waiting:
        part = waiting.pop()
        yield part
        names = (one.id for one in ast.walk(part) if isinstance(one, ast.Name))
        for name in names:
            if name not in seen:
                seen.add(name)
                waiting += bindings.behind(name)


def _constants(part: ast.AST) -> Iterator[str]:
    return (one.value for one in ast.walk(part) if isinstance(one, ast.Constant) and isinstance(one.value, str))


def told_by(bindings: Bindings, node: ast.expr) -> tuple[str, tuple[str, ...]]:
    """(the text of all that computes a value, whatever its layout; what it names that may be a file)."""
    parts = list(_computing(bindings, node))
    text = " ".join(_atom(one) for part in parts for one in ast.walk(part))
    named = dict.fromkeys(text for part in parts for text in _constants(part) if _FILE.fullmatch(text))
    return text, tuple(named)


def _atom(node: ast.AST) -> str:
    """What a node says beside its parts, and how many of these it has."""
    fields = (value for _, value in ast.iter_fields(node) if not isinstance(value, ast.AST))
    return f"{type(node).__name__}{[len(value) if isinstance(value, list) else value for value in fields]}"


def named_files(bindings: Bindings, node: ast.expr) -> tuple[str, ...]:
    """The requirements files that are named in what computes a value, in its names and in the functions it calls.

    The words of one call are one path, and a suffix in a function stands behind what it is given. Other texts that end
    so count only where one alone does.
    """
    found: dict[str, None] = {}
    for part in _computing(bindings, node):
        calls = [(one, path) for one in ast.walk(part) if isinstance(one, ast.Call) and (path := _path(one))]
        words = {id(argument) for call, _ in calls for argument in call.args}
        found |= dict.fromkeys(path for _, path in calls)
        for one in ast.walk(part):
            if isinstance(one, ast.Constant) and id(one) not in words and _is_file(one.value):
                found[str(one.value)] = None
    found = _with_stems(found, node)
    likely = tuple(one for one in found if recognise(one))
    return likely or (tuple(found) if len(found) == 1 else ())


def _path(call: ast.Call) -> str:
    """``os.path.join("requirements", "base.txt")``, or a function of the script that is given the same."""
    words = [one.value for one in call.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    is_path = len(words) > 1 and len(words) >= len(call.args) - 1
    return "/".join(words) if is_path and list(map(_is_file, words)) == [*[False] * (len(words) - 1), True] else ""


def _with_stems(found: dict[str, None], node: ast.expr) -> dict[str, None]:
    """A bare suffix behind the words that are given: ``read("requirements")``, which opens ``name + ".txt"``."""
    if not found.keys() & set(_SUFFIXES):
        return found
    suffixes = [one for one in found if one in _SUFFIXES]
    whole = [one for one in found if one not in _SUFFIXES]
    return dict.fromkeys([*whole, *(f"{stem}{suffix}" for stem in _constants(node) if stem for suffix in suffixes)])


def _is_file(value: object) -> bool:
    return isinstance(value, str) and value.endswith(_SUFFIXES) and value.isprintable()
