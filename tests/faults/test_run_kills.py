"""``lineage run`` or its command killed at any moment: a manifest is whole, and of a run that ended well by itself."""

import os
import random
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from lineage.manifest.files import read_manifest
from tests.faults.test_kill_write_window import window
from tests.support import strace
from tests.support.deliveries import members
from tests.support.patience import wait_for
from tests.support.projects import MANIFEST, MODEL, commit, write
from tests.support.strace import inject, trace
from tests.support.wrapped import below_run, kept_runs, manifests, outcome, start

TRAIN = b"""
import os, pickle, sys, time
started, step = open("started", "w"), 0.01
print(os.getpid(), file=started, flush=True)
for part in range(10):
    time.sleep(step)
    with open("models/fraud.pkl", "wb") as file:
        pickle.dump(list(range(part * 1000)), file)
os.rename("started", "completed")
"""
COMMAND = below_run([sys.executable, "train.py"], "--model", MODEL)


@pytest.fixture
def training(project: Path) -> Path:
    """A repository whose training takes a while, and says when it began and that it reached its end."""
    write(project, {"train.py": TRAIN, ".gitignore": b"models/\nstarted\ncompleted\n"})
    commit(project)
    return project


def forget(root: Path) -> None:
    for name in ("started", "completed", MANIFEST):
        (root / name).unlink(missing_ok=True)


def is_true(root: Path) -> bool:
    """No manifest, or a whole one of a training that reached its end; its weights are those that lie there."""
    if manifests(root) == []:
        return True
    manifest = read_manifest(root / MANIFEST).manifest
    (weights,) = manifest.weights
    return (root / "completed").exists() and weights.size == (root / MODEL).stat().st_size


def kill(root: Path, who: str, moment: float) -> bool:
    """Run and kill at a moment (s) after the start; whether the run was killed by it."""
    forget(root)
    child = start(COMMAND, root, process_group=0)
    time.sleep(moment)
    pid = read_pid(root)
    with suppress(ProcessLookupError):
        if who == "command" and pid is not None and pid in members(child.pid):
            os.kill(pid, signal.SIGKILL)
        elif who == "run":
            os.kill(child.pid, signal.SIGKILL)
        elif who == "both":
            os.killpg(child.pid, signal.SIGKILL)
    child.communicate(timeout=120)
    wait_for(lambda: members(child.pid) == [])
    assert child.returncode in (0, -9)
    assert is_true(root)
    assert child.returncode != 0 or manifests(root) == [MANIFEST]
    return child.returncode == -9


def read_pid(root: Path) -> int | None:
    with suppress(OSError, ValueError):
        return int((root / "started").read_text())
    return None


def kill_often(root: Path, times: int) -> dict[str, int]:
    """How many of the kills really happened; afterwards a run is as if none had."""
    began = time.monotonic()
    assert outcome(COMMAND, root).code == 0
    longest = time.monotonic() - began
    assert manifests(root) == [MANIFEST]
    chance = random.Random(times)
    happened = {"run": 0, "command": 0, "both": 0}
    for turn in range(times):
        who = list(happened)[turn % 3]
        happened[who] += kill(root, who, chance.uniform(0, longest))
    forget(root)
    assert outcome(COMMAND, root).code == 0
    assert is_true(root)
    assert manifests(root) == [MANIFEST]
    assert [one for one in kept_runs(root) if not (root / ".git/lineage/runs" / one / "ended.json").exists()] == []
    return happened


def test_killed_at_some_moments(training: Path) -> None:
    while sum(kill_often(training, 6).values()) == 0:  # of a run that was much slower before
        pass


@pytest.mark.slow
def test_killed_at_hundreds_of_moments(training: Path) -> None:
    happened = dict.fromkeys(("run", "command", "both"), 0)
    while sum(happened.values()) < 300:
        for who, count in kill_often(training, 90 + sum(happened.values()) % 7).items():
            happened[who] += count

    assert min(happened.values()) >= 20, happened


@pytest.mark.skipif(strace.refusal() != "", reason=strace.refusal())
@pytest.mark.parametrize("share", [0.2, pytest.param(1.0, marks=pytest.mark.slow)])
def test_killed_in_the_write_window(share: float, training: Path, tmp_path: Path) -> None:
    """The training has ended with 0 there; the manifest is the old one, or the new one, or none."""
    log = tmp_path / "trace"
    assert outcome(COMMAND, training).code == 0
    forget(training)
    traced = trace(COMMAND, training, log)
    assert (traced.code, traced.stderr) == (0, "")
    points = manifest_window(traced.calls)
    assert len(points) >= 12
    chosen = random.Random(1).sample(points, max(4, int(share * len(points))))
    happened = 0
    for call in chosen:
        forget(training)
        ended = inject(COMMAND, training, log, call, "signal=SIGKILL")
        happened += ended.was_killed
        assert ended.code in ((-9,) if ended.was_killed else (0, -9)), ended.stderr
        assert is_true(training)
    assert happened >= len(chosen) // 2

    forget(training)
    assert outcome(COMMAND, training).code == 0
    assert (is_true(training), manifests(training)) == (True, [MANIFEST])


def manifest_window(calls: "tuple[strace.Call, ...]") -> "tuple[strace.Call, ...]":
    """The calls that write the manifest; the run's own record is written before in the same way."""
    first = next(i for i, call in enumerate(calls) if "fraud.pkl.lineage.toml" in call.text and ".tmp" in call.text)
    locked = max(i for i, call in enumerate(calls[:first]) if call.name == "flock")
    return window(calls[locked:])
