"""What could not be read is unchanged only where its text is, and what was undecided before hides no later edit."""

from datetime import date
from pathlib import Path

import pytest

from lineage.checking.check import Judges, check
from lineage.checking.revisions.readings import Readings
from lineage.checking.revisions.revision import at_commit
from lineage.git.objects import GitObjects
from lineage.model.plan import Plan
from lineage.portable.policy import Policy
from lineage.system.blobcache import BlobCache
from tests.support.checked import LOCK, manifest, repository
from tests.support.gitrepos import commit

MANIFEST = "models/m.pkl.lineage.toml"
TODAY = date(2026, 11, 20)


def plan_of(root: Path, base: str | None = "HEAD~1") -> Plan:
    with GitObjects(root) as objects:
        readings = Readings(objects.blob, BlobCache(None, ""))
        start = None if base is None else at_commit(objects, objects.commit(base), readings)
        judges = Judges(policies=((Policy(), "defaults"),), today=TODAY)
        return check(start, at_commit(objects, objects.commit("HEAD"), readings), judges)


def told(root: Path, base: str | None = "HEAD~1") -> tuple[str, list[tuple[str, str, bool]]]:
    """(verdict, (subject, action, new) of each reason of all models)."""
    plan = plan_of(root, base)
    return plan.verdict, [(due.subject, due.action, due.is_new) for one in plan.models for due in one.reasons]


def edited(root: Path, *contents: bytes, path: str = "requirements.txt") -> Path:
    """A model that is made where a file has the first content, and a commit for each that follows."""
    made = repository(root / "r", manifest("models/m", {path: contents[0]}), files={path: contents[0]})
    for content in contents[1:]:
        commit(made, {path: content, "README.md": content})
    return made


NUMPY = "package:numpy"


@pytest.mark.parametrize(
    ("contents", "verdict", "expected"),
    [
        ((b"numpy=>1\n", b"numpy=>2\n"), "undecided", [(NUMPY, "undecided", True)]),
        ((b"numpy=>1\n", b"a==1\nnumpy=>1 # y\n"), "pass", []),
        ((LOCK, b"numpy=>1\n", b"\nnumpy=>1\n"), "pass", [(NUMPY, "undecided", False)]),
        ((LOCK, b"numpy=>1\n", b"numpy=>2\n"), "undecided", [(NUMPY, "undecided", True)]),
        ((LOCK, b"numpy=>1\n", b"numpy==1.26.5\n"), "pass", [(NUMPY, "verify", True)]),
        ((LOCK, b"numpy==2.0\n", b"numpy=>2\n"), "undecided", [(NUMPY, "undecided", True)]),
        ((LOCK, b"numpy==2.0\n", b"numpy==3.0\n"), "pass", [(NUMPY, "retrain", False)]),
        ((LOCK, b"numpy==1; odd\n", b"numpy==2; odd\n"), "pass", [(NUMPY, "retrain", False)]),
        ((LOCK, b"numpy==1\nnumpy==2\n", b"numpy==1\nnumpy==3\n"), "undecided", [(NUMPY, "undecided", True)]),
        ((LOCK, LOCK + b"-r ../a.txt\n", LOCK + b"# y\n-r ../a.txt\n"), "pass", [("packages", "undecided", False)]),
        ((LOCK, LOCK + b"-r ../a.txt\n", LOCK + b"-r ../b.txt\n"), "undecided", [("packages", "undecided", True)]),
        (
            (LOCK, LOCK + b"-r ../a.txt\n", LOCK + b"-r ../b.txt\n-r ../a.txt\n"),
            "undecided",
            [("packages", "undecided", False), ("packages", "undecided", True)],
        ),
    ],
)
def test_a_row_that_cannot_be_read(
    tmp_path: Path, contents: tuple[bytes, ...], verdict: str, expected: list[tuple[str, str, bool]]
) -> None:
    found = told(edited(tmp_path, *contents))
    assert (found[0], sorted(one for one in found[1] if one[0] in (NUMPY, "packages"))) == (verdict, expected)


def test_a_file_that_cannot_be_read_is_new_with_other_bytes(tmp_path: Path) -> None:
    lock = b'version = 1\n[[package]]\nname = "numpy"\nversion = "1.26.4"\nsource = { registry = "x" }\n'
    root = edited(tmp_path, lock, lock + b"[[\n", path="uv.lock")
    assert told(root) == ("undecided", [("file:uv.lock", "undecided", True)])

    commit(root, {"README.md": b"x"})
    assert told(root) == ("pass", [("file:uv.lock", "undecided", False)])
    commit(root, {"uv.lock": lock + b"[[[\n"})
    assert told(root) == ("undecided", [("file:uv.lock", "undecided", True)])


def test_a_manifest_and_its_log_that_cannot_be_read_are_new_with_other_bytes(tmp_path: Path) -> None:
    root = edited(tmp_path, LOCK)
    text = (root / MANIFEST).read_bytes()
    for path, content in ((MANIFEST, b"<<<<<<< \n" + text), (MANIFEST.replace(".toml", "-log.toml"), b"[[")):
        commit(root, {path: content})
        assert told(root)[0] == "undecided"
        commit(root, {"README.md": path.encode()})
        assert told(root)[0] == "pass"
        commit(root, {path: content + b"\n"})
        assert told(root)[0] == "undecided"
