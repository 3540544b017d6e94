"""What a policy changes in a verdict: tolerances by use and by name, waivers, and which file is the policy."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from lineage.config import load_policy
from lineage.errors import InputError
from lineage.model.manifest import StoredManifest, freeze
from lineage.portable.judge import Accepted
from lineage.portable.policy import Policy, Waiver
from tests.support import projects
from tests.support.projects import install, reinstall, site_packages, uninstall
from tests.support.recording import failures, notes, recorded, unknowns, verified


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory, environment: Path) -> StoredManifest:
    root = projects.make_repository(tmp_path_factory.mktemp("policy") / "fraud")
    return recorded(root, environment)


@pytest.fixture(scope="module")
def drifted(tmp_path_factory: pytest.TempPathFactory, environment: Path) -> Path:
    """A target where one package of each use differs, and one is new."""
    target = projects.copy(environment, tmp_path_factory.mktemp("drifted") / "env")
    site = site_packages(target)
    reinstall(site, "numpy", "1.26.5")
    reinstall(site, "joblib", "1.5.0")
    reinstall(site, "plotly", "5.23.0")
    uninstall(site, "scikit-learn")
    install(site, "flask", "3.0")
    return target


NUMPY = "numpy 1.26.4 → 1.26.5 (patch), imported by the model's code"
JOBLIB = "joblib 1.4.2 → 1.5.0 (minor), required by what the model imports"
PLOTLY = "plotly 5.22.0 → 5.23.0 (minor), installed, not used by the model"
SKLEARN = "scikit-learn 1.5.0 is missing, imported by the model's code"
FLASK = "flask 3.0 is not recorded"

RULED: list[tuple[str, str, tuple[str, ...]]] = [
    ("nothing", "", (JOBLIB, NUMPY)),
    ("by use", "imported = 'patch'", (JOBLIB,)),
    ("by use, wider", "imported = 'patch'\nrequired = 'minor'", ()),
    ("a step short", "required = 'patch'", (JOBLIB, NUMPY)),
    ("by name", "packages = {numpy = 'any'}", (JOBLIB,)),
    ("a name beats a glob", "packages = {'*' = 'any', numpy = 'none'}", (NUMPY,)),
    ("a name is stricter than its use", "packages = {plotly = 'patch'}", (JOBLIB, NUMPY, PLOTLY)),
    ("present", "present = 'none'", (JOBLIB, NUMPY, PLOTLY)),
    ("extra", "extra = 'none'", (FLASK, JOBLIB, NUMPY)),
    ("absent", "absent = []", (JOBLIB, NUMPY, SKLEARN)),
    ("neutral", "neutral = ['joblib', 'num*']", ()),
]


def policy_of(directory: Path, text: str) -> Policy:
    path = directory / "given.toml"
    path.write_text(f"[tool.lineage.verify]\n{text}\n")
    policy, name = load_policy(None, path)
    assert name == str(path)
    return policy


@pytest.mark.parametrize(("_name", "text", "failed"), RULED, ids=[row[0] for row in RULED])
def test_a_policy_decides_what_fails(
    _name: str, text: str, failed: tuple[str, ...], stored: StoredManifest, drifted: Path, tmp_path: Path
) -> None:
    report = verified(stored, drifted, policy_of(tmp_path, text))

    assert (report.verdict, failures(report)) == ("fail" if failed else "pass", failed)
    assert len(report.findings) == 5


def test_an_unknown_passes_only_where_it_is_accepted_by_name(
    stored: StoredManifest, environment: Path, tmp_path: Path
) -> None:
    target = projects.copy(environment, tmp_path / "env")
    (site_packages(target) / "numpy-1.26.4.dist-info" / "RECORD").unlink()
    other, this = (policy_of(tmp_path, f"accept-unknown = ['package:{name}']") for name in ("num", "num*"))

    assert verified(stored, target, other).verdict == "undecided"
    accepted = verified(stored, target, this)
    assert (accepted.verdict, unknowns(accepted)) == ("pass", ())
    assert [(one.subject, one.accepted) for one in accepted.unknown] == [("package:numpy", True)]


def waiver(subject: str = "package:*", until: date = date(2026, 11, 20), models: tuple[str, ...] = ()) -> Policy:
    return Policy(waivers=(Waiver(subject, models, "only used for plots", until),))


def test_a_waiver_lets_a_difference_through_and_is_listed(stored: StoredManifest, drifted: Path) -> None:
    report = verified(stored, drifted, waiver())

    assert (report.verdict, failures(report)) == ("pass", ())
    assert report.accepted == (
        Accepted("package:joblib", "1.4.2", "1.5.0", "only used for plots", "2026-11-20"),
        Accepted("package:numpy", "1.26.4", "1.26.5", "only used for plots", "2026-11-20"),
    )
    assert f"{NUMPY}, waived until 2026-11-20: only used for plots" in notes(report)


ENDED = "its waiver ended on 2026-11-19"


@pytest.mark.parametrize(
    ("policy", "failed"),
    [
        (waiver(until=date(2026, 11, 19)), (f"{JOBLIB}, {ENDED}", f"{NUMPY}, {ENDED}")),
        (waiver(subject="package:numpy"), (JOBLIB,)),
        (waiver(subject="numpy"), (JOBLIB, NUMPY)),
        (waiver(models=("other/*",)), (JOBLIB, NUMPY)),
        (waiver(models=("other/*", "models/*")), ()),
    ],
    ids=["expired", "one subject", "no subject", "another model", "this model"],
)
def test_a_waiver_covers_what_it_names_until_its_day(
    policy: Policy, failed: tuple[str, ...], stored: StoredManifest, drifted: Path
) -> None:
    assert failures(verified(stored, drifted, policy)) == failed


def test_the_policy_is_the_one_file_of_the_repository(tmp_path: Path) -> None:
    assert load_policy(tmp_path) == (Policy(), "defaults")
    assert load_policy(None) == (Policy(), "defaults")

    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'fraud'\n")
    assert load_policy(tmp_path) == (Policy(), "defaults")

    (tmp_path / "lineage.toml").write_text("[tool.lineage.verify]\npython = 'any'\n")
    policy, name = load_policy(tmp_path)
    assert (policy.verify.python, name) == ("any", "lineage.toml")

    (tmp_path / "lineage.toml").rename(tmp_path / "elsewhere.toml")
    (tmp_path / "pyproject.toml").write_text("[tool.lineage.verify]\npython = 'minor'\n")
    policy, name = load_policy(tmp_path)
    assert (policy.verify.python, name) == ("minor", "pyproject.toml")

    policy, name = load_policy(tmp_path, tmp_path / "elsewhere.toml")
    assert (policy.verify.python, name) == ("any", str(tmp_path / "elsewhere.toml"))


REFUSED = [
    ("python = 3", "tool.lineage.verify.python: must be a text that is not empty, not a number"),
    ("python = 'tiny'", "tool.lineage.verify.python: must be one of none, build, patch, minor, major, any, not 'tiny'"),
    ("pyton = 'any'", "tool.lineage.verify.pyton: is not a known key"),
    ("absent = ['used']", "tool.lineage.verify.absent: 'used' is not a use (weights, served, imported, required, "
     "loaded, present, unknown)"),
    ("packages = 'any'", "tool.lineage.verify.packages: must be a table, not a text"),
    ("packages = {'nump\u0443' = 'any'}", "tool.lineage.verify.packages.\"nump\\u0443\": is no name of a package"),
    ("packages = {'' = 'any'}", "tool.lineage.verify.packages: is no name of a package"),
    ("neutral = ['p\u0456p']", "tool.lineage.verify.neutral: 'p\\u0456p': it mixes letters of alphabets that look "
     "alike"),
    ("accept-unknown = ['a\u202eb']", "tool.lineage.verify.accept-unknown: 'a\\u202eb': it holds what cannot be seen"),
    ("[[tool.lineage.waive]]\nsubject = ' x'\nmodels = ['m\u200b']\nreason = 'r'\nuntil = 2027-01-31", """
  tool.lineage.waive[0].subject: ' x': it begins or ends with a blank
  tool.lineage.waive[0].models: 'm\\u200b': it holds what cannot be seen"""),
    ("[[tool.lineage.model]]\nmatch = ' '\ndeclared = ['a']", "tool.lineage.model[0].match: ' ': it is empty"),
    ("packages = {numpy = true}", "tool.lineage.verify.packages.numpy: must be a text that is not empty, "
     "not true or false"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), REFUSED)
def test_a_policy_that_cannot_be_read_is_refused_with_its_key(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        policy_of(tmp_path, text)

    assert str(caught.value) == (
        f"{tmp_path}/given.toml: {message}\n  the keys and their meaning are listed in docs/policy.md"
    )


def test_every_failure_of_a_policy_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "lineage.toml").write_text(
        "[tool.lineage]\nverfy = 1\n[[tool.lineage.waive]]\nsubject = 'x'\nuntil = 2027\n"
        "[[tool.lineage.model]]\nmatch = '*'\n"
    )

    with pytest.raises(InputError) as caught:
        load_policy(tmp_path)

    assert str(caught.value) == (
        f"{tmp_path}/lineage.toml: \n"
        "  tool.lineage.model[0].declared: must name at least one dependency file\n"
        "  tool.lineage.waive[0].reason: is missing\n"
        "  tool.lineage.waive[0].until: must be a date, as 2027-01-31\n"
        "  tool.lineage.verfy: is not a known key\n"
        "  the keys and their meaning are listed in docs/policy.md"
    )


def test_two_policies_are_refused(tmp_path: Path) -> None:
    for name in ("pyproject.toml", "lineage.toml"):
        (tmp_path / name).write_text("[tool.lineage]\n")

    with pytest.raises(InputError) as caught:
        load_policy(tmp_path)

    assert str(caught.value) == (
        f"{tmp_path}: two policies: pyproject.toml and lineage.toml\n"
        "  keep one: move [tool.lineage] of pyproject.toml into lineage.toml, or remove lineage.toml"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "tool.lineage: is missing or not a table\n  see docs/policy.md"),
        ("[tool]\nlineage = 3\n", "tool.lineage: is missing or not a table\n  see docs/policy.md"),
        (
            "[verify]\npython = 'any'\n",
            "verify: not a known key\n  write [tool.lineage.verify], as in pyproject.toml",
        ),
    ],
)
def test_a_file_of_ours_without_a_policy_is_refused(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "lineage.toml").write_text(text)

    with pytest.raises(InputError) as caught:
        load_policy(tmp_path)

    assert str(caught.value) == f"{tmp_path}/lineage.toml: {message}"


def test_what_a_watched_serving_did_not_load_is_only_installed(stored: StoredManifest, drifted: Path) -> None:
    """But for what the weights name: numpy is made one of these, scikit-learn is one that was loaded."""
    environment = stored.manifest.environment
    uses = {"numpy": "weights", "scikit-learn": "served"}
    packages = tuple(one._replace(use=uses.get(one.name, one.use)) for one in environment.packages)
    manifest = replace(
        stored.manifest,
        environment=environment._replace(packages=packages),
        run=freeze({"serve": ("python", "predict.py")}),
    )

    report = verified(replace(stored, manifest=manifest), drifted)

    assert failures(report) == (
        "numpy 1.26.4 → 1.26.5 (patch), named in the weights",
        "scikit-learn 1.5.0 is missing, loaded when the model was served",
    )
    unused = "installed, not used by the model"
    assert notes(report) == (
        FLASK,
        f"joblib 1.4.2 → 1.5.0 (minor), {unused}",
        f"plotly 5.22.0 → 5.23.0 (minor), {unused}",
    )
