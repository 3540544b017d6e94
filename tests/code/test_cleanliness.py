import os
import subprocess
import sys
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

import pytest

from lineage.code.cleanliness import code_changes
from lineage.model.code import FileChange


def judge(
    *changes: tuple[str, str],
    generated: Collection[str] = (),
    gitignores: Mapping[str, tuple[bytes, bytes]] | None = None,
    outs: Collection[str] = (),
    is_environment: Callable[[str], bool] = lambda path: False,
) -> tuple[str, ...]:
    return code_changes(
        [FileChange(path=path, status=status) for path, status in changes],
        generated=generated,
        gitignores=gitignores or {},
        outs=outs,
        is_environment=is_environment,
    )


def test_no_change_is_clean() -> None:
    assert judge() == ()


def test_every_kind_of_change_counts_and_each_path_once_sorted() -> None:
    changes = [
        ("train.py", "modified"),
        ("src/new.py", "added"),
        ("src/old.py", "deleted"),
        ("src/old.py", "untracked"),
        ("src/moved.py", "renamed"),
        ("both.py", "unmerged"),
        ("note.txt", "untracked"),
        ("vendored/", "untracked"),
    ]
    assert judge(*changes) == (
        "both.py",
        "note.txt",
        "src/moved.py",
        "src/new.py",
        "src/old.py",
        "train.py",
        "vendored/",
    )


def test_what_people_write_for_dvc_is_code() -> None:
    changes = [("dvc.yaml", "modified"), ("params.yaml", "modified"), ("requirements.txt", "modified")]
    assert judge(*changes) == ("dvc.yaml", "params.yaml", "requirements.txt")


@pytest.mark.parametrize(
    "path",
    [
        "models/fraud.pkl.dvc",
        "fraud.dvc",
        "dvc.lock",
        "pipelines/dvc.lock",
        ".dvc/config",
        "sub/.dvc/tmp/lock",
        ".dvcignore",
        "sub/.dvcignore",
        "models/fraud.pkl.lineage.toml",
        "models/fraud.pkl.lineage-log.toml",
        "src/__pycache__/a.cpython-311.pyc",
        "src/__pycache__/left.over",
        "a.pyc",
    ],
)
@pytest.mark.parametrize("status", ["modified", "deleted", "untracked"])
def test_what_tools_write_is_not_code(path: str, status: str) -> None:
    assert judge((path, status)) == ()


@pytest.mark.parametrize(
    "path",
    [
        "dvc.lock.py",
        "my-dvc.lock",
        "__pycache__",
        "dvc/config",
        "x.dvc/train.py",
        "x.dvc/",
        "lineage.toml",
        ".gitattributes",
    ],
)
def test_what_only_looks_like_a_tool_is_code(path: str) -> None:
    assert judge((path, "untracked")) == (path,)


def test_what_the_training_wrote_is_not_code_and_its_neighbours_are() -> None:
    changes = [
        ("models/fraud.pkl", "modified"),
        ("models/fraud.pkl.py", "untracked"),
        ("out/deep/a.bin", "untracked"),
        ("out/repo/", "untracked"),
        ("outer.py", "untracked"),
        ("metrics.json", "modified"),
        ("models/deep/metrics.json", "modified"),
    ]
    generated = ["models/fraud.pkl", "out/", "metrics.json"]
    assert judge(*changes, generated=generated) == (
        "models/deep/metrics.json",
        "models/fraud.pkl.py",
        "outer.py",
    )


@pytest.mark.parametrize("root", ["", ".", "/"])
def test_the_root_is_never_a_generated_directory(root: str) -> None:
    assert judge(("train.py", "modified"), generated=[root]) == ("train.py",)


def test_untracked_files_of_a_virtual_environment_are_not_code() -> None:
    changes = [
        ("env/bin/python", "untracked"),
        ("env/lib/python3.11/site.py", "untracked"),
        ("env/tracked.py", "modified"),
        ("tools/env/pyvenv.cfg", "untracked"),
        ("nested/", "untracked"),
        ("environment.py", "untracked"),
    ]
    asked: list[str] = []

    def is_environment(path: str) -> bool:
        asked.append(path)
        return path in {"env", "tools/env", "nested"}

    assert judge(*changes, is_environment=is_environment) == ("env/tracked.py", "environment.py")
    assert asked == ["env", "tools", "tools/env", "nested"]


