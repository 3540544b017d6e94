"""What edits ask for, of real repositories: new and already due, both policies, branches, what cannot be read."""

from datetime import date
from pathlib import Path

import pytest

from lineage.checking.check import Judges, check
from lineage.checking.revisions.readings import Readings
from lineage.checking.revisions.revision import at_commit, at_index
from lineage.git.objects import GitObjects
from lineage.model.plan import Plan
from lineage.portable.policy import Policy, RetrainPolicy
from lineage.system.blobcache import BlobCache
from tests.support.checked import LOCK, TRAIN, fraud, manifest, record, repository
from tests.support.gitrepos import commit, git, write

TODAY = date(2026, 11, 20)
MANIFEST = "models/fraud.pkl.lineage.toml"
MAJOR = LOCK.replace(b"numpy==1.26.4", b"numpy==2.0.1")
PATCH = LOCK.replace(b"numpy==1.26.4", b"numpy==1.26.5")
STRICT = Policy()
MILD = Policy(retrain=RetrainPolicy(packages=(("numpy", "major"),)))
LOOSE = Policy(retrain=RetrainPolicy(packages=(("numpy", "any"),)))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return fraud(tmp_path / "fraud")


def plan_of(
    root: Path, base: str | None, head: str = "HEAD", policies: tuple[Policy, ...] = (STRICT,), today: date = TODAY
) -> Plan:
    with GitObjects(root) as objects:
        readings = Readings(objects.blob, BlobCache(None, ""))
        start = None if base is None else at_commit(objects, objects.commit(base), readings)
        judges = Judges(policies=tuple((one, "defaults") for one in policies), today=today)
        return check(start, at_commit(objects, objects.commit(head), readings), judges)


Told = tuple[str, list[tuple[str, str, bool, list[str]]]]


def told(plan: Plan) -> Told:
    """(verdict, (name, action, new, reasons) of each model)."""
    models = [(one.name, one.action, one.is_new, [due.message for due in one.reasons]) for one in plan.models]
    return plan.verdict, models


NUMPY = "numpy 1.26.4 → 2.0.1 (major), named in the weights"
FINE: Told = ("pass", [("models/fraud", "none", False, [])])


def test_a_further_step_of_what_was_to_be_verified_is_new(root: Path) -> None:
    commit(root, {"requirements.txt": PATCH})
    commit(root, {"requirements.txt": MAJOR})
    commit(root, {"requirements.txt": MAJOR.replace(b"2.0.1", b"3.0.0")})

    assert told(plan_of(root, "HEAD~2", "HEAD~1")) == ("fail", [("models/fraud", "retrain", True, [NUMPY])])
    further = "numpy 1.26.4 → 3.0.0 (major), named in the weights"
    assert told(plan_of(root, "HEAD~1")) == ("pass", [("models/fraud", "retrain", False, [further])])


def test_an_edit_and_its_revert_are_silence(root: Path) -> None:
    commit(root, {"requirements.txt": MAJOR})
    commit(root, {"requirements.txt": LOCK})

    assert told(plan_of(root, "HEAD~2")) == FINE
    assert told(plan_of(root, "HEAD~1")) == FINE
    assert plan_of(root, "HEAD~2").changes == ()


def test_comments_order_and_hashes_are_silence(root: Path) -> None:
    rows = [line + b"  # why not" for line in reversed(LOCK.splitlines())]
    commit(root, {"requirements.txt": b"\r\n".join([b"# all", *rows, b""]), "train.py": b"# a word\n" + TRAIN})

    plan = plan_of(root, "HEAD~1")
    assert (told(plan), plan.changes) == (FINE, ())


def test_a_retrained_model_is_silence_wherever_it_was_retrained(root: Path) -> None:
    git(root, "checkout", "--quiet", "-b", "bump")
    commit(root, {"requirements.txt": MAJOR})
    packages = [("numpy", "2.0.1", "weights"), ("joblib", "1.4.2", "required"), ("scikit-learn", "1.5.0", "imported")]
    record(root, manifest("models/fraud", {"requirements.txt": MAJOR}, {"train.py": TRAIN}, packages))
    commit(root, {})

    assert told(plan_of(root, "main", "bump")) == FINE
    back = "numpy 2.0.1 → 1.26.4 (major), named in the weights"
    git(root, "checkout", "--quiet", "main")
    git(root, "checkout", "--quiet", "bump", "--", "models")
    commit(root, {})
    assert told(plan_of(root, "HEAD~1")) == ("fail", [("models/fraud", "retrain", True, [back])])


