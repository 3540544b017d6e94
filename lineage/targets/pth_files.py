"""``.pth`` files and ``sitecustomize``, read as ``site`` would run them, without running anything.

A line of a ``.pth`` file names a directory to add, or is code. Code that is known by its text to add nothing to
``sys.path`` is passed over; any other could add anything, so what it does is not known.
"""

import json
import re
from dataclasses import dataclass

from lineage.portable.tree import FileTree, Unreadable

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


def dialect_of(text: bytes) -> Dialect:
    """The dialect that the text of ``site.py`` shows; upstream's before 3.13 where there is none."""
    return Dialect(
        debian=b'"dist-packages"' in text,
        fedora=re.search(rb"""PREFIXES\.insert\(0, ?["']/usr/local["']\)""", text) is not None,
        hidden=b'name.startswith(".")' not in text,
        marks=b"utf-8-sig" in text,
    )


def read_pth(tree: FileTree, site: str, name: str, dialect: Dialect) -> tuple[tuple[str, ...], str | None]:
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


def startup_doubt(tree: FileTree, paths: tuple[str, ...], module: str) -> str | None:
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
