"""Directories as mappings of paths to bytes."""

import hashlib
from collections.abc import Mapping

from lineage.weights.measure import tree_digest


def sha256_of_tree(files: Mapping[str, bytes]) -> str:
    """The digest that a directory of these files has."""
    return tree_digest(((path, hashlib.sha256(content).hexdigest()) for path, content in files.items()), "sha256")
