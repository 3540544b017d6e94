"""Which files a model was made from, and as what each is recorded. All paths are POSIX from the repository root.

An input is data or configuration, not code, not what describes an environment, not a file of DVC, of git or of this
tool, and not what the run itself made. The watcher sees what Python opens below the repository: what lies outside of
it, and what C code opens by itself, is not known here; the dependencies of a DVC stage are, where ``dvc.lock`` binds
them to the weights.
"""

import posixpath
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from lineage.dependencies.forms import is_dependency_file
from lineage.model.inputs import RunFiles, Tracked, Upstream, above, enclosing, is_within
from lineage.model.manifest import SUFFIX
from lineage.model.weights import Weights
from lineage.portable.environment import Problem
from lineage.redaction.files import is_secret_file

MOST_ENTRIES = 1000
"""files, or directories as a whole, that are hashed for one manifest"""

MOST_BYTES = 1 << 30
"""that are hashed for one manifest"""

FOLDED_FROM = 50
"""A directory of which at least so many files were read, and none was not, is recorded as one."""

_SHOWN = 3
_CODE = (".py", ".pyi", ".pyx", ".pxd", ".pyc", ".ipynb")
_OF_TOOLS = (".dvc", SUFFIX, ".lineage-log.toml")
_NAMES = frozenset(
    [
        *("dvc.yaml", "dvc.lock", ".dvcignore", ".gitignore", ".gitattributes", ".gitmodules", ".git"),
        *("lineage.toml", "tox.ini", "pytest.ini", "mypy.ini", ".coveragerc", "pyvenv.cfg"),
    ]
)
_DIRECTORIES = frozenset(
    [
        *(".git", ".hg", ".svn", ".dvc", ".github"),
        *("site-packages", "dist-packages", "node_modules", ".eggs", ".tox", ".nox", ".direnv"),
        *("__pycache__", ".cache", ".ipynb_checkpoints", ".mypy_cache", ".pytest_cache", ".ruff_cache"),
    ]
)
_METADATA = (".dist-info", ".egg-info")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What is an input, as what. Every tuple is sorted."""

    declared: tuple[Tracked, ...] = ()
    """dependencies of the stage, as ``dvc.lock`` has them"""
    outputs: tuple[Tracked, ...] = ()
    """what DVC tracks, and something of it was read"""
    files: tuple[str, ...] = ()
    """what was read and nobody recorded"""


def may_be_input(path: str) -> bool:
    """Whether a file is data or configuration, by its path alone. A ``.env`` is not: a short secret's hash tells it."""
    *directories, name = path.split("/")
    return not (
        name.endswith((*_CODE, *_OF_TOOLS))
        or name in _NAMES
        or name.split(".")[:2] == ["", "env"]
        or is_secret_file(path)
        or is_dependency_file(path)
        or any(one in _DIRECTORIES or one.endswith(_METADATA) for one in directories)
    )


def files_read(
    files: RunFiles,
    *,
    besides: Collection[str],
    committed: Collection[str],
    tracked: Collection[str],
    outputs: Sequence[Tracked],
    is_environment: Callable[[str], bool],
) -> tuple[tuple[str, ...], tuple[Problem, ...]]:
    """The inputs among the files that a run read, sorted, and those of them that may have been others.

    ``besides`` are files and directories that are recorded otherwise, or made by the run; ``committed`` the files that
    are as git has them, ``tracked`` all that git knows; ``is_environment`` is asked for directories.
    """
    environment = cache(is_environment)
    found, problems = [], list(_unseen(files.unseeing))
    for path in sorted(files.read):
        if not may_be_input(path) or is_within(path, besides) or any(map(environment, above(path))):
            continue
        if path not in files.changed | files.late:
            found.append(path)
        elif not _made(path, files, tracked, outputs):
            found.append(path)
            output = enclosing(path, outputs)
            # Where its pointer was written in the run too, DVC itself put it there: it is compared with that.
            if path not in committed and not (output is not None and output.pointer in files.changed):
                when = "after the run" if path in files.late else "while the run went on"
                detail = f"changed {when}: what was read may not be what is recorded"
                problems.append(Problem("inputs.changed", path, detail))
    return tuple(found), tuple(problems)