def test_the_root_is_never_a_virtual_environment() -> None:
    assert judge(("train.py", "untracked"), is_environment=lambda path: True) == ("train.py",)


@pytest.mark.parametrize(
    ("recorded", "observed"),
    [
        (b"", b"/fraud.pkl\n"),
        (b"/fraud.pkl\n", b""),
        (b"*.log\n", b"*.log\n/fraud.pkl\n"),
        (b"*.log", b"*.log\n/fraud.pkl\n"),
        (b"*.log\r\n", b"*.log\r\n/fraud.pkl\r\n"),
        (b"/fraud.pkl\n*.log\n", b"*.log\n/\xc3\xa9 \\[1\\].bin\n"),
    ],
)
def test_the_lines_that_dvc_writes_are_not_code(recorded: bytes, observed: bytes) -> None:
    path = "models/.gitignore"
    assert judge((path, "modified"), gitignores={path: (recorded, observed)}, outs=OUTS) == ()


OUTS = ["models/fraud.pkl", "models/é [1].bin", "root.bin"]


@pytest.mark.parametrize(
    ("recorded", "observed"),
    [
        (b"", b"/train.py\n"),
        (b"", b"fraud.pkl\n"),
        (b"", b"!/fraud.pkl\n"),
        (b"", b"/root.bin\n"),
        (b"", b"/fraud.pkl\n\n"),
        (b"", b"/fraud.pkl \n"),
        (b"*.log\n", b"/fraud.pkl\n"),
        (b"*.log\n*.tmp\n", b"*.tmp\n*.log\n"),
    ],
)
def test_any_other_line_of_a_gitignore_is_code(recorded: bytes, observed: bytes) -> None:
    path = "models/.gitignore"
    assert judge((path, "modified"), gitignores={path: (recorded, observed)}, outs=OUTS) == (path,)


def test_a_gitignore_of_which_nothing_is_known_is_code() -> None:
    assert judge((".gitignore", "untracked"), outs=["fraud.pkl"]) == (".gitignore",)


def test_only_a_gitignore_may_hold_the_lines_of_dvc() -> None:
    assert judge(("a.py", "modified"), gitignores={"a.py": (b"", b"/x\n")}, outs=["x"]) == ("a.py",)


def test_what_dvc_really_writes_is_not_code(tmp_path: Path) -> None:
    names = ["fraud.pkl", "é [1]*.bin", "#odd!.bin", "two words.bin"]
    (tmp_path / "models").mkdir()
    for name in names:
        (tmp_path / "models" / name).write_bytes(name.encode())
    before = b"*.log\n*.tmp"
    (tmp_path / "models/.gitignore").write_bytes(before)
    home = {
        "HOME": str(tmp_path / "home"),
        "DVC_NO_ANALYTICS": "1",
        "DVC_SITE_CACHE_DIR": str(tmp_path / "site"),
    }
    surroundings = {k: v for k, v in os.environ.items() if not k.startswith(("GIT_", "XDG_"))} | home
    for command in (
        ["git", "init", "--quiet"],
        [sys.executable, "-m", "dvc", "init", "--quiet"],
        [sys.executable, "-m", "dvc", "add", "--quiet", *(f"models/{name}" for name in names)],
    ):
        subprocess.run(command, cwd=tmp_path, env=surroundings, check=True, capture_output=True)

    after = (tmp_path / "models/.gitignore").read_bytes()
    gitignores = {"models/.gitignore": (before, after)}
    outs = [f"models/{name}" for name in names]
    assert len(after.splitlines()) == 6
    assert judge(("models/.gitignore", "modified"), gitignores=gitignores, outs=outs) == ()
    assert judge(("models/.gitignore", "modified"), gitignores=gitignores, outs=outs[1:]) == ("models/.gitignore",)
