import hashlib
import os
import socket
import threading
import time
import tracemalloc
from pathlib import Path

import pytest

from lineage.errors import WeightsError
from lineage.system.hashing import FileDigests, hash_file
from tests.support.patience import wait_for

BOTH = ("md5", "sha256")
CHANGED = "it changed while it was read\n  let the program that writes it finish, then try again"
NOT_WEIGHTS = "weights are files, or a directory of files"


def digests_of(content: bytes) -> FileDigests:
    return FileDigests(
        size=len(content),
        digests=(("md5", hashlib.md5(content).hexdigest()), ("sha256", hashlib.sha256(content).hexdigest())),
    )


def settle() -> None:
    """Let the clock of the file system tick, so that a later change shows in its times."""
    time.sleep(0.02)


@pytest.mark.parametrize("size", [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, (2 << 20) - 1, 2 << 20, (7 << 20) + 3])
def test_all_digests_come_from_one_read(tmp_path: Path, size: int) -> None:
    content = (b"0123456789\r\n\x00" * (size // 13 + 1))[:size]
    file = tmp_path / "w.bin"
    file.write_bytes(content)
    told: list[int] = []

    assert hash_file(file, BOTH, advance=told.append) == digests_of(content)
    assert sum(told) == size


def test_three_algorithms_on_a_large_file(tmp_path: Path) -> None:
    content = os.urandom(3 << 20)
    (tmp_path / "w.bin").write_bytes(content)

    found = hash_file(tmp_path / "w.bin", ("sha512", "md5", "sha256"), advance=None)

    assert found.digests == (
        ("sha512", hashlib.sha512(content).hexdigest()),
        ("md5", hashlib.md5(content).hexdigest()),
        ("sha256", hashlib.sha256(content).hexdigest()),
    )


@pytest.mark.parametrize("algorithms", [("sha256",), BOTH])
def test_memory_does_not_grow_with_the_file(tmp_path: Path, algorithms: tuple[str, ...]) -> None:
    file = tmp_path / "w.bin"
    with file.open("wb") as sparse:
        sparse.truncate(64 << 20)

    tracemalloc.start()
    hash_file(file, algorithms)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 3 << 20


@pytest.mark.parametrize("size", [100, 3 << 20])
def test_a_change_during_the_read_is_read_again(tmp_path: Path, size: int) -> None:
    file = tmp_path / "w.bin"
    file.write_bytes(b"a" * size)
    settle()
    told: list[int] = []

    def change_once(count: int) -> None:
        told.append(count)
        if len(told) == 1:
            with file.open("ab") as more:
                more.write(b"b")

    assert hash_file(file, BOTH, advance=change_once) == digests_of(b"a" * size + b"b")
    assert sum(told) == size + 1


def test_an_edit_that_keeps_size_and_mtime_is_seen(tmp_path: Path) -> None:
    file = tmp_path / "w.bin"
    file.write_bytes(b"aaaa")
    before = file.stat()
    settle()
    told: list[int] = []

    def change_once(count: int) -> None:
        told.append(count)
        if len(told) == 1:
            file.write_bytes(b"bbbb")
            os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))

    assert hash_file(file, BOTH, advance=change_once) == digests_of(b"bbbb")


def test_a_file_replaced_during_the_read_is_read_again(tmp_path: Path) -> None:
    file, other = tmp_path / "w.bin", tmp_path / "new.bin"
    file.write_bytes(b"old!")
    other.write_bytes(b"new!")
    settle()

    def replace_once(_: int) -> None:
        if other.exists():
            other.replace(file)

    assert hash_file(file, BOTH, advance=replace_once) == digests_of(b"new!")


def test_a_file_that_changes_in_each_read_is_given_up(tmp_path: Path) -> None:
    file = tmp_path / "w.bin"
    file.write_bytes(b"a")

    def change(count: int) -> None:
        if count > 0:
            with file.open("ab") as more:
                more.write(b"b")

    with pytest.raises(WeightsError) as caught:
        hash_file(file, BOTH, advance=change)
    assert str(caught.value) == f"{file}: {CHANGED}"


def test_a_file_that_never_stops_growing_is_given_up(tmp_path: Path) -> None:
    file = tmp_path / "w.bin"
    file.write_bytes(b"a" * (8 << 20))
    stop = threading.Event()

    def write() -> None:
        with file.open("ab", buffering=0) as growing:
            while not stop.is_set():
                growing.write(b"b" * 4096)
                time.sleep(0.0005)

    def until_it_grew(_: int) -> None:
        size = file.stat().st_size
        wait_for(lambda: file.stat().st_size > size)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        with pytest.raises(WeightsError) as caught:
            hash_file(file, BOTH, advance=until_it_grew)
    finally:
        stop.set()
        writer.join()
    assert str(caught.value) == f"{file}: {CHANGED}"


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(WeightsError) as caught:
        hash_file(tmp_path / "w.bin", BOTH)
    assert str(caught.value) == (
        f"{tmp_path}/w.bin: no such file or directory\n  check that it was not moved or deleted"
    )


def test_a_file_that_vanishes_between_two_reads(tmp_path: Path) -> None:
    file = tmp_path / "w.bin"
    file.write_bytes(b"a")
    settle()

    with pytest.raises(WeightsError) as caught:
        hash_file(file, BOTH, advance=lambda _: file.unlink(missing_ok=True), where="models/w.bin")
    assert str(caught.value) == ("models/w.bin: no such file or directory\n  check that it was not moved or deleted")


def test_a_fifo_is_refused_without_waiting_for_a_writer(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "f")
    with pytest.raises(WeightsError) as caught:
        hash_file(tmp_path / "f", BOTH)
    assert str(caught.value) == f"{tmp_path}/f: not a regular file but a FIFO\n  {NOT_WEIGHTS}"


def test_a_socket_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind("s")
        with pytest.raises(WeightsError) as caught:
            hash_file(Path("s"), BOTH)
    assert str(caught.value) == f"s: not a regular file but a socket\n  {NOT_WEIGHTS}"


def test_a_device_is_refused() -> None:
    with pytest.raises(WeightsError) as caught:
        hash_file(Path(os.devnull), BOTH)
    assert str(caught.value) == f"{os.devnull}: not a regular file but a device\n  {NOT_WEIGHTS}"


def test_a_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsError) as caught:
        hash_file(tmp_path, BOTH)
    assert str(caught.value) == f"{tmp_path}: not a regular file but a directory\n  {NOT_WEIGHTS}"


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "w.bin").write_bytes(b"a")
    (tmp_path / "link").symlink_to("w.bin")
    with pytest.raises(WeightsError) as caught:
        hash_file(tmp_path / "link", BOTH)
    assert str(caught.value) == f"{tmp_path}/link: not a regular file but a symbolic link\n  {NOT_WEIGHTS}"


def test_what_the_system_will_not_give_is_named(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(WeightsError) as caught:
        hash_file(tmp_path / "a" / "w.bin", BOTH)
    assert str(caught.value) == (
        f"{tmp_path}/a/w.bin: cannot be read: Too many levels of symbolic links\n"
        "  check its permissions and the disk it lies on"
    )


def test_an_error_of_the_progress_display_is_not_taken_for_one_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "w.bin").write_bytes(b"a")

    def broken(_: int) -> None:
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        hash_file(tmp_path / "w.bin", BOTH, advance=broken)
