"""What a distribution says of itself beyond its identity: requirements, files, top-level names.

Read only for a capture; a gate never needs it. Formats: core metadata ("Requires-Dist"), RECORD, and of egg-info
``requires.txt`` with its ``[extra:marker]`` sections and ``top_level.txt``.
"""

import csv
import re

from lineage.model.installed import Installed
from lineage.portable.distinfo import Distribution
from lineage.portable.tree import FileTree

_REQUIRES = re.compile(r"^Requires-Dist[ \t]*:(.*(?:\n[ \t]+\S.*)*)$", re.MULTILINE | re.IGNORECASE)
_HEADER_END = re.compile(r"\r?\n\r?\n")


def read_details(tree: FileTree, distribution: Distribution) -> Installed:
    """The details of one distribution. Raises ``Unreadable``."""
    info = distribution.info
    top_level = _lines(tree, info + "/top_level.txt")
    if info.lower().endswith("egg-info"):
        return Installed(
            name=distribution.package.name,
            requires=_egg_requires(_lines(tree, info + "/requires.txt")),
            files=tuple(_egg_files(_lines(tree, info + "/installed-files.txt"), info.rpartition("/")[2])),
            top_level=top_level,
        )
    metadata = _HEADER_END.split(_read(tree, info + "/METADATA"), 1)[0]
    written = (" ".join(line.strip() for line in found.split("\n")).strip() for found in _REQUIRES.findall(metadata))
    requires = tuple(filter(None, written))
    files = tuple(row[0].replace("\\", "/") for row in csv.reader(_lines(tree, info + "/RECORD")) if row)
    return Installed(name=distribution.package.name, requires=requires, files=files, top_level=top_level)


def _read(tree: FileTree, path: str) -> str:
    return (tree.read(path) or b"").decode("utf-8", "replace")


def _lines(tree: FileTree, path: str) -> tuple[str, ...]:
    return tuple(line for line in _read(tree, path).replace("\r\n", "\n").split("\n") if line.strip())


def _egg_files(lines: tuple[str, ...], info: str) -> list[str]:
    """``installed-files.txt`` is relative to the egg-info directory itself."""
    return [line[len("../") :] if line.startswith("../") else f"{info}/{line}" for line in lines]


def _egg_requires(lines: tuple[str, ...]) -> tuple[str, ...]:
    requires, condition = [], ""
    for line in lines:
        section = re.fullmatch(r"\[([^:\]]*)(?::(.*))?\]", line.strip())
        if section is None:
            requires.append(line.strip() + (f" ; {condition}" if condition else ""))
            continue
        extra, marker = section[1], section[2]
        parts = [f"({marker})"] if marker else []
        condition = " and ".join([*parts, f'extra == "{extra}"'] if extra else parts)
    return tuple(requires)
