"""What DVC leaves out of a directory is left out of its digest too, and told by name."""

import os
from pathlib import Path

import pytest

from lineage.errors import WeightsError
from lineage.system.yamlfile import read_yaml
from lineage.weights.files import LeftOut
from lineage.weights.measure import Found, measure, sha256_of, survey
from tests.support.projects import dvc, git, write
from tests.support.trees import sha256_of_tree

TREE = {
    "a.bin": b"a",
    "x.log": b"x",
    "keep.log": b"k",
    "logs/q.bin": b"q",
    "sub/b.bin": b"b",
    "sub/b.tmp": b"t",
    "sub/logs/deep.bin": b"d",
    "sub/deep/m[1].bin": b"m",
    "größe.bin": b"g",
}

RULES: dict[str, tuple[str, tuple[str, ...]]] = {
    "comments": ("# only words\n\n   \n", ()),
    "name": ("*.log\n", ("keep.log", "x.log")),
    "negation": ("*.log\n!keep.log\n", ("x.log",)),
    "order": ("!keep.log\n*.log\n", ("keep.log", "x.log")),
    "directory": ("logs/\n", ("logs", "sub/logs")),
    "anchored": ("/m/logs\n", ("logs",)),
    "anchored elsewhere": ("/logs\n", ()),
    "inner": ("m/sub/*.tmp\n", ("sub/b.tmp",)),
    "stars": (
        "m/**/*.bin\n!a.bin\n",
        ("größe.bin", "logs/q.bin", "sub/b.bin", "sub/deep/m[1].bin", "sub/logs/deep.bin"),
    ),
    "class": ("[a-k]*.log\n?.tmp\n", ("keep.log", "sub/b.tmp")),
    "escaped": ("m\\[1\\].bin\n\\#x\n", ("sub/deep/m[1].bin",)),
    "blank behind": ("x.log  \n", ("x.log",)),
    "windows": ("*.log\r\n!keep.log\r\n", ("x.log",)),
    "no negation below": ("sub/\n!sub/b.bin\n", ("sub",)),
    "letters": ("gr*ße.bin\n", ("größe.bin",)),
    "git's own": ("!.git\n", ()),
}


