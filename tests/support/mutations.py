"""Mutations: what may be changed of a good state, what ``verify`` must then name, and what it really answers.

A case is a kind and a seed: nothing else decides what it changes, so that ``KIND-SEED`` alone brings it back.
"""

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from lineage.errors import LineageError
from lineage.manifest.files import read_manifest
from lineage.portable.policy import Policy, VerifyPolicy
from lineage.targets.spec import compared_source, parse_target
from lineage.verifying.installed_files import InstalledFiles
from lineage.verifying.packages import Packages
from lineage.verifying.verify import verify
from lineage.verifying.weights import WeightsPlace
from tests.support.recording import TODAY

SIDES = ("environment", "answer", "tree", "lock", "weights", "manifest")

DEFAULTS = Policy()
STRICT = Policy(VerifyPolicy(absent=(), extra="none"))
LOCKED = Policy(VerifyPolicy(absent=(), accept_unknown=("accelerator:*", "python*", "platform*")))
POINTED = Policy(VerifyPolicy(files="pointer"))
DEEP = Policy(VerifyPolicy(accept_unknown=("accelerator:*", "package:fraudlib")))
BLIND = Policy(
    VerifyPolicy(
        python="any",
        uses=tuple((use, "any") for use, _ in VerifyPolicy().uses),
        os="any",
        accept_unknown=("*",),
        packages=(("*", "any"),),
    )
)
"""What a judge would be that lets everything through."""

POLICIES = {
    STRICT: '[tool.lineage.verify]\nabsent = []\nextra = "none"\n',
    LOCKED: '[tool.lineage.verify]\nabsent = []\naccept-unknown = ["accelerator:*", "python*", "platform*"]\n',
    DEEP: '[tool.lineage.verify]\naccept-unknown = ["accelerator:*", "package:fraudlib"]\n',
    POINTED: '[tool.lineage.verify]\nfiles = "pointer"\n',
}
"""Each as a file says it, for the command line."""

PACKAGES = {
    "numpy": ("1.26.4", "numpy", ()),
    "scikit-learn": ("1.5.0", "sklearn", ("numpy>=1.19.5", "joblib (>=1.2)", "scipy", "threadpoolctl>=3")),
    "pandas": ("2.2.2", "pandas", ("numpy", "python-dateutil>=2.8.2", "pytz")),
    "joblib": ("1.4.2", "joblib", ()),
    "scipy": ("1.13.1", "scipy", ("numpy<2.3",)),
    "threadpoolctl": ("3.5.0", "threadpoolctl", ()),
    "python-dateutil": ("2.9.0.post0", "dateutil", ()),
    "pytz": ("2024.1", "pytz", ()),
    "plotly": ("5.22.0", "plotly", ()),
    "tqdm": ("4.66.4", "tqdm", ()),
}
"""name → (version, module, requirements)"""

REQUIRED = ("joblib", "python-dateutil", "pytz", "scipy", "threadpoolctl")
USED = (*REQUIRED, "numpy", "pandas", "scikit-learn")
PRESENT = ("plotly", "tqdm")
BY_ORIGIN = "fraudlib"
"""Imported, installed from a repository, and without a RECORD: only its origin tells which it is."""

MANIFESTS = {"tree": "models/root.lineage.toml"}
MANIFEST = "models/fraud.lineage.toml"
MODEL, TOKENIZER = "models/fraud.pkl", "models/tokenizer"
LOCK = "requirements.txt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The copy of the good state that one case may change."""

    base: Path
    """holds ``fraud`` and, by its side, ``env`` or ``root``; absolute"""
    ground: Path
    """the good state itself, to be read only"""
    side: str
    executed: bool
    """of an environment: whether its interpreter will be run; else it is read as a directory"""

    @property
    def project(self) -> Path:
        return self.base / "fraud"

    @property
    def manifest(self) -> Path:
        return self.project / MANIFESTS.get(self.side, MANIFEST)

    @property
    def environment(self) -> Path:
        return self.base / "env"

    @property
    def root(self) -> Path:
        return self.base / "root"

    @property
    def site(self) -> Path:
        inside = self.root / "usr" if self.side == "tree" else self.environment
        (found,) = inside.glob("lib/python3.*/site-packages")
        return found

    def info(self, name: str) -> Path:
        """The ``.dist-info`` of a package."""
        (found,) = self.site.glob(f"{name.replace('-', '_')}-*.dist-info")
        return found

    @property
    def target(self) -> str:
        if self.side == "tree":
            return f"dir:{self.root}"
        if self.side == "lock":
            return f"lock:{self.project / LOCK}"
        if self.side == "answer":
            return f"python:{self.base / 'program'}"
        return f"python:{self.environment / 'bin' / 'python'}" if self.executed else f"dir:{self.environment}"


