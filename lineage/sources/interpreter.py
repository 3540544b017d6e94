"""A Python interpreter as target: asked for its ``sys.path`` and platform, its packages then read as files by us.

Naming it is the consent to run it. It runs the probe of ``lineage.guest`` with ``-B``, the caller's environment and an
empty working directory: nothing is installed or written there. Not with ``-I``: that would drop PYTHONPATH and the
user's site-packages, and so change what is observed.
"""

import contextlib
import json
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from lineage.errors import InputError, ObservationError
from lineage.guest import probe
from lineage.portable.conda import add_conda
from lineage.portable.distinfo import Installed, read_installed
from lineage.portable.environment import Environment, Observation, Platform, Unknown
from lineage.portable.tree import DiskTree
from lineage.sources.base import Examination, Identify, every_name
from lineage.system.process import run

TIMEOUT_S = 30.0


class InterpreterSource:
    """A ``python:PATH`` target."""

    def __init__(self, location: str, *, env: Mapping[str, str], timeout_s: float = TIMEOUT_S) -> None:
        self.location = location
        self._env = env
        self._timeout_s = timeout_s

    def observe(self, identify: Identify = every_name) -> Observation:
        return _examine(self._ask(), self.location, identify, executed=True).observation

    def examine(self) -> Examination:
        return _examine(self._ask(), self.location, every_name, executed=True)

    def _ask(self) -> Mapping[str, Any]:
        executable = _find(self.location, self._env)
        with tempfile.TemporaryDirectory(prefix="lineage-") as scratch:
            empty, answer = Path(scratch, "empty"), Path(scratch, "answer.json")
            empty.mkdir()
            argv = [executable, "-B", str(Path(probe.__file__)), str(answer)]
            ended = run(argv, env=_anchored(self._env), cwd=empty, timeout_s=self._timeout_s)
            if not answer.is_file():
                _require_base(Path(executable), self.location)
                words = f": {ended.last_words}" if ended.last_words else ""
                raise ObservationError(
                    f"ended with status {ended.status} and did not describe itself as a Python interpreter{words}",
                    where=self.location,
                    hint="name a Python 3.6 or newer, as python:PATH/bin/python",
                )
            return _parse(answer.read_bytes(), self.location)


class ThisProcessSource:
    """The interpreter that runs this code: only ever used from Python, where the caller means itself."""

    location = "this process"

    def observe(self, identify: Identify = every_name) -> Observation:
        return _examine(_own_answer(), self.location, identify, executed=False).observation

    def examine(self) -> Examination:
        return _examine(_own_answer(), self.location, every_name, executed=False)


def _own_answer() -> Mapping[str, Any]:
    answer: Mapping[str, Any] = probe.describe()  # type: ignore[no-untyped-call]
    return answer


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


def _parse(answer: bytes, location: str) -> Mapping[str, Any]:
    try:
        document = json.loads(answer)
    except (ValueError, RecursionError) as error:
        raise ObservationError("did not answer in the form that was asked for", where=location) from error
    if not isinstance(document, dict) or document.get("result") not in ("ok", "error"):
        raise ObservationError("did not answer in the form that was asked for", where=location)
    if document["result"] == "error":
        oldest = ".".join(map(str, probe.OLDEST))
        raise ObservationError(
            f"is Python {document.get('python')}, which cannot be described",
            where=location,
            hint=f"Python {oldest} is the oldest that can",
        )
    return document


def _examine(answer: Mapping[str, Any], location: str, identify: Identify, *, executed: bool) -> Examination:
    try:
        paths = _distinct([_absolute(entry) for entry in answer["path"]])
        environment = _environment(answer)
        markers = tuple(sorted((str(key), str(value)) for key, value in answer["markers"].items()))
        stdlib = frozenset(str(name) for name in (*answer["stdlib"], *answer["builtin"]) if answer["stdlib"])
        prefix, base = answer["prefix"], answer["base_prefix"]
        if not (isinstance(prefix, str) and isinstance(base, str)):
            raise TypeError("a prefix that is no text")
        if not (isinstance(answer["stdlib"], list | tuple) and isinstance(answer["builtin"], list | tuple)):
            raise TypeError("modules that are no list")
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ObservationError("did not answer in the form that was asked for", where=location) from error
    installed = add_conda(DiskTree(), prefix, read_installed(DiskTree(), paths, identify), identify)
    if base != prefix and any(path.startswith(base + os.sep) and path.endswith("site-packages") for path in paths):
        installed = add_conda(DiskTree(), base, installed, identify)
    return Examination(
        observation=_observation(environment, installed, location, executed),
        distributions=installed.distributions,
        markers=markers,
        stdlib=stdlib,
        prefix=prefix,
        paths=tuple(paths),
        base=base,
    )


def _distinct(paths: list[str]) -> list[str]:
    """Each directory once: some systems have ``lib64`` beside ``lib`` on ``sys.path``, a link to it."""
    first: dict[str, str] = {}
    for path in paths:
        first.setdefault(os.path.realpath(path), path)
    return list(first.values())


def _absolute(entry: str) -> str:
    """The absolute path, links kept, as ``sys.path`` does. Raises ``ValueError`` for what no file can be named."""
    if b"\0" in os.fsencode(entry):
        raise ValueError("a null character in a path")
    return os.path.abspath(entry)  # noqa: PTH100


def _environment(answer: Mapping[str, Any]) -> Environment:
    text: Callable[[str], str | None] = lambda key: None if answer[key] is None else str(answer[key])  # noqa: E731
    return Environment(
        python=text("python"),
        implementation=text("implementation"),
        abi=text("abi"),
        platform=Platform(text("os"), text("machine"), text("libc")),
        accelerator=tuple(sorted((str(key), str(value)) for key, value in answer["accelerator"].items())),
        variables=tuple(sorted((str(key), str(value)) for key, value in answer["variables"].items())),
    )


def _observation(environment: Environment, installed: Installed, location: str, executed: bool) -> Observation:
    packages = tuple(distribution.package for distribution in installed.distributions)
    unknown: tuple[Unknown, ...] = installed.unknown
    return Observation(
        environment=environment._replace(packages=packages),
        kind="python",
        location=location,
        executed=executed,
        unknown=unknown,
        problems=installed.problems,
    )
