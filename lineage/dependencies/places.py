"""Where a package comes from when that is no index, as the tables of poetry and uv say it: git, url, path.

Credentials never pass: the text goes through the reader of addresses that requirements files use.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lineage.dependencies.pip.origins import read_address, read_path
from lineage.dependencies.rows import local_origin
from lineage.errors import InputError

_SHORT = re.compile(r"(?:(?P<user>[A-Za-z0-9._-]+)@)?(?P<host>[A-Za-z0-9.-]{2,}):(?!//)(?P<path>.*)")
"""ssh as git writes it: ``git@example.org:acme/fraudlib.git``"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An origin as a row of declarations has it."""

    origin: str | None
    version: str | None = None
    """of the file name of a wheel"""
    is_own: bool = False
    source: str = ""
    """the index, where it is told"""


def read_place(value: Mapping[str, Any], path: str) -> Place | None:
    """What the keys ``git``, ``url``, ``path`` and ``file`` say; ``None`` where none is there.

    ``path`` is the file that says it. Raises ``InputError`` with what is wrong, without secrets.
    """
    for key in ("git", "hg", "url", "path", "file"):
        if key not in value:
            continue
        text = value[key]
        if not isinstance(text, str) or not text:
            raise InputError(f"has a {key} that is no text")
        if key in ("path", "file"):
            origin, is_own = local_origin(text, path)
            return Place(origin=origin, is_own=is_own, version=_version_of(text))
        return _remote(key, text, value)
    return None


def _version_of(text: str) -> str | None:
    try:
        return read_path(text).version
    except ValueError:
        return None


def _remote(key: str, text: str, value: Mapping[str, Any]) -> Place:
    fragment = ""
    if isinstance(value.get("subdirectory"), str):
        fragment = f"#subdirectory={value['subdirectory']}"
    if key != "url":
        short = _SHORT.fullmatch(text)
        if short is not None:
            text = f"ssh://{short['user'] or 'git'}@{short['host']}/{short['path']}"
        ref = next((value[one] for one in ("rev", "tag", "branch") if isinstance(value.get(one), str)), "")
        text = f"{key}+{text.removeprefix(f'{key}+')}" + (f"@{ref}" if ref else "")
    try:
        address = read_address(text.partition("#")[0] + fragment)
    except ValueError as error:
        raise InputError(f"has a {key} that is no address") from error
    return Place(origin=address.origin, version=address.version)
