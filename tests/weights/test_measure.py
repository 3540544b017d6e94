import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lineage.errors import WeightsError
from lineage.model.weights import Weights
from lineage.system.yamlfile import read_yaml
from lineage.weights.measure import Found, measure, sha256_of, tree_digest
from tests.support.projects import write
from tests.support.trees import sha256_of_tree

MISSING = "check the path; if DVC tracks it, `dvc pull` brings it back, else run the training first"
LEADS_OUT = (
    "a symbolic link leads out of the repository\n"
    "  put the files themselves there; if it leads to DVC's cache, `dvc unprotect` does that"
)


def dvc(root: Path, *arguments: str) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(root.parent),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "DVC_NO_ANALYTICS": "1",
        "DVC_SITE_CACHE_DIR": str(root.parent / "site"),
    }
    command = [sys.executable, "-m", "dvc", *arguments]
    subprocess.run(command, cwd=root, env=environment, check=True, capture_output=True)


def dvc_repository(root: Path) -> Path:
    root.mkdir()
    subprocess.run(["git", "init", "-q"], cwd=root, check=True, capture_output=True)
    dvc(root, "init", "-q")
    return root


def recorded_by_dvc(pointer: Path) -> tuple[object, object]:
    match read_yaml(pointer.read_bytes(), pointer.name):
        case {"outs": [{"md5": md5, "size": size}]}:
            return md5, size
    raise AssertionError(pointer.read_text())


TREE = {
    "config.json": b'{"a": 1}\r\n',
    "empty.bin": b"",
    "Zürich/größe.bin": b"\x00\x01" * 100,
    "Zürich/deep/er/文件 ✓.txt": b"x\r\ny\n",
    "a/b": b"1",
    "a.b": b"2",
    "shard.bin": bytes(range(256)) * 10_000,
}


