"""Ranges on their way to a resolver, and its answer as a lock that stands beside them.

Rules:

1. Only names, extras, versions and markers of rows are handed on, each as one requirement that was parsed again: no
   option, address, path or variable of a repository reaches pip, so nothing of the repository can be built or run.
2. What stands in no index (a repository, an archive, a path, what could not be read) is left out, by name; then the
   answer is exact about what it names, but says of nothing that it is absent. So is the project itself (``-e .``).
3. All files of a model are one environment: they are compiled together, as one installation would see them.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from packaging.requirements import Requirement

from lineage.checking.due.promises import ASIDE
from lineage.model.declarations import MAIN, Declarations, Dependency
from lineage.portable.environment import Environment
from lineage.redaction.secrets import without_secrets

FORMS = frozenset({"requirements", "pyproject"})
"""Forms whose rows pip can be asked for."""

_ANY_VERSION = frozenset({"", "*"})
_VARIABLE = re.compile(r"\$")
_LINE = re.compile(r"-r [^\s()]{1,200} \(line ([0-9]{1,6})\)")
_MAX_WORDS = 300


class Question(NamedTuple):
    """What a resolver is asked."""

    text: str
    """a requirements file: one requirement a line, sorted; ``""`` for none"""
    left_out: tuple[str, ...]
    """packages, or subjects of rows that could not be read, that nothing is asked about; sorted"""


def needs_compiling(declared: Sequence[Declarations]) -> bool:
    """Whether files give only a range of something that is served, and no lock stands among them."""
    if any(one.is_lock for one in declared):
        return False
    return any(_is_range(row) for one in declared if one.form in FORMS for row in one.dependencies)


def not_compiled(declared: Iterable[Declarations]) -> tuple[str, ...]:
    """The files with packages of a form that pip cannot be asked for, so that no answer would be whole; sorted."""
    others = (one for one in declared if one.form not in FORMS)
    return tuple(sorted({one.path for one in others if any(map(_serves, one.dependencies))}))


def question_of(declared: Iterable[Declarations]) -> Question:
    """What is to be asked about files of ``FORMS``: ranges and exact versions alike."""
    lines: set[str] = set()
    left_out: set[str] = set()
    for one in declared:
        left_out.update(told.subject for told in one.unknown if told.subject.startswith("package"))
        for row in one.dependencies:
            if row.group in ASIDE:
                continue
            text = _requirement(row)
            if text is None:
                left_out.add(f"package:{row.name}" if row.name else "packages")
            else:
                lines.add(text)
    return Question("".join(f"{line}\n" for line in sorted(lines)), tuple(sorted(left_out)))


def lock_of(answer: Declarations, declared: Sequence[Declarations], is_whole: bool) -> Declarations:
    """The answer as it stands beside the files that it was made of: a package has the place of its first range.

    ``answer`` is what the requirements reader made of it. It is a lock only where nothing was left out.
    """
    places: dict[str, Dependency] = {}
    for one in declared:
        for row in filter(_serves, one.dependencies):
            places.setdefault(row.name, replace(row, file=row.file or one.path))
    path = declared[0].path
    rows = []
    for row in answer.dependencies:
        place = places.get(row.name)
        where = (place.file, place.line) if place is not None else (path, 0)
        rows.append(replace(row, group=MAIN, file="" if where[0] == path else where[0], line=where[1]))
    return replace(answer, path=path, is_lock=is_whole, has_graph=False, dependencies=tuple(rows), files=(path,))


def last_words(stderr: str, question: str) -> str:
    """Why there is no answer: pip's last error, with the requirement in place of its line; else the last line.

    Printable, bounded, without credentials; ``""`` where nothing was said.
    """
    lines = [line.strip() for line in stderr.strip().splitlines()]
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
    said = (errors or lines or [""])[-1]
    asked = question.splitlines()
    told = _LINE.sub(lambda found: _asked(asked, int(found[1])) or found[0], without_secrets(said))
    return "".join(one if one.isprintable() else "?" for one in told)[:_MAX_WORDS]


def _asked(lines: Sequence[str], number: int) -> str | None:
    return lines[number - 1] if 0 < number <= len(lines) else None


def is_answered_for(environment: Environment, ours: Environment) -> bool:
    """Whether what is resolved in one environment holds in a recorded one: Python but for its patch, os, machine."""
    told = _told(environment)
    return all(told) and told == _told(ours)


def named(environment: Environment) -> str:
    """``CPython 3.11 on linux x86_64``."""
    implementation, python, system, machine = (one or "?" for one in _told(environment))
    return f"{implementation} {python} on {system} {machine}"


def _told(environment: Environment) -> tuple[str | None, ...]:
    python = None if environment.python is None else ".".join(environment.python.split(".")[:2])
    return (environment.implementation, python, environment.platform.os, environment.platform.machine)


def _serves(row: Dependency) -> bool:
    return row.group not in ASIDE and not row.is_own


def _is_range(row: Dependency) -> bool:
    return _serves(row) and row.version is None and _requirement(row) is not None


def _requirement(row: Dependency) -> str | None:
    """A row as pip is asked for it; ``None`` where that is not by name and version alone."""
    if row.is_own or row.origin is not None or row.manager != "pypi":
        return None
    if not row.specifier and row.written not in _ANY_VERSION:
        return None  # of a notation that PEP 440 cannot say
    extras = f"[{','.join(row.extras)}]" if row.extras else ""
    marker = f" ; {row.marker}" if row.marker else ""
    text = f"{row.name}{extras}{row.specifier}{marker}"
    try:
        parsed = Requirement(text)
    except (ValueError, RecursionError):
        return None
    if parsed.url is not None or _VARIABLE.search(text) or not text.isprintable():
        return None
    return text
