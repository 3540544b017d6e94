"""The ``sys.path`` of an installation, told by its files as ``getpath`` and ``site`` would build it.

What is the caller's own is left out: PYTHONPATH, the working directory, the user's site-packages; where the last could
matter, that is said. Sources: ``Modules/getpath.py`` and ``Lib/site.py`` of CPython 3.6 to 3.14, the latter also as
Debian and Fedora change it.

Nothing is run. A line of a ``.pth`` file names a directory to add, or is code, which ``startup`` judges: what is not
known could add anything.
"""

import os
import posixpath
import re
from dataclasses import dataclass

from lineage.portable.environment import Unknown
from lineage.portable.tree import FileTree, Unreadable
from lineage.targets.installations import BasePrefix, Installation
from lineage.targets.startup import MAX_PTH_BYTES, StartupCode, is_code, shown

_LINES = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPath:
    """Where distributions are looked for, in order, each place once; and what else may be there."""

    paths: tuple[str, ...]
    unknown: tuple[Unknown, ...] = ()
    started: tuple[tuple[str, str], ...] = ()
    """what runs at the start and is known: (file name, what it is known by)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How the ``site`` module of an installation reads, as its own text shows."""

    debian: bool = False
    """it looks for dist-packages"""
    fedora: bool = False
    """it looks below /usr/local too"""
    hidden: bool = True
    """it reads files whose names start with a dot"""
    marks: bool = False
    """it passes over a byte order mark, and parts lines as ``str.splitlines`` does"""


def search_path(tree: FileTree, one: Installation) -> SearchPath:
    """The ``sys.path`` of an installation in its tree."""
    dialect = _dialect(tree, one.base)
    found = _Path(tree, dialect or Dialect())
    if dialect is None:
        found.doubt("the site module of the base cannot be read: where it looks for packages is not known")
    virtual = one.config is not None
    # A key that is missing means true, as in ``site``.
    shared = not virtual or (one.config or {}).get("include-system-site-packages", "true").lower() == "true"
    base, library = one.base, one.library
    if base is not None:
        tail = library[len("python") :].replace(".", "") if library else ""
        found.entries([f"{base.prefix}/lib/python{tail}.zip", base.stdlib, base.stdlib + "/lib-dynload"])
    elif shared:
        found.doubt("the base of the environment is gone: what it would add cannot be seen")
    if library is None:
        found.doubt("which Python the environment is for cannot be told")
        return found.done()
    libdir = base.libdir if base is not None else "lib"
    if virtual:
        found.sites(one.prefix, library, libdir, virtual=True)
    if shared:
        found.user_sites(library)
        if found.dialect.fedora:
            found.sites("/usr/local", library, libdir, virtual=virtual)
        if base is not None:
            found.sites(base.prefix, library, libdir, virtual=virtual)
    found.modules = ("sitecustomize", "usercustomize") if shared else ("sitecustomize",)
    return found.done()


def _dialect(tree: FileTree, base: BasePrefix | None) -> Dialect | None:
    """``None`` where the standard library is there and its ``site`` cannot be read."""
    try:
        text = tree.read(f"{base.stdlib}/site.py") if base is not None else b""
    except Unreadable:
        text = None
    return None if text is None else _dialect_of(text)


def _dialect_of(text: bytes) -> Dialect:
    """The dialect that the text of ``site.py`` shows; upstream's before 3.13 where there is none."""
    return Dialect(
        debian=b'"dist-packages"' in text,
        fedora=re.search(rb"""PREFIXES\.insert\(0, ?["']/usr/local["']\)""", text) is not None,
        hidden=b'name.startswith(".")' not in text,
        marks=b"utf-8-sig" in text,
    )


