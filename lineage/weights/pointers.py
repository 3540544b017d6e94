"""What DVC's own files say: outputs of ``*.dvc`` and ``dvc.lock``, stages of ``dvc.yaml``. DVC is not asked.

They are read as bytes, so those of any commit can be read as well as those of the work tree. Paths in and out are
POSIX, relative to the repository root; an output or dependency that lies outside of it is left out.
"""

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from lineage.errors import InputError
from lineage.model.stage import Stage
from lineage.system.yamlfile import read_yaml

Read = Callable[[str], bytes | None]
"""Content of the file at a path; ``None`` when there is none."""

_MD5 = re.compile(r"[0-9a-f]{32}(\.dir)?")
_ELSEWHERE = re.compile(r"/|[A-Za-z]:[\\/]|[A-Za-z][A-Za-z0-9+.-]*://")
_HINT = "DVC writes this file: restore it with git, or write it anew with `dvc add` or `dvc repro`"
_HINT_PIPELINE = "correct the file; `dvc stage list` tells what DVC makes of it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """One file or directory that DVC tracks, as its pointer describes it."""

    path: str
    pointer: str
    """the ``*.dvc`` or ``dvc.lock`` it stands in"""
    md5: str | None
    """32 hex, ``.dir`` behind it for a directory; ``None`` when the pointer has none (`--no-download`)"""
    algorithm: str
    """``md5``: of the bytes; ``md5-dos2unix``: DVC 2's, of text with CRLF as LF"""
    size: int | None
    """bytes"""
    is_directory: bool


def is_pointer(path: str) -> bool:
    """Whether DVC would read the outputs of this file."""
    name = posixpath.basename(path)
    return name == "dvc.lock" or (name.endswith(".dvc") and name != ".dvc")


def tracked_outputs(paths: Iterable[str], read: Read) -> tuple[Output, ...]:
    """The outputs of every pointer among ``paths``, sorted by path; other paths are passed over.

    Raises InputError when one of them is malformed.
    """
    found: list[Output] = []
    for path in paths:
        content = read(path) if is_pointer(path) else None
        if content is None:
            continue
        is_lock = posixpath.basename(path) == "dvc.lock"
        pipeline = read(posixpath.join(posixpath.dirname(path), "dvc.yaml")) if is_lock else None
        found.extend(pointer_outs(path, content, pipeline=pipeline))
    return tuple(sorted(found, key=lambda output: (output.path, output.pointer)))


def declared_stages(paths: Iterable[str], read: Read) -> tuple[Stage, ...]:
    """The stages of every ``dvc.yaml`` among ``paths``, in their order; other paths are passed over.

    Raises InputError when one of them is malformed.
    """
    found: list[Stage] = []
    for path in paths:
        content = read(path) if posixpath.basename(path) == "dvc.yaml" else None
        if content is not None:
            found.extend(stages(path, content))
    return tuple(found)


def pointer_outs(path: str, content: bytes, *, pipeline: bytes | None = None) -> tuple[Output, ...]:
    """The outputs of one ``*.dvc`` or ``dvc.lock``, as they stand there.

    ``pipeline`` is the ``dvc.yaml`` beside a lock: it alone knows the directory that a stage's paths start from, and
    entries of stages it no longer has are left out. Without it, every stage is taken to start where the lock lies.

    Raises InputError, with file and key, when it is malformed.
    """
    top = _mapping(read_yaml(content, path), path, "", _HINT)
    if posixpath.basename(path) == "dvc.lock":
        return tuple(_lock_outs(path, top, pipeline))
    wdir = _text(top.get("wdir") or ".", path, "wdir", _HINT)
    return tuple(_outs(path, top, "", wdir))


def stages(path: str, content: bytes) -> tuple[Stage, ...]:
    """The stages of one ``dvc.yaml``, in its order.

    Left out is what only DVC can fill in: a ``foreach`` or ``matrix`` stage, and one with ``${`` in a path. A
    command is given as written, ``${`` included.

    Raises InputError, with file and key, when it is malformed.
    """
    top = _mapping(read_yaml(content, path) or {}, path, "", _HINT_PIPELINE)
    declared = _mapping(top.get("stages") or {}, path, "stages", _HINT_PIPELINE)
    found = (_stage(path, name, value) for name, value in declared.items())
    return tuple(stage for stage in found if stage is not None)


def enclosing_output(path: str, outputs: Iterable[Output]) -> Output | None:
    """The output that is this path, else the nearest directory output around it."""
    around = [
        output
        for output in outputs
        if output.path == path or (output.is_directory and path.startswith(f"{output.path}/"))
    ]
    return max(around, key=lambda output: len(output.path), default=None)


def _lock_outs(path: str, top: Mapping[str, object], pipeline: bytes | None) -> Iterator[Output]:
    # Schema 1.0, of DVC 1, had the stages themselves at the top.
    key = "stages" if "schema" in top else ""
    locked = _mapping(top.get("stages") or {}, path, key, _HINT) if key else top
    wdirs = None if pipeline is None else _wdirs(posixpath.join(posixpath.dirname(path), "dvc.yaml"), pipeline)
    for name, value in locked.items():
        here = f"{key}.{name}" if key else name
        stage = _mapping(value, path, here, _HINT)
        # One entry of a foreach or matrix stage is locked as `train@us`.
        wdir = "." if wdirs is None else wdirs.get(name, wdirs.get(name.partition("@")[0]))
        if wdir is not None:
            yield from _outs(path, stage, f"{here}.", wdir)


