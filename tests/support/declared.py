"""Dependency files given as texts, read as ``lineage check`` reads them."""

import json
from collections.abc import Mapping
from typing import Any

from lineage.dependencies.forms import form_of
from lineage.errors import InputError
from lineage.model.declarations import Declarations, Dependency
from lineage.system.tomlfile import parse_toml
from lineage.system.yamlfile import read_yaml


def declared(path: str, content: str | bytes, files: Mapping[str, str | bytes] | None = None) -> Declarations:
    """What a file asks for, with other files of its repository beside it."""
    others = {name: _bytes(one) for name, one in (files or {}).items()}
    form = form_of(path)
    assert form is not None, path
    return form.declarations(path, parsed(form.PARSE, path, _bytes(content)), _bytes(content), others.get)


def parsed(how: str, path: str, content: bytes) -> Any:
    """The document, as a form says that it wants it parsed."""
    if how == "toml":
        return parse_toml(content, path)
    if how == "yaml":
        return read_yaml(content, path, limit=100 << 20)
    return json.loads(content) if how == "json" else None


def refused(path: str, content: str | bytes, files: Mapping[str, str | bytes] | None = None) -> str:
    """The message with which a file is refused."""
    try:
        found = declared(path, content, files)
    except InputError as error:
        return str(error)
    raise AssertionError(f"{path} is read: {found}")


def rows(path: str, content: str | bytes, files: Mapping[str, str | bytes] | None = None) -> list[Dependency]:
    """The rows of a file in which nothing is unknown."""
    found = declared(path, content, files)
    assert found.unknown == (), found.unknown
    return list(found.dependencies)


def _bytes(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content
