"""The Python interpreters that lie in a directory, found by their files.

An *installation* is a program with the standard library that belongs to it, or a virtual environment. The rules are
those of CPython's ``getpath``: a ``pyvenv.cfg`` beside the program or above it makes a virtual environment; else links
of the program are followed, and the prefix is the nearest directory above it with ``lib/pythonX.Y/os.py``.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from lineage.errors import InputError, ObservationError
from lineage.portable.tree import FileTree, Unreadable

MAX_CONFIG_BYTES = 64 * 1024
"""No ``pyvenv.cfg`` is larger."""

_PROGRAM = re.compile(r"python([23](?:\.[0-9]{1,2}t?)?)?[a-z]*")
_LIBRARY = re.compile(r"python([23]\.[0-9]{1,2}t?)")
_LANDMARKS = ("os.py", "os.pyc")
_PLACES = ("/opt", "/srv", "/app", "/code", "/workspace", "/usr/src", "/usr/local", "/var/www", "/root", "/home")
"""Where virtual environments are looked for in a root file system: directly there, and one level below; beside these
only directly in the root. Elsewhere ``--interpreter`` names them."""
_MAX_ENTRIES = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class BasePrefix:
    """A prefix with a standard library."""

    prefix: str
    library: str
    """``python3.11``: the name of its directories below lib and include"""
    stdlib: str
    """path of the standard library"""
    libdir: str
    """``lib``, or ``lib64`` where that holds the standard library"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """One interpreter; paths are those of the tree it was found in."""

    prefix: str
    executable: str
    """as a user would start it"""
    program: str | None
    """the file that runs, links followed; ``None`` when it is not there"""
    library: str | None
    base: BasePrefix | None
    """whose standard library it uses; ``None`` when that is not there"""
    contradicted: bool = False
    """of a virtual environment: pyvenv.cfg names another base than the one that its program is linked to"""
    config: Mapping[str, str] | None = field(default=None, hash=False)
    """of ``pyvenv.cfg``, keys in lower case; ``None`` when it is no virtual environment"""
    aliases: tuple[str, ...] = ()
    """other links to the same program"""


def environment_at(tree: FileTree, prefix: str) -> Installation | None:
    """The virtual environment at a directory, if it is one. Raises ``ObservationError`` for a broken pyvenv.cfg."""
    config = read_config(tree, prefix)
    if config is None:
        return None
    held = _names(tree, f"{prefix}/bin")
    executable = f"{prefix}/bin/{'python3' if 'python3' in held and 'python' not in held else 'python'}"
    program = _real(tree, executable)
    library = _library_of(program or "") or _configured_library(tree, prefix, config)
    written = config.get("home", "").rstrip("/")
    home, own = _base_at(tree, written, library), None
    if program is not None and not program.startswith(f"{tree.resolve(prefix)}/"):
        own = _base_at(tree, program.rpartition("/")[0], library)
    # What was found far above ``home`` is another installation, where the program's links lead to its own.
    beside = home if home is not None and home.prefix == written.rpartition("/")[0] else None
    is_other = beside is not None and own is not None and _place(tree, beside) != _place(tree, own)
    is_lost = own is not None and written != "" and not (written.startswith("/") and tree.is_kind(written, "directory"))
    return Installation(
        prefix=prefix,
        executable=executable,
        program=program,
        library=library,
        base=beside or own or home,
        contradicted=is_other or is_lost,
        config=config,
    )


def _place(tree: FileTree, base: BasePrefix) -> str:
    return tree.resolve(base.stdlib)


def _base_at(tree: FileTree, start: str, library: str | None) -> BasePrefix | None:
    if library is None or not start.startswith("/") or not tree.is_kind(start, "directory"):
        return None
    return find_base(tree, start, library)


def read_config(tree: FileTree, prefix: str) -> Mapping[str, str] | None:
    """``pyvenv.cfg`` of a prefix; the one beside its program stands before the one above it."""
    for path in (f"{prefix}/bin/pyvenv.cfg", f"{prefix}/pyvenv.cfg"):
        try:
            if not tree.kind(path):
                continue
            data = tree.read_start(path, MAX_CONFIG_BYTES + 1)
            if len(data) > MAX_CONFIG_BYTES:
                raise Unreadable(f"larger than {MAX_CONFIG_BYTES} bytes")
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise ObservationError("cannot be read: not UTF-8", where=tree.root + path) from error
        except Unreadable as error:
            raise ObservationError(f"cannot be read: {error.message}", where=tree.root + path) from error
        config: dict[str, str] = {}
        for line in text.splitlines():
            key, equals, value = line.partition("=")
            if equals:
                config[key.strip().lower()] = value.strip()
        return config
    return None


def installations_in(tree: FileTree, prefix: str) -> tuple[Installation, ...]:
    """The interpreters in ``bin`` of a prefix: each standard library once, whatever links or copies start it."""
    found: dict[BasePrefix, list[Installation]] = {}
    for name in _names(tree, f"{prefix}/bin"):
        one = installation_of(tree, f"{prefix}/bin/{name}") if name.startswith("python") else None
        if one is not None and one.base is not None:
            found.setdefault(one.base, []).append(one)
    return tuple(sorted((_as_one(*each) for each in found.items()), key=lambda one: one.executable))


def _as_one(base: BasePrefix, same: list[Installation]) -> Installation:
    """The program that is named as its library is, else the one with the longest name; the others are aliases."""
    main = max(same, key=lambda one: (one.executable.endswith(f"/{base.library}"), len(one.executable)))
    return replace(main, aliases=tuple(one.executable for one in same if one is not main))


def installation_of(tree: FileTree, executable: str) -> Installation | None:
    """The interpreter that a path starts, if its standard library can be found."""
    program = _real(tree, executable)
    if program is None or not any(_PROGRAM.fullmatch(path.rpartition("/")[2]) for path in (executable, program)):
        return None
    directory = program.rpartition("/")[0]
    named = _library_of(program)
    base = find_base(tree, directory, named)
    if base is None:
        return None
    return Installation(prefix=base.prefix, executable=executable, program=program, library=base.library, base=base)


def find_base(tree: FileTree, start: str, library: str | None) -> BasePrefix | None:
    """The nearest prefix at or above a directory with a standard library of that name, or with only one of any."""
    parts = [part for part in start.split("/") if part]
    for length in range(len(parts), -1, -1):
        prefix = "".join(f"/{part}" for part in parts[:length])
        for libdir in ("lib", "lib64"):
            names = [library] if library else [n for n in _names(tree, f"{prefix}/{libdir}") if _LIBRARY.fullmatch(n)]
            held = [name for name in names if _holds_library(tree, f"{prefix}/{libdir}/{name}")]
            if held:
                stdlib = f"{prefix}/{libdir}/{held[0]}"
                return (
                    BasePrefix(prefix=prefix, library=held[0], stdlib=stdlib, libdir=libdir) if len(held) == 1 else None
                )
    return None


def installations_below(tree: FileTree) -> tuple[Installation, ...]:
    """The interpreters of a root file system, in the order of their paths."""
    prefixes = ["/usr", "/usr/local", "", *(f"/opt/{name}" for name in _names(tree, "/opt"))]
    found: dict[str, Installation] = {}
    for prefix in prefixes:
        if read_config(tree, prefix) is None:
            for one in installations_in(tree, prefix):
                found.setdefault(one.executable if one.base is None else _place(tree, one.base), one)
    environments = (environment_at(tree, place) for place in environment_places(tree))
    every = (*found.values(), *(one for one in environments if one is not None))
    return tuple(sorted(every, key=lambda one: one.executable))


def choose(found: tuple[Installation, ...], name: str | None, where: str) -> Installation:
    """The interpreter that is meant, of those found. Raises ``InputError`` when that is not one."""
    if not found:
        raise InputError(
            "no Python interpreter was found in it",
            where=where,
            hint="name a virtual environment, or an interpreter inside by --interpreter PATH",
        )
    named = [one for one in found if name in (None, *_names_of(one))]
    if len(named) == 1:
        return named[0]
    listed = ", ".join(one.executable for one in found)
    state = (
        "holds several Python interpreters"
        if name is None
        else f"{name!r} does not name one of its Python interpreters"
    )
    raise InputError(f"{state}: {listed}", where=where, hint=f"choose one: --interpreter {found[0].executable}")


def _names_of(one: Installation) -> tuple[str, ...]:
    paths = (one.executable, *one.aliases)
    return (*paths, *(path.rpartition("/")[2] for path in paths))


def installation_at(tree: FileTree, path: str) -> Installation | None:
    """The environment or interpreter at a path, wherever it lies."""
    above = path.rpartition("/")[0].rpartition("/")[0]
    return environment_at(tree, path) or environment_at(tree, above) or installation_of(tree, path)


def environment_places(tree: FileTree) -> Iterator[str]:
    """The directories of a root file system in which virtual environments, and code, are looked for."""
    for place in ("", *_PLACES):
        for path in _directories(tree, place):
            yield path
            if place:
                yield from _directories(tree, path)


def _directories(tree: FileTree, path: str) -> list[str]:
    inside = (f"{path}/{name}" for name in _names(tree, path or "/"))
    return [each for each in inside if tree.is_kind(each, "directory")]


def _names(tree: FileTree, path: str) -> list[str]:
    """What a directory holds; nothing where it cannot be told."""
    return tree.names_if_any(path)[:_MAX_ENTRIES]


def _real(tree: FileTree, path: str) -> str | None:
    """The regular file that a path leads to."""
    return tree.resolve_if_any(path) if tree.is_kind(path, "file") else None


def _holds_library(tree: FileTree, path: str) -> bool:
    return any(tree.is_kind(f"{path}/{name}", "file") for name in _LANDMARKS)


def _library_of(program: str) -> str | None:
    match = _PROGRAM.fullmatch(program.rpartition("/")[2])
    return f"python{match[1]}" if match is not None and match[1] and "." in match[1] else None


def _configured_library(tree: FileTree, prefix: str, config: Mapping[str, str]) -> str | None:
    """As ``pyvenv.cfg`` tells the version, else the only one that has a place in the environment."""
    held = [name for name in _names(tree, f"{prefix}/lib") if _LIBRARY.fullmatch(name)]
    written = config.get("version") or config.get("version_info") or ""
    match = re.match(r"([0-9]\.[0-9]{1,2})\.", written)
    if match is not None:
        return f"python{match[1]}t" if held == [f"python{match[1]}t"] else f"python{match[1]}"
    return held[0] if len(held) == 1 else None