def test_the_worse_of_two_policies_stands_whichever_comes_first(root: Path) -> None:
    commit(root, {"requirements.txt": MAJOR})
    expected = ("fail", [("models/fraud", "retrain", True, [NUMPY])])

    assert told(plan_of(root, "HEAD~1", policies=(LOOSE,))) == FINE
    assert told(plan_of(root, "HEAD~1", policies=(LOOSE, STRICT))) == expected
    assert told(plan_of(root, "HEAD~1", policies=(STRICT, LOOSE))) == expected
    assert told(plan_of(root, "HEAD~1", policies=(MILD,))) == ("pass", [("models/fraud", "verify", True, [NUMPY])])
    for policies in ((MILD, STRICT), (STRICT, MILD)):
        assert told(plan_of(root, "HEAD~1", policies=policies)) == expected


def test_an_older_debt_does_not_hide_what_is_new(root: Path) -> None:
    commit(root, {"requirements.txt": MAJOR})
    commit(root, {"train.py": b"import json\n"})

    plan = plan_of(root, "HEAD~1")
    changed = "train.py changed, the model's code"
    assert told(plan) == ("fail", [("models/fraud", "retrain", True, [changed, NUMPY])])
    assert [one.is_new for one in plan.models[0].reasons] == [True, False]


def test_a_broken_manifest_is_undecided_by_name_and_the_others_are_judged(root: Path) -> None:
    record(root, manifest("models/other", {"requirements.txt": LOCK}))
    commit(root, {})
    text = (root / MANIFEST).read_bytes()
    commit(root, {MANIFEST: b"<<<<<<< HEAD\n" + text, "requirements.txt": MAJOR})

    verdict, models = told(plan_of(root, "HEAD~1"))
    assert (verdict, [one[:3] for one in models]) == (
        "fail",
        [("models/other", "retrain", True), ("models/fraud", "undecided", True)],
    )
    commit(root, {"README.md": b"More.\n"})
    assert plan_of(root, "HEAD~1").verdict == "pass"
    commit(root, {MANIFEST: text})
    assert told(plan_of(root, "HEAD~1"))[1][1] == ("models/other", "retrain", False, [NUMPY])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"version = 1\n[[package]\n", "uv.lock: is not TOML: Expected ']]' at the end of an array declaration"),
        (b"<<<<<<< HEAD\nversion = 1\n", "uv.lock: is not TOML: Invalid statement"),
        (b"\xff\xfe", "uv.lock: is not UTF-8"),
    ],
    ids=["truncated", "conflict", "binary"],
)
def test_a_lock_that_cannot_be_read_makes_its_models_undecided(tmp_path: Path, content: bytes, message: str) -> None:
    lock = b'version = 1\n[[package]]\nname = "numpy"\nversion = "1.26.4"\nsource = { registry = "x" }\n'
    models = (manifest("a", {"uv.lock": lock}), manifest("b", {"requirements.txt": LOCK}))
    root = repository(tmp_path / "two", *models, files={"uv.lock": lock, "requirements.txt": LOCK})
    commit(root, {"uv.lock": content})

    plan = plan_of(root, "HEAD~1")

    assert told(plan) == ("undecided", [("a", "undecided", True, [message]), ("b", "none", False, [])])
    assert [one.subject for one in plan.unknown] == ["file:uv.lock"]


def test_a_file_that_concerns_no_model_is_told_and_decides_nothing(root: Path) -> None:
    commit(root, {"tools/uv.lock": b"version = 1\n[[package]\n"})

    plan = plan_of(root, "HEAD~1")

    assert told(plan) == FINE
    assert [one.subject for one in plan.unknown] == ["file:tools/uv.lock"]


def test_an_include_that_moved_counts_though_the_file_itself_stands(tmp_path: Path) -> None:
    files = {"requirements.txt": b"-r deps/base.txt\n", "deps/base.txt": LOCK}
    root = repository(tmp_path / "includes", files=files)
    record(root, manifest("m", {"requirements.txt": files["requirements.txt"]}, base=git(root, "rev-parse", "HEAD")))
    commit(root, {})
    assert told(plan_of(root, None)) == ("pass", [("m", "none", False, [])])

    commit(root, {"deps/base.txt": MAJOR})
    assert told(plan_of(root, "HEAD~1")) == ("fail", [("m", "retrain", True, [NUMPY])])


