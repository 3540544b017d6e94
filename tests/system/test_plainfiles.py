"""Which files of a directory without a repository may be code."""

import os
from pathlib import Path

import pytest

from lineage.system.plainfiles import is_environment, list_files
from tests.support.projects import write


def listed(root: Path, most: int = 100) -> tuple[list[str], bool]:
    found, is_complete = list_files(root, most)
    return sorted(found), is_complete


def test_files_at_any_depth_are_listed_and_empty_directories_are_not(tmp_path: Path) -> None:
    write(tmp_path, {"train.py": b"", "src/fraud/__init__.py": b"", ".github/ci.py": b"", "data/a b.csv": b""})
    (tmp_path / "models").mkdir()

    assert listed(tmp_path) == ([".github/ci.py", "data/a b.csv", "src/fraud/__init__.py", "train.py"], True)


@pytest.mark.parametrize(
    "place",
    [
        ".venv/pyvenv.cfg",
        "envs/gpu/conda-meta/history",
        "deps/site-packages/numpy.py",
        "usr/lib/python3/dist-packages/yaml.py",
        "node_modules/a.py",
        "src/__pycache__/a.pyc",
        ".git/hooks/a.py",
        ".dvc/config",
        ".tox/py311/a.py",
        ".cache/pip/a.py",
    ],
)
def test_what_tools_and_installers_put_there_is_left_out(place: str, tmp_path: Path) -> None:
    write(tmp_path, {"train.py": b"", place: b""})
    write(tmp_path, {f"{place.rpartition('/')[0].removesuffix('/conda-meta')}/more/b.py": b""})

    assert listed(tmp_path) == (["train.py"], True)


def test_the_root_itself_is_looked_into_whatever_it_is(tmp_path: Path) -> None:
    root = tmp_path / "site-packages"
    write(root, {"pyvenv.cfg": b"", "train.py": b""})

    assert is_environment(root)
    assert listed(root) == (["pyvenv.cfg", "train.py"], True)


def test_links_count_where_they_stay_inside(tmp_path: Path) -> None:
    write(tmp_path, {"secret.py": b"", "root/src/a.py": b"", "outside/b.py": b""})
    root = tmp_path / "root"
    (root / "inside.py").symlink_to("src/a.py")
    (root / "leads_out.py").symlink_to("../secret.py")
    (root / "absolute.py").symlink_to(tmp_path / "secret.py")
    (root / "gone.py").symlink_to("nowhere.py")
    (root / "loop.py").symlink_to("loop.py")
    (root / "directory").symlink_to("../outside")
    (root / "src" / "again").symlink_to("..")

    assert listed(root) == (["inside.py", "src/a.py"], True)


def test_what_is_no_regular_file_does_not_count(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")

    assert listed(tmp_path) == ([], True)


def test_a_directory_of_data_beyond_the_bound_is_passed_over_whole(tmp_path: Path) -> None:
    write(tmp_path, {f"data/{number}.csv": b"" for number in range(8)})
    write(tmp_path, {"train.py": b"", "src/a.py": b"", "src/b.py": b""})

    assert listed(tmp_path, most=11 + 2) == (
        ["data/0.csv", *(f"data/{number}.csv" for number in range(1, 8)), "src/a.py", "src/b.py", "train.py"],
        True,
    )
    assert listed(tmp_path, most=8) == (["src/a.py", "src/b.py", "train.py"], False)
    assert listed(tmp_path, most=2) == ([], False)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_directory_that_cannot_be_read_makes_the_list_incomplete(tmp_path: Path) -> None:
    write(tmp_path, {"train.py": b"", "closed/a.py": b""})
    (tmp_path / "closed").chmod(0)

    assert listed(tmp_path) == (["train.py"], False)


def test_a_root_that_is_not_there_has_no_complete_list(tmp_path: Path) -> None:
    assert listed(tmp_path / "gone") == ([], False)
