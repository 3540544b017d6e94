"""Files: read with a limit, replaced whole or not at all, one writer after the other."""

import os
import resource
import stat
import subprocess
import sys
from pathlib import Path
from subprocess import PIPE

import pytest

from lineage.errors import InputError, StoreError
from lineage.system.files import MAX_DOCUMENT_BYTES, locked, read_document, replace
from tests.support.projects import surroundings, undisturbed


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_document(path, "manifest")
    assert caught.value.where == str(path)
    return caught.value.message


def test_a_document_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x" * MAX_DOCUMENT_BYTES)
    (tmp_path / "link").symlink_to("a")

    assert read_document(path, "manifest") == b"x" * MAX_DOCUMENT_BYTES
    assert read_document(tmp_path / "link", "manifest") == path.read_bytes()


def test_what_is_no_small_regular_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "large").write_bytes(b"x" * (MAX_DOCUMENT_BYTES + 1))
    (tmp_path / "circle").symlink_to("circle")

    assert refusal(tmp_path / "absent") == "there is no such manifest"
    assert refusal(tmp_path) == "manifest cannot be read: Is a directory"
    assert refusal(tmp_path / "pipe") == "manifest must be a regular file"
    assert refusal(Path("/dev/zero")) == "manifest must be a regular file"
    assert refusal(tmp_path / "large") == "manifest is larger than 8388608 bytes"
    assert refusal(tmp_path / "large" / "below") == "manifest cannot be read: Not a directory"
    assert refusal(tmp_path / "circle") == "manifest cannot be read: Too many levels of symbolic links"
    assert refusal(tmp_path / ("x" * 300)) == "manifest cannot be read: File name too long"
    assert refusal(tmp_path / "a\0b").startswith("manifest cannot be read: ")


REFUSED = """
import os, sys
from pathlib import Path
from lineage.errors import InputError
from lineage.system.files import read_document
before = os.listdir("/proc/self/fd")
for path in sys.argv[1:] * 5:
    try:
        read_document(Path(path), "manifest")
    except InputError as error:
        error.__traceback__ = None
print(os.listdir("/proc/self/fd") == before)
"""


def test_no_refused_document_stays_open(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "whole").write_bytes(b"x")
    paths = [str(tmp_path), str(tmp_path / "pipe"), str(tmp_path / "absent"), str(tmp_path / "whole")]
    done = subprocess.run([sys.executable, "-c", REFUSED, *paths], env=surroundings(), capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "True\n", "")


def test_a_file_is_replaced_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes(b"old")
    path.chmod(0o640)

    replace(path, b"new")

    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"new", 0o640)
    assert os.listdir(tmp_path) == ["a.toml"]  # noqa: PTH208


@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_a_new_file_has_the_mode_that_the_user_asks_for(tmp_path: Path, mask: int, mode: int) -> None:
    before = os.umask(mask)
    try:
        replace(tmp_path / "a.toml", b"new")
        assert os.umask(mask) == mask
    finally:
        os.umask(before)

    assert stat.S_IMODE((tmp_path / "a.toml").stat().st_mode) == mode


def test_the_longest_names_are_replaced_too(tmp_path: Path) -> None:
    for name in ("x" * 255, "ä" * 127):
        replace(tmp_path / name, b"new")
        assert (tmp_path / name).read_bytes() == b"new"


def test_a_reader_holds_the_old_bytes_until_it_opens_again(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    with path.open("rb") as reader:
        replace(path, b"newer")
        assert reader.read() == b"old"

    assert path.read_bytes() == b"newer"


def failing(path: Path) -> StoreError:
    with pytest.raises(StoreError) as caught:
        replace(path, b"new")
    assert caught.value.where == str(path)
    return caught.value


def test_a_directory_that_is_not_there(tmp_path: Path) -> None:
    assert failing(tmp_path / "absent" / "a").message == "cannot be written: No such file or directory"


def test_a_directory_in_the_place_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)

    assert failing(tmp_path / "a").message == "cannot be written: Is a directory"
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a", "b"]


LIMITED = """
import resource, signal, sys
from pathlib import Path
from lineage.errors import StoreError
from lineage.system.files import replace
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    replace(Path(sys.argv[1]), b"x" * 100_000)
except StoreError as error:
    print(error)
"""


def test_a_disk_that_takes_no_more_leaves_the_old_bytes_and_no_temporary_file(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes(b"old")
    assert resource.RLIMIT_FSIZE is not None

    command = [sys.executable, "-c", LIMITED, str(path)]
    done = subprocess.run(command, env=undisturbed(), capture_output=True, text=True)

    assert (done.returncode, done.stdout, done.stderr) == (0, f"{path}: cannot be written: File too large\n", "")
    assert path.read_bytes() == b"old"
    assert [one.name for one in tmp_path.iterdir()] == ["a.toml"]


KILLED = """
import os, sys, time
from pathlib import Path
from lineage.system.files import locked, replace
path = Path(sys.argv[1])
print("ready", flush=True)
while True:
    for letter in (b"a", b"b"):
        with locked(path.parent):
            replace(path, letter * 100_000)
"""


def test_a_writer_that_is_killed_leaves_one_version_or_the_other(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes(b"a" * 100_000)
    for _ in range(5):
        with subprocess.Popen([sys.executable, "-c", KILLED, str(path)], env=surroundings(), stdout=PIPE) as child:
            assert child.stdout is not None
            child.stdout.readline()
            for _ in range(50):
                assert path.read_bytes() in (b"a" * 100_000, b"b" * 100_000)
            child.kill()

        assert path.read_bytes() in (b"a" * 100_000, b"b" * 100_000)


HOLDER = """
import sys, time
from pathlib import Path
from lineage.system.files import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
    (Path(sys.argv[1]) / "released").touch()
"""


def test_a_second_process_waits_for_the_lock(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    first = subprocess.Popen(command, env=surroundings(), stdin=PIPE, stdout=PIPE)
    second = None
    try:
        assert first.stdout is not None
        assert first.stdout.readline() == b"held\n"
        second = subprocess.Popen(command, env=surroundings(), stdin=PIPE, stdout=PIPE)
        with pytest.raises(subprocess.TimeoutExpired):
            second.wait(1)
        assert not (tmp_path / "released").exists()

        first.communicate()
        assert second.communicate()[0] == b"held\n"
        with locked(tmp_path):
            pass
    finally:
        first.kill()
        if second is not None:
            second.kill()

    assert [one.name for one in tmp_path.iterdir()] == ["released"]
    assert (first.returncode, second.returncode) == (0, 0)


def test_the_lock_of_a_directory_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught, locked(tmp_path / "absent"):
        pass

    assert str(caught.value) == f"{tmp_path / 'absent'}: cannot be opened: No such file or directory"


def test_the_lock_ends_with_an_error(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), locked(tmp_path):
        raise ZeroDivisionError

    with locked(tmp_path):
        pass
