"""What distributions say of themselves beyond their identity, and which of them an import comes from.

Read only for a capture; a gate needs it only where a package is absent. Formats: core metadata ("Requires-Dist"),
RECORD, and of egg-info ``requires.txt`` with its ``[extra:marker]`` sections and ``top_level.txt``.

Names of distributions and of modules differ (``scikit-learn`` gives ``sklearn``), so RECORD decides; where there
is no RECORD, ``top_level.txt``; where there is neither, a distribution named like the module.
"""

import csv
import re
from collections.abc import Iterable, Mapping, Sequence

from lineage.model.installed import Installed
from lineage.portable.distinfo import Distribution
from lineage.portable.names import canonical_name
from lineage.portable.tree import FileTree

_REQUIRES = re.compile(r"^Requires-Dist[ \t]*:(.*(?:\n[ \t]+\S.*)*)$", re.MULTILINE | re.IGNORECASE)
_HEADER_END = re.compile(r"\r?\n\r?\n")
_BINARY = (".so", ".pyd")

Owners = dict[str, set[str]]
"""dotted name → distributions"""


def read_details(tree: FileTree, distribution: Distribution) -> Installed:
    """The details of one distribution; what cannot be read says nothing, and is named by who reads its identity."""
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
    files = tuple(_recorded(_lines(tree, info + "/RECORD")))
    return Installed(name=distribution.package.name, requires=requires, files=files, top_level=top_level)


def _recorded(lines: tuple[str, ...]) -> list[str]:
    try:
        return [row[0].replace("\\", "/") for row in csv.reader(lines) if row]
    except csv.Error:
        return []


def _read(tree: FileTree, path: str) -> str:
    return tree.read_if_any(path).decode("utf-8", "replace")


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


def providers(names: Iterable[str], installed: Sequence[Installed]) -> dict[str, tuple[str, ...]]:
    """Every dotted name → the distributions that its import runs code of, sorted; ``()`` when there are none.

    The last parts of a name may be attributes: the longest part that is a module counts. A directory without
    ``__init__`` is shared, so it counts for its own full name only. Several owners of one file are all given, and
    so is the one owner of a package around the module, because importing the module runs it.
    """
    wanted = tuple(dict.fromkeys(names))
    tops = {_top(name) for name in wanted}
    modules, packages, directories = _index(tops, installed)
    claims = {top: _claims(top, installed, directories, modules) for top in tops}
    answer: dict[str, tuple[str, ...]] = {}
    for name in wanted:
        owners = _owners(name, modules, packages, directories) or claims[_top(name)]
        answer[name] = tuple(sorted(owners))
    return answer


def _top(name: str) -> str:
    return name.partition(".")[0]


def _owners(name: str, modules: Owners, packages: Owners, directories: Owners) -> set[str]:
    prefixes = _prefixes(name)
    found = next((prefix for prefix in reversed(prefixes) if prefix in modules), None)
    if name in directories and name not in modules:
        owners = set(directories[name])
        around = prefixes[:-1]
    elif found is not None:
        owners = set(modules[found])
        around = prefixes[: prefixes.index(found)]
    else:
        return set()
    for prefix in around:
        # Where several ship the same __init__.py it is the boilerplate of a shared namespace.
        if len(packages.get(prefix, ())) == 1:
            owners |= packages[prefix]
    return owners


def _prefixes(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[:depth]) for depth in range(1, len(parts) + 1)]


def _index(tops: set[str], installed: Sequence[Installed]) -> tuple[Owners, Owners, Owners]:
    """Importable names, those of them that are packages, and the directories that hold any, by owners.

    Only what lies under the given top-level names is looked at: an environment has some 60,000 files.
    """
    modules: Owners = {}
    packages: Owners = {}
    directories: Owners = {}
    for distribution in installed:
        for path in distribution.files:
            head, slash, _ = path.partition("/")
            if (head if slash else head.partition(".")[0]) not in tops:
                continue
            module = _module(path)
            if module is None:
                continue
            *folders, last = module
            if last == "__init__":
                module = tuple(folders)
                packages.setdefault(".".join(module), set()).add(distribution.name)
            modules.setdefault(".".join(module), set()).add(distribution.name)
            for prefix in _prefixes(".".join(folders)) if folders else ():
                directories.setdefault(prefix, set()).add(distribution.name)
    return modules, packages, directories


def _module(path: str) -> tuple[str, ...] | None:
    """The parts of the module that a file is, ``__init__`` included; ``None`` when it is none."""
    *folders, name = path.split("/")
    if "__pycache__" in folders:
        return None
    stem, dot, suffix = name.rpartition(".")
    if f"{dot}{suffix}" in _BINARY:
        stem = name.partition(".")[0]  # the tag between name and suffix says for which interpreter
    elif suffix not in ("py", "pyc"):
        return None
    return (*folders, stem) if stem else None


def _claims(
    top: str, installed: Sequence[Installed], directories: Mapping[str, set[str]], modules: Mapping[str, set[str]]
) -> set[str]:
    """Who provides a top-level name by its own word, where no file tells.

    A ``.pth`` file says that modules lie elsewhere (an editable install), so such a RECORD does not list them.
    """
    shown = directories.get(top, set()) | modules.get(top, set())
    named = {one.name for one in installed if top in one.top_level and one.name not in shown}
    if named or shown:
        return named
    wordless = (one for one in installed if not one.top_level and one.name == canonical_name(top))
    return {one.name for one in wordless if all(_is_silent(path) for path in one.files)}


def _is_silent(path: str) -> bool:
    """Whether a file tells nothing of the modules of an editable install."""
    head, slash, _ = path.partition("/")
    return head.endswith((".dist-info", ".egg-info", ".pth")) or head == ".." or (not slash and "editable" in head)
