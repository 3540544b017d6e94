"""Parameters and metrics of a DVC stage, as the tables of a manifest."""

import posixpath
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from lineage.errors import InputError
from lineage.manifest.values import MAX_DEPTH, plain_table
from lineage.model.manifest import Table, freeze
from lineage.portable.reading import key_path
from lineage.redaction.secrets import secret_key

Values = Mapping[str, Any]


def picked(document: Values, keys: Sequence[str]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """(dotted key → value, keys that are not there); without keys the whole document, as DVC takes it."""
    if not keys:
        return dict(document), ()
    found, missing = {}, []
    for key in keys:
        value: Any = document
        for part in [key] if key in document else key.split("."):
            value = value.get(part, _ABSENT) if isinstance(value, Mapping) else _ABSENT
        if value is _ABSENT:
            missing.append(key)
        else:
            found[key] = value
    return found, tuple(missing)


_ABSENT = object()


def nested(values: Values) -> dict[str, Any]:
    """Dotted keys as tables within each other; one that would take the place of another value stays as it is."""
    found: dict[str, Any] = {}
    for key, value in sorted(values.items(), key=lambda item: item[0].count(".")):
        *tables, last = key.split(".")
        here: Any = found if all((*tables, last)) else None
        for name in tables:
            here = here.setdefault(name, {}) if isinstance(here, dict) else None
        if isinstance(here, dict) and last not in here:
            here[last] = dict(value) if isinstance(value, Mapping) else value
        else:
            found[key] = value
    return found


def recordable(values: Values) -> tuple[dict[str, Any], tuple[str, ...]]:
    """(what a manifest can hold, what is wrong with each value that it cannot). Keys that are no text become one."""
    lost: list[str] = []
    kept = _recordable(values, "", 1, lost)
    return kept, tuple(lost)


def _recordable(values: Mapping[Any, Any], path: str, depth: int, lost: list[str]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for key, value in values.items():
        name = str(key)
        here = key_path(path, name)
        if not _fits(value, MAX_DEPTH - depth):
            lost.append(f"{here}: is nested deeper than {MAX_DEPTH}")
            continue
        if isinstance(value, Mapping):
            kept[name] = _recordable(value, here, depth + 1, lost)
            continue
        try:
            kept[name] = plain_table({name: value}, "")[name]
        except InputError as error:
            lost.append(f"{here}: {error.message.partition(': ')[2]}")
            continue
        secret = secret_key({name: kept[name]})
        if secret is not None:
            del kept[name]
            lost.append(f"{here}: looks like {secret[1]}")
    return kept


def _fits(value: Any, levels: int) -> bool:
    """Whether a value has no more than so many tables and lists within each other."""
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else None
    return inner is None or (levels > 0 and all(_fits(one, levels - 1) for one in inner))


def together(files: Sequence[tuple[str, Values]]) -> dict[str, Any]:
    """The values of several files as one table.

    Files that have a key in common stand below their stems, or, where these are equal too, below their paths.
    """
    keys = Counter(key for _, values in files for key in values)
    crowded = [path for path, values in files if any(keys[key] > 1 for key in values)]
    stems = Counter(_stem(path) for path in crowded)
    found: dict[str, Any] = {}
    for path, values in files:
        stem = _stem(path)
        if path not in crowded:
            found.update(values)
        else:
            taken = not stem or stems[stem] > 1 or stem in keys
            found[path if taken else stem] = dict(values)
    return found


def _stem(path: str) -> str:
    return posixpath.splitext(posixpath.basename(path))[0]


def overlaid(found: Values, given: Values) -> Table:
    """What was found, with what was given in its place, key by key."""
    frozen: Table = freeze(_overlaid(found, given))
    return frozen


def _overlaid(found: Values, given: Values) -> dict[str, Any]:
    result = dict(found)
    for key, value in given.items():
        here = result.get(key)
        both = isinstance(here, Mapping) and isinstance(value, Mapping)
        result[key] = _overlaid(here, value) if both and here is not None else value
    return result
