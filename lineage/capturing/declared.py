"""Which dependency files describe the environment of a model: the policy's, those of its script, or the nearest."""

import re
from collections.abc import Callable, Collection, Sequence

from lineage.dependencies.forms import declared_files
from lineage.dependencies.scripts import of_script
from lineage.errors import InputError
from lineage.portable.policy import ModelRule, declared_for

_RUNNER = re.compile(r"(?:^|[\s/])(?:uvx|(?:uv|hatch|pipx|pdm) run)(?P<rest>(?:\s.*)?)", re.DOTALL)
"""Programs that install what the block of a script says, and nothing else; a project's, where they are given another
program to run."""


def declared_of(
    rules: Sequence[ModelRule],
    name: str,
    weights: Sequence[str],
    code: tuple[Sequence[str], Sequence[str]],
    command: Sequence[str],
    paths: Collection[str],
    read: Callable[[str], bytes],
) -> Collection[str]:
    """The dependency files of a model; all paths are POSIX from the root, ``paths`` are those of the repository.

    ``code`` are (the scripts that made it, all first-party files). What a script says in itself counts beside the files
    that lie nearest, as nobody knows by which it was run; alone where a runner of such scripts ran it.
    Raises ``InputError``.
    """
    named = declared_for(rules, name, weights)
    if named is not None:
        for path in named:
            if path not in paths:
                raise InputError(f"the policy's declared file {path} is not in the repository", where=name)
        return named
    entries, files = code
    texts = {path: read(path) for path in entries if path.endswith(".py") and path in paths}
    brought = {one for path, text in texts.items() for one in of_script(path, text, paths)}
    if brought and all(_runs_alone(text, command) for text in texts.values()):
        return sorted(brought)
    start = files[0] if files else weights[0]
    return sorted({*brought, *declared_files(sorted(paths), start.rpartition("/")[0])})


def _runs_alone(text: bytes, command: Sequence[str]) -> bool:
    """By the first line of a script, or by the command that ran it."""
    first = text.partition(b"\n")[0]
    if first.startswith(b"#!") and _RUNNER.search(first.decode("utf-8", "replace")):
        return True
    told = _RUNNER.search(" ".join(command))
    words = told["rest"].split() if told else []
    return next((word for word in words if not word.startswith("-")), "").endswith(".py")
