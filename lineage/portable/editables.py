"""Editable installs: where the source of a project stands on ``sys.path``.

They have three marks besides the direct_url.json of PEP 610: an ``.egg-link`` file and an egg-info beside its source
(``setup.py develop``), and a distribution that has installed nothing but a ``.pth`` file (older installers).
"""

import posixpath
from typing import Dict, List, Mapping, Optional, Sequence, Tuple

from lineage.portable.environment import Problem, Unknown
from lineage.portable.names import canonical_name
from lineage.portable.tree import FileTree, Unreadable

Listing = Tuple[str, FileTree, List[str]]
"""An entry of ``sys.path``, the tree that reads it, and the names in it."""


def read_links(listed: Sequence[Listing], unknown: List[Unknown], problems: List[Problem]) -> Mapping[str, str]:
    """Directories on ``sys.path`` that an ``.egg-link`` leads to → the project that each was installed from.

    The link alone makes nothing importable: ``easy-install.pth`` does, so the directory is on the path itself.
    """
    places = {posixpath.normpath(path) for path, _, _ in listed}
    links: Dict[str, str] = {}
    for path, view, names in listed:
        for name in names:
            if not name.endswith(".egg-link"):
                continue
            subject = "package:" + canonical_name(name[: -len(".egg-link")])
            try:
                lines = (view.read(path + "/" + name) or b"").decode("utf-8").split("\n")
            except (Unreadable, ValueError) as error:
                unknown.append(Unknown(subject, "its egg-link cannot be read: {}".format(error)))
                continue
            place = posixpath.normpath(posixpath.join(path, lines[0].strip()))
            if not lines[0].strip() or place not in places:
                detail = "an egg-link to what is not on sys.path: not a distribution"
                problems.append(Problem("package.leftover", subject, detail))
            else:
                links[place] = posixpath.normpath(posixpath.join(place, (lines + [""])[1].strip()))
    return links


def project_around(tree: FileTree, path: str, info: str) -> Optional[str]:
    """The project whose source an egg-info lies in: its code is beside ``setup.py``, or one directory below."""
    for place in (path, posixpath.dirname(path)):
        for script in ("/setup.py", "/pyproject.toml"):
            if tree.read(place + script) is not None:
                return None if tree.read(info + "/installed-files.txt") is not None else place
    return None


def project_linked(tree: FileTree, path: str, record: bytes) -> Optional[str]:
    """Where a ``.pth`` file leads that is all of an installation: so are editables without a direct_url.json."""
    rows = [row.partition(b",")[0].decode("utf-8", "replace") for row in record.splitlines() if row]
    own = [row for row in rows if ".dist-info/" not in row and not row.startswith("..")]
    if not all(row.endswith(".pth") and "/" not in row for row in own):
        return None
    for row in own:
        for line in (tree.read(path + "/" + row) or b"").decode("utf-8", "replace").splitlines():
            if line.startswith("/"):
                return line.strip()
    return None
