"""A user's own values (labels, metrics, parameters) as they may be published."""

from collections.abc import Mapping
from typing import Any

from lineage.portable.reading import key_path
from lineage.redaction.named import is_named_secret
from lineage.redaction.places import value_without_places
from lineage.redaction.secrets import REDACTED, redacted

_SECRET = "looks like a secret"
_PLACE = "names a path of this machine outside of the repository"
_OF_ALL = ("secrets", "credentials", "passwords", "creds")
"""A table so named has nothing but secrets."""


def published_values(values: Mapping[str, Any], root: str) -> tuple[dict[str, Any], tuple[str, ...]]:
    """(what may be published, what is wrong with each value that may not).

    Paths below ``root``, the repository's, become relative to it.
    """
    lost: list[str] = []
    return _table(values, "", root, lost, ""), tuple(lost)


def concealed(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values with those that ``published_values`` takes for secrets hidden: they are left out by it later."""
    return {redacted(key): _concealed(value, key) for key, value in values.items()}


def _concealed(value: Any, name: str) -> Any:
    if isinstance(value, Mapping):
        return {redacted(key): _concealed(one, _named(name, key)) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return tuple(_concealed(one, name) for one in value)
    return REDACTED if is_secret_value(name, value) else value


def shown_value(name: str, value: object) -> str:
    """A value as text, as it may be told."""
    return REDACTED if is_secret_value(name, value) else redacted(str(value))


def is_secret_value(name: str, value: object) -> bool:
    """Whether a value is a secret, by its name or by itself; a number has to have the name of a password."""
    if isinstance(value, str):
        return is_named_secret(name, value) or redacted(value) != value or REDACTED in value
    return isinstance(value, int | float) and not isinstance(value, bool) and is_named_secret(name, "0")


def _named(name: str, key: str) -> str:
    return f"{key}.secret" if name.rpartition(".")[2].lower() in _OF_ALL else key


def _table(values: Mapping[str, Any], path: str, root: str, lost: list[str], name: str) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for key, value in values.items():
        shown = value_without_places(key, root)
        is_secret = is_secret_value("", key)
        if shown is None or is_secret:
            lost.append(f"a key in {path or 'the table'}: {_SECRET if is_secret else _PLACE}")
            continue
        here = key_path(path, shown)
        wrong: list[str] = []
        found = _value(value, here, root, wrong, _named(name, key))
        lost += wrong
        if found is not None:
            kept[shown] = found
    return kept


def _value(value: Any, path: str, root: str, lost: list[str], name: str) -> Any:
    """The value, ``None`` where it goes; of a list, all of it: what is left would be another list."""
    if isinstance(value, Mapping):
        return _table(value, path, root, lost, name)
    if isinstance(value, list | tuple):
        found = [_value(one, f"{path}[{index}]", root, lost, name) for index, one in enumerate(value)]
        return None if any(one is None for one in found) else found
    if is_secret_value(name, value):
        lost.append(f"{path}: {_SECRET}")
        return None
    shown = value_without_places(value, root) if isinstance(value, str) else value
    if shown is None:
        lost.append(f"{path}: {_PLACE}")
    return shown
