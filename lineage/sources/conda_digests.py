"""The digests that conda keeps of the files it installed: it writes the prefix into some after RECORD was made."""

import json

from lineage.portable.tree import FileTree, Unreadable


def conda_digests(tree: FileTree, prefix: str) -> dict[str, str]:
    """Path below the prefix → SHA-256 in hexadecimal; empty where conda installed nothing. Broken records are left out:
    then the difference stands.
    """
    found: dict[str, str] = {}
    try:
        names = [name for name in tree.names(f"{prefix}/conda-meta") if name.endswith(".json")]
    except (OSError, Unreadable):
        return found
    for name in names:
        try:
            document = json.loads(tree.read(f"{prefix}/conda-meta/{name}") or b"")
            for one in document["paths_data"]["paths"]:
                found[str(one["_path"])] = str(one.get("sha256_in_prefix") or one.get("sha256") or "")
        except (Unreadable, ValueError, LookupError, TypeError, AttributeError, RecursionError):
            continue
    return found
