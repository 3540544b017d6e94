"""Which packages, Python and base image make a model due: its recorded values against what HEAD promises.

A change counts where HEAD promises something else than when the model was captured; how far it moved is told from
the recorded value, so that ten small edits add up. Where it is not known what was promised then, HEAD alone is
compared with what was recorded.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from lineage.checking.due.package_moves import ALLOWED, Move, Promise, is_same_promise, move
from lineage.checking.due.promises import ASIDE, Compared, Promises
from lineage.checking.revisions.dependency_edits import edits, python_step
from lineage.dependencies.pyproject.poetry_ranges import to_specifier
from lineage.dependencies.version_ranges import allows, distance
from lineage.model.declarations import Declarations
from lineage.model.manifest import Manifest
from lineage.model.plan import Due
from lineage.portable.environment import REPOSITORY, Package
from lineage.portable.judge import REASONS
from lineage.portable.names import STEPS, canonical_name
from lineage.portable.policy import Policy, effective_use, tolerance

_ROOTS = ("weights", "served", "imported")
_NOWHERE = ("own", "unnamed", "absent")


def action_of(moved: str, accepted: str) -> str:
    """What a step asks for: within the tolerance ``verify``, beyond it ``retrain``."""
    if moved == "none" or accepted == "any":
        return "none"
    if moved == ALLOWED:
        return "verify"
    if moved in ("added", "removed"):
        return "retrain"
    if moved not in STEPS:
        return "undecided"
    return "verify" if STEPS.index(moved) <= STEPS.index(accepted) else "retrain"


def due_packages(manifest: Manifest, head: Promises, then: Promises | None, policy: Policy) -> list[Due]:
    """The recorded packages that HEAD promises otherwise, and new ones that matter to them, by name.

    ``then`` is what was promised at the capture; ``None`` where that is not known.
    """
    judged = _Judged(manifest, head, then, policy)
    found = [one for package in judged.used if (one := judged.due(package)) is not None]
    return sorted([*found, *judged.replacing(), *judged.added()], key=lambda one: one.subject)


class _Judged:
    """One model, between what was promised at its capture and what HEAD promises."""

    def __init__(self, manifest: Manifest, head: Promises, then: Promises | None, policy: Policy) -> None:
        self._head, self._then, self._policy = head, then, policy
        packages = manifest.environment.packages
        self._uses = {one.name: effective_use(policy.verify, one.name, one.use) for one in packages}
        self._roots = {name: use for name, use in self._uses.items() if use in _ROOTS}
        self._new = (head.serving if then is None else head.names - then.names) - set(self._uses)
        rules = policy.retrain
        self._accepted = {name: tolerance(rules.packages, rules.uses, name, use) for name, use in self._uses.items()}
        self.used = [one for one in packages if self._accepted[one.name] != "any"]
        """those of which not just anything is tolerated"""

    def due(self, package: Package) -> Due | None:
        known = self._head.compared.get((self._then, package.name, package.version))
        if known is None:
            known = self._compare(package)
            self._head.compared[self._then, package.name, package.version] = known
        promise, earlier, is_same = known
        if not _is_edit(package, promise, earlier, is_same):
            return None
        moved = move(package, promise, earlier)
        action = action_of(moved.step, self._accepted[package.name])
        if action == "none" or (moved.step == ALLOWED and earlier is None):
            return None
        return self._told(package, moved, action, promise)

    def _compare(self, package: Package) -> Compared:
        keys = frozenset() if self._then is None else self._then.keys(package.name, package.version)
        earlier = None if self._then is None else self._then.of(package.name, keys)
        promise = _installed(self._head.of(package.name, keys), earlier)
        if promise.state == "unknown" and earlier is not None and self._forks_stand(package.name):
            promise = earlier
        return promise, earlier, earlier is not None and is_same_promise(earlier, promise)

    def _forks_stand(self, name: str) -> bool:
        """Whether the locks hold what they held, and only their tools wrote the markers of its forks anew."""
        forks = self._head.forks(name)
        return bool(forks) and self._then is not None and self._then.forks(name) == forks

    def _told(self, package: Package, moved: Move, action: str, promise: Promise) -> Due:
        message = moved.message
        if moved.step == "removed":
            alike = [name for name in sorted(self._new) if may_replace(name, package)]
            names = ", ".join(provided(package)) or package.name
            message += "".join(f", {name} may provide {names} instead" for name in alike)
        use = self._uses[package.name]
        return Due(
            subject=f"package:{package.name}",
            action=action,
            message=f"{message}, {self._reason(package.name, use)}",
            recorded=package.version,
            observed=None if promise.mark and action == "undecided" else moved.observed,
            mark=promise.mark,
            step="unknown" if moved.step == ALLOWED else moved.step,
            use=use,
            where=promise.where,
        )

    def replacing(self) -> list[Due]:
        """New packages that may provide what a used one does that is still there: which one wins is not told."""
        found = []
        for name in sorted(self._new):
            of = next((one for one in self.used if may_replace(name, one)), None)
            if of is None or self._head.of(of.name).state in _NOWHERE:
                continue
            promise, use = self._head.of(name), self._uses[of.name]
            names = ", ".join(provided(of)) or of.name
            shown = f"{_named(name, promise)} is new and may provide {names} instead of {of.name}"
            found.append(self._new_one(name, promise, "undecided", f"{shown}, {self._reason(of.name, use)}", use))
        return found

    def added(self) -> list[Due]:
        """New packages that a used one needs now: told by a lock's graph, where the capture's promise is known."""
        if self._then is None:
            return []
        found = []
        for name in sorted(self._new):
            use = effective_use(self._policy.verify, name, "required")
            rules = self._policy.retrain
            if tolerance(rules.packages, rules.uses, name, use) == "any" or not self._head.chain(name, self._roots):
                continue
            if any(may_replace(name, one) for one in self.used):
                continue
            promise = self._head.of(name)
            shown = f"{_named(name, promise)} is new, {self._reason(name, 'required')}"
            found.append(self._new_one(name, promise, "verify", shown, "required"))
        return found

    def _new_one(self, name: str, promise: Promise, action: str, message: str, use: str) -> Due:
        return Due(
            subject=f"package:{name}",
            action=action,
            message=message,
            observed=promise.text,
            step="added",
            use=use,
            where=promise.where,
        )

    def _reason(self, name: str, use: str) -> str:
        """Why a package matters; of a required one, by whom it is: at HEAD, or when the model was captured."""
        if use != "required":
            return REASONS[use]
        for promises in (self._head, self._then):
            chain = () if promises is None else promises.chain(name, self._roots)
            if chain:
                return ", ".join([*(f"required by {one}" for one in chain), REASONS[self._roots[chain[-1]]]])
        return REASONS["required"]


def _installed(promise: Promise, earlier: Promise | None) -> Promise:
    """What the model gets: nothing of what the capture's files promised it and HEAD's only promise to developers."""
    was_installed = earlier is not None and earlier.state not in _NOWHERE and earlier.group not in ASIDE
    if not was_installed or promise.group not in ASIDE:
        return promise
    return Promise(state="aside", where=promise.where, group=promise.group)


def _is_edit(package: Package, promise: Promise, earlier: Promise | None, is_same: bool) -> bool:
    """Whether HEAD promises anything else than at the capture; what is the repository's own is judged as files."""
    is_own = (package.origin or "").startswith(REPOSITORY)
    if earlier is None:
        return not is_own and promise.state not in ("own", "unnamed")
    if is_own and (promise.state in _NOWHERE or earlier.state not in _NOWHERE):
        return False
    return not is_same


