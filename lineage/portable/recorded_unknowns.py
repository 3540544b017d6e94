"""What a manifest itself says that it does not know: it is never a pass, wherever the model is to be served.

A record that says nothing passes nothing: where no package counts as used, each is judged as if the weights named it,
and where that leaves none to judge, that is unknown.
"""

from typing import Sequence, Tuple

from lineage.portable.environment import REPOSITORY, Package, Problem, Unknown
from lineage.portable.policy import VerifyPolicy, effective_use

_UNUSED = ("loaded", "present")

STICKY = {
    "code.unlisted": "files of the code may be missing from what was read",
    "environment.changed-during-run": "what was loaded may not be what is recorded",
    "environment.unknown": "",
    "use.module-without-metadata": "which code it is is not recorded",
    "use.unreadable-code": "what the model's code imports is not known",
    "weights.custom-code": "the code that loading takes is not known",
    "weights.custom-operators": "the package that has its operators is not known",
    "weights.dynamic-import": "what loading the weights imports is not known",
    "weights.external-data": "tensors that lie elsewhere are not recorded",
    "weights.partly-read": "what else the weights name is not known",
    "weights.unreadable": "what the weights name is not known",
}
"""Codes of problems of a capture that leave unknown what serving takes → what is, where the problem does not say it.

Any other does not count here:

- ``use.no-entry``, ``use.dynamic-import``, ``code.session-not-recorded``: every package that they leave open has the
  use ``unknown``, and is judged as if the weights named it. ``run.*``: then the text of the code tells the uses.
- ``weights.unknown-format``: the code tells what loading takes. ``*.module-not-found``: what an import finds tells.
- ``package.editable``, ``package.no-record``: told where the package is compared. Other ``package.*``,
  ``environment.outdated``, ``environment.base-gone``, ``environment.foreign-library``, ``use.unreadable-requirement``,
  ``weights.written-by-other-version``, ``weights.names-main``: seen, and recorded as seen.
- ``weights.ignored``: told where the weights are compared. ``weights.not-made-here``: told by ``check``.
- ``code.*``, ``inputs.*``, ``params.*``, ``metrics.*``, ``stage.*``, ``manifest.*``, ``weights.not-written-by-run``:
  they concern how to make the model again.
"""

_COMPARED = ("python", "python:implementation", "platform:")
"""Subjects that a comparison finds unknown by itself, where nothing is recorded."""


def recorded_unknowns(problems: Sequence[Problem], packages: Sequence[Package]) -> Tuple[Unknown, ...]:
    """What a capture could not see of what serving takes, by the problems that its manifest records."""
    uses = {"package:" + one.name: one.use for one in packages}
    found = []
    for one in problems:
        if one.code in STICKY and not (one.code == "environment.unknown" and one.subject.startswith(_COMPARED)):
            subject = "weights:" + one.subject if _is_path_of_weights(one) else one.subject
            reason = ": ".join(filter(None, ("not seen when it was captured", one.detail, STICKY[one.code])))
            use = uses.get(subject, "extra") if subject.startswith("package:") else None
            found.append(Unknown(subject, reason, use=use))
    return tuple(found)


def _is_path_of_weights(problem: Problem) -> bool:
    return problem.code.startswith("weights.") and not problem.subject.startswith("code:")


def with_told_uses(packages: Sequence[Package]) -> Tuple[Package, ...]:
    """The packages as they are where one counts as used; else the use of each is unknown.

    What is installed from the repository is code, and judged as that: it tells nothing of any other package.
    """
    if any(one.use not in _UNUSED and not _is_code(one) for one in packages):
        return tuple(packages)
    return tuple(one if _is_code(one) else one._replace(use="unknown") for one in packages)


def silent_record(packages: Sequence[Package], policy: VerifyPolicy, model: str) -> Tuple[Unknown, ...]:
    """What is unknown of a model whose record leaves no package to judge."""
    if any(effective_use(policy, one.name, one.use) not in _UNUSED and not _is_code(one) for one in packages):
        return ()
    what = "records none that the model uses" if packages else "records no package"
    return (Unknown("use:" + model, "the manifest {}: nothing tells what serving it takes".format(what)),)


def _is_code(package: Package) -> bool:
    return (package.origin or "").startswith(REPOSITORY)
