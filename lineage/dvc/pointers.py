"""What DVC's own files say: outputs of ``*.dvc`` and ``dvc.lock``, stages of ``dvc.yaml``. DVC is not asked.

They are read as bytes, so those of any commit can be read as well as those of the work tree. Paths in and out are
POSIX, relative to the repository root; an output or dependency that lies outside of it is left out.
Each value is checked, and an error names file and key.
"""

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from lineage.errors import InputError
from lineage.model.inputs import Stage
from lineage.system.yamlfile import read_yaml

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


Read = Callable[[str], bytes | None]
"""Content of the file at a path; ``None`` when there is none."""

PARAMS_FILE = "params.yaml"
"""Where DVC takes a parameter from whose file is not named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """One file or directory that DVC tracks, as its pointer describes it."""

    path: str
    pointer: str
    """the ``*.dvc`` or ``dvc.lock`` it stands in"""
    md5: str | None
    """32 hex, ``.dir`` behind it for a directory; ``None`` when the pointer has none (`--no-download`)"""
    algorithm: str
    """``md5``: of the bytes; ``md5-dos2unix``: DVC 2's, of text with CRLF as LF; else as the pointer says"""
    size: int | None
    """bytes"""
    is_directory: bool


def is_pointer(path: str) -> bool:
    """Whether DVC would read the outputs of this file."""
    if not path.endswith((".dvc", "dvc.lock")):
        return False  # most of very many paths
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
        content = read(path) if path.endswith("dvc.yaml") and posixpath.basename(path) == "dvc.yaml" else None
        if content is not None:
            found.extend(stages(path, content))
    return tuple(found)


def pointer_outs(path: str, content: bytes, *, pipeline: bytes | None = None) -> tuple[Output, ...]:
    """The outputs of one ``*.dvc`` or ``dvc.lock``, as they stand there.

    ``pipeline`` is the ``dvc.yaml`` beside a lock: it alone knows the directory that a stage's paths start from, and
    entries of stages it no longer has are left out. Without it, every stage is taken to start where the lock lies.

    Raises InputError, with file and key, when it is malformed.
    """
    top = mapping_at(read_yaml(content, path), path, "", HINT)
    if posixpath.basename(path) == "dvc.lock":
        rows = [(here, row, wdir) for _, here, row, wdir in locked_rows(path, top, pipeline)]
    else:
        rows = [("", top, text_at(top.get("wdir") or ".", path, "wdir", HINT))]
    found = (output for here, row, wdir in rows for output in outputs_at(path, row, here, wdir, "outs"))
    return tuple(output for output in found if output is not None)


def stages(path: str, content: bytes) -> tuple[Stage, ...]:
    """The stages of one ``dvc.yaml``, in its order.

    Left out is what only DVC can fill in: a ``foreach`` or ``matrix`` stage, and one with ``${`` in a path. A
    command is given as written, ``${`` included.

    Raises InputError, with file and key, when it is malformed.
    """
    found = (_stage(path, name, here, stage) for name, here, stage in declared_rows(path, content))
    return tuple(stage for stage in found if stage is not None)


def declared_rows(path: str, content: bytes) -> Iterator[tuple[str, str, Mapping[str, object]]]:
    """(name, its key, entry) of each stage of a ``dvc.yaml``. Raises InputError, with file and key, when malformed."""
    top = mapping_at(read_yaml(content, path) or {}, path, "", HINT_PIPELINE)
    for name, value in mapping_at(top.get("stages") or {}, path, "stages", HINT_PIPELINE).items():
        here = f"stages.{name}"
        yield name, here, mapping_at(value, path, here, HINT_PIPELINE)


def done_rows(path: str, content: bytes) -> Iterator[tuple[str, str, Mapping[str, object]]]:
    """``declared_rows``, of a ``foreach`` stage what it does."""
    for name, here, stage in declared_rows(path, content):
        if "do" in stage:
            yield name, f"{here}.do", mapping_at(stage["do"], path, f"{here}.do", HINT_PIPELINE)
        else:
            yield name, here, stage


def enclosing_output(path: str, outputs: Iterable[Output]) -> Output | None:
    """The output that is this path, else the nearest directory output around it."""
    around = [
        output
        for output in outputs
        if output.path == path or (output.is_directory and path.startswith(f"{output.path}/"))
    ]
    return max(around, key=lambda output: len(output.path), default=None)


