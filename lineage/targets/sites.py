"""The ``sys.path`` of an installation, told by its files as ``getpath`` and ``site`` would build it.

What is the caller's own is left out: PYTHONPATH, the working directory, the user's site-packages; where the last could
matter, that is said. Sources: ``Modules/getpath.py`` and ``Lib/site.py`` of CPython 3.6 to 3.14, the latter also as
Debian and Fedora change it.
"""

import os
import posixpath
from dataclasses import dataclass

from lineage.portable.environment import Unknown
from lineage.portable.tree import FileTree, Unreadable
from lineage.targets.installations import Base, Installation
from lineage.targets.pth_files import Dialect, dialect_of, read_pth, startup_doubt


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPath:
    """Where distributions are looked for, in order, each place once; and what else may be there."""

    paths: tuple[str, ...]
    unknown: tuple[Unknown, ...] = ()


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
    found.startup("sitecustomize")
    if shared:
        found.startup("usercustomize")
    return found.done()


def _dialect(tree: FileTree, base: Base | None) -> Dialect | None:
    """``None`` where the standard library is there and its ``site`` cannot be read."""
    try:
        text = tree.read(f"{base.stdlib}/site.py") if base is not None else b""
    except Unreadable:
        text = None
    return None if text is None else dialect_of(text)


class _Path:
    """A ``sys.path`` that grows as ``site`` makes it grow."""

    def __init__(self, tree: FileTree, dialect: Dialect) -> None:
        self.dialect = dialect
        self._tree = tree
        self._paths: dict[str, None] = {}
        self._unknown: dict[Unknown, None] = {}

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

    def startup(self, module: str) -> None:
        reason = startup_doubt(self._tree, tuple(self._paths), module)
        if reason is not None:
            self.doubt(reason)

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
        return SearchPath(paths=tuple(places.values()), unknown=tuple(self._unknown))

    def _site(self, path: str) -> None:
        kind = self._kind(path)
        if kind != "directory":
            return
        self._paths[path] = None
        for name in self._tree.names_if_any(path):
            if not name.endswith(".pth") or (name.startswith(".") and not self.dialect.hidden):
                continue
            lines, reason = read_pth(self._tree, path, name, self.dialect)
            if reason is not None:
                self.doubt(reason)
            for line in lines:
                added = posixpath.normpath(posixpath.join(path, line))
                if added not in self._paths and self._kind(added):
                    self._paths[added] = None

    def _kind(self, path: str) -> str:
        try:
            return self._tree.kind(path)
        except Unreadable as error:
            self.doubt(f"a directory on sys.path cannot be read: {error.message}")
            return ""
