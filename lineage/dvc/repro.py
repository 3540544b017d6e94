"""DVC by its command line: a stage made anew, outputs brought into another work tree, a path tracked.

Where a pipeline is run it is the DVC of the environment that trains, if that has one: its version wrote the pipeline.
Else it is ours.
"""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from lineage.dvc.tracking import dvc_project
from lineage.errors import RepositoryError, WeightsError
from lineage.system.process import Completed, run
from lineage.system.surroundings import NAMES

_ASKING_TIMEOUT_S = 3600.0
_MOVING_TIMEOUT_S = 24 * 3600.0
NAME = "dvc"


def dvc_program(programs: Path) -> tuple[str, ...]:
    """The words that start DVC: the program in a directory of programs, else our own."""
    own = programs / NAME
    return (str(own),) if os.access(own, os.X_OK) else (sys.executable, "-P", "-m", NAME)


def is_current(program: tuple[str, ...], project: Path, stage: str, variables: Mapping[str, str]) -> bool:
    """Whether DVC takes a stage and all that it is made from for done. Raises ``RepositoryError``."""
    answer = _asked(program, project, variables, "status", "--json", "--with-deps", stage)
    try:
        return not json.loads(answer.stdout or b"{}")
    except (ValueError, RecursionError) as error:
        raise RepositoryError("dvc status gave no JSON", where=stage, hint="update the DVC that trains") from error


def repro_words(stage: str, *, is_forced: bool) -> tuple[str, ...]:
    """What makes a stage anew: forced, it alone; else with all before it that changed, nothing taken from earlier."""
    how = ("--single-item", "--force") if is_forced else ("--no-run-cache",)
    return ("repro", *how, stage)


def unprotect(program: tuple[str, ...], project: Path, path: str, variables: Mapping[str, str]) -> None:
    """Make a link into DVC's cache a file of its own, which may be written. Raises ``RepositoryError``."""
    _asked(program, project, variables, "unprotect", path)


def bring_outputs(program: tuple[str, ...], source: Path, project: Path, variables: Mapping[str, str]) -> None:
    """Put what DVC tracks into a linked work tree of the project ``source``, as far as the cache of that has it.

    A linked work tree has a ``.dvc`` of its own, so its cache is told to be the same. Raises ``RepositoryError``.
    """
    cache = _asked(program, source, variables, "cache", "dir").stdout.decode("utf-8", "surrogateescape").strip()
    _asked(program, project, variables, "cache", "dir", "--local", str(source / cache))
    _asked(program, project, variables, "checkout", "--quiet", "--allow-missing", accepted=(0, 1))


def track(root: Path, path: str) -> None:
    """``dvc add`` of a path (POSIX, from ``root``), in the nearest DVC project around it, by our own DVC.

    It is DVC's own program, so that all of its rules hold. Raises ``WeightsError`` with what DVC says when it refuses.
    """
    project, inside = dvc_project(root, path)
    env = {**os.environ, "DVC_NO_ANALYTICS": "1"}
    words = (sys.executable, "-P", "-m", NAME, "add", "--", inside)
    ended = run(words, env=env, cwd=project, timeout_s=_MOVING_TIMEOUT_S)
    if ended.status:
        reason = _error(ended) or f"status {ended.status}"
        raise WeightsError(f"dvc add refused it: {reason}", where=path, hint="run dvc add by hand to see all it says")


def _asked(
    program: tuple[str, ...],
    project: Path,
    variables: Mapping[str, str],
    *arguments: str,
    accepted: tuple[int, ...] = (0,),
) -> Completed:
    # Only what ``dvc repro`` runs is the user's own; DVC itself finds its code without their help.
    env = {name: value for name, value in variables.items() if name not in NAMES} | {"DVC_NO_ANALYTICS": "1"}
    timeout = _MOVING_TIMEOUT_S if arguments[0] == "checkout" else _ASKING_TIMEOUT_S
    answer = run([*program, *arguments], env=env, cwd=project, timeout_s=timeout)
    if answer.status not in accepted:
        reason = _error(answer) or answer.last_words or f"status {answer.status}"
        hint = f"run it by hand to see all it says: dvc {' '.join(arguments)}"
        raise RepositoryError(f"dvc {arguments[0]} failed: {reason}", where=str(project), hint=hint)
    return answer


def _error(answer: Completed) -> str:
    """What DVC calls its error; ``""`` where it names none."""
    said = (line for line in answer.stderr.decode("utf-8", "replace").splitlines() if line.startswith("ERROR"))
    return next(said, "").partition(":")[2].strip()
