"""The paths of the weights that a manifest names, read without the rest of it: a repository may hold many."""

import re

from lineage.errors import InputError
from lineage.system.tomlfile import parse_toml

_ENTRY = re.compile(rb"^\[\[weights\]\][^\n]*\n(?:(?!\[)[^\n]*(?:\n|\Z))*", re.MULTILINE)


def named_weights(content: bytes) -> tuple[str, ...]:
    """POSIX paths from the repository root; none of what is not a manifest."""
    own = b"".join(match[0] for match in _ENTRY.finditer(content)) or content
    try:
        rows = parse_toml(own, "").get("weights")
    except InputError:
        return ()
    found = [row.get("path") for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return tuple(path for path in found if isinstance(path, str))
