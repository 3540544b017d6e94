"""The models that a watched run made: which they are, and each captured with what was seen of the run."""

import os
import posixpath
import shlex
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from lineage.capturing.capture import capture
from lineage.capturing.inputs import files_of_run
from lineage.capturing.request import Captured, CaptureRequest
from lineage.capturing.use.evidence import Evidence, gather, principal, unwatched_problems
from lineage.code.entry import entries_of_command
from lineage.code.notebooks.commands import injected
from lineage.code.state import RepositoryState, own_file
from lineage.dependencies.forms import is_dependency_file
from lineage.errors import InputError
from lineage.model.manifest import Table, freeze
from lineage.model.run import AskedCapture, Process, Run, Serving, Session
from lineage.portable.environment import Problem
from lineage.targets.interpreter import SeenProcessSource
from lineage.targets.source import ExaminableSource

_SUFFIXES = frozenset(
    [
        *(".pkl", ".pickle", ".joblib", ".dill", ".skops"),
        *(".pt", ".pth", ".pt2", ".pte", ".ckpt", ".torchscript", ".mar", ".safetensors", ".gguf"),
        *(".keras", ".h5", ".hdf5", ".pb", ".tflite", ".onnx", ".ort", ".caffemodel", ".weights"),
        *(".ubj", ".xgb", ".bst", ".lgb", ".cbm", ".model", ".mlmodel", ".mlpackage", ".pmml"),
    ]
)
"""Of files that are weights by the custom of the libraries that write them."""

_MODEL_DIRECTORIES = frozenset({"MLmodel", "config.json", "saved_model.pb", "adapter_config.json", "modules.json"})
"""Files that say that the directory around them is one model."""

_MOST_GUESSED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFiles:
    """The models that a run made, POSIX from the repository root, sorted."""

    paths: tuple[str, ...] = ()
    how: tuple[tuple[str, str], ...] = ()
    """(path, ``output of DVC`` or ``named like weights``)"""


def requests(
    run: Run,
    wanted: CaptureRequest,
    models: Sequence[Path],
    asked: Sequence[AskedCapture],
    state: RepositoryState,
    is_model: Callable[[str], bool],
) -> tuple[tuple[CaptureRequest, ...], str]:
    """What to capture, as ``wanted`` but with paths, and how they were found.

    Each of ``models`` is one of its own; without any, what was asked for in the run, else what it wrote and looks like
    a model. Raises ``InputError`` when nothing tells, or too much.
    """
    wanted = replace(wanted, generated=(*wanted.generated, *_made(run, state)), seen=_session_of(asked))
    wanted = replace(wanted, snapshot_limit=wanted.snapshot_limit if all(one.snapshot for one in asked) else None)
    if models:
        return tuple(replace(wanted, paths=(path,)) for path in models), "named"
    if asked:
        return tuple(_asked(wanted, one) for one in asked), "asked for by lineage.capture"
    written = [path for path in run.written if not _is_special(state.root / path)]
    found = find_models(written, [one.path for one in state.outputs], is_model)
    _require_few(found, run)
    if len(found.paths) > 1 and (wanted.output or wanted.name):
        hint = f"name the one that is meant: lineage capture --run {run.id} PATH"
        raise InputError(f"the run wrote several models: {', '.join(found.paths)}", hint=hint)
    how = ", ".join(sorted({reason for _, reason in found.how}))
    return tuple(replace(wanted, paths=(state.root / path,)) for path in found.paths), how


def _is_special(path: Path) -> bool:
    """Whether a FIFO, socket or device stands there: never weights."""
    return path.exists() and not path.is_file() and not path.is_dir()


def _made(run: Run, state: RepositoryState) -> tuple[Path, ...]:
    """What the run wrote does not make the code dirty, but for what is code itself: a new notebook is its output."""

    def is_code(path: str) -> bool:
        if path.endswith((".py", ".pyx")) or is_dependency_file(path):
            return True
        return path.endswith(".ipynb") and path in state.tracked

    return tuple(state.root / path for path in run.written if not is_code(path))


def _asked(common: CaptureRequest, one: AskedCapture) -> CaptureRequest:
    return replace(
        common,
        paths=tuple(Path(path) for path in one.paths),
        output=None if one.output is None else Path(one.output),
        name=one.name,
        entry=None if one.entry is None else Path(one.entry),
        labels=freeze({**one.labels, **common.labels}),
        metrics=freeze({**one.metrics, **common.metrics}),
        params=freeze({**one.params, **common.params}),
        seen=_session_of([one]),
    )


def _session_of(asked: Sequence[AskedCapture]) -> Evidence | None:
    """What a process told of its session when it asked for a capture, the last one; the rest is seen from outside."""
    session = asked[-1].session if asked else None
    return None if session is None else Evidence(session=session)


def _require_few(found: ModelFiles, run: Run) -> None:
    command = f"lineage capture --run {run.id} PATH"
    if not found.paths:
        raise InputError("the run wrote no file that looks like a model", hint=f"name it: {command}")
    if len(found.paths) > _MOST_GUESSED:
        shown = ", ".join(found.paths[:_MOST_GUESSED])
        message = f"the run wrote {len(found.paths)} files that look like models: {shown}, …"
        raise InputError(message, hint=f"name those that are: {command}")


