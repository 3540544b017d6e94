"""The ``sys.path`` of an installation, told by its files as ``getpath`` and ``site`` would build it.

What is the caller's own is left out: PYTHONPATH, the working directory, the user's site-packages; where the last could
matter, that is said. Sources: ``Modules/getpath.py`` and ``Lib/site.py`` of CPython 3.6 to 3.14, the latter also as
Debian and Fedora change it.

Nothing is run. A line of a ``.pth`` file names a directory to add, or is code. Code that is known by its text to add
nothing to ``sys.path`` is passed over; any other could add anything, so what it does is not known.
"""

import json
import os
import posixpath
import re
from dataclasses import dataclass

from lineage.portable.environment import Unknown
from lineage.portable.tree import FileTree, Unreadable
from lineage.targets.installations import BasePrefix, Installation

MAX_PTH_BYTES = 1024 * 1024

_LINES = re.compile(r"\r\n|\r|\n")
_HARMLESS = (
    # setuptools, distutils-precedence.pth: which distutils is imported
    re.compile(
        r"import os; ?var = 'SETUPTOOLS_USE_DISTUTILS'; ?"
        r"enabled = os\.environ\.get\(var, '(?:local|stdlib)'\) == 'local'; ?"
        r"enabled and __import__\('_distutils_hack'\)\.add_shim\(\);?"
    ),
    # virtualenv, _virtualenv.pth: how distutils reads its configuration
    re.compile(r"import _virtualenv"),
    # coverage, a1_coverage.pth: measures where a variable asks for it
    re.compile(
        r"import sys; exec\('import os\\n\\nif os\.getenv\(\"COVERAGE_PROCESS_START\"\)"
        r"(?: or os\.getenv\(\"COVERAGE_PROCESS_CONFIG\"\))?:\\n try:\\n  import coverage\\n except:\\n  pass\\n else:"
        r"\\n  coverage\.process_startup\((?:slug=\"pth\")?\)'\)"
    ),
    # setuptools, *-nspkg.pth: a namespace package out of directories beside the file
    re.compile(
        r"import sys, ?types, ?os;"
        r"has_mfs = sys\.version_info > \(3, 5\);"
        r"p = os\.path\.join\(sys\._getframe\(1\)\.f_locals\['sitedir'\], \*\((?:'\w+',? ?)+\)\);"
        r"importlib = has_mfs and __import__\('importlib\.util'\);"
        r"has_mfs and __import__\('importlib\.machinery'\);"
        r"m = has_mfs and sys\.modules\.setdefault\('[\w.]+', importlib\.util\.module_from_spec\("
        r"importlib\.machinery\.PathFinder\.find_spec\('[\w.]+', \[os\.path\.dirname\(p\)\]\)\)\);"
        r"m = m or sys\.modules\.setdefault\('[\w.]+', types\.ModuleType\('[\w.]+'\)\);"
        r"mp = \(m or \[\]\) and m\.__dict__\.setdefault\('__path__', ?\[\]\);"
        r"\(p not in mp\) and mp\.append\(p\)"
        r"(?:;m and setattr\(sys\.modules\['[\w.]+'\], '\w+', m\))?"
    ),
)
_FINDER = re.compile(r"import (\w+)(?:; ?\1\.install\(\);?)?")

_APPORT = (
    "try:",
    "    import apport_python_hook",
    "except ImportError:",
    "    pass",
    "else:",
    "    apport_python_hook.install()",
)
"""Debian's and Ubuntu's ``sitecustomize.py``: it reports crashes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPath:
    """Where distributions are looked for, in order, each place once; and what else may be there."""

    paths: tuple[str, ...]
    unknown: tuple[Unknown, ...] = ()


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
    found.startup("sitecustomize")
    if shared:
        found.startup("usercustomize")
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
        reason = _startup_doubt(self._tree, tuple(self._paths), module)
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
            lines, reason = _read_pth(self._tree, path, name, self.dialect)
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


def _read_pth(tree: FileTree, site: str, name: str, dialect: Dialect) -> tuple[tuple[str, ...], str | None]:
    """The lines of one file that name paths, as written, and why there may be more, if so."""
    shown = "".join(letter if letter.isprintable() else "?" for letter in name[:80])
    try:
        data = tree.read(f"{site}/{name}") or b""
        if len(data) > MAX_PTH_BYTES:
            raise Unreadable(f"larger than {MAX_PTH_BYTES} bytes")
        if b"\0" in data:
            raise Unreadable("a null character in it")  # ends the file before Python 3.8, and only the line since
        text = data.decode("utf-8-sig" if dialect.marks else "utf-8")
    except Unreadable as error:
        return (), f"a .pth file cannot be read: {shown}: {error.message}"
    except UnicodeDecodeError:
        return (), f"a .pth file cannot be read: {shown}: not UTF-8"
    paths: list[str] = []
    doubt = None
    for line in text.splitlines() if dialect.marks else _LINES.split(text):
        if line.startswith("#") or not line.strip():
            continue
        if line.startswith(("import ", "import\t")):
            if not _is_harmless(tree, site, name, line.strip()):
                doubt = f"a .pth file runs code: {shown}"
        else:
            paths.append(line.rstrip())
    return tuple(paths), doubt


def _is_harmless(tree: FileTree, site: str, name: str, line: str) -> bool:
    if any(known.fullmatch(line) for known in _HARMLESS):
        return True
    finder = _FINDER.fullmatch(line)
    return finder is not None and _is_editable(tree, site, name, f"{finder[1]}.py")


def _is_editable(tree: FileTree, site: str, *files: str) -> bool:
    """Whether the files belong to an editable install (PEP 660): its finder leads to its own modules only."""
    for info in tree.names(site):
        if not info.endswith(".dist-info"):
            continue
        try:
            origin = json.loads(tree.read(f"{site}/{info}/direct_url.json") or b"null")
            record = (tree.read(f"{site}/{info}/RECORD") or b"").decode("utf-8", "replace")
        except (Unreadable, ValueError, RecursionError):
            continue
        directory = origin.get("dir_info") if isinstance(origin, dict) else None
        if not isinstance(directory, dict) or directory.get("editable") is not True:
            continue
        owned = {row.partition(",")[0].strip('"') for row in record.splitlines()}
        if owned.issuperset(files):
            return True
    return False


def _startup_doubt(tree: FileTree, paths: tuple[str, ...], module: str) -> str | None:
    """Why a ``sitecustomize`` or ``usercustomize`` may add packages, if there is one: the first on the path runs."""
    for path in paths:
        try:
            names = [name for name in tree.names(path) if name.partition(".")[0] == module]
            loaded = [name for name in names if name == module or name.endswith((".py", ".pyc", ".so"))]
            if not loaded:
                continue
            data = tree.read(f"{path}/{module}.py") if loaded == [f"{module}.py"] else None
        except (FileNotFoundError, NotADirectoryError):
            continue
        except Unreadable:
            data = None
        lines = ["?"] if data is None else data[:MAX_PTH_BYTES].decode("utf-8", "replace").splitlines()
        code = tuple(line.rstrip() for line in lines if line.strip() and not line.startswith("#"))
        return None if code in ((), _APPORT) else f"a module runs code when Python starts: {module}"
    return None