@pytest.fixture(scope="module")
def ruled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One directory for each of ``RULES``, with its .dvcignore, and weights in it that DVC tracks."""
    root = tmp_path_factory.mktemp("ruled") / "repo"
    root.mkdir()
    git(root, "init", "--quiet")
    dvc(root, "init", "--quiet")
    for name, (rules, _) in RULES.items():
        write(root / name, {".dvcignore": rules.encode(), **{f"m/{path}": content for path, content in TREE.items()}})
    write(root / "git's own" / "m", {".git/HEAD": b"h"})
    dvc(root, "add", "--quiet", *(f"{name}/m" for name in RULES))
    return root


def by_dvc(pointer: Path) -> tuple[object, object]:
    match read_yaml(pointer.read_bytes(), pointer.name):
        case {"outs": [{"md5": md5, "size": size}]}:
            return md5, size
    raise AssertionError(pointer.read_text())


def left_out_of(root: Path, path: str) -> tuple[str, ...]:
    return tuple(f"{path}/{one}" for one in survey(root, path).left_out.paths)


@pytest.mark.parametrize("name", RULES)
def test_the_digest_is_that_of_dvc(ruled: Path, name: str) -> None:
    found = measure(ruled, f"{name}/m")
    assert (found.md5, found.size) == by_dvc(ruled / name / "m.dvc")


@pytest.mark.parametrize("name", RULES)
def test_what_is_left_out_is_told(ruled: Path, name: str) -> None:
    expected = RULES[name][1]
    assert sha256_of(ruled / name / "m").left_out == LeftOut(expected)
    assert survey(ruled, f"{name}/m").left_out == LeftOut(expected)


def test_the_sha256_is_of_the_same_files_and_of_all_when_asked(ruled: Path) -> None:
    counted = {path: content for path, content in TREE.items() if not path.endswith(".log")}
    assert sha256_of(ruled / "name" / "m") == Found(
        size=sum(map(len, counted.values())),
        sha256=sha256_of_tree(counted),
        is_directory=True,
        left_out=LeftOut(RULES["name"][1]),
    )
    assert sha256_of(ruled / "name" / "m", everything=True) == Found(
        size=sum(map(len, TREE.values())), sha256=sha256_of_tree(TREE), is_directory=True
    )


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "repo"
    root.mkdir()
    git(root, "init", "--quiet")
    dvc(root, "init", "--quiet")
    return root


def test_files_around_each_other_and_a_project_below(repository: Path) -> None:
    write(repository, {".dvcignore": b"*.log\n", "a/.dvcignore": b"!keep.log\n*.tmp\n", "a/b/.dvcignore": b"/m/sub/\n"})
    write(repository / "a" / "b" / "m", {**TREE, "inner/.dvc/config": b"", "inner/w.bin": b"w"})
    dvc(repository, "add", "--quiet", "a/b/m")

    found = measure(repository, "a/b/m")
    assert (found.md5, found.size) == by_dvc(repository / "a/b/m.dvc")
    assert left_out_of(repository, "a/b/m") == ("a/b/m/inner", "a/b/m/sub", "a/b/m/x.log")


def test_a_project_below_counts_in_no_way_without_any_pattern(repository: Path) -> None:
    write(repository / "m", {"a.bin": b"a", "inner/.dvc/config": b"", "inner/w.bin": b"w"})
    dvc(repository, "add", "--quiet", "m")

    found = measure(repository, "m")
    assert (found.md5, found.size) == by_dvc(repository / "m.dvc")
    assert left_out_of(repository, "m") == ("m/inner",)


def test_rules_hold_below_the_nearest_project_only(repository: Path) -> None:
    write(repository, {".dvcignore": b"*.log\n", "sub/m/x.log": b"x", "sub/m/a.bin": b"a"})
    dvc_below = repository / "sub"
    dvc(dvc_below, "init", "--quiet", "--subdir")
    dvc(dvc_below, "add", "--quiet", "m")

    found = measure(repository, "sub/m")
    assert (found.md5, found.size) == by_dvc(dvc_below / "m.dvc")
    assert left_out_of(repository, "sub/m") == ()


def test_without_dvc_everything_counts(tmp_path: Path) -> None:
    write(tmp_path, {".git/HEAD": b"", ".dvcignore": b"*.log\n", "m/x.log": b"x", "m/a.bin": b"a"})
    write(tmp_path, {"m/.dvcignore": b"a.bin\n", "m/inner/.dvc/config": b"", "m/inner/w": b"w"})
    files = {"x.log": b"x", "a.bin": b"a", ".dvcignore": b"a.bin\n", "inner/w": b"w"}
    assert sha256_of(tmp_path / "m") == Found(size=9, sha256=sha256_of_tree(files), is_directory=True)


def test_weights_that_are_ignored_themselves_have_no_address_of_dvc_so_everything_counts(repository: Path) -> None:
    write(repository, {".dvcignore": b"m/\n", "m/x.log": b"x", "m/inner/.dvc/config": b"", "m/inner/w": b"w"})
    assert sha256_of(repository / "m") == Found(
        size=2, sha256=sha256_of_tree({"x.log": b"x", "inner/w": b"w"}), is_directory=True
    )


def failure(root: Path, path: str) -> str:
    with pytest.raises(WeightsError) as caught:
        measure(root, path)
    return str(caught.value)


def test_rules_inside_the_weights_are_refused_as_dvc_refuses_them(repository: Path) -> None:
    write(repository, {"m/a.bin": b"a", "m/sub/.dvcignore": b"", "m/sub/b.bin": b"b"})
    assert failure(repository, "m") == (
        "m/sub/.dvcignore: a .dvcignore in a directory of weights\n"
        "  DVC refuses a directory with one inside: move its patterns to the .dvcignore beside or above it"
    )
    write(repository, {".dvcignore": b"sub/\n"})
    assert left_out_of(repository, "m") == ("m/sub",)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\xff\xfe\n", "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"),
        (None, "Is a directory"),
    ],
    ids=["not UTF-8", "a directory"],
)
def test_rules_that_cannot_be_applied_are_refused(repository: Path, content: bytes | None, reason: str) -> None:
    write(repository, {"m/a.bin": b"a"})
    (repository / ".dvcignore").unlink()
    if content is None:
        (repository / ".dvcignore").mkdir()
    else:
        (repository / ".dvcignore").write_bytes(content)
    assert failure(repository, "m") == (
        f"m: the .dvcignore that applies to it cannot be used: {reason}\n"
        "  correct the file; `dvc check-ignore --details PATH` tells what DVC makes of it"
    )


def test_a_link_to_a_directory_may_be_left_out(repository: Path) -> None:
    write(repository, {".dvcignore": b"latest\n", "m/a.bin": b"a", "m/one/b.bin": b"b"})
    (repository / "m" / "latest").symlink_to("one")
    assert left_out_of(repository, "m") == ("m/latest",)
    assert os.path.lexists(repository / "m" / "latest")


def test_of_very_many_the_first_are_told_by_name(repository: Path) -> None:
    logs = [f"{index:04d}.log" for index in range(2_500)]
    write(repository, {".dvcignore": b"*.log\n", "m/a.bin": b"a", **{f"m/{name}": b"" for name in reversed(logs)}})
    assert survey(repository, "m").left_out == LeftOut(tuple(logs[:1000]), 1500)
    inner = {f"m/{name}/.dvc/config": b"" for name in ("0000", "zz")}
    write(repository, inner)
    assert survey(repository, "m").left_out == LeftOut(("0000", *logs[:999]), 1502)
