"""A user's own values, from options and files."""

import json
from collections.abc import Sequence
from pathlib import Path

from lineage.core.values import plain_table
from lineage.errors import InputError
from lineage.model.manifest import Table
from lineage.system.files import read_document
from lineage.system.tomlfile import parse_toml


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
    suffix = path.suffix.lower()
    if suffix == ".toml":
        return plain_table(parse_toml(content, str(path)), str(path))
    if suffix in (".yaml", ".yml"):
        from lineage.system.yamlfile import read_yaml

        return plain_table(read_yaml(content, str(path)), str(path))
    if suffix != ".json":
        raise InputError(f"the {what} file must be .json, .toml or .yaml", where=str(path))
    try:
        return plain_table(json.loads(content), str(path))
    except json.JSONDecodeError as error:
        raise InputError(f"is not JSON: {error.msg}", where=f"{path}:{error.lineno}:{error.colno}") from error
    except (ValueError, RecursionError) as error:
        raise InputError("is not JSON in UTF-8 that can be read", where=str(path)) from error
