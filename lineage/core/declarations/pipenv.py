"""The tables of pipenv, which Pipfile and Pipfile.lock share: one package's place, marker and what Python it needs."""

from collections.abc import Mapping
from typing import Any

from lineage.core.locks.origins import is_address
from lineage.errors import InputError
from lineage.model.declarations import MAIN

SECTIONS = {"packages": MAIN, "default": MAIN, "dev-packages": "dev", "develop": "dev"}
"""What the sections with fixed names are for; any other is a category, a group of its own."""

_VARIABLES = (
    "os_name",
    "sys_platform",
    "platform_machine",
    "platform_python_implementation",
    "platform_release",
    "platform_system",
    "platform_version",
    "python_version",
    "python_full_version",
    "implementation_name",
    "implementation_version",
)


def marker_of(values: Mapping[str, Any]) -> str:
    """``markers``, and the variables of markers as keys of their own (``sys_platform = "== 'win32'"``), all together.

    Raises ``InputError`` where one is no text.
    """
    found = []
    for key in ("markers", *_VARIABLES):
        value = values.get(key, "")
        if not isinstance(value, str):
            raise InputError(f"has a {key} that is no text")
        if value:
            found.append(value if key == "markers" else f"{key} {value}")
    return found[0] if len(found) == 1 else " and ".join(f"({one})" for one in found)


def source_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """The keys of a place, as the other tools spell them: a ``ref`` is a ``rev``, a ``file`` with an address a ``url``."""
    found = {key: values[key] for key in ("git", "hg", "url", "path", "file", "subdirectory") if key in values}
    if isinstance(values.get("ref"), str):
        found["rev"] = values["ref"]
    for key in ("file", "path"):
        if isinstance(found.get(key), str) and is_address(found[key]):
            found["url"] = found.pop(key)
    return found


def python_of(requires: Mapping[str, Any]) -> tuple[str | None, str]:
    """(Python that is asked for, the key that says so). Raises ``InputError`` where it is no text."""
    for key in ("python_full_version", "python_version"):
        value = requires.get(key)
        if value is not None and not isinstance(value, str):
            raise InputError(f"has a {key} that is no text")
        if value:
            return value, key
    return None, ""
