"""``lineage retrain``: who is made anew, in which order, and what is left behind."""

import signal
import subprocess
from pathlib import Path

from lineage.model.manifest import thaw
from tests.support import projects
from tests.support.patience import wait_for
from tests.support.projects import Ended, command_line, git, surroundings
from tests.support.retrained import BASE, BUMPED, RANK, Ground, shell


def test_nothing_is_due(ground: Ground) -> None:
    before = projects.snapshot(ground.root / "models")
    assert ground.lineage("retrain", "-q") == Ended(code=0, stdout="pass: no model is due\n", stderr="")
    assert projects.snapshot(ground.root / "models") == before


def test_what_is_due_is_made_anew_in_the_order_of_its_inputs(ground: Ground) -> None:
    ground.bump()
    old = {path: ground.manifest(path) for path in (BASE, RANK)}
    ended = ground.lineage("retrain", "--format", "json")
    new = {path: ground.manifest(path) for path in (BASE, RANK)}
    assert (ended.code, [line for line in ended.stderr.splitlines() if line.startswith("trained")]) == (
        0,
        ["trained base", "trained rank"],
    )
    for path, script in ((BASE, "base.py"), (RANK, "rank.py")):
        run = thaw(new[path].manifest.run)
        assert (run["reasons"], run["command"]) == ([BUMPED], ["python", script])
        assert new[path].manifest.parent == old[path].id
        assert new[path].manifest.evidence == "observed"
        assert {one.name: one.version for one in new[path].manifest.environment.packages} == {"numpy": "2.0.1"}
        assert thaw(new[path].manifest.metrics) == {"auc": 0.9}
    assert thaw(new[RANK].manifest.inputs) == {BASE: new[BASE].id}
    assert ground.lineage("check", "--worktree", "-q").code == 0
    assert ended.stderr.splitlines()[-1] == f"next: git add {BASE} {RANK}"


def test_the_answer_is_one_document(ground: Ground) -> None:
    ground.bump()
    old = ground.manifest()
    code, document = ground.answer("models/base", "-q")
    assert code == 0
    assert document == {
        "schema": "1.0",
        "command": "retrain",
        "verdict": "pass",
        "place": None,
        "models": [
            {
                "name": "models/base",
                "manifest": BASE,
                "state": "retrained",
                "reasons": [BUMPED],
                "command": ["python", "base.py"],
                "directory": ".",
                "detail": "",
                "id": ground.manifest().id,
                "parent": old.id,
                "metrics": [
                    {
                        "name": "auc",
                        "recorded": "0.91",
                        "observed": "0.9",
                        "change": "-0.01",
                        "tolerance": None,
                        "state": "told",
                    }
                ],
            }
        ],
        "unknown": [],
    }


def test_the_text_and_what_is_due_by_it(ground: Ground) -> None:
    ground.bump()
    old = ground.manifest()
    ended = ground.lineage("retrain", "models/base")
    new = ground.manifest()
    assert ended.stdout.splitlines() == [
        "retrained  models/base",
        f"           {BUMPED}",
        f"           {BASE}  {new.id[:19]}, parent {old.id[:19]}",
        "           auc  0.91 → 0.9  -0.01",
        "",
        "pass: 1 retrained",
    ]
    assert "models/rank is made from what was retrained: it is due now" in ended.stderr.splitlines()


def test_a_dry_run_prints_commands_that_work_and_writes_nothing(ground: Ground) -> None:
    ground.bump()
    new = ground.environments / "new"
    before = projects.snapshot(ground.root)
    ended = ground.lineage("retrain", "--dry-run", "-q", env=None, VIRTUAL_ENV="", PATH=f"{new}/bin:/usr/bin:/bin")
    activated = f"cd {ground.root} && env VIRTUAL_ENV={new} python"
    lines = [f"# models/base: {BUMPED}", f"{activated} base.py", f"# models/rank: {BUMPED}", f"{activated} rank.py"]
    assert ended == Ended(code=0, stdout="".join(f"{line}\n" for line in lines), stderr="")
    assert {path: one for path, one in projects.snapshot(ground.root).items() if not path.startswith(".git/")} == {
        path: one for path, one in before.items() if not path.startswith(".git/")
    }
    elsewhere = ground.lineage("retrain", "models/base", "--dry-run", "-q", "--in-env", new, env="old").stdout
    assert elsewhere.splitlines()[1] == (
        f'cd {ground.root} && env VIRTUAL_ENV={new} PATH={new}/bin:"$PATH" python base.py'
    )
    assert shell(elsewhere, Path("/")) == "trained base\n"


