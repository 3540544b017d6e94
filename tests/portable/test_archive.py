"""Archives on ``sys.path``: what they hold is read, what is hostile in them is bounded and named."""

import random
import struct
import tracemalloc
import warnings
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from lineage.portable.archive import MAX_MEMBERS, read_archive, tree_of
from lineage.portable.distinfo import Distribution, InstalledPackages, read_installed
from lineage.portable.environment import Package, Problem, Unknown
from lineage.portable.tree import MAX_FILE_BYTES, DiskTree
from tests.support.memory import MemoryTree, dist_info
from tests.support.patience import little_work

METADATA = b"Metadata-Version: 2.1\nName: foo\nVersion: 1.0\n"
INFO = "foo-1.0.dist-info"
FILES = {"foo.py": b"", f"{INFO}/METADATA": METADATA, f"{INFO}/RECORD": b"foo.py,sha256=x,1\n"}


def everything(name: str) -> bool:
    return True


def packed(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    content = BytesIO()
    with zipfile.ZipFile(content, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return content.getvalue()


def read(content: bytes, path: str = "/lib/a.zip") -> InstalledPackages:
    return read_installed(MemoryTree({"/lib/a.zip": content, "/lib/foo-1.0-py3.8.egg": content}), [path], everything)


def refused(reason: str) -> InstalledPackages:
    return InstalledPackages((), (Unknown("packages", f"an archive on sys.path is not read: a.zip{reason}"),), ())


def unreadable(reason: str) -> InstalledPackages:
    """It stays, by what its directory claims, and is unknown."""
    unknown = Unknown("package:foo", f"its metadata cannot be read: {reason}")
    kept = Distribution(Package("foo", "1.0"), "/lib/a.zip", f"/lib/a.zip/{INFO}")
    return InstalledPackages((kept,), (unknown,), ())


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("front", [b"", b"#!/usr/bin/env python\n"])
def test_a_zip_tells_what_a_directory_with_the_same_files_tells(method: int, front: bytes) -> None:
    files = {key.removeprefix("/d/"): value for key, value in dist_info("/d", "foo", "1.0", INSTALLER=b"pip").items()}
    plain = {key: value for key, value in files.items() if isinstance(value, bytes)}
    plain |= {"old-2.egg-info": b"Name: old\nVersion: 2\n", "bar.egg-info/PKG-INFO": b"Name: bar\nVersion: 3\n"}
    directory = MemoryTree({f"/lib/a.zip/{name}": content for name, content in plain.items()})

    expected = read_installed(directory, ["/lib/a.zip"], everything)

    assert read(front + packed(plain, method)) == expected
    assert [one.package.name for one in expected.distributions] == ["bar", "foo", "old"]


def test_an_egg_describes_itself() -> None:
    content = packed({"EGG-INFO/PKG-INFO": METADATA, "EGG-INFO/top_level.txt": b"foo\n"})

    found = read(content, "/lib/foo-1.0-py3.8.egg")

    (one,) = found.distributions
    assert (one.package, one.info) == (Package("foo", "1.0"), "/lib/foo-1.0-py3.8.egg/EGG-INFO")
    assert found.problems == (Problem("package.no-record", "package:foo", "an egg-info has no RECORD"),)
    assert read(content) == InstalledPackages((), (), ())


def test_a_path_may_lead_into_an_archive(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(packed({f"in/side/{name}": content for name, content in FILES.items()}))
    paths = [f"{tmp_path}/a.zip{inner}" for inner in ("", "/in", "/in/side", "/none")]

    found = [read_installed(DiskTree(), [path], everything) for path in paths]

    assert [[one.package.version for one in each.distributions] for each in found] == [[], [], ["1.0"], []]
    assert [each.unknown for each in found] == [()] * 4


def test_the_details_of_an_archive_are_read_from_its_tree(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(packed(FILES))

    tree = tree_of(DiskTree(), f"{tmp_path}/a.zip")

    assert tree.names(f"{tmp_path}/a.zip") == [INFO, "foo.py"]
    assert tree.read(f"{tmp_path}/a.zip/{INFO}/METADATA") == METADATA
    assert tree.read(f"{tmp_path}/a.zip/foo.py") is None  # no metadata: never unpacked
    assert tree.read(f"{tmp_path}/elsewhere") is None
    assert tree.names(f"{tmp_path}/a.zip/{INFO}") == sorted(name.rpartition("/")[2] for name in FILES if "/" in name)
    assert [tree.kind(f"{tmp_path}/a.zip{one}") for one in ("", f"/{INFO}", "/foo.py", "/none", "2")] == [
        *("directory", "directory", "file", "", ""),
    ]
    with pytest.raises(FileNotFoundError):
        tree.names(f"{tmp_path}/a.zip/none")
    with pytest.raises(FileNotFoundError):
        read_archive(MemoryTree({}), "/lib/none.zip")
    directory, nothing = DiskTree(), DiskTree()
    assert tree_of(directory, str(tmp_path)) is directory
    assert tree_of(nothing, f"{tmp_path}/none") is nothing


@pytest.mark.parametrize(
    "content",
    [b"", b"PK", b"no archive", packed(FILES)[:-30], packed(FILES)[:50]],
    ids=["empty", "two bytes", "other", "cut end", "cut begin"],
)
def test_what_is_no_whole_archive_is_named(content: bytes) -> None:
    assert read(content) == refused("")


@pytest.mark.parametrize("name", ["../evil.dist-info/METADATA", "/etc/passwd", "a/../../b", ".."])
def test_an_archive_that_leads_out_of_itself_is_refused(name: str) -> None:
    assert read(packed(FILES | {name: b"x"})) == refused(f": a member leads out of it: {name!r}")


def test_dots_in_a_name_lead_nowhere() -> None:
    assert [one.package.name for one in read(packed(FILES | {"a..b": b"", "c/...": b""})).distributions] == ["foo"]


def test_a_hundred_thousand_members_are_refused_within_bounds() -> None:
    content = packed({f"m{number}": b"" for number in range(100_000)}, zipfile.ZIP_STORED)

    with little_work():
        assert read(content) == refused(f": it has more than {MAX_MEMBERS} members")


def test_a_table_of_members_that_is_too_large_is_not_parsed() -> None:
    content = packed({f"{'x' * 60_000}{number}": b"" for number in range(150)}, zipfile.ZIP_STORED)

    assert read(content) == refused(": its table of members is larger than 8388608 bytes")


def test_an_archive_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "a.zip").open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)

    assert read_installed(DiskTree(), [f"{tmp_path}/a.zip"], everything) == refused(": larger than 67108864 bytes")


def test_a_bomb_is_not_unpacked() -> None:
    content = packed({f"{INFO}/METADATA": METADATA + b" " * (100 * 1024 * 1024)})
    assert len(content) < 256 * 1024
    tracemalloc.start()

    assert read(content) == unreadable("larger than 16777216 bytes")
    assert tracemalloc.get_traced_memory()[1] < 8 * 1024 * 1024
    tracemalloc.stop()


def test_a_bomb_that_lies_about_its_size_is_damaged() -> None:
    content = packed({f"{INFO}/METADATA": METADATA + b" " * (100 * 1024 * 1024)})
    lying = content.replace(struct.pack("<L", len(METADATA) + 100 * 1024 * 1024), struct.pack("<L", 100))
    assert lying != content

    assert read(lying) == unreadable("it is damaged")


def test_many_large_members_are_refused_together() -> None:
    files = {f"p{number}-1.dist-info/METADATA": METADATA + b" " * (15 * 1024 * 1024) for number in range(9)}

    assert read(packed(files)) == refused(": its metadata is larger than 134217728 bytes")


def flagged(content: bytes, *, encrypted: bool = False, method: int | None = None) -> bytes:
    """The archive with the first entry of its table changed."""
    at = content.index(b"PK\x01\x02")
    changed = bytearray(content)
    if encrypted:
        changed[at + 8] |= 1
    if method is not None:
        changed[at + 10 : at + 12] = struct.pack("<H", method)
    return bytes(changed)


METHOD = "it is compressed in a way that no interpreter imports from"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (flagged(packed({f"{INFO}/METADATA": METADATA}), encrypted=True), "it is encrypted"),
        (flagged(packed({f"{INFO}/METADATA": METADATA}), method=99), METHOD),
        (packed({f"{INFO}/METADATA": METADATA}, zipfile.ZIP_BZIP2), METHOD),
        (packed({f"{INFO}/METADATA": METADATA}, zipfile.ZIP_LZMA), METHOD),
        (packed({f"{INFO}/METADATA": METADATA}, zipfile.ZIP_STORED).replace(b"foo\n", b"bar\n"), "it is damaged"),
        (packed({f"{INFO}/RECORD": b""}), "there is no METADATA"),
        (packed({f"{INFO}/METADATA/x": METADATA}), "there is no METADATA"),
    ],
    ids=["encrypted", "unknown-method", "bzip2", "lzma", "checksum", "missing", "directory"],
)
def test_a_member_that_cannot_be_unpacked_is_named_alone(content: bytes, reason: str) -> None:
    assert read(content) == unreadable(reason)