@pytest.fixture(scope="module")
def tracked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository in which DVC has hashed one of everything."""
    root = dvc_repository(tmp_path_factory.mktemp("tracked") / "repo")
    write(
        root, {"small.pkl": b"model", "empty.pkl": b"", "text.csv": b"a,b\r\n1,2\r\n", "big.pkl": b"0123456" * 700_000}
    )
    write(root / "models" / "bert", TREE)
    write(root / "models" / "bert", {".git/HEAD": b"x", "a/.hg/x": b"y", "a/.git": b"gitdir: z"})
    (root / "models" / "bert" / "void").mkdir()
    dvc(root, "add", "-q", "small.pkl", "empty.pkl", "text.csv", "big.pkl", "models/bert")
    return root


@pytest.mark.parametrize("path", ["small.pkl", "empty.pkl", "text.csv", "big.pkl", "models/bert"])
def test_size_and_md5_are_those_of_dvc(tracked: Path, path: str) -> None:
    found = measure(tracked, path)
    assert (found.md5, found.size) == recorded_by_dvc(tracked / f"{path}.dvc")


def test_a_file_whole(tmp_path: Path) -> None:
    write(tmp_path, {"models/fraud.pkl": b"model"})
    assert measure(tmp_path, "models/fraud.pkl") == Weights(
        path="models/fraud.pkl",
        size=5,
        sha256=hashlib.sha256(b"model").hexdigest(),
        md5=hashlib.md5(b"model").hexdigest(),
    )


def test_a_directory_whole(tmp_path: Path) -> None:
    write(tmp_path / "m", TREE)
    size = sum(len(content) for content in TREE.values())
    md5 = tree_digest(((path, hashlib.md5(content).hexdigest()) for path, content in TREE.items()), "md5")
    told: list[int] = []

    found = measure(tmp_path, "m", advance=told.append)

    assert found == Weights(path="m", size=size, sha256=sha256_of_tree(TREE), md5=f"{md5}.dir")
    assert found.is_directory
    assert sum(told) == size


def test_found_is_what_was_measured(tmp_path: Path) -> None:
    write(tmp_path / "m", TREE)
    directory, file = measure(tmp_path, "m"), measure(tmp_path, "m/shard.bin")

    assert sha256_of(tmp_path / "m") == Found(size=directory.size, sha256=directory.sha256, is_directory=True)
    assert sha256_of(tmp_path / "m" / "shard.bin") == Found(size=file.size, sha256=file.sha256, is_directory=False)


def test_links_into_dvcs_own_cache_are_hashed_through(tmp_path: Path) -> None:
    root = dvc_repository(tmp_path / "repo")
    dvc(root, "config", "cache.type", "symlink")
    write(root, {"one.pkl": b"model", "many/a.bin": b"a", "many/sub/b.bin": b"b"})
    dvc(root, "add", "-q", "one.pkl", "many")

    assert (root / "one.pkl").is_symlink()
    assert (root / "many" / "sub" / "b.bin").is_symlink()
    for path in ("one.pkl", "many"):
        found = measure(root, path)
        assert (found.md5, found.size) == recorded_by_dvc(root / f"{path}.dvc")


def test_a_link_to_weights_inside_the_repository_is_hashed_through(tmp_path: Path) -> None:
    write(tmp_path, {"runs/7/m.pkl": b"model", "runs/7/d/w.bin": b"w"})
    (tmp_path / "m.pkl").symlink_to("runs/7/m.pkl")
    (tmp_path / "latest").symlink_to("runs/7")

    assert measure(tmp_path, "m.pkl").md5 == hashlib.md5(b"model").hexdigest()
    assert measure(tmp_path, "latest").md5 == measure(tmp_path, "runs/7").md5


def test_a_root_that_is_itself_a_link(tmp_path: Path) -> None:
    write(tmp_path / "real", {"m.pkl": b"model"})
    (tmp_path / "root").symlink_to("real")
    assert measure(tmp_path / "root", "m.pkl") == measure(tmp_path / "real", "m.pkl")


def failure(root: Path, path: str) -> str:
    with pytest.raises(WeightsError) as caught:
        measure(root, path)
    return str(caught.value)


def test_a_link_that_leads_out_is_refused(tmp_path: Path) -> None:
    write(tmp_path, {"elsewhere/w.bin": b"w", "repo/d/x.bin": b"x"})
    root = tmp_path / "repo"
    (root / "w.bin").symlink_to(tmp_path / "elsewhere" / "w.bin")
    (root / "all").symlink_to("../elsewhere")
    (root / "d" / "y.bin").symlink_to("../../elsewhere/w.bin")

    assert failure(root, "w.bin") == f"w.bin: {LEADS_OUT}"
    assert failure(root, "all") == f"all: {LEADS_OUT}"
    assert failure(root, "all/w.bin") == f"all/w.bin: {LEADS_OUT}"
    assert failure(root, "d") == f"d/y.bin: {LEADS_OUT}"


def test_where_a_link_leads_does_not_matter_to_a_comparison(tmp_path: Path) -> None:
    write(tmp_path, {"elsewhere/w.bin": b"w", "repo/d/x.bin": b"x"})
    (tmp_path / "repo" / "d" / "y.bin").symlink_to("../../elsewhere/w.bin")

    files = {"x.bin": b"x", "y.bin": b"w"}
    assert sha256_of(tmp_path / "repo" / "d") == Found(size=2, sha256=sha256_of_tree(files), is_directory=True)


def test_a_linked_directory_below_is_refused_not_left_out(tmp_path: Path) -> None:
    write(tmp_path, {"d/x.bin": b"x", "more/w.bin": b"w"})
    (tmp_path / "d" / "more").symlink_to("../more")
    expected = "a symbolic link to a directory\n  DVC would leave out what it holds: put the directory itself there"

    assert failure(tmp_path, "d") == f"d/more: {expected}"
    with pytest.raises(WeightsError) as caught:
        sha256_of(tmp_path / "d")
    assert str(caught.value) == f"{tmp_path}/d/more: {expected}"


def test_a_broken_link_below(tmp_path: Path) -> None:
    write(tmp_path, {"d/x.bin": b"x"})
    (tmp_path / "d" / "y.bin").symlink_to("nowhere")
    assert failure(tmp_path, "d") == ("d/y.bin: no such file or directory\n  check that it was not moved or deleted")


def test_missing_weights_say_how_to_get_them(tmp_path: Path) -> None:
    write(tmp_path, {"m.pkl": b"model"})
    assert failure(tmp_path, "models/fraud.pkl") == f"models/fraud.pkl: no such file or directory\n  {MISSING}"
    assert failure(tmp_path, "m.pkl/x") == f"m.pkl/x: no such file or directory\n  {MISSING}"


def test_a_link_loop(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    assert failure(tmp_path, "a") == (
        "a: cannot be read: Too many levels of symbolic links\n  check its permissions and the disk it lies on"
    )


def test_a_directory_without_files(tmp_path: Path) -> None:
    (tmp_path / "d" / "e").mkdir(parents=True)
    write(tmp_path, {"d/.git/HEAD": b"x"})
    assert failure(tmp_path, "d") == ("d: the directory holds no file\n  name the directory that the weights are in")


@pytest.mark.parametrize("path", ["f", "d"])
def test_a_fifo(tmp_path: Path, path: str) -> None:
    write(tmp_path, {"d/x.bin": b"x"})
    os.mkfifo(tmp_path / "f")
    os.mkfifo(tmp_path / "d" / "f")
    named = "f" if path == "f" else "d/f"
    assert failure(tmp_path, path) == (
        f"{named}: not a regular file but a FIFO\n  weights are files, or a directory of files"
    )


def test_a_name_that_is_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / os.fsdecode(b"d/\xff.bin")).write_bytes(b"x")
    (tmp_path / os.fsdecode(b"\xfe.pkl")).write_bytes(b"x")
    rename = "rename it: a manifest is UTF-8 text"

    assert failure(tmp_path, "d") == f"d: a name that is not UTF-8: b'\\xff.bin'\n  {rename}"
    assert failure(tmp_path, os.fsdecode(b"\xfe.pkl")) == (
        f"\\udcfe.pkl: a name that is not UTF-8: b'\\xfe.pkl'\n  {rename}"
    )


@pytest.mark.parametrize("path", ["", ".", "..", "/etc/hostname", "../m.pkl", "a/../m.pkl", "d/", "./m.pkl", "m\0"])
def test_only_a_plain_path_below_the_root_can_be_recorded(tmp_path: Path, path: str) -> None:
    write(tmp_path, {"m.pkl": b"model", "d/x": b"x"})
    assert failure(tmp_path, path) == (
        f"{path}: not a path below the repository root\n  write it as `models/fraud.pkl`".removeprefix(": ")
    )
