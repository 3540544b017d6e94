"""Which packages and which Python make a model due: its recorded values against what HEAD promises.

A change counts where HEAD promises something else than when the model was captured; how far it moved is told from
the recorded value, so that ten small edits add up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from lineage.core.edits import python_step
from lineage.core.effective import Promise, Promises
from lineage.core.ranges import allows, distance
from lineage.model.manifest import Manifest
from lineage.model.plan import Due
from lineage.portable.environment import LOCAL, REPOSITORY, Package
from lineage.portable.judge import REASONS
from lineage.portable.names import step
from lineage.portable.policy import Policy, effective_use, tolerance

_ORDER = ("none", "build", "patch", "minor", "major")
_ROOTS = ("weights", "served", "imported")


def action_of(moved: str, accepted: str) -> str:
    """What a step asks for: within the tolerance ``verify``, beyond it ``retrain``."""
    if moved == "none":
        return "none"
    if accepted == "any":
        return "none"
    if moved in ("added", "removed"):
        return "retrain"
    if moved not in _ORDER:
        return "undecided"
    return "verify" if _ORDER.index(moved) <= _ORDER.index(accepted) else "retrain"


def due_packages(manifest: Manifest, head: Promises, then: Promises | None, policy: Policy) -> list[Due]:
    """The recorded packages that HEAD promises otherwise; ``then`` is what was promised at the capture, if known."""
    packages = manifest.environment.packages
    uses = {one.name: effective_use(policy.verify, one.name, one.use) for one in packages}
    roots = {name: use for name, use in uses.items() if use in _ROOTS}
    found = []
    for package in packages:
        if (package.origin or "").startswith(REPOSITORY):
            continue
        accepted = tolerance(policy.retrain.packages, policy.retrain.uses, package.name, uses[package.name])
        if accepted == "any":
            continue
        promise = head.of(package.name)
        if then is not None and then.of(package.name).meaning == promise.meaning:
            continue
        one = _due(package, promise, accepted, then is not None)
        if one is not None:
            found.append(_with_reason(one, package.name, uses[package.name], head, roots))
    known = set(uses)
    return found + _added(manifest, head, then, policy, known, roots)


def _due(package: Package, promise: Promise, accepted: str, is_edit: bool) -> Due | None:
    subject = f"package:{package.name}"
    if promise.state == "unknown":
        return Due(subject=subject, action="undecided", message=promise.reason, recorded=package.version)
    if promise.state in ("absent", "unnamed"):
        if promise.state == "unnamed" and not is_edit:
            return None
        return _moved(subject, package, "removed", None, accepted, promise)
    if promise.state == "exact" and promise.version:
        return _exact(subject, package, promise, accepted)
    if promise.state == "exact":
        if promise.origin == package.origin:
            return None
        return _moved(subject, package, "build" if package.origin else "unknown", promise.origin, accepted, promise)
    allowed = allows(promise.specifier, package.version)
    if allowed is None:
        reason = f"{promise.where} allows {promise.text}, which cannot be compared with {package.version}"
        return Due(subject=subject, action="undecided", message=reason, recorded=package.version)
    if allowed:
        # The range still holds what was recorded: whether another version will be installed, nobody can tell here.
        message = f"{package.name} {package.version} → {promise.text} (still allowed)"
        action = "verify" if is_edit else "none"
        due = Due(subject=subject, action=action, message=message, recorded=package.version, observed=promise.text)
        return due if is_edit else None
    return _moved(subject, package, distance(promise.specifier, package.version), promise.text, accepted, promise)


def _exact(subject: str, package: Package, promise: Promise, accepted: str) -> Due | None:
    moved = step(package.version, promise.version or "")
    here, there = package.origin, promise.origin
    if moved == "none" and there != here and LOCAL not in (here, there) and (here or there):
        moved, observed = "build", f"{promise.version} ({there or 'from an index'})"
        return _moved(subject, package, moved, observed, accepted, promise)
    return _moved(subject, package, moved, promise.version, accepted, promise)


def _moved(
    subject: str, package: Package, moved: str, observed: str | None, accepted: str, promise: Promise
) -> Due | None:
    action = action_of(moved, accepted)
    if action == "none":
        return None
    shown = f"{package.name} {package.version} → {observed or 'nothing'} ({moved})"
    return Due(
        subject=subject,
        action=action,
        message=shown,
        recorded=package.version,
        observed=observed,
        step=moved,
        where=promise.where,
    )


def _with_reason(due: Due, name: str, use: str, promises: Promises, roots: Mapping[str, str]) -> Due:
    reason = REASONS[use]
    if use == "required":
        chain = promises.chain(name, roots)
        if chain:
            reason = ", ".join([*(f"required by {one}" for one in chain), REASONS[roots[chain[-1]]]])
    return replace(due, message=f"{due.message}, {reason}", use=use)


def _added(
    manifest: Manifest,
    head: Promises,
    then: Promises | None,
    policy: Policy,
    known: set[str],
    roots: Mapping[str, str],
) -> list[Due]:
    """New packages that a used one needs now: told by a lock's graph, and only where the capture's promise is known."""
    if then is None:
        return []
    found = []
    for name in sorted(head.names - known - then.names):
        chain = head.chain(name, roots)
        if not chain:
            continue
        use = effective_use(policy.verify, name, "required")
        accepted = tolerance(policy.retrain.packages, policy.retrain.uses, name, use)
        if accepted == "any":
            continue
        promise = head.of(name)
        shown = f"{name} {promise.text or ''} is new".replace("  ", " ")
        due = Due(subject=f"package:{name}", action="verify", message=shown, observed=promise.text, step="added")
        found.append(_with_reason(replace(due, where=promise.where), name, "required", head, roots))
    return found


def due_python(manifest: Manifest, promised: Sequence[tuple[str, str]], policy: Policy) -> list[Due]:
    """The Python that HEAD asks for, against the recorded; ``promised`` are (version or range, place), edited ones."""
    recorded = manifest.environment.python
    found = []
    for text, where in promised:
        if recorded is None:
            reason = "the manifest does not tell its Python"
            found.append(Due(subject="python", action="undecided", message=reason, observed=text, where=where))
            continue
        moved = _python_moved(recorded, text)
        action = action_of(moved, policy.retrain.python)
        if action != "none":
            message = f"python {recorded} → {text} ({moved})"
            due = Due(subject="python", action=action, message=message, recorded=recorded, observed=text, step=moved)
            found.append(replace(due, where=where))
    return found


def _python_moved(recorded: str, text: str) -> str:
    if not text[:1].isdigit():
        if allows(text, recorded):
            return "none"
        return distance(text, recorded)
    if recorded == text or recorded.startswith(text + "."):
        return "none"
    return python_step(recorded, text)
