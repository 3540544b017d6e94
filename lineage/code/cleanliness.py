"""Which edits make the code of a model differ from its commit, and which are only the tools at work.

A path is code unless a rule below says otherwise: what the training wrote, what DVC and this tool write, what
Python leaves behind. ``dvc.yaml`` and ``params.yaml`` are written by people, so they are code.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cache
from posixpath import basename, dirname

from lineage.model.code import FileChange

_TOOL_SUFFIXES = (".dvc", ".lineage.toml", ".lineage-log.toml", ".pyc")
_TOOL_NAMES = ("dvc.lock", ".dvcignore")
_TOOL_DIRECTORIES = (".dvc", "__pycache__")
TEMPORARY = re.compile(r"\..*\.lineage\.toml\.[a-z0-9_]{8}\.tmp")
"""What a writer of a manifest leaves that was killed."""
_MEANT_BY_GITIGNORE = "\\[]!*#?"


def code_changes(
    changes: Sequence[FileChange],
    *,
    generated: Collection[str],
    gitignores: Mapping[str, tuple[bytes, bytes]],
    outs: Collection[str],
    is_environment: Callable[[str], bool],
) -> tuple[str, ...]:
    """The paths that make the code dirty, sorted; empty when HEAD is what ran.

    All paths are POSIX, from the repository root. ``generated``: files and directories that the training
    wrote. ``gitignores``: path → (bytes at HEAD, bytes in the work tree), ``b""`` where there is none.
    ``outs``: what DVC tracks, at HEAD or now. ``is_environment``: whether a directory, written without
    a slash at its end, is a virtual environment; asked only for directories above untracked files.
    """
    environment = cache(is_environment)

    def is_code(change: FileChange) -> bool:
        path = change.path.rstrip("/")
        if _of_tools(change.path) or not generated_paths.isdisjoint((path, *directories(path))):
            return False
        if change.status == "untracked" and any(environment(d) for d in directories(change.path)):
            return False
        if path in gitignores and basename(path) == ".gitignore":
            return not _only_dvc_lines(path, *gitignores[path], outs)
        return True

    generated_paths = frozenset(path.rstrip("/") for path in generated)
    return tuple(sorted({change.path for change in changes if is_code(change)}))


def directories(path: str) -> Iterator[str]:
    """Every directory above a path, outermost first, without the root; one that ends in ``/`` counts itself."""
    for position, letter in enumerate(path):
        if letter == "/":
            yield path[:position]


def _of_tools(path: str) -> bool:
    name = basename(path.rstrip("/"))
    return (
        name in _TOOL_NAMES
        or TEMPORARY.fullmatch(name) is not None
        or (name.endswith(_TOOL_SUFFIXES) and not path.endswith("/"))
        or any(basename(directory) in _TOOL_DIRECTORIES for directory in directories(path))
    )


def _only_dvc_lines(path: str, recorded: bytes, observed: bytes, outs: Collection[str]) -> bool:
    """Whether two texts of one ``.gitignore`` are equal but for the lines that DVC writes for its outputs."""
    of_dvc = {_ignore_line(basename(out)) for out in outs if dirname(out) == dirname(path)}

    def own_lines(text: bytes) -> list[bytes]:
        lines = [line.removesuffix(b"\r") for line in text.removesuffix(b"\n").split(b"\n")]
        return [line for line in lines if line not in of_dvc]

    # No text at all has no line, where splitting gives one empty line.
    return (own_lines(recorded) if recorded else []) == (own_lines(observed) if observed else [])


def _ignore_line(name: str) -> bytes:
    """The line that DVC writes for an output beside the ``.gitignore``: anchored, patterns escaped."""
    escaped = "".join(f"\\{letter}" if letter in _MEANT_BY_GITIGNORE else letter for letter in name)
    return f"/{escaped}".encode("utf-8", "surrogateescape")
