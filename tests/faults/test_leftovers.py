"""A command that is killed while it writes its answer, or a file of ``init``: the next one takes away what it left."""

from pathlib import Path

import pytest

from lineage.errors import StoreError
from lineage.system.files import replace, replace_alone
from lineage.system.hashing import FileDigests
from lineage.weights.cache import DigestCache
from tests.support import strace
from tests.support.projects import command_line, git
from tests.support.strace import Call, inject

pytestmark = pytest.mark.skipif(strace.refusal() != "", reason=strace.refusal())

FIRST_SYNC = Call("fsync", 1, "")
"""when the temporary file is whole, and not yet in its place"""


def temporary(directory: Path) -> list[str]:
    return sorted(one.name for one in directory.rglob("*.tmp"))


@pytest.mark.parametrize("target", ["answer.json", "sub/a long name " + "x" * 80 + ".txt"])
def test_an_answer(project: Path, tmp_path: Path, target: str) -> None:
    (project / "sub").mkdir()
    command = command_line("log", "--format", "json", "--output", target)
    ended = inject(command, project, tmp_path / "trace", FIRST_SYNC, "signal=SIGKILL")
    assert (ended.was_killed, (project / target).exists(), len(temporary(project))) == (True, False, 1)

    other = project / target
    beside = other.with_name(".another.json.abcdefgh.tmp")
    beside.touch()
    done = strace.trace(command, project, tmp_path / "trace")

    assert (done.code, other.is_file()) == (0, True)
    assert temporary(project) == [beside.name]


def test_a_file_of_init(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    git(root, "init", "--quiet")
    command = command_line("init", "-q")
    assert inject(command, root, tmp_path / "trace", FIRST_SYNC, "signal=SIGKILL").was_killed
    assert ((root / "lineage.toml").exists(), len(temporary(root))) == (False, 1)
    # The third file is written, and synced with its directory, after two others.
    assert inject(command, root, tmp_path / "trace", Call("fsync", 5, ""), "signal=SIGKILL").was_killed
    assert ((root / ".gitattributes").exists(), len(temporary(root))) == (False, 1)

    assert strace.trace(command, root, tmp_path / "trace").code == 0
    assert temporary(root) == []
    assert sorted(one.name for one in root.iterdir()) == [".git", ".gitattributes", ".github", "lineage.toml"]


def test_the_known_digests(tmp_path: Path) -> None:
    directory = tmp_path / "lineage"
    directory.mkdir()
    (directory / ".digests.json.abcdefgh.tmp").touch()
    digests = FileDigests(size=1, digests=(("md5", "0" * 32), ("sha256", "0" * 64)))

    DigestCache(directory / "digests.json").enter([((1, 2, 1, 0, 0), digests)], 10**18)

    assert [one.name for one in directory.iterdir()] == ["digests.json"]


def test_a_directory_that_cannot_be_locked_is_told_as_replacing_tells_it(tmp_path: Path) -> None:
    told = []
    for write in (replace, replace_alone):
        with pytest.raises(StoreError) as caught:
            write(tmp_path / "absent" / "a", b"")
        told.append(str(caught.value))
    assert told == [f"{tmp_path / 'absent' / 'a'}: cannot be written: No such file or directory"] * 2
