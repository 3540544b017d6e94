"""When only the capture fails: 125, what was seen is kept, and ``lineage capture --run`` finishes it."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lineage.manifest.files import read_manifest
from tests.support.patience import wait_for
from tests.support.projects import (
    MANIFEST,
    MODEL,
    commit,
    copy,
    python_of,
    reinstall,
    run_lineage,
    script,
    site_packages,
    write,
)
from tests.support.wrapped import Outcome, below_run, kept_runs, manifests, outcome, start

TRAIN = b"import pickle\nwith open('models/fraud.pkl', 'wb') as file:\n    pickle.dump([1], file)\n"


@pytest.fixture
def training(project: Path) -> Path:
    write(project, {"train.py": TRAIN})
    return project


def train(root: Path, *options: str) -> Outcome:
    return outcome(below_run([sys.executable, "train.py"], *options), root)


def kept(ended: Outcome, root: Path) -> str:
    """The id of the run that waits for its capture, as the message names it."""
    (run,) = kept_runs(root)
    hint = f"lineage: the command succeeded, its capture did not; what was seen is kept: lineage capture --run {run}\n"
    assert (ended.code, ended.stdout) == (125, b"")
    assert ended.stderr.decode().endswith(hint)
    assert "Traceback" not in ended.stderr.decode()
    return run


def finish(run: str, root: Path, *options: str) -> None:
    done = run_lineage("capture", "--run", run, *options, cwd=root)
    assert (done.code, manifests(root), kept_runs(root)) == (0, [MANIFEST], []), done.stderr
    manifest = read_manifest(root / MANIFEST).manifest
    assert manifest.evidence == "observed"


def test_a_secret_among_the_metrics(training: Path) -> None:
    write(training, {"metrics.json": b'{"note": "ghp_' + b"a1B2" * 9 + b'"}', "good.json": b'{"auc": 0.9}'})
    run = kept(train(training, "--metrics", "metrics.json"), training)
    assert manifests(training) == []

    finish(run, training, "--metrics", "good.json")


def test_metrics_that_are_not_there(training: Path) -> None:
    run = kept(train(training, "--metrics", "absent.json"), training)
    finish(run, training)


def test_no_model_was_written(training: Path) -> None:
    write(training, {"train.py": b"import json\n"})
    ended = train(training)
    run = kept(ended, training)

    assert ended.stderr.decode().split("\n")[:2] == [
        "lineage: error: the run wrote no file that looks like a model",
        f"  name it: lineage capture --run {run} PATH",
    ]
    assert manifests(training) == []


def test_the_manifest_cannot_be_written(training: Path) -> None:
    """Something stands in its place."""
    (training / MANIFEST).mkdir()
    ended = train(training)
    (training / MANIFEST).rmdir()

    finish(kept(ended, training), training)


def test_the_repository_was_damaged_meanwhile(training: Path) -> None:
    head = training / ".git/HEAD"
    content = head.read_bytes()
    damage = script(training / "damage.sh", f"'{sys.executable}' train.py", "echo damaged >.git/HEAD")
    ended = outcome(below_run([str(damage)]), training)
    head.write_bytes(content)

    finish(kept(ended, training), training)


def test_the_run_was_removed_meanwhile(training: Path) -> None:
    """Nothing of ours is left that could tell what ran; the command's own end stays as it was."""
    remove = script(training / "remove.sh", f"'{sys.executable}' train.py", 'rm -rf .git/lineage; exit "$1"')
    failed = outcome(below_run([str(remove), "3"]), training)
    succeeded = outcome(below_run([str(remove), "0"]), training)

    assert failed == Outcome(3, b"", b"")
    assert succeeded.code == 125
    assert re.match(rb"lineage: error: .*cannot be written: ", succeeded.stderr), succeeded.stderr
    assert manifests(training) == []


def test_an_unknown_run(training: Path) -> None:
    done = run_lineage("capture", "--run", "20261120-213305-abcdef", cwd=training)

    message = "lineage: error: 20261120-213305-abcdef: there is no such completed run\n  no run waits for its capture\n"
    assert (done.code, done.stdout, done.stderr) == (2, "", message)


def wait_until_kept(child: "subprocess.Popen[bytes]", root: Path) -> None:
    runs = root / ".git/lineage/runs"
    wait_for(lambda: list(runs.glob("*/ended.json")) or child.poll() is not None)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_while_it_captures(number: signal.Signals, training: Path) -> None:
    """No manifest then, or a whole one; what was kept finishes it."""
    interrupted = turn = 0
    while turn < 4 or not interrupted:
        child = start(below_run([sys.executable, "train.py"]), training)
        wait_until_kept(child, training)
        time.sleep(0.02 * (turn % 4))
        turn += 1
        child.send_signal(number)
        _, stderr = child.communicate(timeout=60)
        assert child.returncode in (0, 125, -number), stderr
        assert b"Traceback" not in stderr
        if child.returncode == 0:
            continue
        interrupted += 1
        for path in manifests(training):
            read_manifest(training / path)
        for run in kept_runs(training):
            assert run_lineage("capture", "--run", run, cwd=training).code == 0
        assert manifests(training) == [MANIFEST]
        (training / MANIFEST).unlink()
    assert kept_runs(training) == []


