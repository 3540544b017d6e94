"""What a group of dependencies is for, by its name or by the name of its file.

Only what certainly does not serve is told apart; a name that says nothing keeps its name, and a file that says nothing
belongs to the main group: a change there must not be quiet by a guess.
"""

import posixpath
import re

from lineage.model.declarations import MAIN
from lineage.portable.names import canonical_name

_WORDS = {
    MAIN: "main default",
    "dev": "dev devel develop development dev-dependencies debug lint linting linter linters typing types"
    " type typecheck typechecking type-check type-checking typecheckers mypy pyright format formatting formatter"
    " formatters fmt style styling black ruff flake8 isort pylint pre-commit precommit commit-hooks check checks"
    " quality code-quality qa ci tooling notebook notebooks nb jupyter jupyterlab ipython ipykernel"
    " local audit security bench benchmark benchmarks profiling release publish changelog tox nox invoke",
    "test": "test tests testing tester unittest unittests unit-test unit-tests integration-test"
    " integration-tests e2e pytest cov coverage",
    "docs": "docs doc documentation docs-build sphinx mkdocs rtd readthedocs",
    "build": "build building build-system build-requires",
}
_BY_WORD = {word: group for group, words in _WORDS.items() for word in words.split()}
_ANYWHERE = frozenset(
    [
        "dev",
        "devel",
        "develop",
        "development",
        "test",
        "tests",
        "testing",
        "docs",
        "doc",
        "documentation",
        "lint",
        "linting",
        "typing",
        "typecheck",
        "notebook",
        "notebooks",
    ]
)
"""Words that decide also as the first or last part of a longer name: ``test-gpu``, ``backend-dev``."""
_FOLDERS = frozenset({"docs", "doc", "documentation", "test", "tests", "testing"})
"""Folders of which every file is for that group. Not ``dev``: an environment to deploy to is called so too."""
_FILLERS = frozenset(
    [
        "requirements",
        "requirement",
        "reqs",
        "req",
        "constraints",
        "constraint",
        "environment",
        "env",
        "conda",
        "pip",
        "pylock",
        "lock",
        "locked",
        "frozen",
        "pinned",
        "compiled",
    ]
)
_RELEASED = frozenset({"release", "requirements-release", "requirements_release"})
"""Stems of files that may list what is released as well as what makes a release."""
_SUFFIX = re.compile(r"\.(?:txt|in|pip|toml|ya?ml|lock|cfg|py|json)\Z", re.IGNORECASE)


_FEATURES = frozenset(
    [
        *("security", "audit", "local", "debug", "release", "publish", "changelog", "profiling"),
        *("format", "formatting", "formatter", "formatters", "style", "styling", "black", "types", "type"),
        *("bench", "benchmark", "benchmarks", "invoke"),
        *("notebook", "notebooks", "nb", "jupyter", "jupyterlab", "ipython", "ipykernel"),
    ]
)
"""Words that name a feature for users where an extra is called so: ``requests[security]``, ``tqdm[notebook]``."""


def group_of(name: str) -> str:
    """``main``, ``dev``, ``test``, ``docs`` or ``build`` where a group's name tells; else the canonical name."""
    name = canonical_name(name)
    if name in _BY_WORD:
        return _BY_WORD[name]
    words = name.split("-")
    for word in (words[0], words[-1]):
        if word in _ANYWHERE:
            return _BY_WORD[word]
    return name


def group_of_extra(name: str) -> str:
    """The group of an extra: ``dev``, ``test``, ``docs`` or ``build`` where its name tells; else ``extra:NAME``."""
    group = MAIN if canonical_name(name) in _FEATURES else group_of(name)
    return f"extra:{canonical_name(name)}" if group == MAIN or group not in _WORDS else group


def group_of_file(path: str) -> str:
    """The group of all that a file asks for, by its POSIX path; ``main`` where that does not tell.

    ``requirements-dev.txt``, ``requirements/test.in`` and ``docs/requirements.txt`` do.
    """
    folder, base = posixpath.split(path)
    stem = base
    while _SUFFIX.search(stem):
        stem = _SUFFIX.sub("", stem)
    words = [word for word in canonical_name(stem).split("-") if word and word not in _FILLERS]
    group = group_of("-".join(words)) if words else MAIN
    if group != MAIN and group in _WORDS and stem.lower() not in _RELEASED:
        return group
    return next((group_of(part) for part in reversed(folder.lower().split("/")) if part in _FOLDERS), MAIN)