def locked_rows(
    path: str, top: Mapping[str, object], pipeline: bytes | None
) -> Iterator[tuple[str, str, Mapping[str, object], str]]:
    """(name, its key with a dot behind it, entry, directory as written) of each stage of a parsed ``dvc.lock``.

    ``pipeline`` as for ``pointer_outs``. Raises InputError when one of the two is malformed.
    """
    # Schema 1.0, of DVC 1, had the stages themselves at the top.
    key = "stages" if "schema" in top else ""
    locked = mapping_at(top.get("stages") or {}, path, key, HINT) if key else top
    wdirs = None if pipeline is None else _wdirs(posixpath.join(posixpath.dirname(path), "dvc.yaml"), pipeline)
    for name, value in locked.items():
        here = f"{key}.{name}" if key else name
        stage = mapping_at(value, path, here, HINT)
        # One entry of a foreach or matrix stage is locked as `train@us`.
        wdir = "." if wdirs is None else wdirs.get(name, wdirs.get(name.partition("@")[0]))
        if wdir is not None:
            yield name, f"{here}.", stage, wdir


def _wdirs(path: str, content: bytes) -> dict[str, str]:
    """The directory of each stage as written; a stage whose directory only DVC can fill in is not there."""
    found = {}
    for name, here, stage in done_rows(path, content):
        wdir = text_at(stage.get("wdir") or ".", path, f"{here}.wdir", HINT_PIPELINE)
        if "${" not in wdir:
            found[name] = wdir
    return found


def outputs_at(path: str, holder: Mapping[str, object], key: str, wdir: str, kind: str) -> tuple[Output | None, ...]:
    """The rows of ``outs`` or ``deps`` of one holder, whose key is ``key``; ``None`` for what lies outside."""
    found: list[Output | None] = []
    for index, value in enumerate(list_at(holder.get(kind), path, f"{key}{kind}", HINT)):
        here = f"{key}{kind}[{index}]"
        entry = mapping_at(value, path, here, HINT)
        written = text_at(entry.get("path"), path, f"{here}.path", HINT)
        where = from_root(posixpath.dirname(path), wdir, written)
        md5 = md5_at(entry.get("md5"), path, f"{here}.md5")
        size = count_at(entry.get("size"), path, f"{here}.size")
        algorithm = "md5" if md5 is None else text_at(entry.get("hash", "md5-dos2unix"), path, f"{here}.hash", HINT)
        is_directory = "nfiles" in entry or "files" in entry or (md5 is not None and md5.endswith(".dir"))
        output = Output(
            path=where or "", pointer=path, md5=md5, algorithm=algorithm, size=size, is_directory=is_directory
        )
        found.append(output if where else None)
    return tuple(found)


def _stage(path: str, name: str, here: str, stage: Mapping[str, object]) -> Stage | None:
    if "foreach" in stage or "matrix" in stage:
        return None
    cmd = stage.get("cmd")
    commands = [text_at(line, path, f"{here}.cmd", HINT_PIPELINE) for line in (cmd if isinstance(cmd, list) else [cmd])]
    wdir = text_at(stage.get("wdir") or ".", path, f"{here}.wdir", HINT_PIPELINE)
    deps = list(path_names(stage, "deps", path, here))
    metrics = list(path_names(stage, "metrics", path, here))
    outs = [*path_names(stage, "outs", path, here), *metrics, *path_names(stage, "plots", path, here)]
    directory = from_root(posixpath.dirname(path), wdir, ".")
    if directory is None or any("${" in written for written in (wdir, *deps, *outs)):
        return None

    def joined(written: list[str]) -> tuple[str, ...]:
        found = (from_root(posixpath.dirname(path), wdir, each) for each in written)
        return tuple(each for each in found if each is not None)

    return Stage(
        name=name,
        file=path,
        commands=tuple(commands),
        directory=directory,
        deps=joined(deps),
        outs=joined(outs),
        params=tuple(_params(stage, path, here, wdir)),
        metrics=joined(metrics),
    )


def _params(stage: Mapping[str, object], path: str, here: str, wdir: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(file, keys of it) of a stage, in their order, keys of one file together; what has ``${`` in it is left out."""
    found: dict[str, list[str]] = {}
    for index, entry in enumerate(list_at(stage.get("params"), path, f"{here}.params", HINT_PIPELINE)):
        place = f"{here}.params[{index}]"
        rows = entry if isinstance(entry, dict) else {PARAMS_FILE: [text_at(entry, path, place, HINT_PIPELINE)]}
        for written, value in mapping_at(rows, path, place, HINT_PIPELINE).items():
            keys = [text_at(key, path, place, HINT_PIPELINE) for key in list_at(value, path, place, HINT_PIPELINE)]
            file = None if "${" in written else from_root(posixpath.dirname(path), wdir, written)
            if file is not None:
                found.setdefault(file, []).extend(key for key in keys if "${" not in key)
    yield from ((file, tuple(dict.fromkeys(keys))) for file, keys in found.items())
