"""Which distribution an import comes from, told from the files that each has installed.

Names of distributions and of modules differ (``scikit-learn`` gives ``sklearn``), so RECORD decides; where there
is no RECORD, ``top_level.txt``; where there is neither, a distribution named like the module.
"""

from collections.abc import Iterable, Mapping, Sequence

from lineage.model.installed import Installed
from lineage.portable.names import canonical_name

_BINARY = (".so", ".pyd")

Owners = dict[str, set[str]]
"""dotted name → distributions"""


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
