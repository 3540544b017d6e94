"""New dependency files beside those of a model: whether it is installed from them, nobody said.

Each is one question, and only where it gives a value that would matter. A capture answers it, or the policy.
"""

import json
import posixpath
import re
from collections.abc import Collection, Iterator, Sequence

from lineage.checking.due.package_moves import value_of
from lineage.checking.due.packages import action_of, python_moved
from lineage.checking.due.promises import ASIDE
from lineage.checking.revisions.revision import Revision
from lineage.dependencies.forms import form_of, home_of
from lineage.dependencies.groups import group_of_file
from lineage.dependencies.markers import marker_environment
from lineage.errors import InputError
from lineage.model.declarations import Declarations
from lineage.model.manifest import Manifest
from lineage.model.plan import Due
from lineage.portable.names import step
from lineage.portable.policy import Policy, effective_use, tolerance

NEEDED = ("weights", "served", "required", "unknown")
"""The uses of what loading and predicting take."""
_EXACT = re.compile(r"[0-9]+(?:\.[0-9]+)*")
_SHOWN = 3
"""values in a message"""


def new_files(path: str, known: Collection[str], revision: Revision, commit: str, since: Revision | None) -> list[str]:
    """The new dependency files for the directory that a file is for, but those for development, tests and docs.

    ``known`` are no new ones. New is what the commit of the capture lacks; where that is not here, ``since`` tells.
    """
    found = []
    for one in revision.dependency_files(home_of(path)):
        if one in known or group_of_file(one) in ASIDE:
            continue
        stood = revision.stood(one, commit)
        if not stood and (stood is not None or (since is not None and one not in since.files)):
            found.append(one)
    return found


def says_more(path: str, revision: Revision, moved: Sequence[Declarations]) -> bool:
    """Whether a file asks for anything that one which moved away does not, or cannot be read."""
    kept = {(row.name, *value_of(row)) for one in moved for row in one.dependencies}
    try:
        declared = revision.declarations(path)
    except InputError:
        return True
    rows = [] if declared is None else [one for one in declared.dependencies if one.group not in ASIDE]
    return any((one.name, *value_of(one)) not in kept for one in rows if not one.is_own)


def due_newcomers(
    manifest: Manifest,
    declared: Sequence[str],
    known: Collection[str],
    revision: Revision,
    since: Revision | None,
    policy: Policy,
) -> list[Due]:
    """One question for each new file beside the declared ones, of a form that none there has.

    ``known`` are files that are judged already.
    """
    forms = {(home_of(path), form_of(path)) for path in declared}
    beside = {home_of(path): path for path in reversed(declared)}
    found: list[Due] = []
    for old in beside.values():
        for path in new_files(old, {*declared, *known}, revision, manifest.code.base, since):
            if (home_of(path), form_of(path)) not in forms:
                found += _question(path, old, manifest, revision, policy)
    return found


def _question(path: str, beside: str, manifest: Manifest, revision: Revision, policy: Policy) -> Iterator[Due]:
    try:
        declared = revision.declarations(path)
    except InputError:  # told where it is edited: as long as no model declares it, it decides nothing
        return
    values = [] if declared is None else [*_values(declared, manifest, revision, policy)]
    if values:
        yield Due(
            subject=f"file:{path}",
            action="undecided",
            message=f"{path} is new beside {beside} and gives {_listed(values)}: is it installed from?",
            observed=", ".join(values),
            step="added",
            where=path,
        )


def _listed(values: Sequence[str]) -> str:
    more = len(values) - _SHOWN
    return ", ".join(values[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _values(declared: Declarations, manifest: Manifest, revision: Revision, policy: Policy) -> Iterator[str]:
    """The exact values that are not the recorded ones, and matter: of Python, and of packages that are needed."""
    recorded, text = manifest.environment.python, declared.python or ""
    moved = python_moved(recorded, text) if recorded is not None and _EXACT.fullmatch(text) else "none"
    if action_of(moved, policy.retrain.python) != "none":
        yield f"python {text}"
    promised = revision.readings.promises([declared], marker_environment(manifest.environment))
    rules = policy.retrain
    for package in manifest.environment.packages:
        use = effective_use(policy.verify, package.name, package.use)
        promise = promised.of(package.name)
        if use not in NEEDED or promise.state != "exact" or promise.version is None:
            continue
        moved = step(package.version, promise.version)
        if action_of(moved, tolerance(rules.packages, rules.uses, package.name, use)) != "none":
            yield f"{package.name} {promise.version}"


def lines_to_paste(path: str, models: Sequence[Manifest]) -> str:
    """What answers the question of a file for all models that ask it, as a note of several lines."""
    names = [one.name for one in models]
    shared = names[0] if len(names) == 1 else _above(names)
    declared = [*dict.fromkeys(file for one in models for file, _ in one.declared), path]
    answer = (
        f"{path}: the policy can answer, with these lines, or without {path} in them where it is not installed from"
    )
    return "\n".join(
        [answer, "[[tool.lineage.model]]", f"match = {_quoted(shared)}", f"declared = {_quoted(declared)}"]
    )


def _quoted(value: str | list[str]) -> str:
    """As TOML has it, which JSON of such values is."""
    return json.dumps(value, ensure_ascii=False)


def _above(names: Sequence[str]) -> str:
    """A glob of the nearest directory around all names."""
    return "/".join([*posixpath.commonprefix([one.split("/")[:-1] for one in names]), "*"])
