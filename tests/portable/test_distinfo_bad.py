"""Metadata that is missing, hostile or contradicts itself: named, never passed over."""

import os
import subprocess
from pathlib import Path

import pytest

from lineage.portable.distinfo import InstalledPackages, read_installed
from lineage.portable.environment import Package, Problem, Unknown
from lineage.portable.tree import MAX_FILE_BYTES, DiskTree
from tests.support.memory import BROKEN, MemoryTree, dist_info
from tests.support.patience import little_work

SITE = "/env/site"


def everything(name: str) -> bool:
    return True


def read(files: dict[str, bytes | object]) -> InstalledPackages:
    return read_installed(MemoryTree(files), [SITE], everything)


Told = tuple[list[tuple[str, str]], tuple[Unknown, ...], tuple[Problem, ...]]


def told(found: InstalledPackages) -> Told:
    """What was found: (name, version) of each, what is unknown, problems."""
    return [(one.package.name, one.package.version) for one in found.distributions], found.unknown, found.problems


def unreadable(reason: str, version: str = "1.0") -> Told:
    """It stays, by what its directory claims, and is unknown."""
    return [("foo", version)], (Unknown("package:foo", f"its metadata cannot be read: {reason}"),), ()


@pytest.mark.parametrize(
    ("metadata", "reason"),
    [
        (b"", "Name stands 0 times in METADATA"),
        (b"Version: 1.0\n", "Name stands 0 times in METADATA"),
        (b"Name: foo\n", "Version stands 0 times in METADATA"),
        (b"Name: foo\n\nVersion: 1.0\n", "Version stands 0 times in METADATA"),
        (b"Name: foo\r\n\r\nVersion: 1.0\r\n", "Version stands 0 times in METADATA"),
        (b"Name: foo\nVersion: 1.0\nVersion: 1.0\n", "Version stands 2 times in METADATA"),
        (b"Name: foo\nname : foo\nVersion: 1.0\n", "Name stands 2 times in METADATA"),
        (b"X-Name: foo\nVersion: 1.0\n", "Name stands 0 times in METADATA"),
        (b"Name:\n foo\nVersion: 1.0\n", "not a name: ''"),
        (b"Name: foo bar\nVersion: 1.0\n", "not a name: 'foo bar'"),
        (b"Name: foo\x00\nVersion: 1.0\n", "not a name: 'foo\\x00'"),
        (b"Name: " + b"\xc3\xa4" * 100 + b"\nVersion: 1.0\n", f"not a name: {'ä' * 80!r}"),
        (b"Name: foo\nVersion: \n", "not a version: ''"),
        (b"Name: foo\nVersion: 1\x1b[31m\n", "not a version: '1\\x1b[31m'"),
        (b"Name: foo\nVersion: " + b"1" * 201 + b"\n", f"not a version: {'1' * 80!r}"),
        (
            b"Name: f\xffo\nVersion: 1.0\n",
            "'utf-8' codec can't decode byte 0xff in position 1: invalid start byte",
        ),
        (b"Name: bar\nVersion: 1.0\n", "METADATA says bar, its directory foo"),
    ],
)
def test_metadata_that_does_not_tell_one_name_and_version(metadata: bytes, reason: str) -> None:
    assert told(read(dist_info(SITE, "foo", "1.0", METADATA=metadata))) == unreadable(reason)


def test_metadata_that_is_not_there() -> None:
    assert told(read({f"{SITE}/foo-1.0.dist-info/RECORD": b""})) == unreadable("there is no METADATA")
    assert told(read({f"{SITE}/foo-1.0.dist-info": b"Name: foo"})) == unreadable("there is no METADATA")
    assert told(read({f"{SITE}/foo.egg-info/SOURCES.txt": b""})) == unreadable("not a regular file", "unknown")


@pytest.mark.parametrize("name", ["METADATA", "INSTALLER", "WHEEL", "RECORD", "direct_url.json"])
def test_a_file_that_cannot_be_read(name: str) -> None:
    files = dist_info(SITE, "foo", "1.0")
    files[f"{SITE}/foo-1.0.dist-info/{name}"] = BROKEN

    assert told(read(files)) == unreadable("Permission denied")


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("RECORD", b"foo.py\n", "not path,hash,size: b'foo.py'"),
        ("direct_url.json", b"[]", "no url"),
        (
            "direct_url.json",
            b"[" * 100_000,
            "maximum recursion depth exceeded while decoding a JSON array from a unicode",
        ),
    ],
)
def test_a_file_that_is_malformed(name: str, content: bytes, reason: str) -> None:
    (unknown,) = read(dist_info(SITE, "foo", "1.0", **{name: content})).unknown

    assert unknown.subject == "package:foo"
    assert unknown.reason.startswith(f"its metadata cannot be read: {reason}")


def test_a_second_copy_does_not_heal_the_first() -> None:
    files = {**dist_info("/first", "foo", "1.0", METADATA=b""), **dist_info("/late", "foo", "1.0")}

    found = read_installed(MemoryTree(files), ["/first", "/late"], everything)

    assert [one.path for one in found.distributions] == ["/late"]
    assert found.unknown == unreadable("Name stands 0 times in METADATA")[1]


