"""Which exact release of Python an installation is, told by files that came with it.

Its own header is believed first, then what the package manager that installed it says, then the text in its program.
``pyvenv.cfg`` is written once and not again when the base is upgraded: it is believed only where the base is silent.
A minor version alone is never taken for a release.
"""

import json
import re
from dataclasses import dataclass

from lineage.portable.environment import Problem, Unknown
from lineage.portable.tree import FileTree
from lineage.targets.installations import BasePrefix, Installation

MAX_HEADER_BYTES = 64 * 1024

_RELEASE = re.compile(r"([0-9]+\.[0-9]+)\.[0-9]+(?:(?:a|b|rc)[0-9]+)?\+?")
_HEADER = re.compile(rb'^#define[ \t]+PY_VERSION[ \t]+"([^"\n]{1,40})"', re.MULTILINE)
_TEXT = re.compile(rb"\0([23]\.[0-9]+\.[0-9]+(?:(?:a|b|rc)[0-9]+)?\+?)\0")
_VIRTUALENV = re.compile(r"([0-9]+\.[0-9]+\.[0-9]+)\.(alpha|beta|candidate|final)\.([0-9]+)")
_LETTERS = {"alpha": "a", "beta": "b", "candidate": "rc"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """``3.11.7``, or ``None`` where it cannot be told."""

    version: str | None
    unknown: tuple[Unknown, ...] = ()
    problems: tuple[Problem, ...] = ()


def release_of(tree: FileTree, one: Installation) -> Release:
    """The release of an installation, and what is wrong with what tells it."""
    written = _configured(one)
    if one.base is None:
        reason = "the base of the environment is gone"
        if written is None:
            return Release(version=None, unknown=(Unknown("python", f"{reason}: its release cannot be told"),))
        detail = f"{reason}: {written} is what pyvenv.cfg says"
        return Release(version=written, problems=(Problem("environment.base-gone", "python", detail),))
    if one.contradicted:
        reason = "pyvenv.cfg names another base than the one that its program is linked to"
        return Release(version=None, unknown=(Unknown("python", reason),))
    own = next((found for read in _READERS if (found := read(tree, one, one.base)) is not None), None)
    if own is None:
        return Release(version=written)
    if written is None or _numbers(written) == _numbers(own):
        return Release(version=own)
    detail = f"pyvenv.cfg says {written}, the base of the environment is {own}"
    return Release(version=own, problems=(Problem("environment.outdated", "python", detail),))


def _configured(one: Installation) -> str | None:
    """As venv (``version``), uv and virtualenv (``version_info``) write it, for the library that is there."""
    config = one.config or {}
    for text in (config.get("version_info", ""), config.get("version", "")):
        match = _VIRTUALENV.fullmatch(text)
        if match is not None:
            text = match[1] + (f"{_LETTERS[match[2]]}{match[3]}" if match[2] in _LETTERS else "")
        if _is_release(text, one.library):
            return text
    return None


def _from_header(tree: FileTree, one: Installation, base: BasePrefix) -> str | None:
    """``include/python3.11/patchlevel.h``; before 3.8 the directory may be ``python3.7m``."""
    found = set()
    for name in tree.names_if_any(f"{base.prefix}/include"):
        if name.rstrip("dmu") == base.library:
            data = tree.read_if_any(f"{base.prefix}/include/{name}/patchlevel.h")[:MAX_HEADER_BYTES]
            found |= {match.decode("ascii", "replace") for match in _HEADER.findall(data)}
    return _only(found, base)


def _from_conda(tree: FileTree, one: Installation, base: BasePrefix) -> str | None:
    found = set()
    for name in tree.names_if_any(f"{base.prefix}/conda-meta"):
        if name.startswith("python-3") and name.endswith(".json"):
            try:
                record = json.loads(tree.read_if_any(f"{base.prefix}/conda-meta/{name}"))
            except (ValueError, RecursionError):
                continue
            if isinstance(record, dict) and record.get("name") == "python":
                found.add(str(record.get("version")))
    return _only(found, base)


def _from_dpkg(tree: FileTree, one: Installation, base: BasePrefix) -> str | None:
    """Debian's own Python: the version of ``pythonX.Y-minimal``, which holds the program, without Debian's revision."""
    if base.prefix not in ("/usr", ""):
        return None
    package = f"{base.library}-minimal"
    found = set()
    for path in ("/var/lib/dpkg/status", f"/var/lib/dpkg/status.d/{package}"):
        for stanza in tree.read_if_any(path).decode("utf-8", "replace").split("\n\n"):
            if not stanza.lstrip("\n").startswith(f"Package: {package}\n"):
                continue
            fields = dict(line.partition(": ")[::2] for line in stanza.split("\n") if not line.startswith(" "))
            if fields.get("Status", "install ok installed") == "install ok installed":
                upstream = fields.get("Version", "").rpartition(":")[2].partition("-")[0]
                found.add(upstream.replace("~", "").partition("+")[0])
    return _only(found, base)


def _from_program(tree: FileTree, one: Installation, base: BasePrefix) -> str | None:
    """The text that ``sys.version`` begins with, in the program or its library; compilers may have merged it away."""
    libraries = [f"{base.prefix}/{base.libdir}/lib{base.library}{flags}.so.1.0" for flags in ("", "m", "d", "dm")]
    for path in (one.program, *libraries):
        if path is None:
            continue
        found = {text.decode("ascii") for text in _TEXT.findall(tree.read_if_any(path))}
        own = {text for text in found if _is_release(text, base.library)}
        if own:
            return _only(own, base)
    return None


_READERS = (_from_header, _from_conda, _from_dpkg, _from_program)


def _only(found: set[str], base: BasePrefix) -> str | None:
    text = next(iter(found)) if len(found) == 1 else ""
    return text if _is_release(text, base.library) else None


def _is_release(text: str, library: str | None) -> bool:
    match = _RELEASE.fullmatch(text)
    return match is not None and library is not None and library.rstrip("t") == f"python{match[1]}"


def _numbers(version: str) -> str:
    return re.match(r"[0-9.]*", version)[0]  # type: ignore[index]
