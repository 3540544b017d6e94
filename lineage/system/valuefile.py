"""Files of a user's own values: JSON, TOML or YAML, by their suffix."""

import json
import posixpath

from lineage.errors import InputError
from lineage.system.tomlfile import parse_toml

SUFFIXES = (".json", ".toml", ".yaml", ".yml")


def parse_values(content: bytes, where: str) -> object:
    """What the file holds, of whatever kind; ``where`` is its path. Raises ``InputError`` with file and line."""
    suffix = posixpath.splitext(where)[1].lower()
    if suffix == ".toml":
        return parse_toml(content, where)
    if suffix in (".yaml", ".yml"):
        from lineage.system.yamlfile import read_yaml

        return read_yaml(content, where)
    if suffix != ".json":
        raise InputError("must be .json, .toml or .yaml", where=where)
    return parse_json(content, where)


def parse_json(content: bytes, where: str) -> object:
    """The same of JSON, whatever the suffix."""
    try:
        value: object = json.loads(content)
    except json.JSONDecodeError as error:
        raise InputError(f"is not JSON: {error.msg}", where=f"{where}:{error.lineno}:{error.colno}") from error
    except (ValueError, RecursionError) as error:
        raise InputError("is not JSON in UTF-8 that can be read", where=where) from error
    return value
