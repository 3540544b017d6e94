"""Installed distributions, read as files: which one counts, and what is known of it."""

import hashlib
import json
from pathlib import Path

from lineage.portable.distinfo import Distribution, InstalledPackages, is_local, read_installed
from lineage.portable.environment import EDITABLE, LOCAL, Package, Problem, Unknown
from lineage.portable.search import Content
from lineage.portable.tree import DiskTree
from tests.support.memory import BROKEN, MemoryTree, dist_info

SITE = "/env/site"
CONTENT = Content(frozenset({"foo.py"}), ("foo.py",))
RECORD = "sha256:" + hashlib.sha256(b"foo.py,sha256=x").hexdigest()


def everything(name: str) -> bool:
    return True


def read(files: dict[str, bytes | object], *paths: str) -> InstalledPackages:
    return read_installed(MemoryTree(files), paths or (SITE,), everything)


def packages(found: InstalledPackages) -> tuple[Package, ...]:
    return tuple(one.package for one in found.distributions)


def test_a_distribution_with_all_that_an_installer_writes() -> None:
    direct = {"url": "https://u:p@example.org/foo-1.0.whl", "archive_info": {"hash": "sha256=" + "ab" * 32}}
    files = dist_info(
        SITE,
        "foo",
        "1.0",
        INSTALLER=b"pip\n",
        WHEEL=b"Wheel-Version: 1.0\nTag: py2-none-any\nTag: py3-none-any\n",
        **{"direct_url.json": json.dumps(direct).encode()},
    )

    assert read(files) == InstalledPackages(
        distributions=(
            Distribution(
                Package(
                    name="foo",
                    version="1.0",
                    record=RECORD,
                    artifact="sha256:" + "ab" * 32,
                    tag="py2.py3-none-any",
                    origin="https://example.org/foo-1.0.whl",
                    installer="pip",
                ),
                path=SITE,
                info=f"{SITE}/foo-1.0.dist-info",
                content=CONTENT,
            ),
        ),
        unknown=(),
        problems=(),
    )


def test_names_are_canonical_and_sorted_and_other_files_are_passed_over() -> None:
    files = {
        **dist_info(SITE, "Zope.Interface", "5.4"),
        **dist_info(SITE, "a_b", "1"),
        f"{SITE}/foo/METADATA": b"Name: foo\nVersion: 1\n",
        f"{SITE}/foo.dist-info.bak/METADATA": b"Name: foo\nVersion: 1\n",
        f"{SITE}/zope.py": b"",
    }

    assert [(one.name, one.version) for one in packages(read(files))] == [("a-b", "1"), ("zope-interface", "5.4")]


def test_the_first_on_the_path_wins_and_the_other_copy_is_a_problem() -> None:
    files = {
        **dist_info("/late", "foo", "2.0"),
        **dist_info("/first", "Foo", "1.0"),
        **dist_info("/late", "bar", "3"),
    }
    shadowed = Problem("package.shadowed", "package:foo", "version 1.0 stands in front of another copy, version 2.0")

    found = read(files, "/first", "/late", "/first")

    assert [(one.package.version, one.path) for one in found.distributions] == [("3", "/late"), ("1.0", "/first")]
    assert (found.unknown, found.problems) == ((), (shadowed,))


def test_two_copies_in_one_directory_are_a_problem_too() -> None:
    found = read({**dist_info(SITE, "foo", "1.0"), **dist_info(SITE, "foo", "1.1")})

    assert [one.version for one in packages(found)] == ["1.0"]
    assert found.problems == (
        Problem("package.shadowed", "package:foo", "version 1.0 stands in front of another copy, version 1.1"),
    )


def test_entries_of_the_path_that_are_not_there_are_passed_over_and_archives_are_named() -> None:
    files = {**dist_info(SITE, "foo", "1.0"), "/lib/python311.zip": b"PK", "/secret": BROKEN}

    found = read(files, "/nowhere", "/lib/python311.zip", "/secret", SITE)

    assert [one.name for one in packages(found)] == ["foo"]
    assert found.unknown == (
        Unknown("packages", "a directory on sys.path cannot be read: Permission denied"),
        Unknown("packages", "an archive on sys.path is not read: python311.zip"),
    )


def test_an_archive_that_goes_while_it_is_looked_for_is_passed_over() -> None:
    class Going(MemoryTree):
        def names(self, path: str) -> list[str]:
            raise NotADirectoryError(path)

    assert read_installed(Going({}), ["/lib/a.zip"], everything) == InstalledPackages((), (), ())


def test_a_path_with_nothing_on_it_has_no_package() -> None:
    assert read({f"{SITE}/a.py": b""}) == InstalledPackages((), (), ())
    assert read({}) == InstalledPackages((), (), ())


def test_identities_are_read_only_for_the_names_that_are_asked_for() -> None:
    files = {
        **dist_info(SITE, "foo", "1.0", INSTALLER=b"pip"),
        **dist_info(SITE, "bar", "2.0", RECORD=b"broken", WHEEL=b"Tag: py3-none-any", INSTALLER=b"pip"),
        f"{SITE}/old.egg-info": b"Name: old\nVersion: 3\n",
    }

    found = read_installed(MemoryTree(files), [SITE], lambda name: name == "foo")

    assert packages(found) == (
        Package("bar", "2.0"),
        Package("foo", "1.0", record=RECORD, installer="pip"),
        Package("old", "3"),
    )
    assert (found.unknown, found.problems) == ((), ())


