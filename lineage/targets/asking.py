"""An interpreter asked to describe itself: found, started with the probe, its answer waited for or given up."""

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path

from lineage.errors import InputError, ObservationError
from lineage.guest import probe
from lineage.system.files import read_document
from lineage.system.process import Child, start
from lineage.system.scratch import make_scratch, remove_scratch

MOST_SAID = 16 << 20
"""bytes that an interpreter may say besides its answer, which is no larger than a document"""


class ProbeQuestion:
    """An interpreter that has been asked and may not have answered yet: ``answer`` or ``withdraw`` must follow.

    Raises ``InputError`` when there is no interpreter at ``location``, or it cannot be started; ``OSError`` when there
    is no place for its answer.
    """

    def __init__(self, location: str, *, env: Mapping[str, str]) -> None:
        self._location = location
        self._executable = _find(location, env)
        self._scratch = make_scratch()
        with contextlib.ExitStack() as undo:
            undo.callback(remove_scratch, self._scratch)
            self._child = self._start(env)
            undo.pop_all()

    def _start(self, env: Mapping[str, str]) -> Child:
        empty = self._scratch / "empty"
        empty.mkdir()
        argv = [self._executable, "-B", str(Path(probe.__file__)), str(self._scratch / "answer.json")]
        return start(argv, env=_anchored(env), cwd=empty)

    def answer(self, timeout_s: float) -> bytes:
        """What it wrote. Raises ``ObservationError`` when that is nothing or too much, or it does not end in time."""
        try:
            ended = self._child.finish(timeout_s, MOST_SAID)
            answer = self._scratch / "answer.json"
            if answer.is_file():
                return read_document(answer, "answer")
        except InputError as error:
            raise ObservationError(error.message, where=self._location) from error
        finally:
            remove_scratch(self._scratch)
        _require_base(Path(self._executable), self._location)
        words = f": {ended.last_words}" if ended.last_words else ""
        raise ObservationError(
            f"ended with status {ended.status} and did not describe itself as a Python interpreter{words}",
            where=self._location,
            hint="name a Python 3.6 or newer, as python:PATH/bin/python",
        )

    def withdraw(self) -> None:
        """Nobody waits for the answer any more: nothing is left of the question."""
        try:
            self._child.kill()
        finally:
            remove_scratch(self._scratch)


def _anchored(env: Mapping[str, str]) -> Mapping[str, str]:
    """The environment with a PYTHONPATH that means in the empty directory what it means to the caller."""
    entries = env.get("PYTHONPATH", "")
    if not entries:
        return env
    absolute = [os.path.abspath(entry) for entry in entries.split(os.pathsep)]  # noqa: PTH100 - keeps links
    return {**env, "PYTHONPATH": os.pathsep.join(absolute)}


def _find(location: str, env: Mapping[str, str]) -> str:
    """The absolute path of the executable, links kept: a virtual environment's python is one."""
    candidates = [location]
    if os.sep not in location:
        candidates += [os.path.join(directory, location) for directory in env.get("PATH", "").split(os.pathsep)]  # noqa: PTH118
    for candidate in candidates:
        path = Path(candidate)
        if path.is_file() and os.access(path, os.X_OK):
            return str(path.absolute())
    if Path(location).is_dir():
        raise InputError(
            "is a directory, not an interpreter",
            where=location,
            hint=f"name its interpreter: python:{location}/bin/python",
        )
    _require_base(Path(location), location)
    state = "is not executable" if Path(location).exists() else "does not exist"
    raise InputError(f"the interpreter {state}", where=location, hint="name one as python:PATH")


def _require_base(path: Path, location: str) -> None:
    """Raises ``InputError`` when what a virtual environment was made from is not there any more."""
    lost = os.path.realpath(path) if path.is_symlink() and not path.exists() else None
    with contextlib.suppress(OSError):
        for line in (path.parent.parent / "pyvenv.cfg").read_text("utf-8", "replace").splitlines():
            key, _, home = (part.strip() for part in line.partition("="))
            if key == "home" and home and not Path(home).is_dir():
                lost = home
    if lost is not None:
        raise InputError(
            f"its base interpreter is gone: {lost} does not exist",
            where=location,
            hint="make the environment anew with an interpreter that is there, or install that one again",
        )
