"""What a difference is allowed to be: tolerances by use and by name, as ``[tool.lineage]`` writes them.

The defaults are the ones of the documentation; a policy file changes single keys of them. Waivers and the
``retrain`` table are read strictly too, so that a mistyped key is found by the first command that meets it.
"""

import datetime
import fnmatch
import functools
import itertools
import re
from typing import Any, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from lineage.portable.bounds import read_bounds
from lineage.portable.environment import USES, Package
from lineage.portable.names import STEPS, canonical_name, unfit_name
from lineage.portable.reading import Reader

TOLERANCES = STEPS + ("any",)

_JUDGED = USES[:-1]

_UNITS = {"kB": 10**3, "MB": 10**6, "GB": 10**9}
_DAYS = r"[0-9]{1,5}d"
_SIZE = r"([0-9]{1,9}(?:\.[0-9]{1,9})?) ?(kB|MB|GB)"


class Waiver(NamedTuple):
    """A difference that may pass until a day, with the reason why."""

    subject: str
    """glob over subjects: ``package:scipy``"""
    models: Tuple[str, ...]
    """globs over model names; empty means all"""
    reason: str
    until: datetime.date
    """inclusive, UTC"""


class Accept(NamedTuple):
    """A difference of one manifest that somebody judged harmless, until either side moves again."""

    manifest: str
    """id of the manifest"""
    subject: str
    recorded: Optional[str]
    observed: Optional[str]
    because: str
    made: datetime.date
    until: Optional[datetime.date] = None
    """inclusive, UTC; ``None`` for as long as both sides stay"""


class ModelRule(NamedTuple):
    """Which dependency files describe the environment of some models."""

    match: str
    """glob over model names and weights paths"""
    declared: Tuple[str, ...]
    """POSIX paths from the repository root"""


class VerifyPolicy(NamedTuple):
    """``[tool.lineage.verify]``: the greatest step accepted when serving."""

    python: str = "patch"
    uses: Tuple[Tuple[str, str], ...] = (
        ("weights", "none"),
        ("served", "none"),
        ("imported", "none"),
        ("required", "none"),
        ("loaded", "any"),
        ("present", "any"),
    )
    extra: str = "any"
    absent: Tuple[str, ...] = ("imported", "loaded", "present")
    os: str = "none"
    accelerator: str = "any"
    variables: str = "any"
    code: str = "ast"
    files: str = "bytes"
    neutral: Tuple[str, ...] = ("certifi", "tzdata", "pip", "setuptools", "wheel", "uv")
    accept_unknown: Tuple[str, ...] = ("accelerator:*",)
    packages: Tuple[Tuple[str, str], ...] = ()
    """(glob over canonical names, tolerance), in the order written"""


class RetrainPolicy(NamedTuple):
    """``[tool.lineage.retrain]``: beyond this step a model is due; within it, but changed, it is to be verified."""

    python: str = "patch"
    uses: Tuple[Tuple[str, str], ...] = (
        ("weights", "patch"),
        ("served", "patch"),
        ("imported", "patch"),
        ("required", "minor"),
        ("loaded", "major"),
        ("present", "any"),
    )
    code: str = "ast"
    data: str = "none"
    params: str = "none"
    system: str = "any"
    max_age: Optional[int] = None
    """days after which a model is due whatever was edited; ``None`` for none"""
    metrics: Tuple[Tuple[str, str], ...] = ()
    """(metric, what its live values must hold, as ``>=0.88``), in the order written"""
    packages: Tuple[Tuple[str, str], ...] = ()


class SnapshotPolicy(NamedTuple):
    """``[tool.lineage.snapshot]``: what may become part of the repository without having been committed."""

    limit: int = 50 * 10**6
    """bytes of files that git does not know yet"""


class Policy(NamedTuple):
    """All of ``[tool.lineage]``."""

    verify: VerifyPolicy = VerifyPolicy()
    retrain: RetrainPolicy = RetrainPolicy()
    models: Tuple[ModelRule, ...] = ()
    waivers: Tuple[Waiver, ...] = ()
    snapshot: SnapshotPolicy = SnapshotPolicy()


def tolerance(rules: Tuple[Tuple[str, str], ...], uses: Tuple[Tuple[str, str], ...], name: str, use: str) -> str:
    """The greatest step accepted for a package: its own rule, else its use; ``unknown`` is judged as ``weights``."""
    own = own_rule(rules, name)
    return dict(uses)["weights" if use == "unknown" else use] if own is None else own


def own_rule(rules: Tuple[Tuple[str, str], ...], name: str) -> Optional[str]:
    """The step that a package's own rule accepts: its exact name first, then the globs in the order written."""
    exact = (step for pattern, step in rules if canonical_name(pattern) == name)
    globs = (step for pattern, step in rules if fnmatch.fnmatchcase(name, canonical_name(pattern)))
    return next(itertools.chain(exact, globs), None)


def verify_tolerance(policy: VerifyPolicy, package: Package) -> str:
    """The greatest step accepted for a recorded package when it is served."""
    return tolerance(policy.packages, policy.uses, package.name, effective_use(policy, package.name, package.use))


def effective_use(policy: VerifyPolicy, name: str, use: str) -> str:
    """``present`` for what the policy calls neutral, unless the weights name it."""
    return "present" if use != "weights" and _is_neutral(policy.neutral, name) else use


@functools.lru_cache(maxsize=8192)
def _is_neutral(patterns: Tuple[str, ...], name: str) -> bool:
    # Asked for each package of each model of a repository.
    return any(fnmatch.fnmatchcase(name, canonical_name(pattern)) for pattern in patterns)


