"""Single values of the files that DVC reads and writes, each checked, with errors that name file and key."""

import posixpath
import re
from collections.abc import Iterator, Mapping

from lineage.errors import InputError

HINT = "DVC writes this file: restore it with git, or write it anew with `dvc add` or `dvc repro`"
HINT_PIPELINE = "correct the file; `dvc stage list` tells what DVC makes of it"

_MD5 = re.compile(r"[0-9a-f]{32}(\.dir)?")
_ELSEWHERE = re.compile(r"/|[A-Za-z]:[\\/]|[A-Za-z][A-Za-z0-9+.-]*://")


def path_names(stage: Mapping[str, object], kind: str, path: str, here: str) -> Iterator[str]:
    """Paths of one list of a stage, each written as text or as a mapping of one key to its options."""
    for index, entry in enumerate(list_at(stage.get(kind), path, f"{here}.{kind}", HINT_PIPELINE)):
        written = next(iter(entry)) if isinstance(entry, Mapping) and len(entry) == 1 else entry
        yield text_at(written, path, f"{here}.{kind}[{index}]", HINT_PIPELINE)


def from_root(directory: str, wdir: str, written: str) -> str | None:
    """The path from the repository root, ``""`` for the root itself; ``None`` when it leads out of the repository."""
    if _ELSEWHERE.match(wdir) or _ELSEWHERE.match(written):
        return None
    joined = posixpath.normpath(posixpath.join(directory, wdir, written))
    if joined == ".." or joined.startswith("../"):
        return None
    return "" if joined == "." else joined


def place(path: str, key: str) -> str:
    """``key`` is ``""`` for the file as a whole."""
    return f"{path}: {key}" if key else path


def mapping_at(value: object, path: str, key: str, hint: str) -> Mapping[str, object]:
    if not isinstance(value, dict) or not all(isinstance(each, str) for each in value):
        raise InputError("must be a mapping of names", place(path, key), hint)
    return value


def list_at(value: object, path: str, key: str, hint: str) -> list[object]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise InputError("must be a list", place(path, key), hint)
    return value


def text_at(value: object, path: str, key: str, hint: str) -> str:
    if not isinstance(value, str) or not value:
        raise InputError("must be text", place(path, key), hint)
    return value


def md5_at(value: object, path: str, key: str) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not _MD5.fullmatch(value):
        raise InputError("must be 32 hex digits, with `.dir` behind them for a directory", place(path, key), HINT)
    return value


def count_at(value: object, path: str, key: str) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise InputError("must be a number of bytes", place(path, key), HINT)
    return value
