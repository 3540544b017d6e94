"""Which file would ``import`` take? The first one on a ``sys.path``, by the rules of the import system; nothing is run.

Rules:

1. In each entry, in order: a directory with ``__init__``, an extension module, ``.py``, ``.pyc``.
2. A directory without ``__init__`` is a portion of a namespace: it counts only where no entry has a module.
3. In an archive there are no extension modules, and ``.pyc`` comes first.
4. Below a package only its own directory is looked at, unless its ``__init__`` extends ``__path__``.

Sources: ``importlib.machinery.FileFinder`` and ``zipimport`` of CPython 3.6 to 3.14, PEP 420.
"""

import re
from bisect import bisect_left
from typing import Dict, FrozenSet, List, NamedTuple, Optional, Sequence, Tuple

from lineage.portable.names import module_of
from lineage.portable.tree import FileTree, Unreadable

MAX_INIT_BYTES = 64 * 1024
"""An ``__init__`` that only extends ``__path__`` is far smaller."""

_DEPTH = 5
"""How deep a namespace is followed for its first module."""
_EXTENDS = re.compile(rb"\b(?:extend_path|declare_namespace)[ \t]*\(")
_ASIDE = re.compile(rb"\A\s*(?:#[^\n]*\n\s*)*[rR]?(\"\"\"|\'\'\'|\"|\')[^\\]*?\1|#[^\n]*")
"""A text at the top that documents, and comments."""
_ONLY_EXTENDS = re.compile(
    rb"(?:import pkg_resources|import pkgutil|from pkgutil import extend_path|from typing import [\w, ]+|try:|pass"
    rb"|except \(?(?:ImportError|ModuleNotFoundError|, ?)+\)?:|(?:pkg_resources|__import__\([\"']pkg_resources[\"']\))"
    rb"\.declare_namespace\(__name__\)|__path__(?:: ?[\w.\[\]]+)? ?= ?(?:pkgutil\.|__import__\([\"']pkgutil[\"']\)\.)?"
    rb"extend_path\(__path__, ?__name__\))"
)
_ARCHIVED = (".pyc", ".py")


class Content(NamedTuple):
    """What a distribution gives to ``import``, as the rows of its RECORD tell that its identity is made of."""

    tops: FrozenSet[str]
    """names on top of its directory, of files and of directories"""
    modules: Tuple[str, ...]
    """files of its uppermost modules: ``numpy/__init__.py``, ``six.py``, of a namespace what lies below"""


class Taken(NamedTuple):
    """A file, or a namespace, that ``import`` would take."""

    entry: str
    """of ``sys.path``"""
    file: str
    """relative to the entry; ``""`` for a namespace"""
    through: Tuple[str, ...] = ()
    """absolute paths of the ``__init__`` files of the packages around it"""

    @property
    def path(self) -> str:
        return self.entry + "/" + self.file


def content_of(lines: Sequence[str]) -> Content:
    """The content of a distribution, by the sorted lines ``path,hash`` of its identity."""
    tops: List[str] = []
    modules: List[str] = []
    _descend(lines, "", _DEPTH, tops, modules)
    return Content(frozenset(tops), tuple(modules))


def _descend(lines: Sequence[str], prefix: str, depth: int, names: List[str], modules: List[str]) -> None:
    """Jumps from name to name: of what lies below a package not a line is looked at."""
    at = bisect_left(lines, prefix)
    while at < len(lines) and lines[at].startswith(prefix):
        path = lines[at][len(prefix) :].rpartition(",")[0]
        name, slash, _ = path.partition("/")
        names.append(_text(name))
        if not slash:
            if _is_module(_text(name)):
                modules.append(_text(prefix + name))
            at += 1
            continue
        inner = prefix + name + "/"
        if _text(name).isidentifier():
            inits = _inits(lines, inner)
            modules.extend(inits)
            if not inits and depth:
                _descend(lines, inner, depth - 1, [], modules)
        at = bisect_left(lines, prefix + name + "0", at)  # what sorts right behind all that begins with ``inner``