def test_a_member_that_stands_twice_is_ambiguous() -> None:
    content = BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(content, "w") as archive:
        warnings.simplefilter("ignore")
        for version in (b"1.0", b"2.0"):
            archive.writestr(f"{INFO}/METADATA", b"Name: foo\nVersion: " + version + b"\n")

    assert read(content.getvalue()) == unreadable("it stands twice in the archive")


def test_an_encrypted_module_is_no_matter() -> None:
    (one,) = read(flagged(packed(FILES), encrypted=True)).distributions

    assert one.package == Package("foo", "1.0", record=one.package.record)


def test_whatever_is_changed_in_an_archive_it_is_read_or_named() -> None:
    rng = random.Random(7)
    files = FILES | {"bar.egg-info/PKG-INFO": b"Name: bar\nVersion: 3\n"}
    sound = packed(files)
    expected = read(sound)
    named = 0
    for _ in range(3000):
        changed = bytearray(sound)
        for _ in range(rng.randint(1, 4)):
            changed[rng.randrange(len(changed))] = rng.randrange(256)
        content = bytes(changed[: rng.choice([len(changed), rng.randrange(len(changed))])])
        found = read(content)
        named += bool(found.unknown)
        if not found.unknown and found != expected:  # then only because another name is written in the table
            with zipfile.ZipFile(BytesIO(content)) as archive:
                assert set(archive.namelist()) != set(files), content
    assert named > 1000


def test_a_table_that_hides_members_is_refused() -> None:
    sound = packed(FILES)
    at = sound.index(b"PK\x01\x02") + 28
    rest = sound.index(b"PK\x05\x06") - sound.index(b"PK\x01\x02") - 46 - len("foo.py")
    hiding = sound[:at] + struct.pack("<H", len("foo.py") + rest) + sound[at + 2 :]

    assert read(hiding) == refused(": it says 3 members and has 1")
