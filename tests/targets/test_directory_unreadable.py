"""Root file systems with files that cannot be read, or that lead nowhere: what they would tell is unknown."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from lineage.errors import ObservationError
from lineage.portable.environment import Environment, Platform
from lineage.portable.tree import Unreadable
from lineage.targets.binary import read_program
from lineage.targets.rooted_tree import RootedTree
from tests.support.roots import DEBIAN, elf, make_debian, observed, reasons, write_environment


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_debian(tmp_path / "root")


def loop(path: Path) -> None:
    path.symlink_to(path.name)


@pytest.mark.parametrize("make", [os.mkfifo, loop, Path.mkdir], ids=["fifo", "loop", "directory"])
@pytest.mark.parametrize(
    ("place", "told", "unknown"),
    [
        ("usr/lib/python3.11/site.py", DEBIAN,
         ("packages: the site module of the base cannot be read: where it looks for packages is not known",)),
        ("usr/include/python3.11/patchlevel.h", DEBIAN._replace(python=None), ()),
        ("usr/lib/x86_64-linux-gnu/libc.so.6", DEBIAN._replace(platform=Platform("linux", "x86_64")), ()),
        ("usr/lib/python3.11/lib-dynload/_bz2.cpython-311-x86_64-linux-gnu.so", DEBIAN, ()),
        ("usr/lib/python3.11/_sysconfigdata_.py", DEBIAN._replace(implementation=None, abi=None), ()),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_tells_nothing(
    place: str, told: Environment, unknown: tuple[str, ...], make: Callable[[Path], None], root: Path
) -> None:
    if place.endswith("_sysconfigdata_.py"):
        for path in (root / "usr/lib/python3.11/lib-dynload").iterdir():
            path.unlink()
    (root / place).unlink(missing_ok=True)
    make(root / place)

    observation = observed(root)

    assert observation.environment._replace(packages=()) == told
    assert tuple(reasons(observation)) == unknown


def test_a_loader_that_cannot_be_followed_tells_no_c_library(root: Path) -> None:
    (root / "usr/lib64/ld-linux-x86-64.so.2").unlink()
    loop(root / "usr/lib64/ld-linux-x86-64.so.2")

    assert observed(root).environment.platform == Platform("linux", "x86_64")


def test_interpreters_that_lead_nowhere_are_none(root: Path) -> None:
    (root / "opt/odd/bin").mkdir(parents=True)
    loop(root / "opt/odd/bin/python3")
    loop(root / "srv")
    (root / "usr/bin/python3.12").symlink_to("/usr/bin/gone")
    (root / "usr/bin/python3.10").write_bytes(elf())  # its library is not there

    assert observed(root).location == f"{root} (/usr/bin/python3.11)"


def test_a_shared_environment_whose_base_is_gone_may_have_had_more(root: Path) -> None:
    made = write_environment(
        root / "venv", "/none/bin", **{"include-system-site-packages": "true", "version": "3.11.7"}
    )

    assert reasons(observed(made)) == [
        "packages: the base of the environment is gone: what it would add cannot be seen",
        "python: bin/python leads to an interpreter that is not there",
    ]


def test_a_path_that_the_system_refuses_is_an_answer_too(tmp_path: Path) -> None:
    with pytest.raises(ObservationError) as caught:
        observed(tmp_path / ("x" * 300))

    assert caught.value.message == "the directory cannot be read: File name too long"


def test_a_tree_reads_regular_files_inside_its_root_only(root: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"of the machine")
    os.mkfifo(root / "fifo")
    (root / "up").symlink_to("../secret")
    (root / "absolute").symlink_to(f"{tmp_path}/secret")
    (root / "file").write_bytes(b"text")
    (root / "again").symlink_to("/./usr/../file")
    tree = RootedTree(str(root))

    assert [tree.kind(path) for path in ("/file", "/again", "/fifo", "/etc", "/", "/absolute", "/none", "/file/x")] == [
        *("file", "file", "other", "directory", "directory", "", "", ""),
    ]
    assert [tree.read(path) for path in ("/again", "/absolute", "/none", "/file/x")] == [b"text", None, None, None]
    assert tree.read_start("/file", 2) == b"te"
    assert read_program(tree, "/none") is None
    assert tree.is_kind("/up", "file") is False
    for path, message in (
        ("/up", "a link leads out of the root"),
        ("/fifo", "not a regular file"),
        ("/etc", "not a regular file"),
        ("/a\0b", "a null character in a path"),
        ("/" + "x" * 300, "File name too long"),
    ):
        with pytest.raises(Unreadable) as caught:
            tree.read(path)
        assert caught.value.message == message


def test_the_machine_s_own_root_has_nothing_above_it(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("../" * 40 + f"{tmp_path}/file"[1:])
    (tmp_path / "file").write_bytes(b"text")

    assert RootedTree().read(f"{tmp_path}/link") == b"text"
    assert (RootedTree().kind("/"), RootedTree().kind(str(tmp_path))) == ("directory", "directory")
    assert RootedTree().names("/") == sorted(os.listdir("/"))  # noqa: PTH208
