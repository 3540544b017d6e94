"""``--bundle``: one model in one file, the same bytes for the same model, and brought home whole."""

import json
import shutil
from pathlib import Path

import pytest

from tests.support import projects
from tests.support.bundles import LINEAGE, Machines, make_machines, members_of, snapshots, state
from tests.support.projects import MANIFEST, MODEL, WEIGHTS, Ended, git, run_lineage

ALLOWED = ("-c", "protocol.file.allow=always")
EDITS = {"train.py": b"import features\n", "new/ä b.py": b"SIZE = 4\n"}


@pytest.fixture(scope="module")
def _machines(tmp_path_factory: pytest.TempPathFactory, environment: Path) -> Machines:
    return make_machines(tmp_path_factory.mktemp("machines") / "place", environment, EDITS)


@pytest.fixture
def machines(_machines: Machines, tmp_path: Path) -> Machines:
    place = projects.copy(_machines.train.parent, tmp_path / "place")
    for clone in ("train", "home"):
        git(place / clone, "remote", "set-url", "origin", str(place / "remote.git"))
    return Machines(remote=place / "remote.git", train=place / "train", home=place / "home")


def imported(machines: Machines, bundle: Path, *options: str) -> Ended:
    return run_lineage("import", *options, f"bundle:{bundle}", cwd=machines.home)


def problem_codes(root: Path, *options: str) -> list[str]:
    shown = run_lineage("show", MANIFEST, "--problems", *options, "--format", "json", cwd=root)
    return [one["code"] for one in json.loads(shown.stdout)["problems"] if one["when"] == "now"]


def test_a_model_comes_home_and_outlives_the_machine_that_trained_it(machines: Machines) -> None:
    bundle = machines.bundle("--with-weights")
    (commit,) = snapshots(machines.train)
    content = (machines.train / MANIFEST).read_bytes()
    shutil.rmtree(machines.train)

    ended = imported(machines, bundle)

    told = [f"commit: {commit}, kept at {LINEAGE}{commit}", f"weights: {MODEL}"]
    assert (ended.code, ended.stdout, ended.stderr.splitlines()[:2]) == (0, f"{MANIFEST}\n", told)
    assert snapshots(machines.home) == [commit]
    assert git(machines.home, "show", f"{commit}:new/ä b.py") == "SIZE = 4"
    assert git(machines.home, "fsck", "--strict") == ""
    assert (machines.home / MANIFEST).read_bytes() == content
    assert (machines.home / MODEL).read_bytes() == WEIGHTS
    assert problem_codes(machines.home) == ["code.push-unknown", "manifest.not-committed", "weights.not-tracked"]
    git(machines.home, "push", "--quiet", "origin", LINEAGE + commit)
    assert problem_codes(machines.home, "--remote") == ["manifest.not-committed", "weights.not-tracked"]


def test_what_is_there_already_is_left_as_it_is(machines: Machines) -> None:
    bundle = machines.bundle("--with-weights")
    assert imported(machines, bundle).code == 0
    before = projects.snapshot(machines.home / "models")
    again = imported(machines, bundle, "--format", "json")
    answer = json.loads(again.stdout)
    assert (again.code, answer["changed"], answer["weights"]) == (0, False, [])
    assert projects.snapshot(machines.home / "models") == before


def test_the_same_model_gives_the_same_bytes(machines: Machines, tmp_path: Path) -> None:
    first = machines.bundle("--with-weights").read_bytes()
    other = projects.copy(machines.train, tmp_path / "other")
    git(other, "config", "pack.compression", "1")
    git(other, "config", "core.abbrev", "5")
    git(other, "gc", "--quiet")
    ended = run_lineage("show", "--bundle", tmp_path / "other.tar", "--with-weights", MANIFEST, cwd=other)
    assert ended.code == 0, ended.stderr
    assert (tmp_path / "other.tar").read_bytes() == first
    assert list(members_of(tmp_path / "other.tar")) == [
        "lineage-bundle.json",
        "manifest.lineage.toml",
        "code.bundle",
        f"weights/{MODEL}",
    ]


def test_git_alone_can_read_the_commit(machines: Machines, tmp_path: Path) -> None:
    (tmp_path / "code.bundle").write_bytes(members_of(machines.bundle())["code.bundle"])
    (commit,) = snapshots(machines.train)
    git(machines.home, "fetch", "--quiet", str(tmp_path / "code.bundle"), LINEAGE + commit)
    assert git(machines.home, "rev-parse", "FETCH_HEAD^{commit}") == commit


def test_capture_writes_one_too(machines: Machines, environment: Path) -> None:
    python = projects.python_of(environment)
    taken = run_lineage("capture", MODEL, "--from", python, "--bundle", "model.tar", cwd=machines.train)
    assert taken.code == 0, taken.stderr
    first = (machines.train / "model.tar").read_bytes()
    # The file lies in the work tree, and is no part of the code.
    taken = run_lineage("capture", MODEL, "--from", python, "--bundle", "model.tar", cwd=machines.train)
    assert (taken.code, (machines.train / "model.tar").read_bytes()) == (0, first)
    assert snapshots(machines.train) == snapshots(machines.train)[:1]


def test_a_commit_that_a_remote_has_is_left_out(machines: Machines, environment: Path) -> None:
    projects.write(machines.train, projects.FILES)
    shutil.rmtree(machines.train / "new")
    taken = run_lineage("capture", MODEL, "--from", projects.python_of(environment), cwd=machines.train)
    assert taken.code == 0, taken.stderr
    bundle = machines.bundle()
    head = git(machines.home, "rev-parse", "HEAD")
    assert list(members_of(bundle)) == ["lineage-bundle.json", "manifest.lineage.toml"]
    ended = imported(machines, bundle)
    assert (ended.code, ended.stderr.splitlines()[0], snapshots(machines.home)) == (0, f"commit: {head}", [])
    assert not (machines.home / MODEL).exists()