class _Path:
    """A ``sys.path`` that grows as ``site`` makes it grow."""

    def __init__(self, tree: FileTree, dialect: Dialect) -> None:
        self.dialect = dialect
        self._tree = tree
        self._paths: dict[str, None] = {}
        self._unknown: dict[Unknown, None] = {}
        self.modules: tuple[str, ...] = ()
        """what is imported at the start"""
        self._code: list[tuple[str, str, list[str]]] = []
        """(directory, file, its lines of code)"""

    def doubt(self, reason: str) -> None:
        self._unknown[Unknown("packages", reason)] = None

    def entries(self, paths: list[str]) -> None:
        self._paths.update(dict.fromkeys(paths))

    def sites(self, prefix: str, library: str, libdir: str, *, virtual: bool) -> None:
        """The site directories of one prefix, with what their ``.pth`` files add."""
        libdirs = list(dict.fromkeys((libdir, "lib")))
        if not self.dialect.debian:
            paths = [f"{prefix}/{one}/{library}/site-packages" for one in libdirs]
        else:
            paths = [f"{prefix}/lib/{library}/site-packages"] if virtual else []
            paths += [f"{prefix}/local/lib/{library}/dist-packages", f"{prefix}/lib/python3/dist-packages"]
            paths += [f"{prefix}/{one}/{library}/dist-packages" for one in libdirs]
        for path in paths:
            self._site(path)

    def user_sites(self, library: str) -> None:
        """A user's own packages are seen by that user only, and who will run the program is not known."""
        homes = [os.path.expanduser("~")]  # noqa: PTH111 - Path.home() raises where there is none
        if self._tree.root:
            homes = ["/root", *(f"/home/{name}" for name in self._tree.names_if_any("/home"))]
        if any(self._tree.names_if_any(f"{home}/.local/lib/{library}/site-packages") for home in homes):
            self.doubt("a user has packages of their own, which only that user's programs see")

    def done(self) -> SearchPath:
        """Two names of one directory are one place: ``lib64`` is a link to ``lib`` in many environments."""
        places: dict[str, str] = {}
        for path in self._paths:
            try:
                places.setdefault(self._tree.resolve(path), path)
            except (FileNotFoundError, NotADirectoryError):
                continue
            except Unreadable as error:
                self.doubt(f"a directory on sys.path cannot be read: {error.message}")
        started = StartupCode(self._tree, tuple(self._paths))
        for site, name, lines in self._code:
            started.pth(site, name, lines)
        for module in self.modules:
            started.imported(module)
        unknown = (*self._unknown, *started.unknown)
        return SearchPath(paths=tuple(places.values()), unknown=unknown, started=started.known)

    def _site(self, path: str) -> None:
        kind = self._kind(path)
        if kind != "directory":
            return
        self._paths[path] = None
        for name in self._tree.names_if_any(path):
            if not name.endswith(".pth") or (name.startswith(".") and not self.dialect.hidden):
                continue
            lines, reason = _read_pth(self._tree, path, name, self.dialect)
            if reason is not None:
                self.doubt(reason)
            code = [line.strip() for line in lines if is_code(line)]
            self._code.append((path, name, code))
            if any("sys.__plen" in line for line in code):
                self.doubt(f"a .pth file puts its directories in front of others: {shown(name)}")
            for line in lines:
                if is_code(line):
                    continue
                added = posixpath.normpath(posixpath.join(path, line))
                if added not in self._paths and self._kind(added):
                    self._paths[added] = None

    def _kind(self, path: str) -> str:
        try:
            return self._tree.kind(path)
        except Unreadable as error:
            self.doubt(f"a directory on sys.path cannot be read: {error.message}")
            return ""


def _read_pth(tree: FileTree, site: str, name: str, dialect: Dialect) -> tuple[tuple[str, ...], str | None]:
    """The lines of one file that name paths or are code, as written, and why there may be more, if so."""
    try:
        data = tree.read(f"{site}/{name}") or b""
        if len(data) > MAX_PTH_BYTES:
            raise Unreadable(f"larger than {MAX_PTH_BYTES} bytes")
        if b"\0" in data:
            raise Unreadable("a null character in it")  # ends the file before Python 3.8, and only the line since
        text = data.decode("utf-8-sig" if dialect.marks else "utf-8")
    except Unreadable as error:
        return (), f"a .pth file cannot be read: {shown(name)}: {error.message}"
    except UnicodeDecodeError:
        return (), f"a .pth file cannot be read: {shown(name)}: not UTF-8"
    lines = text.splitlines() if dialect.marks else _LINES.split(text)
    return tuple(line.rstrip() for line in lines if not line.startswith("#") and line.strip()), None
