"""Mutations of a manifest: every key of the document, as it is walked, and forgeries that carry a right id.

The kinds of keys come out of a document that holds all that the format can hold, so a new key is mutated without
anybody thinking of it.
"""

import json
import tomllib
from collections.abc import Callable, Iterable
from copy import deepcopy
from datetime import datetime
from random import Random
from typing import Any

from tests.support.documents import KeyPath, full_document, key_paths, with_id, within, written
from tests.support.mutations import STRICT, USED, Apply, Kind, Names, Place

KINDS: list[Kind] = []

FREE = ("labels", "created", "tool", "parent")
"""Outside of the id: what differs between two captures of one state, and what is the user's own."""
FREE_OF_RUN = (("run", "started"), ("run", "seconds"))


def of_section(path: KeyPath) -> str:
    """``environment.packages`` for every key of every package: what one kind is about."""
    names = [part for part in path if isinstance(part, str)]
    return ".".join(names[:2] if names[0] in ("environment", "code") else names[:1])


def bound(path: KeyPath) -> bool:
    """Whether the id depends on it."""
    return path[0] not in (*FREE, "schema") and path[:2] not in FREE_OF_RUN


def another(value: Any, random: Random) -> Any:
    """A value of the same type and form."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + random.randrange(1, 99)
    if isinstance(value, list):
        return [*value, "more"] if not value or isinstance(value[0], str) else value[:-1]
    if isinstance(value, dict):
        return {key: value[key] for key in list(value)[1:]}
    if not isinstance(value, str):
        return value.replace(year=2000 + random.randrange(26))
    at = random.choice([i for i, letter in enumerate(value) if letter.isalnum() and (i > 6 or ":" not in value)])
    digits = "0123456789" if value[at].isdigit() else "abcdef"
    return value[:at] + random.choice([one for one in digits if one != value[at]]) + value[at + 1 :]


def plain_toml(document: dict[str, Any]) -> str:
    """A document as TOML, one line for each key at its top: many times faster than what keeps comments."""
    return "".join(f"{json.dumps(key)} = {_inline(value)}\n" for key, value in document.items())


def _inline(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {_inline(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_inline, value)) + "]"
    return value.isoformat() if isinstance(value, datetime) else json.dumps(value)


def document_of(place: Place) -> dict[str, Any]:
    return tomllib.loads(place.manifest.read_text())


def changing(section: str, change: Callable[[dict[str, Any], KeyPath, Random], None], *, keys: str = "bound") -> Apply:
    """One key of a section changed, and the id left as it was: then the id or the key is named."""

    def apply(place: Place, random: Random) -> Names:
        document = document_of(place)
        paths = [path for path in key_paths(document) if of_section(path) == section]
        paths = [path for path in paths if bound(path) or keys == "all"]
        path = random.choice(paths)
        change(document, path, random)
        place.manifest.write_text(plain_toml(document))
        return (written(path), "id is sha256:", "novel", written(path[:1]))

    return apply


def _remove(document: dict[str, Any], path: KeyPath, random: Random) -> None:
    del within(document, path[:-1])[path[-1]]


def _retype(document: dict[str, Any], path: KeyPath, random: Random) -> None:
    value = within(document, path)
    others: list[Any] = [7, "x", [], {}, True, 1.5, [{}], [7]]
    new = random.choice([one for one in others if type(one) is not type(value)])
    within(document, path[:-1])[path[-1]] = new


def _revalue(document: dict[str, Any], path: KeyPath, random: Random) -> None:
    value = within(document, path)
    new = another(value, random) if value not in ({}, []) else ({"x": 1} if value == {} else [{"x": 1}])
    assert new != value
    within(document, path[:-1])[path[-1]] = new


def _join(document: dict[str, Any], path: KeyPath, random: Random) -> None:
    """An unknown key beside this one."""
    beside = within(document, path[:-1])
    (beside if isinstance(beside, dict) else beside[0])[f"novel{random.randrange(99)}"] = random.choice((1, "x", {}))


def _sections(paths: Iterable[KeyPath]) -> list[str]:
    return list(dict.fromkeys(of_section(path) for path in paths))


_PATHS = [path for path in key_paths(full_document()) if path[-1] != "artifact"]
for _section in _sections(path for path in _PATHS if bound(path)):
    for _what, _change in {"removed": _remove, "of another type": _retype, "of another value": _revalue}.items():
        KINDS.append(Kind(name=f"{_section}: {_what}", sides=("manifest",), apply=changing(_section, _change)))
    if _section not in ("id", "name", "evidence", "environment.python", "environment.implementation"):
        KINDS.append(Kind(name=f"{_section}: an unknown key", sides=("manifest",), apply=changing(_section, _join)))
for _section in _sections(path for path in _PATHS if path[0] in ("created", "tool", "parent")):
    KINDS.append(
        Kind(name=f"{_section}: of another type", sides=("manifest",), apply=changing(_section, _retype, keys="all"))
    )


def of_schema(value: object) -> Apply:
    def apply(place: Place, random: Random) -> Names:
        document = document_of(place)
        document["schema"] = value
        place.manifest.write_text(plain_toml(with_id(document)))
        return "schema"

    return apply


for _value in ("2.0", "0.9", "1", "1.0.0", "", "one", 1, 1.0):
    KINDS.append(Kind(name=f"schema: {_value!r}", sides=("manifest",), apply=of_schema(_value)))


def forged(key: str) -> Apply:
    """One value changed and the id made to fit: the manifest is sound, but it is not this target's."""

    def apply(place: Place, random: Random) -> Names:
        document = document_of(place)
        paths = [path for path in key_paths(document) if path[-1] == key and path[0] in ("environment", "weights")]
        paths = [path for path in paths if path[1] != "packages" or path[2] in USED]
        path = random.choice(paths)
        old = within(document, path)
        new = FORGED[key](old, random)
        assert new != old
        within(document, path[:-1])[path[-1]] = new
        place.manifest.write_text(plain_toml(with_id(document)))
        if path[0] == "weights":
            recorded = within(document, path[:-1])["path"]
            return (f"weights:{recorded}", f"weights:{old}", "weights[")
        return f"package:{path[2]}" if path[1] == "packages" else ("python*", "platform*", written(path))

    return apply


