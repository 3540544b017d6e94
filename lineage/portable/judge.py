"""Changes judged by a policy: the one place where a difference becomes a failure, a note or an unknown.

Rules of the gate:

1. fail beats undecided beats pass.
2. An unknown is never a pass, unless the policy accepts it by name.
3. A comparison of nothing is undecided, whatever the policy accepts but ``use:MODEL``: that it needs no package.
4. Whatever is let through by a waiver is listed.
"""

import datetime
import fnmatch
from typing import Iterable, List, NamedTuple, Optional, Sequence, Tuple

from lineage.portable.compare import Change, Comparison
from lineage.portable.environment import Unknown
from lineage.portable.policy import (
    Accept,
    Policy,
    VerifyPolicy,
    accepting,
    covering,
    effective_use,
    own_rule,
    tolerance,
)

_PLACED = ("code-changed", "code-absent")
"""What differs is told with its file and line."""
_ORDER = {"none": 0, "build": 1, "patch": 2, "minor": 3, "major": 4}

REASONS = {
    "weights": "named in the weights",
    "served": "loaded when the model was served",
    "imported": "imported by the model's code",
    "required": "required by what the model imports",
    "loaded": "loaded in the run, through other packages",
    "present": "installed, not used by the model",
    "unknown": "use unknown, judged as if named in the weights",
    "extra": "installed, not recorded",
}


class Rule(NamedTuple):
    """What a code means to people."""

    code: str
    title: str
    hint: str
    """what to do about a failure"""


RULES = (
    Rule("python-version", "Python version", "serve with the recorded Python"),
    Rule("python-implementation", "Python implementation", "serve with the recorded implementation"),
    Rule("python-abi", "Python build", "serve with a build of Python that has the same ABI flags"),
    Rule("platform-os", "operating system", "serve on the recorded operating system"),
    Rule("platform-machine", "processor architecture", "serve on the recorded architecture"),
    Rule("platform-libc", "C library", "serve on the recorded C library, not an older one"),
    Rule("platform-libc-newer", "C library, newer", "nothing: wheels for the older one load on it"),
    Rule("accelerator", "accelerator", "compare driver, GPU and CUDA"),
    Rule("variable", "environment variable", "start it with the recorded value"),
    Rule("package-version", "package version", "install the recorded version, or retrain"),
    Rule("package-build", "package build", "install the recorded build of this version, or retrain"),
    Rule("package-absent", "package missing", "install it"),
    Rule("package-provider", "package replaced by another", "install the recorded one instead"),
    Rule("package-shadowed", "package hidden by another file", "remove what stands in front of it"),
    Rule("package-extra", "package not recorded", "remove it, or allow extra packages"),
    Rule("package-file", "installed file", "install the package again, from where it was recorded"),
    Rule("unowned-file", "file of no package", "remove it, or install what it belongs to as a package"),
    Rule("startup-code", "code that runs when Python starts", "nothing: it is as it was installed"),
    Rule("package-builds", "builds not comparable", "nothing: versions were compared instead"),
    Rule("code-changed", "code of the model", "serve the code that the manifest records, or retrain"),
    Rule("code-absent", "code missing", "deploy the file, or name the directory that holds it"),
    Rule("weights-bytes", "weights", "fetch the weights that the manifest records"),
    Rule("weights-pointer", "weights, by their DVC pointer", "check out the pointer that belongs to the manifest"),
)


def rule_of(code: str) -> Rule:
    """The rule of a code; of what only ``diff`` shows, one that says no more than the code."""
    return next((rule for rule in RULES if rule.code == code), Rule(code, code, ""))


class Finding(NamedTuple):
    """A change judged by the policy."""

    change: Change
    severity: str
    """``fail`` or ``note``"""
    reason: str
    """why it matters, or why it does not; ``""`` where the change says all"""
    message: str
    """what moved and the reason, in one line"""


class Accepted(NamedTuple):
    """A failure that a waiver lets through."""

    subject: str
    recorded: Optional[str]
    observed: Optional[str]
    reason: str
    until: Optional[str]


class Verdict(NamedTuple):
    """The sum: ``pass``, ``fail`` or ``undecided``, and all that led to it, failures first."""

    outcome: str
    findings: Tuple[Finding, ...] = ()
    unknown: Tuple[Unknown, ...] = ()
    accepted: Tuple[Accepted, ...] = ()


def judge(
    comparison: Comparison, policy: Policy, model: str, today: datetime.date, accepts: Sequence[Accept] = ()
) -> Verdict:
    """The verdict on what a comparison found for a model, on a day (UTC); ``accepts`` are those of its manifest."""
    findings: List[Finding] = []
    accepted: List[Accepted] = []
    unknown = list(comparison.unknown)
    for change in comparison.changes:
        severity = _severity(change, policy.verify)
        accept = accepting(accepts, change.subject, change.recorded, change.observed, today)
        if severity == "unknown" and accept is not None:
            severity = "fail"
        if severity == "unknown":
            reason = "{} → {}: not comparable versions".format(*_sides(change))
            unknown.append(Unknown(change.subject, reason, use=change.use))
            continue
        reason = _reason(change, policy.verify)
        covers = covering(policy.waivers, change.subject, model) if severity == "fail" else []
        waiver = next((one for one in covers if today <= one.until), None)
        if waiver is None and covers:
            reason = ", ".join(filter(None, (reason, "its waiver ended on {}".format(covers[-1].until))))
        if waiver is None and accept is not None and severity == "fail":
            severity = "note"
            reason = ", ".join(filter(None, (reason, "accepted: {}".format(accept.because))))
            accepted.append(_as_accepted(accept))
        if waiver is not None:
            severity = "note"
            reason = ", ".join(filter(None, (reason, "waived until {}: {}".format(waiver.until, waiver.reason))))
            sides = (change.recorded, change.observed)
            accepted.append(Accepted(change.subject, sides[0], sides[1], waiver.reason, waiver.until.isoformat()))
        findings.append(found(change, severity, reason))
    if comparison.incomparable:
        findings.append(_incomparable(comparison.incomparable))
    judged = by_subject([_accept(one, policy.verify) for one in unknown])
    is_told = any(one.accepted and one.subject == "use:" + model for one in judged)
    if not is_told and not sum(number for _, number in comparison.counted):
        judged = by_subject(judged + (Unknown("packages", "no package could be compared"),))
    findings.sort(key=lambda one: (one.severity, one.change.subject, one.change.code))
    return Verdict(_outcome(findings, judged), tuple(findings), judged, tuple(accepted))


