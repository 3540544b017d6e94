"""Code that runs whenever an interpreter starts: which of it is known, and which could do anything.

It is ``.pth`` files with code, ``sitecustomize``, ``usercustomize``, and what stands on ``sys.meta_path`` and
``sys.path_hooks`` beside Python's own. Known is what equals the RECORD of an installed distribution by its hash, or
dpkg's list, and what installers are known to write, by its text: never by its name. Any other is unknown as
``startup:NAME``. Nothing is run.
"""

import base64
import hashlib
import re
from collections.abc import Iterator, Sequence

from lineage.portable.environment import Unknown
from lineage.portable.tree import FileTree, Unreadable

MAX_PTH_BYTES = 1024 * 1024

_HARMLESS = (
    # setuptools, distutils-precedence.pth: which distutils is imported
    re.compile(
        r"import os; ?var = 'SETUPTOOLS_USE_DISTUTILS'; ?"
        r"enabled = os\.environ\.get\(var, '(?:local|stdlib)'\) == 'local'; ?"
        r"enabled and __import__\('_distutils_hack'\)\.add_shim\(\);?"
    ),
    # easy_install, easy-install.pth: moves what it adds to the front
    re.compile(r"import sys; sys\.__plen = len\(sys\.path\)"),
    re.compile(
        r"import sys; new=sys\.path\[sys\.__plen:\]; del sys\.path\[sys\.__plen:\]; "
        r"p=getattr\(sys,'__egginsert',0\); sys\.path\[p:p\]=new; sys\.__egginsert = p\+len\(new\)"
    ),
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
_STARTUP = ("sitecustomize", "usercustomize")
_IMPORT = re.compile(r"import (\w+)(?:; ?\1\.\w+\(\);?)?")
"""A line that only imports a module, and may call a function of it: what it does stands in the module."""

_APPORT = (
    "try:",
    "    import apport_python_hook",
    "except ImportError:",
    "    pass",
    "else:",
    "    apport_python_hook.install()",
)
"""Debian's and Ubuntu's ``sitecustomize.py``: it reports crashes."""

_UNREADABLE = "runs when Python starts, and cannot be read"
_FOREIGN = "runs when Python starts, is no known text, and no RECORD has it as it is: accept it by name if it is yours"
_ARCHIVED = "runs when Python starts, and lies in an archive"
_NOWHERE = "finds modules, and lies in no file"
_RECORDER = "<lineage recorder>."
_DPKG = "/var/lib/dpkg/info"
_LIKELY = {"_distutils_hack": "setuptools"}
"""Whose RECORD lists a module of another name."""


def is_code(line: str) -> bool:
    """Whether ``site`` runs a line of a ``.pth`` file."""
    return line.startswith(("import ", "import\t"))


def shown(name: str) -> str:
    """A file name as a subject."""
    return "".join(letter if letter.isprintable() else "?" for letter in name[:80])


class StartupCode:
    """What runs when an interpreter starts, judged file by file; ``paths`` is its ``sys.path``."""

    def __init__(self, tree: FileTree, paths: Sequence[str]) -> None:
        self._tree = tree
        self._paths = tuple(paths)
        self._known: dict[str, str] = {}
        self._unknown: dict[str, str] = {}

    @property
    def unknown(self) -> tuple[Unknown, ...]:
        return tuple(Unknown(f"startup:{name}", reason) for name, reason in sorted(self._unknown.items()))

    @property
    def known(self) -> tuple[tuple[str, str], ...]:
        """(file name, who installed it); not what installers write by themselves, which is known by its text."""
        return tuple(one for one in sorted(self._known.items()) if one[0] not in self._unknown)

    def sites(self, sites: Sequence[str]) -> None:
        """All ``.pth`` files of the directories where ``site`` looks for them."""
        for site in dict.fromkeys(sites):
            for name in self._tree.names_if_any(site):
                if name.endswith(".pth"):
                    self._read(site, name)

    def _read(self, site: str, name: str) -> None:
        try:
            data = self._tree.read(f"{site}/{name}") or b""
        except Unreadable as error:
            self._unknown[shown(name)] = f"{_UNREADABLE}: {error.message}"
            return
        if len(data) > MAX_PTH_BYTES:
            self._unknown[shown(name)] = f"{_UNREADABLE}: larger than {MAX_PTH_BYTES} bytes"
            return
        # It is read as UTF-8 or in the encoding of the locale, and they end lines differently.
        texts = (data.decode("utf-8-sig", "replace"), data.decode("latin-1"))
        self.pth(site, name, [line.strip() for text in texts for line in text.splitlines() if is_code(line)])

    def pth(self, site: str, name: str, lines: Sequence[str]) -> None:
        """The lines of code of a ``.pth`` file."""
        if not lines:
            return
        if not all(line == "import _virtualenv" or any(one.fullmatch(line) for one in _HARMLESS) for line in lines):
            self._judge(shown(name), f"{site}/{name}")
        for line in lines:
            imported = _IMPORT.fullmatch(line)
            if imported is not None:
                self.imported(imported[1])

    def imported(self, module: str) -> None:
        """A module that is imported at the start: the first on the path, if there is one."""
        for path in self._paths:
            if self._tree.is_kind(path, "file") and self._is_archived(path, module):
                self._unknown[module] = _ARCHIVED
                return
            file = self._file(path, module)
            if file is not None:
                if module in _STARTUP or not self._is_library(path):
                    self._module(file)
                return

    def hook(self, name: str, file: str | None) -> None:
        """What stands on ``sys.meta_path`` or ``sys.path_hooks``; ``name`` is that of its class."""
        if name.startswith(_RECORDER):
            return
        if file is None:
            self._unknown[shown(name)] = _NOWHERE
        else:
            self._module(file)

    def _file(self, path: str, module: str) -> str | None:
        """The file that an import takes in one directory."""
        own = f"{path}/{module}"
        if any(name.partition(".")[0] == "__init__" for name in self._tree.names_if_any(own)):
            return f"{own}/__init__.py"
        names = [name for name in self._tree.names_if_any(path) if name.startswith(module + ".")]
        compiled = [name for name in names if name.endswith((".so", ".pyd"))]
        written = [name for name in (f"{module}.py", f"{module}.pyc") if name in names]
        return next((f"{path}/{name}" for name in (*compiled, *written)), None)

    def _is_library(self, path: str) -> bool:
        """Whether a directory holds the standard library, whose modules no RECORD has."""
        return path.endswith("/lib-dynload") or all(
            self._tree.is_kind(f"{path}/{name}.py", "file") for name in ("os", "site")
        )

    def _is_archived(self, path: str, module: str) -> bool:
        from lineage.portable.archive import read_archive  # hardly any path has one, and zipfile is dear to import

        try:
            names = read_archive(self._tree, path).names(path)
        except (OSError, Unreadable):
            return False
        return any(name.partition(".")[0] == module for name in names)

    def _module(self, file: str) -> None:
        name = file.rpartition("/")[2]
        if name == "__init__.py":
            name = file.rsplit("/", 2)[-2]
        try:
            data = self._tree.read(file)
        except Unreadable:
            data = None
        text = (data or b"?")[:MAX_PTH_BYTES].decode("utf-8", "replace") if file.endswith(".py") else "?"
        code = tuple(line.rstrip() for line in text.splitlines() if line.strip() and not line.startswith("#"))
        if data == b"" or not code:
            return
        if code == _APPORT:
            self.imported("apport_python_hook")
        elif data is None or name != "_virtualenv.py" or not _is_virtualenvs(data):
            self._judge(shown(name), file)

    def _judge(self, name: str, file: str) -> None:
        owner = self._owner(file)
        if owner is None:
            self._unknown[name] = _FOREIGN
        elif name not in _LIKELY:
            self._known[name] = owner

    def _owner(self, file: str) -> str | None:
        """Who installed a file as it is, in words; ``None`` where nobody did."""
        try:
            data = self._tree.read(file)
        except Unreadable:
            return None
        if data is None:
            return None
        for site in self._paths:
            for place in _spellings(self._tree, file):
                if place.startswith(site + "/") and (owner := self._by_record(site, place[len(site) + 1 :], data)):
                    return f"as the RECORD of {owner} has it"
        return "as dpkg installed it" if self._is_from_dpkg(file, data) else None

    def _by_record(self, site: str, path: str, data: bytes) -> str | None:
        top = path.partition("/")[0]
        likely = _LIKELY.get(top, top.partition(".")[0])
        infos = [name for name in self._tree.names_if_any(site) if name.endswith(".dist-info")]
        for info in sorted(infos, key=lambda name: not name.startswith(likely)):
            record = self._tree.read_if_any(f"{site}/{info}/RECORD")
            if path.encode("utf-8", "surrogateescape") in record and _has(record, path, data):
                return info[: -len(".dist-info")]
        return None

    def _is_from_dpkg(self, file: str, data: bytes) -> bool:
        row = f"{hashlib.md5(data, usedforsecurity=False).hexdigest()}  {file.lstrip('/')}".encode(errors="replace")
        names = [name for name in self._tree.names_if_any(_DPKG) if re.fullmatch(r"(?:lib)?python.*\.md5sums", name)]
        return file.startswith("/usr/") and any(
            row in self._tree.read_if_any(f"{_DPKG}/{name}").splitlines() for name in names
        )


def _spellings(tree: FileTree, file: str) -> Iterator[str]:
    """A path as it is, and with the links of its directory followed: ``lib64`` is one to ``lib``."""
    yield file
    directory, _, name = file.rpartition("/")
    real = tree.resolve_if_any(directory)
    if real is not None and real != directory:
        yield f"{real}/{name}"


def _is_virtualenvs(data: bytes) -> bool:
    from lineage.portable.unowned_files import is_known_virtualenv  # hardly any target has one

    return is_known_virtualenv(data)


def _has(record: bytes, path: str, data: bytes) -> bool:
    """Whether a RECORD has a file with the digest of these bytes: base 64 as the specification asks, or hexadecimal."""
    rows = []
    for algorithm in ("sha256", "sha384", "sha512"):
        digest = hashlib.new(algorithm, data)
        written = base64.urlsafe_b64encode(digest.digest()).decode().rstrip("=")
        rows += [f"{path},{algorithm}={text}," for text in (written, digest.hexdigest())]
    encoded = tuple(row.encode("utf-8", "surrogateescape") for row in rows)
    return any(line.startswith(encoded) for line in record.splitlines())