Names = str | tuple[str, ...]
"""What has to be named: a subject, or a part of what a refusal says; of several, any one."""


@dataclass(frozen=True, slots=True)
class Setting:
    """How ``verify`` is to be called after a mutation."""

    names: Names = ()
    manifest: Path | None = None
    weights: Path | None = None
    target: str | None = None
    variables: tuple[tuple[str, str], ...] = ()
    """of the caller's environment"""


Apply = Callable[[Place, Random], Names | Setting]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One way to change the good state. ``apply`` changes a place and gives what must be named: () where nothing."""

    name: str
    sides: tuple[str, ...]
    apply: Apply
    deep: bool = False
    executed: bool | None = None
    """``True``: only where the interpreter is run; ``False``: only where it is not"""
    policy: Policy = DEFAULTS


@dataclass(frozen=True, slots=True)
class Case:
    kind: Kind
    seed: int

    def __str__(self) -> str:
        return f"{self.kind.name.replace(' ', '-')}-{self.seed}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What ``verify`` answered: its verdict and what it holds against the target, or ``refused`` and why."""

    outcome: str
    subjects: frozenset[str] = frozenset()
    told: str = ""

    def names(self, one: str) -> bool:
        if self.outcome == "refused":
            return one.removeprefix("package:") in self.told
        return one in self.subjects or (one.endswith("*") and any(each.startswith(one[:-1]) for each in self.subjects))


def kind(
    into: list[Kind],
    *sides: str,
    deep: bool = False,
    executed: bool | None = None,
    policy: Policy = DEFAULTS,
) -> Callable[[Apply], Apply]:
    """Adds a kind, named as the function is."""

    def add(apply: Apply) -> Apply:
        name = apply.__name__.replace("_", " ")
        into.append(Kind(name=name, sides=sides, apply=apply, deep=deep, executed=executed, policy=policy))
        return apply

    return add


def arrange(case: Case, good: Path, base: Path) -> tuple[Place, Setting]:
    """A copy of the good state, changed as the case says."""
    random = Random(f"{case.kind.name} {case.seed}")
    side = random.choice(case.kind.sides)
    executed = random.random() < 0.5 if case.kind.executed is None else case.kind.executed
    place = Place(base=base, ground=good, side=side, executed=executed)
    base.mkdir(parents=True)
    shutil.copytree(good / "fraud", place.project, symlinks=True, ignore=shutil.ignore_patterns(".git", ".dvc"))
    held = {"tree": "root", "lock": "", "answer": "answer"}.get(side, "env")
    if held == "answer":
        shutil.copy2(good / "program", base / "program")
        written = (good / "answer").read_text()
        (base / "answer").write_text(written.replace(json.dumps(str(good))[1:-1], json.dumps(str(base))[1:-1]))
        held = "env"
    if held:
        shutil.copytree(good / held, base / held, symlinks=True)
    found = case.kind.apply(place, random)
    return place, found if isinstance(found, Setting) else Setting(found)


def answer(case: Case, place: Place, setting: Setting, policy: Policy | None = None) -> Answer:
    """What ``verify`` says; ``policy`` judges instead of the case's own."""
    manifest = setting.manifest or place.manifest
    env = {**os.environ, **dict(setting.variables)}
    where = WeightsPlace(named=setting.weights, beside=manifest.parent, root=place.project, skip=policy is BLIND)
    try:
        stored = read_manifest(manifest)
        source = compared_source(parse_target(setting.target or place.target), env, stored.manifest.environment)
        judging = policy or case.kind.policy
        deep = (InstalledFiles(),) if case.kind.deep else ()
        report = verify(stored, source, (Packages(), *deep, where), judging, today=TODAY)
    except LineageError as error:
        return Answer(outcome="refused", told=str(error))
    failed = {one.change.subject for one in report.findings if one.severity == "fail"}
    unseen = {one.subject for one in report.unknown if not one.accepted}
    return Answer(outcome=report.verdict, subjects=frozenset(failed | unseen))


def complaint(case: Case, setting: Setting, found: Answer) -> str | None:
    """Why an answer is not the one that the case asks for."""
    names = (setting.names,) if isinstance(setting.names, str) else setting.names
    if not names:
        wrong = found.outcome != "pass"
        return f"{case}: harmless, but {found}" if wrong else None
    if found.outcome == "pass":
        return f"{case}: a false pass, nothing names {' or '.join(names)}"
    return None if any(found.names(one) for one in names) else f"{case}: {' or '.join(names)} is not named by {found}"


def run_case(case: Case, good: Path, base: Path, policy: Policy | None = None) -> str | None:
    """Why the case fails, ``None`` when it does not; leaves nothing behind."""
    try:
        place, setting = arrange(case, good, base)
        return complaint(case, setting, answer(case, place, setting, policy))
    finally:
        shutil.rmtree(base)