def test_a_clone_without_remote_gives_all_of_the_history(machines: Machines, tmp_path: Path) -> None:
    git(machines.train, "remote", "remove", "origin")
    bundle = machines.bundle()
    git(tmp_path, "init", "--quiet", "elsewhere")
    git(tmp_path / "elsewhere", "commit", "--quiet", "--allow-empty", "-m", "Begin")
    ended = run_lineage("import", f"bundle:{bundle}", cwd=tmp_path / "elsewhere")
    assert ended.code == 0, ended.stderr
    (commit,) = snapshots(tmp_path / "elsewhere")
    assert git(tmp_path / "elsewhere", "rev-list", "--count", commit) == "2"


def test_a_shallow_clone_tells_what_it_lacks(machines: Machines, environment: Path) -> None:
    for number in range(3):
        projects.commit(machines.home, f"{number}")
    git(machines.home, "push", "--quiet", "origin", "main")
    parent, head = git(machines.home, "rev-parse", "HEAD~1", "HEAD").split()
    shutil.rmtree(machines.train)
    git(machines.remote.parent, "clone", "--quiet", "--depth=1", f"file://{machines.remote}", "train")
    git(machines.train, "remote", "remove", "origin")
    projects.write(machines.train, {MODEL: WEIGHTS, **EDITS})
    python = projects.python_of(environment)
    taken = run_lineage("capture", MODEL, "--from", python, "--bundle", "../model.tar", cwd=machines.train)
    assert taken.code == 0
    assert taken.stderr.splitlines()[-1] == f"bundle: this clone is shallow: importing needs {parent}"
    assert imported(machines, machines.remote.parent / "model.tar").code == 0
    assert git(machines.home, "rev-parse", f"{snapshots(machines.home)[0]}^") == head
    git(machines.home, "fsck", "--strict")
    git(machines.home, "init", "--quiet", "../elsewhere")
    git(machines.home.parent / "elsewhere", "commit", "--quiet", "--allow-empty", "-m", "Begin")
    ended = run_lineage("import", "bundle:../model.tar", cwd=machines.home.parent / "elsewhere")
    message = f"lineage: error: ../model.tar: builds on commits that are not here: {parent}"
    assert (ended.code, ended.stderr.splitlines()[0]) == (2, message)


def test_a_sha256_repository(environment: Path, tmp_path: Path) -> None:
    machines = make_machines(tmp_path / "place", environment, EDITS, "sha256")
    ended = imported(machines, machines.bundle("--with-weights"))
    assert ended.code == 0, ended.stderr
    assert snapshots(machines.home) == snapshots(machines.train)


def test_a_directory_of_weights_and_long_names(machines: Machines, environment: Path) -> None:
    name = "deep/" * 30 + "gewicht-ä" + "x" * 120
    projects.write(machines.train, {f"models/big/{name}": b"1", "models/big/b": b"", "models/big/a/c": b"3" * 600})
    python = projects.python_of(environment)
    taken = run_lineage("capture", "models/big", "--from", python, "--name", "big", cwd=machines.train)
    assert taken.code == 0, taken.stderr
    ended = imported(machines, machines.bundle("--with-weights", manifest="models/big.lineage.toml"))
    assert ended.code == 0, ended.stderr
    files = state(machines.train)[0]
    assert {path: content for path, content in state(machines.home)[0].items() if path.startswith("models/big")} == {
        path: content for path, content in files.items() if path.startswith("models/big")
    }
    shutil.rmtree(machines.train / "models" / "big" / "a")
    ended = run_lineage("show", "models/big.lineage.toml", "--bundle", "../x.tar", "--with-weights", cwd=machines.train)
    message = "lineage: error: models/big: are not the bytes that were recorded"
    assert (ended.code, ended.stderr.splitlines()[0]) == (2, message)
    assert not (machines.train.parent / "x.tar").exists()


def test_a_file_that_is_no_bundle_is_not_replaced(machines: Machines) -> None:
    before = state(machines.train)
    ended = run_lineage("show", MANIFEST, "--bundle", MODEL, cwd=machines.train)
    message = f"lineage: error: {MODEL}: what stands there is no bundle, and is not replaced"
    assert (ended.code, ended.stdout, ended.stderr.splitlines()[0]) == (2, "", message)
    assert state(machines.train) == before
    machines.bundle()
    machines.bundle("--with-weights")  # a bundle is


def test_a_submodule_whose_commit_is_only_here_is_told(machines: Machines, environment: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--bare", str(machines.home), "inner.git")
    git(machines.train, *ALLOWED, "submodule", "--quiet", "add", str(tmp_path / "inner.git"), "libs/inner")
    projects.write(machines.train / "libs" / "inner", {"features.py": b"SIZE = 9\n"})
    python = projects.python_of(environment)
    taken = run_lineage("capture", MODEL, "--from", python, "--bundle", "../model.tar", cwd=machines.train)
    told = "bundle: the commit of the submodule libs/inner is not in it: lineage show --problems tells how to push it"
    assert (taken.code, taken.stderr.splitlines()[-1]) == (0, told)


def test_weights_go_with_a_bundle_only(machines: Machines) -> None:
    ended = run_lineage("show", MANIFEST, "--with-weights", cwd=machines.train)
    assert (ended.code, ended.stderr.splitlines()[-1]) == (2, "Error: --with-weights goes with --bundle")