def _named(name: str, promise: Promise) -> str:
    return f"{name} {promise.text}" if promise.text else name


def unread(head: Promises, then: Promises | None, policy: Policy) -> list[Due]:
    """What cannot be read in HEAD's files beside single packages, and did not stand there so at the capture."""
    rules = policy.retrain
    tolerated = {"system": rules.system, "python": rules.python, "code": rules.code, "package": "any"}
    before = set() if then is None else {(one.subject, one.mark) for one in then.unread}
    return [
        Due(subject=one.subject, action="undecided", message=one.reason, mark=one.mark)
        for one in sorted(set(head.unread))
        if (one.subject, one.mark) not in before and tolerated.get(one.subject.partition(":")[0]) != "any"
    ]


_VARIANTS = re.compile(
    r"headless|contrib|cpu|gpu|gpus|binary|nightly|simd|directml|dml|openvino|macos|silicon|metal|mkl|intel|training"
    r"|cuda[0-9]*x?|cu[0-9]+|rocm[0-9]*|xpu|tpu|unofficial|prebuilt"
)
_SPELLINGS = {"tf": "tensorflow", "pytorch": "torch", "sklearn": "scikit-learn"}


def may_replace(name: str, package: Package) -> bool:
    """Whether a package of this name may provide what a recorded one does."""
    if name == package.name:
        return False
    return stem(name) == stem(package.name) or name in provided(package)


