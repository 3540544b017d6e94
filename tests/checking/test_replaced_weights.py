"""Weights that were replaced, and the manifest of the old ones left beside them: a note, as long as it stands."""

from hashlib import sha256
from pathlib import Path

import pytest

from tests.checking.test_check import plan_of
from tests.support.checked import fraud
from tests.support.documents import FULL
from tests.support.gitrepos import commit
from tests.support.ways import POINTER, M

OLD = FULL.weights[0]
SAID = f"{M}: models/fraud.pkl was replaced without a capture: "
OTHER = b"other weights\n"
LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize 3\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return fraud(tmp_path / "fraud")


def pointer(md5: str, hash_: str = "  hash: md5\n", size: int = OLD.size) -> bytes:
    return f"outs:\n- md5: {md5}\n  size: {size}\n{hash_}  path: fraud.pkl\n".encode()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (pointer(OLD.md5), ""),
        (pointer("f" * 32), f"{POINTER} has md5:ffffffffffff, recorded is md5:{OLD.md5[:12]}"),
        (pointer("f" * 32, ""), ""),
        (pointer("f" * 32, "", size=7), f"{POINTER} has 7 bytes, recorded are {OLD.size}"),
        (b"outs:\n- path: fraud.pkl\n", ""),
    ],
)
def test_a_pointer_tells_with_and_without_a_range(root: Path, content: bytes, said: str) -> None:
    commit(root, {POINTER: content})

    notes = (SAID + said,) if said else ()
    assert plan_of(root, "HEAD~1").notes == plan_of(root, None).notes == notes
    assert plan_of(root, "HEAD~1").verdict == "pass"
    commit(root, {"notes.md": b"a\n"})
    assert plan_of(root, "HEAD~1").notes == ()


def test_a_pointer_that_cannot_be_read_is_told(root: Path) -> None:
    commit(root, {POINTER: b"outs: 3\n"})

    assert plan_of(root, "HEAD~1").notes == (
        f"{POINTER}: whether weights were replaced cannot be told: must be a list",
    )


@pytest.mark.parametrize(
    ("content", "digest"),
    [
        (OTHER, sha256(OTHER).hexdigest()),
        (LFS % (b"f" * 64), "f" * 64),
        (LFS % OLD.sha256.encode(), ""),
    ],
    ids=["bytes", "LFS", "the same by LFS"],
)
def test_a_file_of_git_tells_where_it_is_edited(root: Path, content: bytes, digest: str) -> None:
    commit(root, {"models/fraud.pkl": content})

    said = f"{SAID}git has sha256:{digest[:12]}, recorded is sha256:{OLD.sha256[:12]}"
    assert plan_of(root, "HEAD~1").notes == ((said,) if digest else ())
    commit(root, {M: b"[\n"})
    assert plan_of(root, "HEAD~1").notes == ()


@pytest.mark.slow
def test_a_file_that_is_too_large_is_told_by_its_edit(root: Path) -> None:
    large = 64 * 1024 * 1024 + 1
    commit(root, {"models/fraud.pkl": b"0" * large})
    assert plan_of(root, "HEAD~1").notes == ()
    commit(root, {"models/fraud.pkl": b"1" * large})
    assert plan_of(root, "HEAD~1").notes == (f"{SAID}git has other bytes than at the base, too large to be read here",)