def test_where_nobody_knows_what_was_included_then_the_record_is_compared(tmp_path: Path) -> None:
    files = {"requirements.txt": b"-r deps/base.txt\n", "deps/base.txt": LOCK}
    model = manifest("m", {"requirements.txt": files["requirements.txt"]})
    root = repository(tmp_path / "includes", model, files=files)
    assert told(plan_of(root, None)) == ("pass", [("m", "none", False, [])])

    commit(root, {"deps/base.txt": MAJOR})
    assert told(plan_of(root, None)) == ("fail", [("m", "retrain", True, [NUMPY])])


def test_a_cycle_of_includes_ends(tmp_path: Path) -> None:
    files = {"requirements.txt": b"-r other.txt\nnumpy==1.26.4\n", "other.txt": b"-r requirements.txt\n"}
    root = repository(tmp_path / "cycle", manifest("m", {"requirements.txt": LOCK}), files=files)

    plan = plan_of(root, None)
    assert [(one.name, one.action) for one in plan.models] == [("m", "undecided")]
    assert "requirements.txt" in plan.models[0].reasons[0].message


def test_a_conflict_in_the_index_is_named(root: Path) -> None:
    git(root, "checkout", "--quiet", "-b", "other")
    commit(root, {"requirements.txt": MAJOR})
    git(root, "checkout", "--quiet", "main")
    commit(root, {"requirements.txt": PATCH})
    with pytest.raises(Exception, match="status 1"):
        git(root, "merge", "--quiet", "other")

    with GitObjects(root) as objects:
        readings = Readings(objects.blob, BlobCache(None, ""))
        base = at_commit(objects, objects.commit("HEAD"), readings)
        judges = Judges(policies=((STRICT, "defaults"),), today=TODAY)
        plan = check(base, at_index(objects, readings), judges)

    assert told(plan) == (
        "undecided",
        [("models/fraud", "undecided", True, ["requirements.txt: is in conflict"])],
    )


def test_data_and_parameters_behind_a_pointer_are_compared_by_it(tmp_path: Path) -> None:
    pointer = b"outs:\n- md5: %s\n  size: 3\n  path: a.csv\n"
    digest, other = b"a" * 32, b"b" * 32
    model = manifest("m", {"requirements.txt": LOCK}, inputs={"data/a.csv": f"md5:{digest.decode()}"})
    files = {"requirements.txt": LOCK, "data/a.csv.dvc": pointer % digest}
    root = repository(tmp_path / "data", model, files=files)
    commit(root, {"data/a.csv.dvc": pointer % other})

    expected = ["data/a.csv changed, data that the training read"]
    assert told(plan_of(root, "HEAD~1")) == ("fail", [("m", "retrain", True, expected)])
    write(root, {"data/a.csv.dvc": b"outs: 3\n"})
    commit(root, {})
    assert told(plan_of(root, "HEAD~1"))[0] == "undecided"


def test_a_file_that_was_not_there_at_the_capture_hides_nothing(tmp_path: Path) -> None:
    """A pyproject.toml that leaves its dependencies to others asks for setup.py too."""
    project = b'[project]\nname = "a"\ndynamic = ["dependencies"]\n[build-system]\nrequires = ["setuptools"]\n'
    setup = b"[options]\ninstall_requires =\n  numpy<2\n"
    files = {"pyproject.toml": project, "setup.cfg": setup}
    root = repository(tmp_path / "dynamic", files=files)
    record(root, manifest("models/fraud", files, base=git(root, "rev-parse", "HEAD")))
    commit(root, {})
    commit(root, {"setup.cfg": setup.replace(b"numpy<2", b"numpy<3"), "pyproject.toml": project + b"\n[tool.x]\n"})

    moved = "numpy 1.26.4 → <3 (still allowed), named in the weights"
    assert told(plan_of(root, "HEAD~1")) == ("pass", [("models/fraud", "verify", True, [moved])])


def test_the_block_of_a_script_concerns_a_model_that_names_no_dependency_file(tmp_path: Path) -> None:
    script = b'# /// script\n# dependencies = ["numpy==1.26.4"]\n# ///\nimport numpy\n'
    model = manifest("models/fraud", {}, {"train.py": script}, [("numpy", "1.26.4", "weights")])
    root = repository(tmp_path / "scripted", model, files={"train.py": script, "other.py": script})
    commit(root, {"train.py": script.replace(b"1.26.4", b"2.0.1"), "other.py": b""})

    assert told(plan_of(root, "HEAD~1")) == ("fail", [("models/fraud", "retrain", True, [NUMPY])])
