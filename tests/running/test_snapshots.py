"""The code of a run is that of its start: as a snapshot, whatever the training or its user make of it meanwhile."""

import sys
from pathlib import Path

import pytest

from lineage.manifest.files import read_manifest
from lineage.model.manifest import Manifest
from lineage.portable.environment import Problem
from tests.support.projects import MANIFEST, git, write
from tests.support.wrapped import Outcome, below_run, manifests, outcome

TRAIN = b"import pickle, sizes\n%swith open('models/fraud.pkl', 'wb') as file:\n    pickle.dump([1], file)\n"
ANOTHER = "is another than when the run began: what ran may not be what is recorded"


@pytest.fixture
def training(project: Path) -> Path:
    """A project with a module of its own that needs nothing installed, and no weights yet."""
    (project / "models/fraud.pkl").unlink()
    write(project, {"sizes.py": b"SIZE = 3\n", "train.py": b""})
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "-m", "Size")
    return project


def train(root: Path, edit: bytes, *options: str) -> Outcome:
    write(root, {"train.py": TRAIN % edit})
    return outcome(below_run([sys.executable, "train.py"], *options), root)


def manifest(root: Path) -> Manifest:
    return read_manifest(root / MANIFEST).manifest


def of_code(root: Path) -> list[Problem]:
    return [one for one in manifest(root).problems if one.code.startswith("code.")]


def test_the_snapshot_is_of_the_start(training: Path) -> None:
    edit = b"open('sizes.py', 'a').write('MORE = 1\\n')\nopen('made.py', 'w').write('')\nimport made\n"
    before = (training / "sizes.py").read_bytes()

    assert train(training, edit).code == 0

    found = manifest(training)
    snapshot = found.code.commit or ""
    assert (found.code.is_snapshot, found.code.base) == (True, git(training, "rev-parse", "HEAD"))
    assert git(training, "show", f"{snapshot}:sizes.py") == before.decode().removesuffix("\n")
    files = dict(found.code.files)
    assert files["sizes.py"] == git(training, "rev-parse", f"{snapshot}:sizes.py")
    assert files["train.py"] == git(training, "rev-parse", f"{snapshot}:train.py")
    assert of_code(training) == [
        Problem("code.changed-during-run", "made.py", "was made after the run began: it is in no commit"),
        Problem("code.changed-during-run", "sizes.py", ANOTHER),
    ]


def test_what_was_only_touched_did_not_change(training: Path) -> None:
    assert train(training, b"import os\nos.utime('sizes.py')\n").code == 0

    assert (manifest(training).code.is_snapshot, of_code(training)) == (True, [])


def test_a_clean_tree_that_is_edited_meanwhile_is_head(training: Path) -> None:
    write(training, {"train.py": TRAIN % b"open('sizes.py', 'a').write('MORE = 1\\n')\n"})
    git(training, "commit", "--quiet", "--all", "-m", "Train")

    assert outcome(below_run([sys.executable, "train.py"]), training).code == 0

    assert manifest(training).code.commit == git(training, "rev-parse", "HEAD")
    assert of_code(training) == [Problem("code.changed-during-run", "sizes.py", ANOTHER)]


def test_a_run_without_a_snapshot(training: Path) -> None:
    assert train(training, b"", "--no-snapshot", "--model", "models/fraud.pkl").code == 0

    assert manifest(training).code.commit is None
    assert [one.code for one in of_code(training)] == ["code.dirty", "code.not-kept"]
    assert git(training, "for-each-ref", "refs/lineage") == ""


def test_more_than_the_limit_is_refused_before_the_command(training: Path) -> None:
    write(training, {"lineage.toml": b'[tool.lineage.snapshot]\nlimit = "1 kB"\n', "big.csv": b"x" * 2000})

    ended = train(training, b"open('ran', 'w')\n")

    assert (ended.code, manifests(training), (training / "ran").exists()) == (2, [], False)
    assert b"more than the limit of 1,000 bytes: big.csv (2,000 bytes)" in ended.stderr


def test_a_snapshot_that_fails_leaves_the_training_unharmed(training: Path) -> None:
    (training / ".git/refs/lineage").write_bytes(b"in the way")

    assert train(training, b"").code == 0

    assert manifest(training).code.commit is None
    assert [one.code for one in of_code(training)] == ["code.dirty", "code.not-kept"]


def test_where_git_s_directory_takes_no_run_the_training_is_watched_all_the_same(
    training: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    (training / ".git/lineage").write_bytes(b"in the way")

    assert train(training, b"").code == 0
    assert (manifest(training).evidence, of_code(training)) == ("observed", [])
    (left,) = (tmp_path / "temporary").iterdir()
    assert [list(one.iterdir()) for one in left.iterdir() if one.is_dir()] == [[]]


def test_a_capture_inside_has_the_snapshot_of_the_run(training: Path) -> None:
    edit = b"open('sizes.py', 'a').write('MORE = 1\\n')\n"
    last = b"import lineage\nlineage.capture('models/fraud.pkl')\n"
    write(training, {"train.py": TRAIN % edit + last})

    ended = outcome(below_run([sys.executable, "train.py"]), training)

    assert ended.code == 0, ended.stderr
    snapshot = manifest(training).code.commit
    assert git(training, "for-each-ref", "--format=%(refname)") == f"refs/heads/main\nrefs/lineage/{snapshot}"