def _hexadecimal(old: str, random: Random) -> str:
    """One digit is another."""
    at = random.randrange(len(old) - 64, len(old))
    return old[:at] + random.choice([one for one in "0123456789abcdef" if one != old[at]]) + old[at + 1 :]


FORGED: dict[str, Callable[[Any, Random], Any]] = {
    "version": lambda old, random: f"{old}.{random.randrange(1, 99)}",
    "record": _hexadecimal,
    "tag": lambda old, random: random.choice(("cp311-cp311-linux_x86_64", "py2-none-any")),
    "python": lambda old, random: f"3.{random.choice((8, 9, 10, 12, 13))}.{random.randrange(9)}",
    "implementation": lambda old, random: random.choice(("PyPy", "cpython")),
    "abi": lambda old, random: old.replace("-", random.choice("dt") + "-", 2),
    "os": lambda old, random: random.choice(("darwin", "windows")),
    "machine": lambda old, random: random.choice(("aarch64", "ppc64le")),
    "libc": lambda old, random: random.choice(("glibc 9.1", "musl 1.2", "glibc")),
    "sha256": _hexadecimal,
    "size": lambda old, random: old + random.choice((-1, 1, 1000)),
    "path": lambda old, random: f"{old}.{random.randrange(99)}",
}
KINDS += [Kind(name=f"forged: {key}", sides=("manifest",), apply=forged(key)) for key in FORGED]


def forged_rows(edit: Callable[[dict[str, Any], str, Random], Names]) -> Apply:
    def apply(place: Place, random: Random) -> Names:
        document = document_of(place)
        names = edit(document["environment"]["packages"], random.choice(USED), random)
        place.manifest.write_text(plain_toml(with_id(document)))
        return names

    return apply


def _unlisted(rows: dict[str, Any], name: str, random: Random) -> Names:
    del rows[name]
    return f"package:{name}"


def _renamed(rows: dict[str, Any], name: str, random: Random) -> Names:
    new = f"{name}-x{random.randrange(99)}"
    rows[new] = rows.pop(name)
    return f"package:{new}"


def _added(rows: dict[str, Any], name: str, random: Random) -> Names:
    new = f"x{random.randrange(99)}"
    rows[new] = deepcopy(rows[name])
    return f"package:{new}"


def _exchanged(rows: dict[str, Any], name: str, random: Random) -> Names:
    other = random.choice([one for one in USED if one != name])
    rows[name], rows[other] = rows[other], rows[name]
    return f"package:{name}"


ROWS = {"removed": _unlisted, "renamed": _renamed, "added": _added, "exchanged": _exchanged}
KINDS += [
    Kind(name=f"forged: a package {name}", sides=("manifest",), apply=forged_rows(edit), policy=STRICT)
    for name, edit in ROWS.items()
]


def without(*path: str) -> Apply:
    """A recorded fact taken away, and the id made to fit."""

    def apply(place: Place, random: Random) -> Names:
        document = document_of(place)
        del within(document, path[:-1])[path[-1]]
        place.manifest.write_text(plain_toml(with_id(document)))
        if path[0] != "environment" or len(path) == 1:
            return (".".join(path), "packages")
        subject = {"platform": f"platform:{path[-1]}", "implementation": "python:implementation", "abi": "python:abi"}
        return (subject.get(path[1], path[-1]), ".".join(path))

    return apply


_FACTS: list[KeyPath] = [
    path
    for path in _PATHS
    if path[0] == "environment" and len(path) == 2 and path[1] in ("python", "implementation", "abi")
]
_FACTS += [path for path in _PATHS if path[:2] == ("environment", "platform") and len(path) == 3]
for _path in [*_FACTS, ("weights",), ("environment",), ("environment", "packages")]:
    KINDS.append(Kind(name=f"forged: {written(_path)} gone", sides=("manifest",), apply=without(*map(str, _path))))