@pytest.mark.parametrize(
    ("directory", "version"),
    [
        ("foo-1.0.dist-info", "1.0"),
        ("Foo-1.0_local.1.dist-info", "1.0+local.1"),
        ("foo-1.0_rc1.dist-info", "1.0-RC1"),
        ("foo.dist-info", "1.0"),
    ],
)
def test_the_directory_spells_the_version_in_its_own_way(directory: str, version: str) -> None:
    files: dict[str, bytes | object] = {
        f"{SITE}/{directory}/METADATA": f"Name: foo\nVersion: {version}\n".encode(),
        f"{SITE}/{directory}/RECORD": b"foo.py,,\n",
    }

    found = read(files)

    assert [(one.package.name, one.package.version) for one in found.distributions] == [("foo", version)]
    assert (found.unknown, found.problems) == ((), ())


def test_a_directory_of_another_version_is_a_problem() -> None:
    found = read(dist_info(SITE, "foo", "1.0", METADATA=b"Name: foo\nVersion: 1.1\n"))

    assert [one.package.version for one in found.distributions] == ["1.1"]
    assert found.problems == (
        Problem("package.contradictory", "package:foo", "METADATA says version 1.1, its directory 1.0"),
    )


def test_metadata_that_is_not_utf_8_beyond_name_and_version_is_a_problem() -> None:
    found = read(dist_info(SITE, "foo", "1.0", METADATA=b"Name: foo\nVersion: 1.0\nAuthor: \xe9\n"))

    assert [one.package.version for one in found.distributions] == ["1.0"]
    assert (found.unknown, found.problems) == (
        (),
        (Problem("package.undecodable", "package:foo", "its METADATA is not UTF-8"),),
    )


def test_a_name_in_the_body_is_text() -> None:
    metadata = b"Metadata-Version: 2.1\r\nNAME:foo\r\nversion \t:\t1.0 \r\n\r\nName: evil\r\nVersion: 6.6\r\n"

    (found,) = read(dist_info(SITE, "foo", "1.0", METADATA=metadata, RECORD=b"a.py,,")).distributions

    assert (found.package.name, found.package.version) == ("foo", "1.0")


@pytest.mark.parametrize(
    "metadata",
    [
        b"Name: f" + b" " * 4_000_000 + b"o\nVersion: 1.0\n",
        b"Name" + b"\t" * 4_000_000 + b"\nVersion: 1.0\n",
        b"Name: foo\n" * 400_000,
        b"Name: foo\nVersion: 1.0" + b"\r\n " * 1_000_000,
        b"Name: foo\nVersion: 1.0\n" + b"X: y\n" * 800_000,
    ],
)
def test_reading_takes_time_that_grows_with_the_size_only(metadata: bytes) -> None:
    with little_work():
        read(dist_info(SITE, "foo", "1.0", METADATA=metadata))


def on_disk(site: Path, name: str) -> InstalledPackages:
    info = site / "foo-1.0.dist-info"
    for path, content in dist_info(str(site), "foo", "1.0").items():
        if not path.endswith(f"/{name}"):
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            assert isinstance(content, bytes)
            Path(path).write_bytes(content)
    assert (info / name).exists()
    return read_installed(DiskTree(), [str(site)], everything)


def test_a_pipe_instead_of_a_file_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "foo-1.0.dist-info").mkdir()
    os.mkfifo(tmp_path / "foo-1.0.dist-info" / "METADATA")

    assert told(on_disk(tmp_path, "METADATA")) == unreadable("not a regular file")


def test_a_device_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "foo-1.0.dist-info").mkdir()
    (tmp_path / "foo-1.0.dist-info" / "RECORD").symlink_to("/dev/zero")

    assert told(on_disk(tmp_path, "RECORD")) == unreadable("not a regular file")


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "foo-1.0.dist-info").mkdir()
    with (tmp_path / "foo-1.0.dist-info" / "METADATA").open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)

    assert told(on_disk(tmp_path, "METADATA")) == unreadable("larger than 67108864 bytes")


def test_a_link_in_a_circle_is_named(tmp_path: Path) -> None:
    (tmp_path / "foo-1.0.dist-info").symlink_to("foo-1.0.dist-info")

    assert told(read_installed(DiskTree(), [str(tmp_path)], everything)) == unreadable(
        "Too many levels of symbolic links"
    )


def test_a_file_on_disk_that_is_no_utf_8_name_is_no_obstacle(tmp_path: Path) -> None:
    subprocess.run(["mkdir", os.fsencode(tmp_path) + b"/f\xff-1.dist-info"], check=True)

    unknown = Unknown("package:f\udcff", "its metadata cannot be read: there is no METADATA")
    assert told(read_installed(DiskTree(), [str(tmp_path)], everything)) == ([], (unknown,), ())


def test_an_old_directory_name_that_is_not_escaped_is_no_contradiction(tmp_path: Path) -> None:
    info = tmp_path / "python-dateutil-2.8.2.dist-info"
    info.mkdir()
    (info / "METADATA").write_bytes(b"Name: python-dateutil\nVersion: 2.8.2\n")
    found = read_installed(DiskTree(), [str(tmp_path)], lambda name: False)
    assert [one.package for one in found.distributions] == [Package("python-dateutil", "2.8.2")]
    assert (found.unknown, found.problems) == ((), ())
