"""A Python interpreter as target: asked for its ``sys.path`` and platform, its packages then read as files by us.

Naming it is the consent to run it. It runs the probe of ``lineage.guest`` with ``-B``, the caller's environment and an
empty working directory: nothing is installed or written there. Not with ``-I``: that would drop PYTHONPATH and the
user's site-packages, and so change what is observed.
"""

import contextlib
import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from lineage.errors import InputError, ObservationError
from lineage.guest import probe
from lineage.portable.conda import read_environment
from lineage.portable.environment import Environment, Observation, Platform
from lineage.portable.tree import DiskTree
from lineage.targets.asking import ProbeQuestion
from lineage.targets.source import Examination, Identify, every_name, too_old
from lineage.targets.startup import StartupCode

TIMEOUT_S = 30.0

_PLAIN = re.compile(r"[\w.,:=+ -]{0,39}", re.ASCII)
_PLACE = re.compile(r"(?<![\w./<>:])/[^\s,;:'\"]+")
_MALFORMED = "did not answer in the form that was asked for"


class _AnswerSource:
    """A target that is known by an answer of the probe."""

    executed = False

    def __init__(self, location: str) -> None:
        self.location = location

    def observe(self, identify: Identify = every_name) -> Observation:
        return self.examine(identify).observation

    def examine(self, identify: Identify = every_name) -> Examination:
        return _examine(self._answer(), self.location, identify, executed=self.executed)

    def _answer(self) -> Mapping[str, Any]:
        raise NotImplementedError


class InterpreterSource(_AnswerSource):
    """A ``python:PATH`` target."""

    executed = True

    def __init__(self, location: str, *, env: Mapping[str, str], timeout_s: float = TIMEOUT_S) -> None:
        super().__init__(location)
        self._env = env
        self._timeout_s = timeout_s
        self._question: ProbeQuestion | None = None

    @contextlib.contextmanager
    def asked(self) -> Iterator[None]:
        """Within it the interpreter has been asked already, and works while the caller does.

        What hinders the question is not raised here: ``observe`` meets it again, when its turn has come.
        """
        with contextlib.suppress(InputError, OSError):
            self._question = ProbeQuestion(self.location, env=self._env)
        try:
            yield
        finally:
            if self._question is not None:
                self._question.withdraw()

    def _answer(self) -> Mapping[str, Any]:
        question = self._question or ProbeQuestion(self.location, env=self._env)
        self._question = None
        return _parse(question.answer(self._timeout_s), self.location)


class ThisProcessSource(_AnswerSource):
    """The interpreter that runs this code: only ever used from Python, where the caller means itself."""

    def __init__(self) -> None:
        super().__init__("this process")

    def examine(self, identify: Identify = every_name) -> Examination:
        return replace(super().examine(identify), loaded=_loaded_modules())

    def _answer(self) -> Mapping[str, Any]:
        answer: Mapping[str, Any] = probe.describe()  # type: ignore[no-untyped-call]
        return answer


def _loaded_modules() -> dict[str, str]:
    """Where each module was loaded from, ``""`` for no file; a namespace has no place of its own."""
    found = {}
    for name, module in list(sys.modules.items()):
        try:
            told = object.__getattribute__(module, "__dict__")  # past the one of a lazy module, which would load it
        except AttributeError:
            told = {}
        file = told.get("__file__")
        if isinstance(file, str) and "\0" not in file:
            found[name] = _absolute(file)
        elif told.get("__path__") is None:
            found[name] = ""
    return found


class SeenProcessSource(_AnswerSource):
    """The interpreter of a process that was watched, as it described itself while it ran."""

    def __init__(self, answer: Mapping[str, Any]) -> None:
        super().__init__("the watched run")
        # What runs at its start is not judged there: the watcher itself is such code.
        self._seen = {**answer, "startup": {"sites": [], "modules": [], "hooks": []}}

    def _answer(self) -> Mapping[str, Any]:
        return self._seen


def _parse(answer: bytes, location: str) -> Mapping[str, Any]:
    try:
        document = json.loads(answer)
    except (ValueError, RecursionError) as error:
        raise ObservationError(_MALFORMED, where=location) from error
    if not isinstance(document, dict) or document.get("result") not in ("ok", "error"):
        raise ObservationError(_MALFORMED, where=location)
    if document["result"] == "error":
        raise too_old(document.get("python"), location)
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
        raise ObservationError(_MALFORMED, where=location) from error
    installed = read_environment(DiskTree(), paths, (prefix, base), identify)
    started = _started(answer, paths, location)
    packages = tuple(distribution.package for distribution in installed.distributions)
    observation = Observation(
        environment=environment._replace(packages=packages),
        kind="python",
        location=location,
        executed=executed,
        unknown=(*installed.unknown, *started.unknown),
        problems=installed.problems,
        started=started.known,
    )
    return Examination(
        observation=observation,
        distributions=installed.distributions,
        markers=markers,
        stdlib=stdlib,
        prefix=prefix,
        paths=tuple(paths),
        base=base,
    )


def _started(answer: Mapping[str, Any], paths: list[str], location: str) -> StartupCode:
    """What ran when it started."""
    found = StartupCode(DiskTree(), paths)
    try:
        told = answer["startup"]
        found.sites([_absolute(str(one)) for one in told["sites"]])
        for module in told["modules"]:
            found.imported(str(module))
        for name, file in told["hooks"]:
            found.hook(str(name), None if file is None else _absolute(str(file)))
    except (KeyError, TypeError, ValueError) as error:
        raise ObservationError(_MALFORMED, where=location) from error
    return found


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
        variables=tuple(sorted((str(key), _published(str(value))) for key, value in answer["variables"].items())),
    )


def _published(value: str) -> str:
    """The value of a variable without secrets and places of a machine."""
    if _PLAIN.fullmatch(value):
        return value
    from lineage.redaction.secrets import without_secrets  # hardly any value is more than a word

    return _PLACE.sub("<path>", without_secrets(value))


_GONE = (
    *("asynchat", "asyncore", "binhex", "distutils", "dummy_threading", "formatter", "imp", "macpath", "parser"),
    *("smtpd", "symbol", "_bootlocale", "aifc", "audioop", "cgi", "cgitb", "chunk", "crypt", "imghdr", "lib2to3"),
    *("mailcap", "msilib", "nis", "nntplib", "ossaudiodev", "pipes", "sndhdr", "spwd", "sunau", "telnetlib"),
    *("uu", "xdrlib"),
)
"""What the standard library had in Python 3.6 or later and has no more."""


def standard_names(listed: frozenset[str]) -> frozenset[str]:
    """The top-level names of a standard library; an interpreter before 3.10 lists none: ours, and what went."""
    return listed or sys.stdlib_module_names.union(_GONE)