def test_two_at_once(training: Path) -> None:
    """Each is a run of its own; the manifest is that of one of them."""
    children = [start(below_run([sys.executable, "train.py"]), training) for _ in range(2)]
    ends = [(child.communicate(timeout=120)[1], child.returncode) for child in children]

    assert ends == [(b"", 0)] * 2
    assert (manifests(training), kept_runs(training)) == ([MANIFEST], [])
    read_manifest(training / MANIFEST)


def test_run_inside_run_is_captured_once(training: Path) -> None:
    """The inner one steps aside: the outer one sees all of it."""
    done = outcome(below_run(below_run([sys.executable, "train.py"])), training)

    assert done == Outcome(0, b"", b"")
    assert (manifests(training), kept_runs(training)) == ([MANIFEST], [])
    assert read_manifest(training / MANIFEST).manifest.evidence == "observed"


def old_python(tmp_path: Path, root: Path) -> str:
    """A Python that the watcher does not know, by the name of one: it makes the model and leaves no record."""
    program = tmp_path / "python2.7"
    program.symlink_to(os.path.realpath("/bin/sh"))
    write(root, {"old.sh": b"sleep 0.5; printf 'I1\\n.' > models/fraud.pkl\n"})
    return str(program)


@pytest.mark.parametrize("is_shell", [False, True])
def test_a_python_that_cannot_be_watched_is_never_replaced_by_another(
    is_shell: bool, project: Path, environment: Path, tmp_path: Path
) -> None:
    command = [old_python(tmp_path, project), "old.sh"]
    command = ["sh", "-c", " ".join(command) + "; true"] if is_shell else command
    ended = outcome(below_run(command), project)
    run = kept(ended, project)

    assert f"lineage capture --run {run} --from TARGET" in ended.stderr.decode()
    assert ((project / MODEL).read_bytes(), manifests(project)) == (b"I1\n.", [])
    again = run_lineage("capture", "--run", run, cwd=project)
    assert (again.code, kept_runs(project)) == (3, [run])

    named = run_lineage("capture", "--run", run, "--from", f"python:{python_of(environment)}", cwd=project)
    assert (named.code, manifests(project), kept_runs(project)) == (0, [MANIFEST], []), named.stderr
    assert read_manifest(project / MANIFEST).manifest.evidence == "asserted"


def test_a_run_that_was_watched_has_an_environment_of_its_own(training: Path, environment: Path) -> None:
    run = kept(train(training, "--metrics", "absent.json"), training)
    done = run_lineage("capture", "--run", run, "--from", f"python:{python_of(environment)}", cwd=training)

    assert (done.code, manifests(training)) == (2, [])
    assert "leave --from and --interpreter out" in done.stderr


@pytest.mark.parametrize("is_repository", [False, True])
@pytest.mark.parametrize(("status", "code"), [(0, 125), (3, 3)])
def test_without_a_commit_to_name_the_command_runs_all_the_same(
    is_repository: bool, status: int, code: int, tmp_path: Path
) -> None:
    root = tmp_path / "project"
    write(root, {"models/keep": b"", "train.py": TRAIN + f"raise SystemExit({status})\n".encode()})
    if is_repository:
        subprocess.run(["git", "init", "--quiet", str(root)], check=True)
    ended = outcome(below_run([sys.executable, "train.py"]), root)

    assert (ended.code, (root / MODEL).exists(), manifests(root)) == (code, True, [])
    told = "the repository has no commit yet" if is_repository else "not in a git repository"
    assert (told in ended.stderr.decode()) == (status == 0)


def test_several_models_of_a_run_are_one_document(training: Path) -> None:
    both = TRAIN + TRAIN.replace(b"fraud", b"other")
    write(training, {"train.py": both})
    run = kept(train(training, "--metrics", "absent.json"), training)
    done = run_lineage("capture", "--run", run, "--format", "json", cwd=training)

    document = json.loads(done.stdout)
    assert (document["command"], [one["manifest"]["path"] for one in document["models"]]) == (
        "capture",
        [MANIFEST, MANIFEST.replace("fraud", "other")],
    )
    assert document["models"][0].keys() == {"manifest", "changed", "entry", "problems"}


def test_a_run_that_nobody_saw_train_makes_no_other_environment_true(
    project: Path, environment: Path, tmp_path: Path
) -> None:
    """It touched the weights, and that is all."""
    taken = ("capture", MODEL, "--from", f"python:{python_of(environment)}")
    assert run_lineage(*taken, cwd=project).code == 0
    commit(project)
    other = copy(environment, tmp_path / "other")
    reinstall(site_packages(other), "numpy", "2.0.1")
    run = kept(outcome(below_run(["touch", MODEL], "--model", MODEL), project), project)
    finish = ("capture", "--run", run, "--from", f"python:{python_of(other)}")

    refused = run_lineage(*finish, cwd=project)
    assert (refused.code, "numpy 1.26.4 → 2.0.1" in refused.stderr) == (2, True), refused.stderr
    assert run_lineage(*finish, "--force", cwd=project).code == 0
    codes = {one.code for one in read_manifest(project / MANIFEST).manifest.problems}
    assert "weights.not-made-here" in codes


def test_a_pipe_that_is_named_like_weights_is_none(training: Path) -> None:
    write(training, {"train.py": TRAIN + b"import os\nos.mkfifo('models/queue.model')\n"})

    assert train(training) == Outcome(0, b"", b"")
    assert manifests(training) == [MANIFEST]
