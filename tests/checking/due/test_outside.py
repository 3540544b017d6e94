"""What makes a model due though nothing was edited."""

from pathlib import Path

from lineage.checking.due.outside import due_outside
from lineage.manifest.files import read_manifest
from lineage.manifest.log import append_call
from lineage.model.manifest import log_path
from lineage.model.outside import NOTHING, Called, Outside
from lineage.model.plan import Due
from tests.checking.test_check import MANIFEST, STRICT, TODAY, plan_of, told
from tests.support.checked import fraud
from tests.support.documents import FULL
from tests.support.gitrepos import commit

DRIFT = "called due on 2026-11-20: drift: psi 0.31"


def test_each_call_is_a_reason() -> None:
    calls = tuple(Called("sha256:0", because, TODAY) for because in ("drift: psi 0.31", "a complaint"))
    assert due_outside(FULL, STRICT, TODAY, NOTHING) == []
    assert due_outside(FULL, STRICT, TODAY, Outside(called=calls)) == [
        Due(subject="due", action="retrain", message=DRIFT, observed="drift: psi 0.31"),
        Due(subject="due", action="retrain", message="called due on 2026-11-20: a complaint", observed="a complaint"),
    ]


def test_a_call_is_new_where_it_was_committed_and_of_its_manifest_alone(tmp_path: Path) -> None:
    root = fraud(tmp_path / "fraud")
    log = log_path(root / MANIFEST)
    append_call(log, Called(f"sha256:{'0' * 64}", "another one", TODAY))
    commit(root, {})
    assert told(plan_of(root, None))[0] == "pass"

    append_call(log, Called(read_manifest(root / MANIFEST).id, "drift: psi 0.31", TODAY))
    commit(root, {})
    assert told(plan_of(root, "HEAD~1")) == ("fail", [("models/fraud", "retrain", True, [DRIFT])])
    commit(root, {"notes.md": b"a\n"})
    assert told(plan_of(root, "HEAD~1")) == ("pass", [("models/fraud", "retrain", False, [DRIFT])])
