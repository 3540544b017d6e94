"""What the processes of a run tell of one environment: which of them trained, what they loaded, who imported what."""

import posixpath
import re
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from lineage.errors import ObservationError
from lineage.model.run import Process, Serving, Session, Unwatched
from lineage.portable.environment import Problem

OwnFile = Callable[[str], str | None]
"""absolute path → the path from the repository root, POSIX; ``None`` for what is no file of the repository"""


TYPED = "<session>"
"""Stands for the file of code that was typed, piped or given on the command line."""
_CELL = re.compile(r".*/ipykernel_[0-9]+/[0-9]+\.py|<(?:ipython-input-.*|timed (?:exec|eval))>")
"""What IPython and its kernel call the code of a cell, also of one that is timed."""
_GIVEN = ("<stdin>", "<string>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What was loaded, by the processes of one environment together."""

    files: frozenset[str] = frozenset()
    """absolute paths of the files of modules, and of shared objects, that were loaded"""
    names: frozenset[str] = frozenset()
    """dotted names of the modules that were loaded"""
    imports: tuple[tuple[str, str], ...] = ()
    """(dotted name, first-party file that imported it first, or ``TYPED``), sorted; none where no run was watched"""
    entries: tuple[str, ...] = ()
    """first-party files that were run or loaded, POSIX from the repository root, sorted"""
    read: frozenset[str] = frozenset()
    """absolute paths of the files of the repository that were opened for reading, as far as that is seen"""
    libraries: frozenset[str] = frozenset()
    """absolute paths of the shared objects that were mapped"""
    since: float = 0.0
    """when the first process that ran code of the repository began, in seconds since 1970; 0 where that is not known"""
    session: Session | None = None
    """the interactive session that this is, where it runs no script"""
    is_whole: bool = False
    """nothing was loaded beside this: every Python process of the run was watched"""
    knows_importers: bool = False
    """``imports`` holds all that first-party code imported: it ran from files"""


def environment_of(process: Process) -> tuple[str, str]:
    """What tells environments apart: prefix and version."""
    return str(process.answer.get("prefix")), str(process.answer.get("python"))


def principal(
    processes: Sequence[Process], made: Collection[str], own: OwnFile, unwatched: Sequence[Unwatched] = ()
) -> Process | None:
    """The process that made the weights, else the one that ran most of the repository's own code.

    DVC's own process puts what it tracks in its place, and trains nothing: it may run in another environment.
    ``made`` are the absolute paths of the weights. Processes are in the order of their start; ``None`` when no process
    ran anything of the repository, or none was seen to make the weights and a Python too old to be watched may have.
    """

    def rank(process: Process) -> tuple[int, int]:
        wrote = sum(any(_within(path, one) for one in made) for path in process.written)
        return wrote, len(_own_files(process, own))

    ranked = [(rank(one), -index) for index, one in enumerate(processes) if one.answer and not is_dvc(one)]
    best = max(ranked, default=None)
    is_hidden = any(one.program.startswith("python2") for one in unwatched)
    if best is None or best[0] == (0, 0) or (is_hidden and not best[0][0]):
        return None
    return processes[-best[1]]


def is_dvc(process: Process) -> bool:
    """Whether a process is DVC's own program."""
    main = (process.main or "").replace("\\", "/")
    return main.endswith(("/bin/dvc", "/dvc/__main__.py"))


def _within(path: str, directory: str) -> bool:
    return path == directory or path.startswith(directory + "/")


def gather(
    processes: Sequence[Process], chosen: Process, unwatched: Sequence[Unwatched], own: OwnFile
) -> tuple[Evidence, tuple[Problem, ...]]:
    """The evidence of all processes in the environment of ``chosen``, and what keeps it from being whole."""
    together = [without_tool(one) for one in processes if environment_of(one) == environment_of(chosen)]
    others = [one for one in processes if environment_of(one) != environment_of(chosen) and _own_files(one, own)]
    problems = [*unwatched_problems(unwatched), *_failures(together)]
    for prefix, version in sorted({environment_of(one) for one in others}):
        detail = f"code of the repository also ran with Python {version} of another environment: it is not recorded"
        problems.append(Problem("run.several-environments", f"environment:{posixpath.basename(prefix)}", detail))
    ours = {name for one in together for name, file in one.modules if file and own(file) is not None}
    imports = {(name, path) for one in together for name, file in one.importers if (path := _place(one, file, own))}
    # Of what others imported before a cell did, nobody sees that the cell imports it too: its text must tell.
    cells = any(_CELL.fullmatch(file) for one in together for _, file in one.importers)
    names = frozenset(name for one in together for name, _ in one.modules)
    evidence = Evidence(
        files=frozenset(
            [
                *(file for one in together for _, file in one.modules if file),
                *(f for one in together for f in one.libraries),
            ]
        ),
        names=names,
        imports=tuple(sorted((name, path) for name, path in imports if name in names and name not in ours)),
        entries=tuple(sorted({path for one in together for path in _own_files(one, own)})),
        read=frozenset(path for one in together for path in one.read),
        libraries=frozenset(path for one in together for path in one.libraries),
        since=min(one.born for one in (chosen, *together) if one is chosen or _own_files(one, own)),
        session=Session(directory="") if cells else None,
        is_whole=not problems,
        knows_importers=not cells,
    )
    return evidence, tuple(sorted(set(problems)))


def _place(process: Process, file: str, own: OwnFile) -> str | None:
    """The first-party code that a file name stands for."""
    if _CELL.fullmatch(file) or (process.main is None and file in _GIVEN):
        return TYPED
    return own(file)


def _own_files(process: Process, own: OwnFile) -> set[str]:
    files = [file for _, file in process.modules if file]
    files += [process.main] if process.main else []
    return {path for file in files if (path := own(file)) is not None}


def unwatched_problems(unwatched: Sequence[Unwatched]) -> list[Problem]:
    """What could not be watched, by program and reason."""
    reasons = {
        "-I": "was started isolated (-I), so it could not be watched",
        "-E": "was started to ignore the environment (-E), so it could not be watched",
        "-S": "was started without its site module (-S), so it could not be watched",
        "environment": "was started with another PYTHONPATH, so it could not be watched",
    }
    counted = Counter((one.program, reasons.get(one.reason, "left no record")) for one in unwatched)
    return [
        Problem("run.unwatched-process", f"process:{program}", f"{number} × {program} {reason}")
        for (program, reason), number in sorted(counted.items())
    ]


def _failures(processes: Sequence[Process]) -> list[Problem]:
    found = sorted({failure for one in processes for failure in one.failures})
    return [Problem("run.watcher-failed", "process", failure) for failure in found]


_TOOL = "lineage"


def without_tool(process: Process) -> Process:
    """The process as if it had not used this tool; one that did not is given back as it is.

    Left out are the tool's own modules and those that were imported first by one that is left out.
    """
    files = dict(process.modules)
    own = files.get(_TOOL)
    if own is None or posixpath.basename(own) != "__init__.py":
        return process
    package = posixpath.dirname(own) + "/"
    gone = {name for name, file in process.modules if file and file.startswith(package)}
    children: dict[str, list[str]] = {}
    for name, importer in process.importers:
        children.setdefault(importer, []).append(name)
    pending = [file for name in gone if (file := files.get(name))]
    while pending:
        for name in children.get(pending.pop(), ()):
            if name not in gone:
                gone.add(name)
                file = files.get(name)
                pending += [file] if file else []
    kept = tuple(one for one in process.modules if one[0] not in gone)
    left = {file for name, file in process.modules if name in gone and file} - {file for _, file in kept if file}
    return replace(
        process,
        modules=kept,
        importers=tuple(one for one in process.importers if one[0] not in gone),
        libraries=tuple(one for one in process.libraries if one not in left),
    )


def serving_evidence(serving: Serving, prefix: str, python: str | None, own: OwnFile) -> Evidence:
    """What the command loaded in the environment at ``prefix``. Raises ``ObservationError`` where that is not whole."""
    where = " ".join(serving.command)
    chosen = next((one for one in serving.processes if _is_of(one.answer, prefix, python)), None)
    if chosen is None:
        hint = "serve with the Python that trained, and not with -I, -E or -S"
        raise ObservationError("ran no Python of the model's environment that could be watched", where, hint)
    evidence, problems = gather(serving.processes, chosen, serving.unwatched, own)
    if problems:
        told = "; ".join(f"{problem.subject}: {problem.detail}" for problem in problems)
        raise ObservationError(f"could not be watched whole: {told}", where)
    return evidence


def _is_of(answer: object, prefix: str, python: str | None) -> bool:
    return isinstance(answer, dict) and (answer.get("prefix"), answer.get("python")) == (prefix, python)


def require_model_loaded(evidence: Evidence, named: Collection[str], loaded: Collection[str], weights: str) -> None:
    """Raises ``ObservationError`` unless the command loaded the model: else it would make everything look unused.

    ``named`` are the distributions that the weights name, ``loaded`` those that the command loaded; ``weights`` is an
    absolute path.
    """
    missing = sorted(set(named) - set(loaded))
    if missing:
        message = f"did not load {', '.join(missing)}, which the weights name: it did not load the model"
        raise ObservationError(message, "the serving command", "name one that loads the model and predicts")
    if not named and not any(path == weights or path.startswith(weights + "/") for path in evidence.read):
        message = "was not seen to read the weights, so nothing tells that it loaded the model"
        raise ObservationError(message, "the serving command", "name one that loads the model and predicts")