def _inits(lines: Sequence[str], inner: str) -> List[str]:
    found = []
    at = bisect_left(lines, inner + "__init__.")
    while at < len(lines) and lines[at].startswith(inner + "__init__."):
        path = lines[at].rpartition(",")[0]
        if _is_module(path[len(inner) :]):
            found.append(_text(path))
        at += 1
    return found


def _text(name: str) -> str:
    """Lines of an identity are bytes by other means."""
    return name.encode("latin-1").decode("utf-8", "surrogateescape")


def _is_module(name: str) -> bool:
    return module_of(name) is not None and not name.endswith(".pyw")


def tops_of(record: bytes) -> FrozenSet[str]:
    """The names on top that a RECORD lists, whatever counts for an identity. Installers sort it: blocks are skipped."""
    text = b"\n" + record
    names = set()
    at = 1
    while at < len(text):
        end = _end(text, at)
        line = text[at:end]
        name, slash, _ = line.partition(b"/")
        names.add(name if slash else line.partition(b",")[0])
        if slash:
            block = b"\n" + name + slash
            end = _end(text, text.rfind(block) + 1)
            if text.count(block, at - 1, end) != text.count(b"\n", at - 1, end):
                names.update(row.partition(b"/" if b"/" in row else b",")[0] for row in record.split(b"\n"))
                break
        at = end + 1
    texts = (name.decode("utf-8", "surrogateescape").strip('"') for name in names)
    return frozenset(texts) - {"", "..", "__pycache__"}


def _end(text: bytes, at: int) -> int:
    end = text.find(b"\n", at)
    return len(text) if end < 0 else end


def dotted(file: str) -> str:
    """The name that a file is imported by: ``a.b`` of ``a/b/__init__.py`` and ``a/b.so``."""
    *folders, name = file.split("/")
    stem = name.partition(".")[0]
    return ".".join(folders if stem == "__init__" else [*folders, stem])


class _Place(NamedTuple):
    """A directory where a module is looked for."""

    view: FileTree
    entry: str
    inside: str
    """relative to the entry, with a slash behind; ``""`` for the entry itself"""


