"""The runs of stages that ``dvc.lock`` records: what each started from, with which parameters, and what it gave.

DVC has filled in everything there, so a ``foreach`` or ``matrix`` stage reads as any other. Which of the outputs are
metrics only ``dvc.yaml`` tells; of a stage that DVC fills in, by the form of their paths.
"""

import posixpath
import re
from collections.abc import Iterable, Mapping

from lineage.dvc.pointers import (
    HINT,
    Output,
    Read,
    done_rows,
    from_root,
    locked_rows,
    mapping_at,
    outputs_at,
    path_names,
)
from lineage.model.inputs import LockedStage, Tracked
from lineage.model.manifest import freeze
from lineage.system.yamlfile import read_yaml

_FILLED_IN = re.compile(r"\$\{[^}]*\}")
_DIGESTS = ("md5", "md5-dos2unix")


def tracked(output: Output) -> Tracked:
    """The output with its digest as a manifest writes it; a kind of digest that is not known here is none."""
    known = output.md5 is not None and output.algorithm in _DIGESTS
    return Tracked(
        path=output.path,
        pointer=output.pointer,
        digest=f"{output.algorithm}:{output.md5}" if known else None,
        size=output.size,
        is_directory=output.is_directory,
    )


def locked_stages(paths: Iterable[str], read: Read) -> tuple[LockedStage, ...]:
    """The stages in every ``dvc.lock`` among ``paths`` that the ``dvc.yaml`` beside it still has, in their order.

    Raises InputError when one of the files is malformed.
    """
    found: list[LockedStage] = []
    for path in paths:
        content = read(path) if posixpath.basename(path) == "dvc.lock" else None
        if content is not None:
            found.extend(stages_of_lock(path, content, read(posixpath.join(posixpath.dirname(path), "dvc.yaml"))))
    return tuple(found)


def stages_of_lock(path: str, content: bytes, pipeline: bytes | None) -> tuple[LockedStage, ...]:
    """The stages of one ``dvc.lock``; ``pipeline`` is the ``dvc.yaml`` beside it.

    Raises InputError, with file and key, when one of them is malformed.
    """
    metrics = {} if pipeline is None else _metrics(posixpath.join(posixpath.dirname(path), "dvc.yaml"), pipeline)
    top = mapping_at(read_yaml(content, path), path, "", HINT)
    return tuple(
        _locked(path, name, here, row, wdir, metrics.get(name) or metrics.get(name.partition("@")[0], ((), ())))
        for name, here, row, wdir in locked_rows(path, top, pipeline)
    )


_Forms = tuple[tuple[str, ...], tuple[str, ...]]
"""Paths as ``dvc.yaml`` writes them, from the stage's directory: (metrics, other outputs)."""


def _locked(path: str, name: str, here: str, row: Mapping[str, object], wdir: str, forms: _Forms) -> LockedStage:
    directory = posixpath.dirname(path)
    deps = outputs_at(path, row, here, wdir, "deps")
    outs = tuple(tracked(each) for each in outputs_at(path, row, here, wdir, "outs") if each is not None)
    params: list[tuple[str, Mapping[str, object]]] = []
    for written, values in mapping_at(row.get("params") or {}, path, f"{here}params", HINT).items():
        file = from_root(directory, wdir, written)
        if file is not None and isinstance(values, Mapping):
            params.append((file, freeze({str(key): value for key, value in values.items()})))
    own, others = (_matcher(directory, wdir, each) for each in forms)
    return LockedStage(
        name=name,
        file=path,
        deps=tuple(tracked(each) for each in deps if each is not None),
        outs=outs,
        # What could be either is no metric: nothing is guessed.
        metrics=tuple(out.path for out in outs if own.fullmatch(out.path) and not others.fullmatch(out.path)),
        params=tuple(params),
        outside=sum(each is None for each in deps),
    )


def _metrics(path: str, content: bytes) -> dict[str, _Forms]:
    """The forms of the outputs of each stage that has metrics."""
    found = {}
    for name, here, stage in done_rows(path, content):
        own, *others = (tuple(path_names(stage, kind, path, here)) for kind in ("metrics", "outs", "plots"))
        found[name] = (own, tuple(one for each in others for one in each))
    return found


def _matcher(directory: str, wdir: str, written: Iterable[str]) -> re.Pattern[str]:
    """What the paths, from the repository root, look like once DVC has filled in ``${…}``; nothing, of no path."""
    placed = (from_root(directory, wdir, _FILLED_IN.sub("\0", each)) for each in written)
    patterns = [re.escape(each).replace(re.escape("\0"), ".+") for each in placed if each is not None]
    return re.compile("|".join(patterns) or r"(?!)", re.DOTALL)
