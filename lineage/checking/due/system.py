"""Whether the Python or the base image that HEAD asks for makes a model due."""

import re
from collections.abc import Sequence
from dataclasses import replace

from lineage.checking.due.packages import action_of
from lineage.checking.revisions.dependency_edits import edits, python_step
from lineage.dependencies.pyproject.poetry_ranges import to_specifier
from lineage.dependencies.version_ranges import allows, distance
from lineage.model.declarations import Declarations
from lineage.model.manifest import Manifest
from lineage.model.plan import Due
from lineage.portable.policy import Policy

_ORDER = ("none", "build", "patch", "minor", "major", "unknown")
_PLAIN = re.compile(r"(?P<number>[0-9]+(?:\.[0-9]+)*)(?:\.\*)?")


def due_python(manifest: Manifest, promised: Sequence[tuple[str, str]], policy: Policy) -> list[Due]:
    """The Python that HEAD asks for, against the recorded; ``promised`` are (version or range, place), edited ones."""
    recorded = manifest.environment.python
    found: dict[str, Due] = {}
    for text, where in promised:
        if recorded is None:
            moved, message = "unknown", f"the manifest does not tell its Python, {where} asks for {text}"
        else:
            moved = python_moved(recorded, text)
            message = f"python {recorded} → {text} ({moved})"
        action = action_of(moved, policy.retrain.python)
        due = Due(subject="python", action=action, message=message, recorded=recorded, observed=text, step=moved)
        if action != "none":
            found.setdefault(text, replace(due, where=where))
    return list(found.values())


def python_moved(recorded: str, text: str) -> str:
    """The least step from a recorded Python to a version (``3.11``: any patch), a range, or one of several."""
    steps = [_moved(recorded, one.strip()) for one in text.replace("||", "|").split("|")]
    return min(steps, key=_ORDER.index)


def _moved(recorded: str, text: str) -> str:
    plain = _PLAIN.fullmatch(text)
    if plain is not None:
        number = plain["number"]
        return "none" if f"{recorded}.".startswith(f"{number}.") else python_step(recorded, number)
    if text[:1].isdigit():
        return python_step(recorded, text)
    specifier = to_specifier(text)
    if specifier is None:
        return "unknown"
    return "none" if allows(specifier, recorded) else distance(specifier, recorded)


def due_system(head: Sequence[Declarations], then: Sequence[Declarations] | None, policy: Policy) -> list[Due]:
    """Base images and packages of the system that HEAD asks for otherwise than at the capture.

    The manifest records none, so the files of the capture (``then``) are compared; ``None`` where they are not known.
    """
    accepted = policy.retrain.system
    if accepted == "any":
        return []
    if then is None:
        named = [(one.path, field, value) for one in head for field, value, _ in one.system]
        why = "and what it was at the capture is not known"
        return [
            Due(subject=f"platform:{field}", action="undecided", message=f"{field} {value}, {why}", where=path)
            for path, field, value in named
        ]
    found = []
    for one in edits(then, head):
        if one.kind != "system":
            continue
        # Another image altogether is further than no step at all, however far that is.
        action = "retrain" if accepted == "none" else action_of(one.step, accepted)
        sides = (one.recorded or "nothing", one.observed or "nothing")
        message = f"{one.subject.partition(':')[2]} {sides[0]} → {sides[1]} ({one.step})"
        due = Due(subject=one.subject, action=action, message=message, recorded=one.recorded, observed=one.observed)
        found.append(replace(due, step=one.step, where=one.where))
    return found