def _as_accepted(accept: Accept) -> Accepted:
    until = None if accept.until is None else accept.until.isoformat()
    return Accepted(accept.subject, accept.recorded, accept.observed, accept.because, until)


def by_subject(unknown: Iterable[Unknown]) -> Tuple[Unknown, ...]:
    """The same, each once, in the order of their subjects."""
    return tuple(sorted(set(unknown), key=lambda one: (one.subject, one.reason, one.accepted, one.use or "")))


def _outcome(findings: List[Finding], unknown: Tuple[Unknown, ...]) -> str:
    if any(finding.severity == "fail" for finding in findings):
        return "fail"
    return "pass" if all(one.accepted for one in unknown) else "undecided"


def _accept(unknown: Unknown, policy: VerifyPolicy) -> Unknown:
    """Accepted by name, or about a package any difference of which would be tolerated."""
    accepted = any(fnmatch.fnmatchcase(unknown.subject, pattern) for pattern in policy.accept_unknown)
    if unknown.subject.partition(":")[0] == "code":
        accepted = accepted or policy.code == "any"
    if unknown.use == "extra":
        accepted = accepted or policy.extra == "any"
    elif unknown.use is not None:
        name = unknown.subject.partition(":")[2]
        use = effective_use(policy, name, unknown.use)
        accepted = accepted or tolerance(policy.packages, policy.uses, name, use) == "any"
    return unknown._replace(accepted=accepted)


def _severity(change: Change, policy: VerifyPolicy) -> str:
    """``fail``, ``note`` or ``unknown``."""
    kind, _, name = change.subject.partition(":")
    if kind == "package":
        return _package_severity(change, policy, name)
    if change.code == "python-version":
        return _within(change.step, policy.python)
    if change.code == "platform-libc-newer":
        return "note"
    if kind == "platform":
        return "note" if policy.os == "any" else "fail"
    if kind in ("file", "files"):
        return "note" if change.step == "none" else "fail"
    if kind == "startup":
        return "note"
    if kind == "accelerator":
        return "note" if policy.accelerator == "any" else "fail"
    if kind == "variable":
        return "note" if policy.variables == "any" else "fail"
    if kind == "code":
        # What trained need not be deployed; what the service was seen to load has to be.
        is_needless = change.code == "code-absent" and change.use != "served"
        return "note" if policy.code == "any" or is_needless else "fail"
    return "fail"


def _package_severity(change: Change, policy: VerifyPolicy, name: str) -> str:
    if change.code == "package-extra" or change.use == "extra":
        if change.step == "none" or "any" in (policy.extra, own_rule(policy.packages, name)):
            return "note"
        return "fail"
    use = effective_use(policy, name, change.use or "unknown")
    accepted = tolerance(policy.packages, policy.uses, name, use)
    if change.code == "package-absent":
        return "note" if use in policy.absent or accepted == "any" else "fail"
    if change.code in ("package-provider", "package-shadowed"):
        return "note" if accepted == "any" else "fail"
    return _within(change.step, accepted)


def _within(step: str, accepted: str) -> str:
    if accepted == "any":
        return "note"
    if step not in _ORDER:
        return "unknown"
    return "note" if _ORDER[step] <= _ORDER[accepted] else "fail"


def _reason(change: Change, policy: VerifyPolicy) -> str:
    kind, _, name = change.subject.partition(":")
    if kind != "package" or change.code == "package-extra":
        return ""
    if change.use == "extra":
        return REASONS["extra"]
    return REASONS[effective_use(policy, name, change.use or "unknown")]


def found(change: Change, severity: str, reason: str) -> Finding:
    """The finding of a change, with its line for people: ``numpy 1.26.4 → 2.0.1 (major), named in the weights``."""
    kind, _, name = change.subject.partition(":")
    what = name if kind == "package" else change.subject.replace(":", " ")
    if change.code in _PLACED:
        what = ""
    message = " ".join(filter(None, (what, movement(change))))
    return Finding(change, severity, reason, ", ".join(filter(None, (message, reason))))


def movement(change: Change) -> str:
    """What moved, without its subject: ``1.26.4 → 2.0.1 (major)``."""
    if change.code == "package-extra":
        return "{} is not recorded".format(change.observed)
    if change.code == "package-absent":
        return "{} is missing".format(change.recorded)
    if change.code in ("package-builds", "unowned-file", "startup-code") or change.code in _PLACED:
        return change.detail
    text = "{} → {}".format(*_sides(change))
    if change.code in ("package-version", "python-version"):
        return "{} ({})".format(text, change.step)
    return "{} ({})".format(text, change.detail) if change.detail else text


def _sides(change: Change) -> Tuple[str, str]:
    return (change.recorded or "nothing", change.observed or "nothing")


def _incomparable(number: int) -> Finding:
    detail = "{} packages are builds for another platform or Python: only their versions were compared"
    return found(Change("platform", "package-builds", None, None, "none", detail=detail.format(number)), "note", "")