class Search:
    """One ``sys.path``. Each directory is listed once, so it serves one question after the other."""

    def __init__(self, tree: FileTree, paths: Sequence[str], abi: Optional[str]) -> None:
        self._extensions = _extension_suffixes(abi)
        self._names: Dict[str, FrozenSet[str]] = {}
        self._portions: Dict[str, List[_Place]] = {}
        self._top = [_Place(view, path, "") for path in paths for view in [_view(tree, path)] if view is not None]

    def first(self, module: str) -> Optional[Taken]:
        """What ``import`` takes for a dotted name, ``None`` where that is nothing.

        Where a package around it hides it, the ``__init__`` of that package. Raises ``Unreadable``.
        """
        places, hiding, through = self._top, None, ()  # type: Sequence[_Place], Optional[Taken], Tuple[str, ...]
        *around, last = module.split(".")
        for part in around:
            found = self._find(places, part)
            if found is None:
                return hiding
            place, file = found
            if not file:
                places = self._below(places, part)
                continue
            hiding = Taken(place.entry, file, through)
            if not file.rpartition("/")[2].startswith("__init__."):
                return hiding
            through += (hiding.path,)
            here = place._replace(inside=place.inside + part + "/")
            extends = _EXTENDS.search(self._start(hiding)) is not None
            more = self._below(places, part) if extends else []
            places = [here, *(one for one in more if one != here)]
        found = self._find(places, last)
        return hiding if found is None else Taken(found[0].entry, found[1], through)

    def inside(self, namespace: str, entries: FrozenSet[str]) -> List[str]:
        """The dotted names directly in a namespace, as far as it lies in these entries of ``sys.path``."""
        places = [one for one in self._top if one.entry in entries]
        for part in namespace.split("."):
            places = self._below(places, part)
        names = {
            module_of(name) or name
            for place in places
            for name in self._list(place)
            if module_of(name) or self._is_directory(place, name)
        }
        return ["{}.{}".format(namespace, name) for name in sorted(names) if name.isidentifier()]

    def is_open(self, taken: Taken) -> bool:
        """Whether an ``__init__`` does nothing but let several distributions share a package."""
        text = self._start(taken)
        lines = [line.strip() for line in _ASIDE.sub(b"", text).splitlines()]
        is_whole = len(text) < MAX_INIT_BYTES
        return is_whole and _EXTENDS.search(text) is not None and all(map(_ONLY_EXTENDS.fullmatch, filter(None, lines)))

    def _start(self, taken: Taken) -> bytes:
        views = (one.view for one in self._top if one.entry == taken.entry)
        return next((view.read_start_if_any(taken.path, MAX_INIT_BYTES) for view in views), b"")

    def _find(self, places: Sequence[_Place], name: str) -> Optional[Tuple[_Place, str]]:
        portion = None
        for place in places:
            names = self._list(place)
            if name in names:
                inner = "{}{}/__init__".format(place.inside, name)
                for suffix in self._suffixes(place, inner):
                    if place.view.kind("{}/{}{}".format(place.entry, inner, suffix)) == "file":
                        return place, inner + suffix
            for suffix in self._suffixes(place, place.inside + name):
                if name + suffix in names:
                    file = place.inside + name + suffix
                    if place.view.kind("{}/{}".format(place.entry, file)) == "file":
                        return place, file
            if portion is None and name in names and self._is_directory(place, name):
                portion = place
        return None if portion is None else (portion, "")

    def _below(self, places: Sequence[_Place], name: str) -> List[_Place]:
        """The portions of a namespace, or of a package that is open to others."""
        return [
            place._replace(inside=place.inside + name + "/")
            for place in places
            if name in self._list(place) and self._is_directory(place, name)
        ]

    def _is_directory(self, place: _Place, name: str) -> bool:
        return place.view.kind("{}/{}{}".format(place.entry, place.inside, name)) == "directory"

    def _list(self, place: _Place) -> FrozenSet[str]:
        path = "{}/{}".format(place.entry, place.inside).rstrip("/")
        if path not in self._names:
            self._names[path] = frozenset(place.view.names_if_any(path))
        return self._names[path]

    def _suffixes(self, place: _Place, stem: str) -> Sequence[str]:
        if place.view.is_archive:
            return _ARCHIVED
        if self._extensions is not None:
            return self._extensions
        # Which Python it is for is not known: an extension module for any.
        directory, _, name = stem.rpartition("/")
        listed = self._list(place._replace(inside=directory + "/" if directory else ""))
        found = (one[len(name) :] for one in sorted(listed) if one.startswith(name + ".") and module_of(one) == name)
        return [one for one in found if one.endswith((".so", ".pyd"))] + [".py", ".pyc"]


def _view(tree: FileTree, path: str) -> Optional[FileTree]:
    """What cannot be listed is named by whoever reads its distributions."""
    # Only here: archives are rare on a path, and zipfile is dear to import.
    try:
        tree.names(path)
    except NotADirectoryError:
        from lineage.portable.archive import read_archive

        try:
            return read_archive(tree, path)
        except (FileNotFoundError, Unreadable):
            return None
    except (FileNotFoundError, Unreadable):
        return None
    return tree


def _extension_suffixes(abi: Optional[str]) -> Optional[Sequence[str]]:
    """What ``importlib.machinery.all_suffixes`` says in an interpreter, by its SOABI, in the order of the import."""
    if abi is None:
        return None
    last = (".pyd",) if "-win" in abi else (".abi3.so", ".so")
    return ("." + abi + last[-1], *last, ".py", ".pyc")
