"""States of a repository as they are read: each kind of file, each way in which one cannot be."""

from pathlib import Path

import pytest

from lineage.checking.revisions.readings import Readings
from lineage.checking.revisions.revision import Revision, at_commit, at_index, at_worktree
from lineage.errors import InputError
from lineage.git.objects import MAX_BLOB_BYTES, GitObjects
from lineage.system.blobcache import BlobCache
from tests.support.checked import LOCK, fraud
from tests.support.gitrepos import UNKNOWN, commit, git, git_id, write

MANIFEST = "models/fraud.pkl.lineage.toml"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return fraud(tmp_path / "fraud")


def readings(objects: GitObjects, place: Path | None = None) -> Readings:
    return Readings(objects.blob, BlobCache(place, "1"))


def committed(objects: GitObjects) -> Revision:
    return at_commit(objects, objects.commit("HEAD"), readings(objects))


def refusal(revision: Revision, path: str) -> str:
    with pytest.raises(InputError) as caught:
        revision.declarations(path)
    return str(caught.value)


def test_a_commit_an_index_and_a_work_tree_each_tell_their_own(root: Path) -> None:
    write(root, {"requirements.txt": b"numpy==2\n"})
    git(root, "add", "requirements.txt")
    write(root, {"requirements.txt": b"numpy==3\n"})

    with GitObjects(root) as objects:
        states = [committed(objects), at_index(objects, readings(objects)), at_worktree(objects, readings(objects))]
        assert [one.read("requirements.txt") for one in states] == [LOCK, b"numpy==2\n", b"numpy==3\n"]
        versions = []
        for one in states:
            declared = one.declarations("requirements.txt")
            assert declared is not None
            versions.append({row.name: row.version for row in declared.dependencies}["numpy"])
        assert versions == ["1.26.4", "2", "3"]
        assert [one.read("gone") for one in states] == [None, None, None]
        assert [one.declarations("README.md") for one in states] == [None, None, None]


def test_a_file_that_was_deleted_a_link_and_a_directory_are_not_in_the_work_tree(root: Path) -> None:
    commit(root, {"a.txt": b"1\n", "b.txt": b"1\n"})
    (root / "train.py").unlink()
    (root / "a.txt").unlink()
    (root / "a.txt").symlink_to("b.txt")
    (root / "b.txt").unlink()
    (root / "b.txt").mkdir()

    with GitObjects(root) as objects:
        assert sorted(at_worktree(objects, readings(objects)).files) == [MANIFEST, "requirements.txt"]


def test_what_is_missing_too_large_or_in_another_encoding_is_named(root: Path) -> None:
    large = b"numpy==1\n" * (MAX_BLOB_BYTES // 9 + 1)
    commit(root, {"requirements-large.txt": large, "uv.lock": b"\xff"})

    with GitObjects(root) as objects:
        revision = committed(objects)
        message = "requirements-large.txt: is larger than 64 MiB: it is not read"
        assert refusal(revision, "requirements-large.txt") == message
        assert refusal(at_worktree(objects, readings(objects)), "requirements-large.txt") == message
        assert refusal(revision, "uv.lock") == "uv.lock:1: is not UTF-8"
        assert refusal(revision, "uv.lock") == "uv.lock:1: is not UTF-8"
        assert refusal(revision, "requirements.in") == "requirements.in: is not there"
        lacking = Revision(
            name="x", files={"uv.lock": UNKNOWN}, read_blob=revision.read_blob, readings=readings(objects)
        )
        hint = "lineage check --fetch gets what is missing"
        assert refusal(lacking, "uv.lock") == f"uv.lock: its object is not in this clone\n  {hint}"
        with pytest.raises(InputError, match=r"^requirements-large\.txt: manifest is larger than 8388608 bytes$"):
            readings(objects).manifest("requirements-large.txt", "x", lambda: large)


def test_what_was_read_is_had_from_the_cache_without_its_blob(root: Path, tmp_path: Path) -> None:
    lock = b'version = 1\n[[package]]\nname = "numpy"\nversion = "1.26.4"\nsource = { registry = "x" }\n'
    commit(root, {"uv.lock": lock, "requirements-dev.txt": b"-r requirements.txt\n"})
    with GitObjects(root) as objects:
        cache = BlobCache(tmp_path / "kept", "1")
        first = at_commit(objects, objects.commit("HEAD"), Readings(objects.blob, cache))
        paths = ("uv.lock", "requirements-dev.txt")
        expected = (first.manifest(MANIFEST), [first.declarations(path) for path in paths])
        cache.save()

        asked: list[str] = []

        def read(path: str, blob: str) -> bytes | None:
            asked.append(path)
            return objects.blob(blob)

        kept = Readings(objects.blob, BlobCache(tmp_path / "kept", "1"))
        again = Revision(name="x", files=first.files, read_blob=read, readings=kept)
        assert (again.manifest(MANIFEST), [again.declarations(path) for path in paths]) == expected
        # What includes others is told by more than its own blob.
        assert asked == ["requirements-dev.txt", "requirements.txt"]


def test_pointers_are_read_once_and_a_manifest_that_moved_has_its_own_path(root: Path) -> None:
    text = (root / MANIFEST).read_bytes()
    commit(root, {"a.csv.dvc": b"outs:\n- md5: %s\n  path: a.csv\n" % (b"a" * 32), f"old/{MANIFEST}": text})

    with GitObjects(root) as objects:
        revision = committed(objects)
        assert (revision.tracked("a.csv"), revision.tracked("b.csv")) == ("a" * 32, None)
        assert [revision.manifest(one).path for one in (MANIFEST, f"old/{MANIFEST}")] == [MANIFEST, f"old/{MANIFEST}"]
        assert revision.files[MANIFEST] == git_id(text)
