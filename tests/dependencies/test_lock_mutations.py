"""Locks cut short, with bytes flipped or values of another type: a value or ``InputError``, nothing else."""

import json
import random
import tomllib
from typing import Any

import pytest

from lineage.dependencies.forms import form_of
from lineage.errors import InputError
from lineage.model.declarations import Declarations
from tests.support.declared import declared
from tests.support.declaredlocks import fixture

_FILES = {
    "uv.lock": fixture("uv/workspace.lock"),
    "poetry.lock": fixture("poetry/two-one.lock"),
    "old/poetry.lock": fixture("poetry/two-zero.lock"),
    "pdm.lock": fixture("pdm/groups.lock"),
    "pylock.toml": fixture("pylock/pdm.toml"),
    "Pipfile.lock": fixture("pipenv/locked.json"),
    "Pipfile": fixture("pipenv/Pipfile"),
}
_BESIDE = {"pyproject.toml": fixture("pdm/project.toml"), "old/pyproject.toml": fixture("poetry/project.toml")}
_WRONG: tuple[Any, ...] = (
    None,
    True,
    3,
    1.5,
    "",
    "x\0",
    "a" * 100,
    [],
    [3],
    [[]],
    ["x"],
    {},
    {"x": 3},
    [{}],
    [{"x": []}],
)


def _outcome(path: str, document: Any, content: bytes) -> Declarations | InputError:
    form = form_of(path)
    assert form is not None
    try:
        return form.declarations(path, document, content, _BESIDE.get)
    except InputError as error:
        return error


@pytest.mark.parametrize("path", _FILES)
def test_bytes(path: str) -> None:
    content, chance = _FILES[path], random.Random(751)
    read = 0
    for _ in range(40):
        place = chance.randrange(len(content))
        cut = content[:place]
        flipped = cut + bytes([content[place] ^ (1 << chance.randrange(7))]) + content[place + 1 :]
        for one in (cut, flipped):
            try:
                declared(path, one, _BESIDE)
                read += 1
            except (InputError, json.JSONDecodeError, UnicodeDecodeError):
                pass

    assert read


@pytest.mark.parametrize("path", _FILES)
def test_values_of_another_type(path: str) -> None:
    """Every value of the first packages, each of another type; the text no longer fits the document, as well."""
    content = _FILES[path]
    load = json.loads if path.endswith("Pipfile.lock") else tomllib.loads
    places = list(_places(load(content.decode())))
    found = []
    for place in places[:: max(1, len(places) // 20)]:
        for wrong in _WRONG:
            document = load(content.decode())
            inner = document
            for key in place[:-1]:
                inner = inner[key]
            inner[place[-1]] = wrong
            found.append(type(_outcome(path, document, content)))

    assert {InputError, Declarations} == set(found)


@pytest.mark.parametrize("path", _FILES)
@pytest.mark.parametrize("document", [None, 3, "x", [], [{}]])
def test_a_document_that_is_no_table(path: str, document: Any) -> None:
    assert isinstance(_outcome(path, document, b""), InputError)


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [one for key, inner in items for one in [(*path, key), *_places(inner, (*path, key))]]
