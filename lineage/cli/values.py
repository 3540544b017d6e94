"""A user's own values, from options and files."""

from collections.abc import Sequence
from pathlib import Path

from lineage.errors import InputError
from lineage.manifest.values import plain_table
from lineage.model.manifest import Table
from lineage.system.files import read_document
from lineage.system.valuefile import SUFFIXES, parse_values


def labels_of(texts: Sequence[str]) -> Table:
    """Labels as typed, ``KEY=VALUE``. Raises ``InputError``."""
    found: dict[str, str] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals or not key.strip():
            raise InputError("a label is KEY=VALUE", where=f"--label {text}")
        found[key.strip()] = value.strip()
    return plain_table(found, "--label")


def read_values(path: Path, what: str) -> Table:
    """The table in a JSON, TOML or YAML file, by its suffix. Raises ``InputError``."""
    content = read_document(path, f"{what} file")
    if path.suffix.lower() not in SUFFIXES:
        raise InputError(f"the {what} file must be .json, .toml or .yaml", where=str(path))
    return plain_table(parse_values(content, str(path)), str(path))