def test_a_model_that_is_not_due_is_retrained_by_name(ground: Ground) -> None:
    ended = ground.lineage("retrain", BASE, env="old")
    assert (ended.code, ended.stderr.splitlines()[0]) == (
        0,
        "models/base is not due: it is retrained as it was named",
    )
    assert thaw(ground.manifest().manifest.run)["reasons"] == ["not due, retrained by name"]


def test_only_what_a_range_makes_newly_due(ground: Ground) -> None:
    first = ground.bump()
    ground.change({"base.py": (ground.root / "base.py").read_bytes() + b"print(1)\n"})
    assert ground.states("--range", f"{first}..HEAD", "-q") == (0, {"models/base": "retrained"})
    ended = ground.lineage("retrain", "--range", f"{first}~1..{first}")
    head = git(ground.root, "rev-parse", "HEAD")
    assert ended == Ended(
        code=2,
        stdout="",
        stderr=f"lineage: error: {first}~1..{first}: ends at {first[:12]}, but HEAD, which is trained, is {head[:12]}\n"
        "  check that commit out, or end the range with HEAD\n",
    )


def test_an_environment_that_is_still_the_old_one(ground: Ground) -> None:
    ground.bump()
    ended = ground.lineage("retrain", "models/base", "--format", "json", env="old")
    code, states = ended.code, ended.stdout
    assert (code, '"state": "due"' in states) == (1, True)
    assert '"detail": "still due: numpy is 1.26.4, and 2.0.1 is asked for"' in states
    warning = "numpy is 1.26.4, and 2.0.1 is asked for: install it first, unless the command does"
    assert warning in ended.stderr.splitlines()


def test_a_failure_stops_the_rest(ground: Ground) -> None:
    ground.bump()
    ground.change({"base.py": b"import numpy\nraise SystemExit(3)\n"})
    before = ground.manifest().id
    code, document = ground.answer("-q")
    assert (code, [(one["name"], one["state"], one["detail"]) for one in document["models"]]) == (
        1,
        [
            ("models/base", "failed", "the command ended with 3"),
            ("models/rank", "skipped", "not begun after a failure: --keep-going goes on"),
        ],
    )
    assert ground.manifest().id == before
    details = [one["detail"] for one in ground.answer("-q", "--keep-going")[1]["models"]]
    assert details == ["the command ended with 3", f"it is made from {BASE}, which was not made"]


def test_going_on_makes_what_does_not_depend(ground: Ground) -> None:
    ground.bump()
    ground.change({"rank.py": b"import numpy\nraise SystemExit(3)\n"})
    assert ground.states("-q", "--keep-going") == (1, {"models/base": "retrained", "models/rank": "failed"})


def test_a_command_that_writes_no_weights(ground: Ground) -> None:
    ground.change({"base.py": b"import numpy\n"})
    _, document = ground.answer("-q", env="old")
    assert document["models"][0]["detail"] == "it ended well, but did not write models/base.pkl"


def test_interrupted(ground: Ground) -> None:
    ground.bump()
    ground.change({"base.py": b"import pathlib, time, numpy\npathlib.Path('begun').touch()\ntime.sleep(60)\n"})
    child = subprocess.Popen(
        command_line("retrain", "-q"),
        cwd=ground.root,
        env=surroundings({"VIRTUAL_ENV": str(ground.environments / "new")}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    wait_for((ground.root / "begun").exists)
    child.send_signal(signal.SIGINT)
    out, _ = child.communicate(timeout=60)
    assert (child.returncode, [line for line in out.splitlines() if "interrupted" in line]) == (
        130,
        ["           interrupted", "           not begun: interrupted"],
    )
