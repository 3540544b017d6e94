"""Shapes that a parsed file must have, told by file and key where it has another."""

from typing import Any

from lineage.errors import InputError

LOCK_AGAIN = "lock again, or restore the version that git holds"


def as_table(value: Any, key: str, path: str, hint: str = LOCK_AGAIN) -> dict[str, Any]:
    """A mapping with text keys. Raises ``InputError``."""
    if not isinstance(value, dict) or not all(isinstance(one, str) for one in value):
        raise InputError(f"{key}: is not a table", path, hint)
    return value


def as_list(value: Any, key: str, path: str, hint: str = LOCK_AGAIN) -> list[Any]:
    """Raises ``InputError``."""
    if not isinstance(value, list):
        raise InputError(f"{key}: is not a list", path, hint)
    return value


def text_of(table: dict[Any, Any], key: str) -> str:
    """The text under a key, ``""`` where there is none; a whole number is taken for its digits.

    A number with a point is not: ``3.10`` without quotes would be ``3.1``.
    """
    value = table.get(key)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else ""
