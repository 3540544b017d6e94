"""Editable installs without a direct_url.json: by an egg-link, by their egg-info, by a lone ``.pth`` file."""

from lineage.portable.distinfo import InstalledPackages, read_installed
from lineage.portable.environment import EDITABLE, Package, Problem, Unknown
from tests.support.memory import BROKEN, MemoryTree, dist_info

SITE = "/env/site"
EGG = b"Name: foo\nVersion: 1.0\n"
NO_RECORD = Problem("package.no-record", "package:foo", "an egg-info has no RECORD")
NOT_ON_PATH = Problem("package.leftover", "package:foo", "an egg-link to what is not on sys.path: not a distribution")


def everything(name: str) -> bool:
    return True


def read(files: dict[str, bytes | object], *paths: str) -> InstalledPackages:
    return read_installed(MemoryTree(files), [SITE, *paths], everything)


def editable(found: InstalledPackages) -> list[tuple[Package, str | None]]:
    return [(one.package, one.source) for one in found.distributions]


def test_an_egg_link_names_the_project_of_a_source_on_the_path() -> None:
    for link, project in ((b"/p/code\n.", "/p/code"), (b"/p/code/\r\n..\n", "/p"), (b"../../p/code\n../\n", "/p")):
        files: dict[str, bytes | object] = {f"{SITE}/foo.egg-link": link, "/p/code/foo.egg-info/PKG-INFO": EGG}

        found = read(files, "/p/code")

        assert editable(found) == [(Package("foo", "1.0", origin=EDITABLE), project)]
        assert (found.unknown, found.problems) == ((), ())


def test_an_egg_link_alone_makes_nothing_importable() -> None:
    for link in (b"/p/code\n.", b"", b"\n\n"):
        found = read({f"{SITE}/foo.egg-link": link, "/p/code/foo.egg-info/PKG-INFO": EGG})

        assert found == InstalledPackages((), (), (NOT_ON_PATH,))


def test_an_egg_link_that_cannot_be_read_is_named() -> None:
    for link, reason in (
        (BROKEN, "Permission denied"),
        (b"/p\xff", "'utf-8' codec can't decode byte 0xff in position 2: invalid start byte"),
    ):
        found = read({f"{SITE}/foo.egg-link": link})

        assert found == InstalledPackages((), (Unknown("package:foo", f"its egg-link cannot be read: {reason}"),), ())


def test_a_source_one_directory_below_its_project_is_editable() -> None:
    for script in ("setup.py", "pyproject.toml"):
        found = read({f"/p/{script}": b"", "/p/src/foo.egg-info/PKG-INFO": EGG}, "/p/src")

        assert editable(found) == [(Package("foo", "1.0", origin=EDITABLE), "/p")]
        assert found.problems == ()


def test_what_an_installer_has_put_beside_a_project_is_no_source() -> None:
    files = {"/p/setup.py": b"", "/p/vendor/foo.egg-info/PKG-INFO": EGG}

    found = read({**files, "/p/vendor/foo.egg-info/installed-files.txt": b"../foo.py\n"}, "/p/vendor")

    assert editable(found) == [(Package("foo", "1.0"), None)]
    assert found.problems == (NO_RECORD,)


ROWS = b"foo.pth,sha256=x,9\n../../../bin/foo,,\nfoo-1.0.dist-info/METADATA,sha256=y,5\nfoo-1.0.dist-info/RECORD,,\n"


def test_a_distribution_of_a_lone_pth_file_that_leads_to_a_directory_is_editable() -> None:
    files = dist_info(SITE, "foo", "1.0", RECORD=ROWS)

    found = read({**files, f"{SITE}/foo.pth": b"# a comment\nimport foo_hook\n/home/ada/foo/src \n"})

    assert editable(found) == [(Package("foo", "1.0", origin=EDITABLE), "/home/ada/foo/src")]


def test_a_pth_file_that_leads_nowhere_or_stands_beside_modules_is_a_file_as_any() -> None:
    for pth, rows in (
        (b"import foo_hook\n", ROWS),
        (None, ROWS),
        (b"/home/ada/foo\n", b"foo.py,sha256=z,1\n" + ROWS),
        (b"/home/ada/foo\n", ROWS.replace(b"foo.pth", b"foo/foo.pth")),
    ):
        files = dist_info(SITE, "foo", "1.0", RECORD=rows)
        if pth is not None:
            files[f"{SITE}/foo.pth"] = pth

        (one,) = read(files).distributions

        assert (one.package.origin, one.source) == (None, None)
        assert one.package.record is not None


def test_one_source_seen_twice_is_one_install_in_either_order() -> None:
    direct = b'{"url": "file:///p", "dir_info": {"editable": true}}'
    files = dist_info(SITE, "foo", "1.0", **{"direct_url.json": direct})
    files |= {"/p/pyproject.toml": b"", "/p/src/foo.egg-info/PKG-INFO": EGG}

    for paths in ([SITE, "/p/src"], ["/p/src", SITE]):
        found = read_installed(MemoryTree(files), paths, everything)

        assert editable(found) == [(Package("foo", "1.0", origin=EDITABLE), "/p")]
        assert (found.unknown, found.problems) == ((), ())


def test_another_source_or_a_copy_is_a_second_one() -> None:
    detail = "version 1.0 stands in front of another copy, version 1.0"
    shadowed = Problem("package.shadowed", "package:foo", detail)
    direct = b'{"url": "file:///p", "dir_info": {"editable": true}}'
    files = dist_info(SITE, "foo", "1.0", **{"direct_url.json": direct})

    other = read({**files, "/p2/setup.py": b"", "/p2/foo.egg-info/PKG-INFO": EGG}, "/p2")
    copied = read({**files, **dist_info("/late", "foo", "1.0")}, "/late")

    assert (other.problems, copied.problems) == ((shadowed,), (shadowed,))