def stem(name: str) -> str:
    """A canonical name without what tells the variants of one project apart."""
    words = [word for word in name.split("-") if not _VARIANTS.fullmatch(word)]
    found = "-".join(words) or name
    return _SPELLINGS.get(found, found)


def provided(package: Package) -> tuple[str, ...]:
    """The canonical forms of the top-level import names that a recorded package provides for the model."""
    return tuple(sorted({canonical_name(module.partition(".")[0]) for module in package.modules}))


_ORDER = ("none", "build", "patch", "minor", "major", "unknown")
_PLAIN = re.compile(r"(?P<number>[0-9]+(?:\.[0-9]+)*)(?P<free>t?)(?:\.\*)?")
_FREE = re.compile(r"-[0-9]+t-")
"""in an ABI: of a Python without the global lock, which files call ``3.14t``"""


def due_python(manifest: Manifest, promised: Sequence[tuple[str, str]], policy: Policy) -> list[Due]:
    """The Python that HEAD asks for, against the recorded; ``promised`` are (version or range, place), edited ones."""
    recorded = manifest.environment.python
    found: dict[str, Due] = {}
    for text, where in promised:
        if recorded is None:
            moved, message = "unknown", f"the manifest does not tell its Python, {where} asks for {text}"
        else:
            is_free = _FREE.search(manifest.environment.abi or "") is not None
            moved = python_moved(f"{recorded}t" if is_free else recorded, text)
            message = f"python {recorded} → {text} ({moved})"
        action = action_of(moved, policy.retrain.python)
        due = Due(subject="python", action=action, message=message, recorded=recorded, observed=text, step=moved)
        if action != "none":
            found.setdefault(text, replace(due, where=where))
    return list(found.values())


def python_moved(recorded: str, text: str) -> str:
    """The least step from a recorded Python to a version (``3.11``: any patch), a range, or one of several.

    One without the global lock has a ``t`` behind its version; a range says nothing of that.
    """
    steps = [_moved(recorded, one.strip()) for one in text.replace("||", "|").split("|")]
    return min(steps, key=_ORDER.index)


def _moved(recorded: str, text: str) -> str:
    version = recorded.removesuffix("t")
    plain = _PLAIN.fullmatch(text)
    if plain is not None:
        number = plain["number"]
        if f"{version}.".startswith(f"{number}."):
            return "none" if (version != recorded) == bool(plain["free"]) else "build"
        return python_step(version, number)
    if text[:1].isdigit():
        return python_step(recorded, text)
    specifier = to_specifier(text)
    if specifier is None:
        return "unknown"
    return "none" if allows(specifier, version) else distance(specifier, version)


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
        undecided = [
            Due(subject=f"platform:{field}", action="undecided", message=f"{field} {value}, {why}", where=path)
            for path, field, value in named
        ]
        return [replace(one, mark=value) for one, (_, _, value) in zip(undecided, named, strict=True)]
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