def _unseen(number: int) -> Iterator[Problem]:
    if number:
        detail = f"{number} processes of Python 3.7 or older: which files they read is not seen"
        yield Problem("inputs.unseen", "inputs", detail)


def _made(path: str, files: RunFiles, tracked: Collection[str], outputs: Sequence[Tracked]) -> bool:
    """Whether a file that changed is the run's own: written by it, or by a program that it started."""
    if path in files.late:
        return path in files.changed
    output = enclosing(path, outputs)
    if output is not None:
        return posixpath.basename(output.pointer) == "dvc.lock"
    return path in files.written or path not in tracked


def choose(
    read: Iterable[str], declared: Sequence[Tracked], outputs: Sequence[Tracked], upstream: Collection[str]
) -> Choice:
    """As what each input is recorded. ``upstream`` are the weights that stand there by a manifest of their own.

    A dependency that ``dvc.lock`` has comes before an output of DVC around the file, as it is of this very model.
    """
    kept = tuple(one for one in declared if not is_within(one.path, upstream) and one.digest is not None)
    paths = {one.path for one in kept}
    found: dict[str, Tracked] = {}
    files = []
    for path in sorted(set(read)):
        if is_within(path, upstream) or is_within(path, paths):
            continue
        output = enclosing(path, outputs)
        if output is None:
            files.append(path)
        else:
            found[output.path] = output
    return Choice(
        declared=tuple(sorted(kept, key=lambda one: one.path)),
        outputs=tuple(found[path] for path in sorted(found)),
        files=tuple(files),
    )


def declared_inputs(deps: Iterable[Tracked], besides: Collection[str], code: Collection[str]) -> tuple[Tracked, ...]:
    """The dependencies of a stage that are inputs: no code, no directory with code of the model, not ``besides``."""
    return tuple(
        one
        for one in deps
        if may_be_input(one.path)
        and not is_within(one.path, besides)
        and not any(path.startswith(one.path + "/") for path in code)
    )


def recorded_by(path: str, upstream: Iterable[Upstream]) -> tuple[tuple[Upstream, Weights], ...]:
    """The manifests that record the file, or a directory around it, as weights, with these."""
    return tuple((one, weights) for one in upstream for weights in one.weights if is_within(path, [weights.path]))


def whole_directories(files: Sequence[str], below: Callable[[str], Collection[str] | None]) -> tuple[str, ...]:
    """The outermost directories that were read as a whole, sorted.

    ``below`` gives the files below a directory, POSIX from the root; ``None`` where that cannot be told.
    """
    counted = Counter(directory for path in files for directory in above(path))
    found: list[str] = []
    for directory in sorted(counted, key=lambda one: (one.count("/"), one)):
        if counted[directory] >= FOLDED_FROM and not is_within(directory, found):
            listed = below(directory)
            if listed is not None and set(listed) == {path for path in files if path.startswith(directory + "/")}:
                found.append(directory)
    return tuple(sorted(found))


def within_limits(
    sizes: Iterable[tuple[str, int]], most_entries: int, most_bytes: int
) -> tuple[tuple[str, ...], tuple[tuple[str, int], ...]]:
    """(what is hashed, (path, bytes) of what is left out). By path: what no longer fits is passed over, and the next
    one is looked at, so that the same files give the same answer.
    """
    taken: list[str] = []
    left_out = []
    for path, size in sorted(sizes):
        if len(taken) < most_entries and size <= most_bytes:
            taken.append(path)
            most_bytes -= size
        else:
            left_out.append((path, size))
    return tuple(taken), tuple(left_out)


def left_out_problem(left_out: Sequence[tuple[str, int]]) -> tuple[Problem, ...]:
    """One problem for all that the limits left out; none for nothing."""
    if not left_out:
        return ()
    names = ", ".join(path for path, _ in left_out[:_SHOWN]) + (", …" if len(left_out) > _SHOWN else "")
    size = sum(size for _, size in left_out)
    number = "1 input" if len(left_out) == 1 else f"{len(left_out)} inputs"
    return (Problem("inputs.left-out", "inputs", f"{number} of {size} bytes beyond the limits, not recorded: {names}"),)
