"""The stages of a ``dvc.yaml`` that only DVC can fill in, by their text and the values that they name."""

import json
import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from lineage.dvc.pointers import (
    HINT_PIPELINE,
    PARAMS_FILE,
    Read,
    declared_rows,
    list_at,
    mapping_at,
    path_names,
    stages,
)
from lineage.dvc.stage_values import picked
from lineage.errors import InputError
from lineage.system.valuefile import parse_values
from lineage.system.yamlfile import read_yaml

_FILLED = re.compile(r"\$\{[^}]*\}")
_NAMED = re.compile(r"\$\{\s*([A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*)")
_MAYBE = (b"foreach", b"matrix", b"${")


class UnreadStage(NamedTuple):
    """A stage with ``foreach``, ``matrix``, or ``${`` in a path."""

    name: str
    file: str
    outs: tuple[str, ...]
    """regular expressions of the paths from the root"""
    text: str
    """all that it says, and the values of what it names"""

    def makes(self, paths: Sequence[str]) -> bool:
        """Whether one of the paths may be an output of it, or lie in one."""
        return any(re.fullmatch(f"{out}(?:/.*)?", path, re.DOTALL) for out in self.outs for path in paths)


def unread_stages(path: str, read: Read) -> tuple[UnreadStage, ...]:
    """Those of one ``dvc.yaml``. Raises ``InputError``, with file and key, where it is malformed."""
    content = read(path)
    if content is None or not any(one in content for one in _MAYBE):
        return ()
    return tuple(
        UnreadStage(name, path, outs, json.dumps([text, _values(names, files, read)], sort_keys=True, default=str))
        for name, outs, text, names, files in _rows(path, content)
    )


Row = tuple[str, tuple[str, ...], str, tuple[str, ...], tuple[str, ...]]
"""(name, patterns of outputs, text, names of values, files that may give these)"""


@lru_cache(maxsize=256)
def _rows(path: str, content: bytes) -> tuple[Row, ...]:
    known = {one.name for one in stages(path, content)}
    top = mapping_at(read_yaml(content, path) or {}, path, "", HINT_PIPELINE)
    return tuple(
        _row(path, name, here, row, list_at(top.get("vars"), path, "vars", HINT_PIPELINE))
        for name, here, row in declared_rows(path, content)
        if name not in known
    )


def _row(path: str, name: str, here: str, row: Mapping[str, object], variables: list[object]) -> Row:
    done = row.get("do")
    done = done if isinstance(done, Mapping) else row
    wdir = done.get("wdir")
    beside = posixpath.join(posixpath.dirname(path), wdir if isinstance(wdir, str) else "")
    outs = [one for kind in ("outs", "plots", "metrics") for one in path_names(done, kind, path, here)]
    text = json.dumps([row, variables], sort_keys=True, default=str)
    params = list(_params(done.get("params")))
    files = [one.partition(":")[0] for one in variables if isinstance(one, str)]
    named = {*_NAMED.findall(text), *(key for _, key in params)}
    places = [posixpath.normpath(posixpath.join(posixpath.dirname(path), one)) for one in (PARAMS_FILE, *files)]
    places += [posixpath.normpath(posixpath.join(beside, file)) for file, _ in params]
    patterns = (_pattern(posixpath.normpath(posixpath.join(beside, one))) for one in outs)
    return name, tuple(patterns), text, tuple(sorted(named)), tuple(dict.fromkeys(places))


def _pattern(path: str) -> str:
    return ".*".join(map(re.escape, _FILLED.split(path)))


def _params(listed: object) -> Iterator[tuple[str, str]]:
    """(file, dotted key) of each parameter that stands there as such."""
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, str):
            yield PARAMS_FILE, one
        elif isinstance(one, Mapping):
            yield from ((str(file), str(key)) for file, keys in one.items() for key in keys or ())


def _values(names: tuple[str, ...], files: tuple[str, ...], read: Read) -> list[object]:
    contents = [(file, read(file)) for file in files if names]
    return [_picked(file, content, names) for file, content in contents if content is not None]


@lru_cache(maxsize=256)
def _picked(file: str, content: bytes, names: tuple[str, ...]) -> Any:
    try:
        document = parse_values(content, file)
    except InputError:
        document = None
    return picked(document, names)[0] if isinstance(document, Mapping) else content.decode("utf-8", "replace")