def _wdirs(path: str, content: bytes) -> dict[str, str]:
    """The directory of each stage as written; a stage whose directory only DVC can fill in is not there."""
    top = _mapping(read_yaml(content, path) or {}, path, "", _HINT_PIPELINE)
    declared = _mapping(top.get("stages") or {}, path, "stages", _HINT_PIPELINE)
    found = {}
    for name, value in declared.items():
        here = f"stages.{name}"
        stage = _mapping(value, path, here, _HINT_PIPELINE)
        if "do" in stage:
            here = f"{here}.do"
            stage = _mapping(stage["do"], path, here, _HINT_PIPELINE)
        wdir = _text(stage.get("wdir") or ".", path, f"{here}.wdir", _HINT_PIPELINE)
        if "${" not in wdir:
            found[name] = wdir
    return found


def _outs(path: str, holder: Mapping[str, object], key: str, wdir: str) -> Iterator[Output]:
    for index, value in enumerate(_list(holder.get("outs"), path, f"{key}outs", _HINT)):
        here = f"{key}outs[{index}]"
        entry = _mapping(value, path, here, _HINT)
        written = _text(entry.get("path"), path, f"{here}.path", _HINT)
        where = _from_root(posixpath.dirname(path), wdir, written)
        md5 = _md5(entry.get("md5"), path, f"{here}.md5")
        size = _count(entry.get("size"), path, f"{here}.size")
        algorithm = "md5-dos2unix" if md5 is not None and "hash" not in entry else "md5"
        is_directory = "nfiles" in entry or "files" in entry or (md5 is not None and md5.endswith(".dir"))
        if where:
            yield Output(path=where, pointer=path, md5=md5, algorithm=algorithm, size=size, is_directory=is_directory)


def _stage(path: str, name: str, value: object) -> Stage | None:
    here = f"stages.{name}"
    stage = _mapping(value, path, here, _HINT_PIPELINE)
    if "foreach" in stage or "matrix" in stage:
        return None
    cmd = stage.get("cmd")
    commands = [_text(line, path, f"{here}.cmd", _HINT_PIPELINE) for line in (cmd if isinstance(cmd, list) else [cmd])]
    wdir = _text(stage.get("wdir") or ".", path, f"{here}.wdir", _HINT_PIPELINE)
    deps = list(_names(stage, "deps", path, here))
    outs = [name for kind in ("outs", "metrics", "plots") for name in _names(stage, kind, path, here)]
    directory = _from_root(posixpath.dirname(path), wdir, ".")
    if directory is None or any("${" in written for written in (wdir, *deps, *outs)):
        return None

    def joined(written: list[str]) -> tuple[str, ...]:
        found = (_from_root(posixpath.dirname(path), wdir, each) for each in written)
        return tuple(each for each in found if each is not None)

    return Stage(
        name=name, file=path, commands=tuple(commands), directory=directory, deps=joined(deps), outs=joined(outs)
    )


def _names(stage: Mapping[str, object], kind: str, path: str, here: str) -> Iterator[str]:
    """Paths of one list of a stage, each written as text or as a mapping of one key to its options."""
    for index, entry in enumerate(_list(stage.get(kind), path, f"{here}.{kind}", _HINT_PIPELINE)):
        written = next(iter(entry)) if isinstance(entry, Mapping) and len(entry) == 1 else entry
        yield _text(written, path, f"{here}.{kind}[{index}]", _HINT_PIPELINE)


def _from_root(directory: str, wdir: str, written: str) -> str | None:
    """The path from the repository root, ``""`` for the root itself; ``None`` when it leads out of the repository."""
    if _ELSEWHERE.match(wdir) or _ELSEWHERE.match(written):
        return None
    joined = posixpath.normpath(posixpath.join(directory, wdir, written))
    if joined == ".." or joined.startswith("../"):
        return None
    return "" if joined == "." else joined


def _place(path: str, key: str) -> str:
    """``key`` is ``""`` for the file as a whole."""
    return f"{path}: {key}" if key else path


def _mapping(value: object, path: str, key: str, hint: str) -> Mapping[str, object]:
    if not isinstance(value, dict) or not all(isinstance(each, str) for each in value):
        raise InputError("must be a mapping of names", _place(path, key), hint)
    return value


def _list(value: object, path: str, key: str, hint: str) -> list[object]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise InputError("must be a list", _place(path, key), hint)
    return value


def _text(value: object, path: str, key: str, hint: str) -> str:
    if not isinstance(value, str) or not value:
        raise InputError("must be text", _place(path, key), hint)
    return value


def _md5(value: object, path: str, key: str) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not _MD5.fullmatch(value):
        raise InputError("must be 32 hex digits, with `.dir` behind them for a directory", _place(path, key), _HINT)
    return value


def _count(value: object, path: str, key: str) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise InputError("must be a number of bytes", _place(path, key), _HINT)
    return value
