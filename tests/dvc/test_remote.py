"""What DVC itself is asked: is the content in its default remote; track it."""

import importlib.util
import shutil
from pathlib import Path

import pytest

from lineage.catalogue.problems import problems_now
from lineage.dvc.repro import track
from lineage.dvc.tracking import dvc_output, missing_in_remote
from lineage.errors import RepositoryError, WeightsError
from lineage.manifest.files import read_manifest
from lineage.portable.environment import Problem
from tests.support import projects
from tests.support.projects import MANIFEST, MODEL, Ended, git, python_of, run_lineage

# DVC leaves its index of a remote open when it is asked: Python 3.13 warns of that when it is collected.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture
def shared(tracked: Path, tmp_path: Path) -> Path:
    """A project whose DVC has an empty default remote."""
    projects.dvc(tracked, "remote", "add", "--quiet", "--default", "store", str(tmp_path / "store"))
    return tracked


def test_what_was_not_pushed_is_counted(shared: Path) -> None:
    assert missing_in_remote(shared, MODEL) == 1
    projects.dvc(shared, "push", "--quiet")
    assert missing_in_remote(shared, MODEL) == 0
    assert missing_in_remote(shared, "data") == 0


def test_a_directory_is_asked_for_with_its_files(shared: Path, tmp_path: Path) -> None:
    projects.dvc(shared, "push", "--quiet")
    shutil.rmtree(tmp_path / "store")
    assert (missing_in_remote(shared, "data") or 0) >= 1


def test_without_a_remote_nothing_can_be_asked(tracked: Path) -> None:
    assert missing_in_remote(tracked, MODEL) is None


def lacks_plugin() -> bool:
    return importlib.util.find_spec("dvc_s3") is None


@pytest.mark.skipif(not lacks_plugin(), reason="the plug-in of DVC is installed")
def test_a_plugin_of_dvc_that_is_missing_is_named(tracked: Path) -> None:
    missing = "s3 is supported, but requires 'dvc-s3' to be installed"
    projects.dvc(tracked, "remote", "add", "--quiet", "--default", "store", "s3://bucket/place")
    with pytest.raises(RepositoryError) as caught:
        missing_in_remote(tracked, MODEL)
    assert str(caught.value) == f"{MODEL}: DVC cannot ask its remote: {missing}"

    stages = b"stages:\n  fit:\n    cmd: 'true'\n    deps: [s3://bucket/data]\n    outs: [other.pkl]\n"
    projects.write(tracked, {"dvc.yaml": stages})
    with pytest.raises(RepositoryError, match=f"DVC cannot read the repository: {missing}") as caught:
        dvc_output(tracked, MODEL)
    assert "dvc-s3" in (caught.value.hint or "")


def test_what_dvc_does_not_track_is_told(shared: Path) -> None:
    with pytest.raises(RepositoryError) as caught:
        missing_in_remote(shared, "train.py")
    assert str(caught.value) == "train.py: is not an output of its own that DVC tracks"


def test_show_asks_the_remote_only_when_told(shared: Path, environment: Path) -> None:
    assert run_lineage("capture", MODEL, "-q", "--from", python_of(environment), cwd=shared).code == 0
    git(shared, "remote", "set-url", "origin", str(shared / "gone"))
    stored = read_manifest(shared / MANIFEST)
    asked = set(problems_now(stored, remote=True).now) - set(problems_now(stored).now)
    lacks = f"1 of its objects are not in DVC's default remote: dvc push {MODEL}"
    silent = "is on no remote that was asked, and origin does not answer: git ls-remote origin tells why"
    commit = stored.manifest.code.base
    assert asked == {
        Problem("weights.not-in-remote", MODEL, lacks),
        Problem("code.push-unknown", commit, silent),
    }
    ended = run_lineage("show", MANIFEST, "--remote", cwd=shared)
    assert ended == Ended(code=2, stdout="", stderr="lineage: error: --remote goes with --problems\n")


def test_show_tells_that_there_is_no_remote(tracked: Path, environment: Path) -> None:
    assert run_lineage("capture", MODEL, "-q", "--from", python_of(environment), cwd=tracked).code == 0
    detail = "DVC has no default remote: dvc remote add --default NAME URL"
    found = problems_now(read_manifest(tracked / MANIFEST), remote=True).now
    assert Problem("weights.no-remote", MODEL, detail) in found


def test_capture_tracks_only_when_told(project: Path, environment: Path) -> None:
    projects.dvc(project, "init", "--quiet")
    git(project, "commit", "--quiet", "-m", "Set up DVC")
    arguments = ("capture", MODEL, "-q", "--from", python_of(environment))
    assert run_lineage(*arguments, cwd=project).code == 0
    assert not (project / f"{MODEL}.dvc").exists()
    assert run_lineage(*arguments, "--track", cwd=project) == Ended(code=0, stdout=f"{MANIFEST}\n", stderr="")
    md5 = read_manifest(project / MANIFEST).manifest.weights[0].md5
    assert f"md5: {md5}" in (project / f"{MODEL}.dvc").read_text()
    assert read_manifest(project / MANIFEST).manifest.problems == ()


def test_weights_that_git_tracks_are_refused_by_dvc_and_no_manifest_is_written(
    project: Path, environment: Path
) -> None:
    projects.dvc(project, "init", "--quiet")
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "-m", "Track the weights with git")
    with pytest.raises(WeightsError) as caught:
        track(project, MODEL)
    message = f"{MODEL}: dvc add refused it: output '{MODEL}' is already tracked by SCM (e.g. Git)."
    assert str(caught.value) == f"{message}\n  run dvc add by hand to see all it says"
    assert run_lineage("capture", MODEL, "-q", "--track", "--from", python_of(environment), cwd=project).code == 2
    assert not (project / MANIFEST).exists()