def test_an_egg_info_directory_and_file_have_no_record() -> None:
    files: dict[str, bytes | object] = {
        f"{SITE}/foo_bar-1.0-py3.6.egg-info/PKG-INFO": b"Name: foo-bar\nVersion: 1.0\n",
        f"{SITE}/baz-2.0+local_1-py3.11.egg-info": b"Metadata-Version: 1.1\nName: baz\nVersion: 2.0+local-1\n",
        f"{SITE}/plain.egg-info/PKG-INFO": b"Name: plain\nVersion: 3.0\n",
        f"{SITE}/modern.egg-info/METADATA": b"Name: modern\nVersion: 4.0\n",
    }

    found = read(files)

    assert packages(found) == (
        Package("baz", "2.0+local-1"),
        Package("foo-bar", "1.0"),
        Package("modern", "4.0"),
        Package("plain", "3.0"),
    )
    assert found.problems == tuple(
        Problem("package.no-record", f"package:{name}", "an egg-info has no RECORD")
        for name in ("baz", "foo-bar", "modern", "plain")
    )
    assert found.unknown == ()


def test_an_egg_info_beside_its_source_is_an_editable_install() -> None:
    for script in ("setup.py", "pyproject.toml"):
        files: dict[str, bytes | object] = {
            "/home/lib/foo.egg-info/PKG-INFO": b"Name: foo\nVersion: 1.0\n",
            f"/home/lib/{script}": b"",
        }

        assert read(files, "/home/lib") == InstalledPackages(
            (
                Distribution(
                    Package("foo", "1.0", origin=EDITABLE), "/home/lib", "/home/lib/foo.egg-info", source="/home/lib"
                ),
            ),
            (),
            (),
        )


def test_an_editable_install_has_no_record_and_says_where_it_comes_from() -> None:
    direct = b'{"url": "file:///home/ada/foo", "dir_info": {"editable": true}}'

    (found,) = read(dist_info(SITE, "foo", "1.0", **{"direct_url.json": direct})).distributions

    assert found == Distribution(
        Package("foo", "1.0", origin=EDITABLE), SITE, f"{SITE}/foo-1.0.dist-info", "/home/ada/foo", CONTENT
    )
    assert is_local(found.package)


def test_a_package_installed_from_a_directory_keeps_its_record() -> None:
    direct = b'{"url": "file:///home/ada/foo", "dir_info": {}}'

    (found,) = read(dist_info(SITE, "foo", "1.0", **{"direct_url.json": direct})).distributions

    assert found.package == Package("foo", "1.0", record=RECORD, origin=LOCAL)
    assert found.source == "/home/ada/foo"
    assert is_local(found.package)
    assert not is_local(Package("foo", "1.0"))


def test_what_conda_writes_as_direct_url_names_its_build_machine_and_is_not_read() -> None:
    direct = b'{"url": "file:///croot/foo_1700000000/work", "dir_info": {}}'

    found = read(dist_info(SITE, "foo", "1.0", INSTALLER=b"conda", **{"direct_url.json": direct}))

    assert packages(found) == (Package("foo", "1.0", record=RECORD, installer="conda"),)


def test_an_installer_is_a_short_printable_text_or_not_known() -> None:
    expected = {b"uv": "uv", b"  pip \n": "pip", b"": None, b"\n": None, b"p\x1bp": None, b"x" * 99: "x" * 40}

    for content, installer in expected.items():
        (found,) = packages(read(dist_info(SITE, "foo", "1.0", INSTALLER=content)))
        assert found.installer == installer


def test_without_a_record_or_with_an_empty_one_a_build_has_no_identity() -> None:
    files = {
        **dist_info(SITE, "empty", "1.0", RECORD=b"empty-1.0.dist-info/RECORD,,\n"),
        **dist_info(SITE, "bare", "1"),
    }
    del files[f"{SITE}/bare-1.dist-info/RECORD"]

    found = read(files)

    assert packages(found) == (Package("bare", "1"), Package("empty", "1.0"))
    assert found.problems == (
        Problem("package.no-record", "package:bare", "RECORD is missing"),
        Problem("package.no-record", "package:empty", "RECORD lists no file"),
    )


def test_a_leftover_of_an_interrupted_uninstall_is_no_distribution() -> None:
    files = {**dist_info(SITE, "~oo", "1.0"), **dist_info(SITE, "foo", "1.1")}

    found = read(files)

    assert [(one.name, one.version) for one in packages(found)] == [("foo", "1.1")]
    assert found.unknown == ()
    assert found.problems == (
        Problem(
            "package.leftover",
            "package:~oo",
            "a leftover of an interrupted uninstall, as installers see it: not a distribution",
        ),
    )


def test_disk_and_memory_tell_the_same(tmp_path: Path) -> None:
    site = str(tmp_path / "site")
    files = {
        **dist_info(site, "foo", "1.0", INSTALLER=b"pip", WHEEL=b"Tag: py3-none-any"),
        **dist_info(site, "bad", "1.0", METADATA=b"Name: bad\n"),
        f"{site}/egg.egg-info/PKG-INFO": b"Name: egg\nVersion: 1\n",
        f"{site}/file.egg-info": b"Name: file\nVersion: 1\n",
        f"{site}/empty.dist-info/x": b"",
        f"{site}/flat.dist-info": b"Name: flat\nVersion: 1\n",
        f"{site}/none.egg-info/x": b"",
        str(tmp_path / "lib.zip"): b"PK",
    }
    for path, content in files.items():
        assert isinstance(content, bytes)
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_bytes(content)
    paths = [str(tmp_path / "absent"), str(tmp_path / "lib.zip"), site]

    found = read_installed(DiskTree(), paths, everything)

    assert found == read_installed(MemoryTree(files), paths, everything)
    assert [one.package.name for one in found.distributions] == ["bad", "egg", "empty", "file", "flat", "foo", "none"]
    assert len(found.unknown) == 5
