"""What files install from submodules, behind links and of archives in the tree: unchanged only where the object is."""

from pathlib import Path

import pytest

from lineage.checking.check import lacking
from lineage.checking.revisions.readings import Readings
from lineage.checking.revisions.revision import at_commit, at_index
from lineage.git.objects import GitObjects
from lineage.system.blobcache import BlobCache
from tests.checking.test_check_unread import plan_of, told
from tests.support.checked import manifest, record, repository
from tests.support.gitrepos import git, write

FIRST, SECOND = "1" * 40, "2" * 40


def link(root: Path, path: str, target: str) -> None:
    (root / path).unlink(missing_ok=True)
    (root / path).parent.mkdir(exist_ok=True)
    (root / path).symlink_to(target)


def submodule(root: Path, commit_id: str) -> None:
    git(root, "update-index", "--add", "--cacheinfo", f"160000,{commit_id},vendor/sub")


def made(root: Path, name: str, content: bytes, files: dict[str, bytes] | None = None) -> Path:
    """A model that declares one file, and whose commit has it all."""
    root = repository(root / "r", files={name: content, **(files or {})})
    submodule(root, FIRST)
    link(root, "shared/link.txt", "../real.txt")
    git(root, "add", "shared")
    git(root, "commit", "--quiet", "--message", "More")
    at = git(root, "rev-parse", "HEAD")
    record(root, manifest("models/m", {name: content}, packages=[("numpy", "1.26.4", "weights")], base=at))
    git(root, "add", "models")
    git(root, "commit", "--quiet", "--message", "Made")
    return root


def save(root: Path) -> None:
    places = [one for one in ("wheels", "shared", "real.txt", "requirements.txt") if (root / one).exists()]
    git(root, "add", "--", *places)
    git(root, "commit", "--quiet", "--allow-empty", "--message", "Edit")


WHEEL = "wheels/numpy-1.26.4-py3-none-any.whl"
NUMPY = ("package:numpy", "undecided", True)
UV = b"[tool.uv.sources]\na = { path = 'vendor/sub/a' }\n[dependency-groups]\nx = ['a']\n"
DYNAMIC = b"""[project]
name = 'a'
version = '1'
dynamic = ['dependencies']
[tool.setuptools.dynamic]
dependencies = { file = 'vendor/sub/r.txt' }
"""
FAIL = ("package:numpy", "retrain", True)


def test_a_wheel_in_the_tree_is_told_by_its_bytes(tmp_path: Path) -> None:
    root = made(tmp_path, "requirements.txt", f"./{WHEEL}\n".encode(), {WHEEL: b"first"})
    assert told(root, None) == ("pass", [])

    write(root, {WHEEL: b"second"})
    save(root)
    assert told(root) == ("undecided", [NUMPY])
    reason = plan_of(root).models[0].reasons[0].message
    assert reason == f"requirements.txt:1 installs {WHEEL}, which is not read, named in the weights"
    assert [one.reason for one in plan_of(root).unknown] == []

    save(root)
    assert told(root) == ("pass", [(*NUMPY[:2], False)])
    write(root, {WHEEL: b"third"})
    save(root)
    assert told(root) == ("undecided", [NUMPY])
    write(root, {WHEEL: b"first"})
    save(root)
    assert told(root) == ("pass", [])


def test_another_version_of_a_wheel_is_judged_by_it(tmp_path: Path) -> None:
    other = WHEEL.replace("1.26.4", "2.0")
    root = made(tmp_path, "requirements.txt", f"./{WHEEL}\n".encode(), {WHEEL: b"first"})
    write(root, {other: b"second", "requirements.txt": f"./{other}\n".encode()})
    save(root)

    assert told(root) == ("fail", [FAIL])


@pytest.mark.parametrize(
    ("name", "content", "subject"),
    [
        ("requirements.txt", b"-r vendor/sub/pins.txt\n", "packages"),
        ("requirements.txt", b"numpy==1.26.4\n-e ./vendor/sub\n", "code:vendor/sub"),
        ("pyproject.toml", UV, "code:vendor/sub/a"),
        ("Dockerfile", b"FROM python:3.11.7\nCOPY vendor/sub/r.txt /\nRUN pip install -r /r.txt\n", "packages"),
        ("Dockerfile", b"FROM python:3.11.7\nCOPY . .\nRUN pip install $(cat vendor/sub/r.txt)\n", "packages"),
        ("setup.py", b"setup(install_requires=open('vendor/sub/r.txt').read())\n", "packages"),
        ("setup.py", b"import json\nsetup(install_requires=json.load(open('vendor/sub/r.json')))\n", "packages"),
        ("pyproject.toml", DYNAMIC, "packages"),
    ],
)
def test_a_submodule_is_told_by_its_commit(tmp_path: Path, name: str, content: bytes, subject: str) -> None:
    root = made(tmp_path, name, content)
    assert told(root, None) == ("pass", [])

    submodule(root, SECOND)
    with GitObjects(root) as objects:
        staged = at_index(objects, Readings(objects.blob, BlobCache(None, "")))
        head = at_commit(objects, objects.commit("HEAD"), staged.readings)
        sides = [one.declarations(name) for one in (head, staged)]
    assert len({(one.marks, one.parts) for one in sides if one is not None}) == 2
    save(root)
    assert told(root) == ("undecided", [(subject, "undecided", True)])

    save(root)
    assert told(root) == ("pass", [(subject, "undecided", False)])


def test_a_link_is_told_by_where_it_leads_and_what_lies_there(tmp_path: Path) -> None:
    root = made(tmp_path, "requirements.txt", b"-r shared/link.txt\n", {"real.txt": b"a==1\n"})
    assert told(root, None) == ("pass", [])

    write(root, {"real.txt": b"a==2\n"})
    save(root)
    assert told(root) == ("undecided", [("packages", "undecided", True)])
    link(root, "shared/link.txt", "other.txt")
    link(root, "shared/other.txt", "link.txt")
    save(root)
    assert told(root) == ("undecided", [("packages", "undecided", True)])
    link(root, "shared/link.txt", "../real.txt")
    write(root, {"real.txt": b"a==1\n"})
    save(root)
    assert told(root) == ("pass", [])


def test_a_shallow_clone_names_the_commit_that_tells(tmp_path: Path) -> None:
    root = made(tmp_path, "requirements.txt", f"./{WHEEL}\n".encode(), {WHEEL: b"first"})
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{root}", str(clone))

    assert told(clone, None) == ("undecided", [NUMPY])
    with GitObjects(clone) as objects:
        head = at_commit(objects, objects.commit("HEAD"), Readings(objects.blob, BlobCache(None, "")))
        assert lacking(head) == (git(root, "rev-parse", "HEAD~1"),)
    with GitObjects(root) as objects:
        assert lacking(at_commit(objects, objects.commit("HEAD"), Readings(objects.blob, BlobCache(None, "")))) == ()