def parse_policy(table: Mapping[str, Any], where: str) -> Policy:
    """The policy of a ``[tool.lineage]`` table; ``where`` names the file. Raises ``InputError`` with every failure."""
    reader = Reader(table, "tool.lineage")
    policy = Policy(
        verify=_verify(reader.table("verify")),
        retrain=_retrain(reader.table("retrain")),
        models=tuple(_model(one) for one in reader.tables("model")),
        waivers=tuple(_waiver(one) for one in reader.tables("waive")),
        snapshot=_snapshot(reader.table("snapshot")),
    )
    reader.done()
    reader.finish(where, "the keys and their meaning are listed in docs/policy.md")
    return policy


def _uses(reader: Reader, defaults: Tuple[Tuple[str, str], ...]) -> Tuple[Tuple[str, str], ...]:
    known = dict(defaults)
    return tuple((use, reader.choice(use, TOLERANCES, known[use])) for use in _JUDGED)


def _packages(reader: Reader) -> Tuple[Tuple[str, str], ...]:
    rules = reader.table("packages")
    for pattern in rules.remaining():
        if not re.fullmatch("[!-~]+", pattern):
            rules.fail(pattern, "is no name of a package")
    return tuple((pattern, rules.choice(pattern, TOLERANCES, "none")) for pattern in rules.remaining())


def _verify(reader: Reader) -> VerifyPolicy:
    default = VerifyPolicy()
    absent = reader.texts("absent", default.absent)
    for use in absent:
        if use not in USES:
            reader.fail("absent", "{!r} is not a use ({})".format(use, ", ".join(USES)))
    policy = VerifyPolicy(
        python=reader.choice("python", TOLERANCES, default.python),
        uses=_uses(reader, default.uses),
        extra=reader.choice("extra", ("any", "none"), default.extra),
        absent=absent,
        os=reader.choice("os", ("none", "any"), default.os),
        accelerator=reader.choice("accelerator", ("none", "any"), default.accelerator),
        variables=reader.choice("variables", ("none", "any"), default.variables),
        code=reader.choice("code", ("ast", "bytes", "any"), default.code),
        files=reader.choice("files", ("bytes", "pointer"), default.files),
        neutral=reader.texts("neutral", default.neutral),
        accept_unknown=reader.texts("accept-unknown", default.accept_unknown),
        packages=_packages(reader),
    )
    _require_fit(reader, "neutral", *policy.neutral)
    _require_fit(reader, "accept-unknown", *policy.accept_unknown)
    reader.done()
    return policy


def _retrain(reader: Reader) -> RetrainPolicy:
    default = RetrainPolicy()
    policy = RetrainPolicy(
        python=reader.choice("python", TOLERANCES, default.python),
        uses=_uses(reader, default.uses),
        code=reader.choice("code", ("ast", "bytes", "any"), default.code),
        data=reader.choice("data", ("none", "any"), default.data),
        params=reader.choice("params", ("none", "any"), default.params),
        system=reader.choice("system", TOLERANCES, default.system),
        max_age=_max_age(reader),
        metrics=read_bounds(reader.table("metrics")),
        packages=_packages(reader),
    )
    reader.done()
    return policy


def _max_age(reader: Reader) -> Optional[int]:
    written = reader.optional_text("max-age", _DAYS, "a number of days, as '90d'") or ""
    return int(written[:-1]) if re.fullmatch(_DAYS, written) else None


def _snapshot(reader: Reader) -> SnapshotPolicy:
    written = reader.optional_text("limit", _SIZE, "a size, as '50 MB' (kB, MB, GB)")
    found = re.match(_SIZE, written or "")
    reader.done()
    return SnapshotPolicy(int(float(found.group(1)) * _UNITS[found.group(2)])) if found else SnapshotPolicy()


def _require_fit(reader: Reader, key: str, *names: str) -> None:
    """Names, subjects and globs that nobody can tell from others, and that match nothing that is meant."""
    for name in filter(None, names):
        unfit = unfit_name(name)
        if unfit is not None:
            reader.fail(key, "{}: {}".format(ascii(name[:80]), unfit))


def _model(reader: Reader) -> ModelRule:
    rule = ModelRule(reader.text("match"), reader.texts("declared"))
    _require_fit(reader, "match", rule.match)
    if not rule.declared:
        reader.fail("declared", "must name at least one dependency file")
    reader.done()
    return rule


def _waiver(reader: Reader) -> Waiver:
    waiver = Waiver(
        subject=reader.text("subject"),
        models=reader.texts("models"),
        reason=reader.text("reason"),
        until=reader.day("until"),
    )
    _require_fit(reader, "subject", waiver.subject)
    _require_fit(reader, "models", *waiver.models)
    reader.done()
    return waiver


def accepting(
    accepts: Sequence[Accept], subject: str, recorded: Optional[str], observed: Optional[str], today: datetime.date
) -> Optional[Accept]:
    """The accept that covers exactly this difference today; those of other manifests are not given in."""
    for one in accepts:
        if (one.subject, one.recorded, one.observed) == (subject, recorded, observed):
            if one.until is None or today <= one.until:
                return one
    return None


def covering(waivers: Tuple[Waiver, ...], subject: str, model: str) -> List[Waiver]:
    """The waivers that cover a subject of a model, ended ones included, in the order written."""
    return [
        waiver
        for waiver in waivers
        if fnmatch.fnmatchcase(subject, waiver.subject)
        and (not waiver.models or any(fnmatch.fnmatchcase(model, pattern) for pattern in waiver.models))
    ]


def declared_for(rules: Sequence[ModelRule], name: str, weights: Sequence[str]) -> Optional[Tuple[str, ...]]:
    """The dependency files that the first matching rule names for a model; ``None`` when no rule speaks of it."""
    for rule in rules:
        if any(fnmatch.fnmatchcase(text, rule.match) for text in (name, *weights)):
            return rule.declared
    return None