def find_models(
    written: Collection[str], outputs: Collection[str], is_model: Callable[[str], bool] = lambda _: False
) -> ModelFiles:
    """The models among ``written``, the files that a run wrote.

    A file inside of an output of DVC stands for that output; one in a directory with a model's description for that
    directory. ``is_model`` tells of an output whose name does not, by its content. Hidden directories are left out.
    """
    how: dict[str, str] = {}
    described = {posixpath.dirname(path) for path in written if posixpath.basename(path) in _MODEL_DIRECTORIES} - {""}
    for path in sorted(written):
        if any(part.startswith(".") for part in path.split("/")[:-1]):
            continue
        output = next((out for out in sorted(outputs) if path == out or path.startswith(out + "/")), None)
        named = _suffix(path) in _SUFFIXES
        if output is not None and (named or is_model(path)):
            how.setdefault(output, "output of DVC")
        elif named and output is None:
            around = next((one for one in _upwards(path) if one in described), None)
            how.setdefault(path if around is None else around, "named like weights")
    outermost = _outermost(tuple(how))
    return ModelFiles(paths=outermost, how=tuple((path, how[path]) for path in outermost))


def _suffix(path: str) -> str:
    """The suffix, that of a compressed file as if it were not."""
    stem, end = posixpath.splitext(path.lower())
    return posixpath.splitext(stem)[1] if end in (".gz", ".xz", ".bz2", ".lzma", ".z", ".zst") else end


def _upwards(path: str) -> list[str]:
    parts = path.split("/")[:-1]
    return ["/".join(parts[:depth]) for depth in range(1, len(parts) + 1)]


def _outermost(paths: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted(path for path in paths if not any(path.startswith(other + "/") for other in paths)))


def capture_model(
    request: CaptureRequest,
    run: Run,
    processes: Sequence[Process],
    state: RepositoryState,
    fallback: Callable[[], ExaminableSource],
    serving: Serving | None,
    *,
    now: datetime,
    advance: Callable[[int], None] | None = None,
) -> Captured:
    """The manifest of one model of a run; ``fallback`` is the environment where no process could be watched."""
    own = own_file(state)
    made = [os.path.realpath(path) for path in request.paths]
    trained = principal(processes, made, own, run.unwatched)
    problems = [*request.problems, *_run_problems(run, request, state)]
    if trained is None:
        source, seen, evidence, notebook = fallback(), None, "asserted", None
        detail = "no Python process of the run that ran code of the repository was watched"
        problems += [Problem("run.not-observed", "run", detail), *unwatched_problems(run.unwatched)]
    else:
        source, evidence = SeenProcessSource(trained.answer), "observed"
        seen, found = gather(processes, trained, run.unwatched, own)
        problems += [*found, *_changed_code(request, run, seen)]
        notebook = _notebook(run, state) if seen.session is not None else None
        seen = _with_text(seen, None if request.seen is None else request.seen.session, notebook, run)
    request = replace(
        request,
        entry=request.entry if request.entry is not None or notebook is None else state.root / notebook,
        seen=seen,
        evidence=evidence,
        serving=serving,
        run=freeze({**_table(run), **request.run}),
        files=files_of_run(state.root, run, processes),
        problems=tuple(sorted(problems)),
    )
    return capture(request, source, now=now, advance=advance)


def _run_problems(run: Run, request: CaptureRequest, state: RepositoryState) -> list[Problem]:
    problems = []
    if run.redacted:
        detail = "something in it may be a secret and was taken out: it cannot be run again as recorded"
        problems.append(Problem("run.command-redacted", "run", detail))
    if run.head != state.code.base:
        detail = f"HEAD was {run.head} when the run began"
        problems.append(Problem("code.moved-during-run", state.code.base, detail))
    for path in request.paths:
        real = path.parent.resolve() / path.name
        inner = real.relative_to(state.root).as_posix() if real.is_relative_to(state.root) else str(path)
        if not any(one == inner or one.startswith(inner + "/") for one in run.written):
            detail = "did not change during the run: it did not make them"
            problems.append(Problem("weights.not-written-by-run", inner, detail))
    return problems


def _changed_code(request: CaptureRequest, run: Run, seen: Evidence) -> list[Problem]:
    """Code that changed while the run went on, by its time where no commit of its start tells: what ran may be another
    than what is recorded."""
    if request.started is not None and request.started.commit is not None:
        return []
    detail = "changed during the run: what ran may not be what is recorded"
    return [Problem("code.changed-during-run", path, detail) for path in sorted({*run.written} & {*seen.entries})]


def _with_text(seen: Evidence, session: Session | None, notebook: str | None, run: Run) -> Evidence:
    """The evidence where the text of cells is known: as the session told it, else by the notebook that ran."""
    if session is not None:
        is_told = session.cells is not None and not session.forgotten
        given = injected(shlex.join(run.command), session.cells or ())
        session = replace(session, given=tuple(number for place in given for number in session.numbers[place:][:1]))
        return replace(seen, session=session, knows_importers=is_told)
    return seen if notebook is None else replace(seen, session=None, knows_importers=True)


def _notebook(run: Run, state: RepositoryState) -> str | None:
    """The one notebook that the command ran, POSIX from the root: its cells are known by no file name."""
    directory = "" if run.directory == "." else run.directory
    found = entries_of_command(shlex.join(run.command), directory, state.paths.__contains__)
    notebooks = [path for path in found if path.endswith(".ipynb")]
    return notebooks[0] if len(notebooks) == 1 else None


def _table(run: Run) -> Table:
    table: dict[str, object] = {"command": run.command, "started": run.started, "seconds": run.seconds, "exit": 0}
    table |= {"directory": run.directory} if run.directory != "." else {}
    frozen: Table = freeze(table)
    return frozen
