"""A user's own values (labels, metrics, parameters) as what TOML can carry."""

import numbers
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from lineage.errors import InputError
from lineage.model.manifest import Table, freeze
from lineage.portable.reading import key_path

MAX_DEPTH = 12
"""Tables and lists within each other: a manifest is refused by its readers when it is nested deeper than 16."""

_MAX_BITS = 4096


def plain_table(values: object, where: str) -> Table:
    """The values with numbers of other libraries as plain numbers. Raises ``InputError`` with the key."""
    if not isinstance(values, Mapping):
        raise InputError("must be a table of names and values", where=where)
    frozen: Table = freeze(_plain(values, "", where, 0))
    return frozen


def _plain(value: Any, path: str, where: str, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise InputError(f"{path}: is nested deeper than {MAX_DEPTH}", where=where)
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str) or not key:
                raise InputError(f"{path or 'the table'}: the key {key!r} is not a text", where=where)
        return {key: _plain(one, key_path(path, key), where, depth + 1) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one, f"{path}[{index}]", where, depth + 1) for index, one in enumerate(value)]
    if isinstance(value, bool | str | date | datetime | time):
        _check_offset(value, path, where)
        return value
    if isinstance(value, numbers.Integral):
        if int(value).bit_length() > _MAX_BITS:
            raise InputError(f"{path}: a number of more than {_MAX_BITS} bits cannot be recorded", where=where)
        return int(value)
    if isinstance(value, numbers.Real):
        return float(value)
    kind = "no value (null)" if value is None else f"a {type(value).__name__}"
    raise InputError(f"{path}: {kind} cannot be recorded", where=where, hint="leave the key out, or give it a value")


def _check_offset(value: object, path: str, where: str) -> None:
    """TOML has no time of day with an offset, and no offset with seconds."""
    if isinstance(value, time) and value.tzinfo is not None:
        hint = "give it with its date, or without the offset"
        raise InputError(f"{path}: a time of day with an offset cannot be recorded", where, hint)
    offset = value.utcoffset() if isinstance(value, datetime) else None
    if offset is not None and offset.total_seconds() % 60:
        raise InputError(f"{path}: a time whose offset has seconds cannot be recorded", where, "give it in UTC")
