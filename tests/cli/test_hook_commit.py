"""``git commit`` with the hooks: who is told, what the message says, and that nothing is stopped by accident."""

import shutil
from pathlib import Path

import pytest

from tests.support.checked import LOCK, TRAIN, fraud
from tests.support.gitrepos import git, write
from tests.support.hooked import (
    BUMPED,
    LINE,
    STOPPED,
    TRAILER,
    committed,
    counted,
    hooked,
    install,
    message,
    staged,
    typed,
)

MANIFEST = "models/fraud.pkl.lineage.toml"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return hooked(tmp_path / "a project")


def bumped(root: Path) -> Path:
    return staged(root, {"requirements.txt": BUMPED})


def test_a_commit_that_makes_a_model_due_is_told_and_passes(root: Path) -> None:
    assert committed(bumped(root), "-m", "Bump") == (0, LINE)
    assert message(root) == f"Bump\n\n{TRAILER}"


def test_with_block_it_is_stopped(tmp_path: Path) -> None:
    root = hooked(tmp_path / "fraud", "--block")

    assert committed(bumped(root), "-m", "Bump") == (1, LINE + STOPPED)
    assert committed(root, "--no-verify", "-m", "Bump") == (0, "")
    assert message(root) == f"Bump\n\n{TRAILER}"


def test_with_block_what_cannot_be_judged_is_stopped_too(tmp_path: Path) -> None:
    root = hooked(tmp_path / "fraud", "--block")
    staged(root, {"requirements.txt": b"-r other.txt\n" + LOCK})

    code, said = committed(root, "-m", "Include")

    assert (code, said.splitlines(keepends=True)[-1]) == (1, STOPPED)
    assert said.startswith("lineage: models/fraud cannot be judged: ")


def test_what_was_due_before_is_not_told_again(root: Path) -> None:
    committed(bumped(root), "-m", "Bump")
    staged(root, {"requirements.txt": BUMPED + b"# a note\n"})

    assert committed(root, "-m", "Note") == (0, "")
    assert message(root) == "Note"


def test_an_amended_commit_tells_the_truth(root: Path) -> None:
    committed(bumped(root), "-m", "Bump")

    assert committed(root, "--amend", "--no-edit") == (0, LINE)
    assert message(root) == f"Bump\n\n{TRAILER}"
    assert committed(root, "--amend", "-m", "Bump it") == (0, LINE)
    assert message(root) == f"Bump it\n\n{TRAILER}"

    staged(root, {"requirements.txt": LOCK, "notes.md": b"none\n"})
    assert committed(root, "--amend", "--no-edit") == (0, "")
    assert message(root) == "Bump it"


def test_a_message_taken_from_another_commit_tells_the_truth(root: Path) -> None:
    committed(bumped(root), "-m", "Bump")
    staged(root, {"README.md": b"read\n"})

    assert committed(root, "-C", "HEAD") == (0, "")
    assert message(root) == "Bump"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-m", "Bump", "-m", "Because.\n\nSigned-off-by: Ada <ada@example.org>"],
         f"Bump\n\nBecause.\n\nSigned-off-by: Ada <ada@example.org>\n{TRAILER}"),
        (["-F", "message.txt"], f"From a file\n\n{TRAILER}"),
        (["--fixup", "HEAD"], f"fixup! Train\n\n{TRAILER}"),
        (["-m", "Bump\n---\nnot a patch"], f"Bump\n---\nnot a patch\n\n{TRAILER}"),
        (["-m", "# 1\n\n# 2"], f"# 1\n\n# 2\n\n{TRAILER}"),
    ],
)  # fmt: skip
def test_the_message_comes_from_everywhere(root: Path, arguments: list[str], said: str) -> None:
    (root / ".git" / "info" / "exclude").write_text("message.txt\n")
    (root / "message.txt").write_text("From a file\n")

    assert committed(bumped(root), *arguments) == (0, LINE)
    assert message(root) == said


@pytest.mark.parametrize("setting", ["core.commentChar=;", "core.commentChar=auto", "commit.verbose=true"])
def test_comments_and_scissors_of_the_editor_are_respected(root: Path, setting: str) -> None:
    bumped(root)
    editor = root.parent / "editor"
    editor.write_text('#!/bin/sh\n{ echo Typed; cat "$1"; } >"$1.new" && mv "$1.new" "$1"\n')
    editor.chmod(0o755)

    ended = typed(root, "-c", setting, "commit", "--quiet", env={"GIT_EDITOR": str(editor)})

    assert (ended.code, ended.stderr, message(root)) == (0, LINE, f"Typed\n\n{TRAILER}")


def test_part_of_what_is_staged_is_judged_by_itself(root: Path) -> None:
    bumped(root)
    write(root, {"train.py": TRAIN + b"print(2)\n"})

    assert committed(root, "-m", "Train", "--", "train.py") == (
        0,
        "lineage: models/fraud is due for retraining: train.py changed, the model's code\n",
    )
    assert message(root) == "Train\n\nLineage-Retrain: models/fraud (train.py changed)"
    assert committed(root, "-m", "Bump") == (0, LINE)


def test_a_merge_is_left_alone(root: Path) -> None:
    git(root, "switch", "--quiet", "--create", "other")
    committed(bumped(root), "-m", "Bump")
    git(root, "switch", "--quiet", "main")
    committed(staged(root, {"README.md": b"x\n"}), "-m", "Read")

    assert typed(root, "merge", "--quiet", "--no-edit", "other").code == 0
    assert message(root) == "Merge branch 'other'"


def test_a_rebase_is_left_alone(root: Path) -> None:
    git(root, "switch", "--quiet", "--create", "other")
    committed(bumped(root), "-m", "Bump")
    git(root, "switch", "--quiet", "main")
    committed(staged(root, {"README.md": b"x\n"}), "-m", "Read")
    git(root, "switch", "--quiet", "other")

    calls = counted(root)
    ended = typed(root, "rebase", "--quiet", "main")

    assert calls.taken() == []
    assert (ended.code, ended.stderr, message(root)) == (0, "", f"Bump\n\n{TRAILER}")


def test_the_first_commit_of_a_repository(tmp_path: Path) -> None:
    source, root = fraud(tmp_path / "source"), tmp_path / "new"
    shutil.copytree(source, root, ignore=shutil.ignore_patterns(".git"))
    git(root, "init", "--quiet")
    install(root)

    assert committed(bumped(root), "-m", "Begin") == (0, LINE)
    assert message(root) == f"Begin\n\n{TRAILER}"


def test_a_linked_work_tree_and_a_subdirectory(root: Path) -> None:
    git(root, "worktree", "add", "--quiet", "-b", "other", "../linked")
    linked = root.parent / "linked"

    assert committed(bumped(linked) / "models", "-m", "Bump") == (0, LINE)
    assert message(linked) == f"Bump\n\n{TRAILER}"


def test_a_repository_without_manifests_hears_nothing(root: Path) -> None:
    git(root, "rm", "--quiet", MANIFEST)
    committed(root, "-m", "Remove")
    (root / ".git" / "lineage" / "hook-state").unlink(missing_ok=True)

    assert committed(bumped(root), "-m", "Bump") == (0, "")


@pytest.mark.parametrize("block", [[], ["--block"]])
def test_a_broken_policy_is_one_line_and_stops_nothing(tmp_path: Path, block: list[str]) -> None:
    root = hooked(tmp_path / "fraud", *block)
    staged(root, {"lineage.toml": b"[tool.lineage.verify]\nweight = 1\n", "requirements.txt": BUMPED})

    code, said = committed(root, "-m", "Break")

    assert (code, message(root), said.count("\n")) == (0, "Break", 1)
    assert said.startswith("lineage: pre-commit: nothing is judged: index:lineage.toml: ")


@pytest.mark.parametrize("block", [[], ["--block"]])
def test_a_tool_that_is_gone_is_one_line_and_stops_nothing(tmp_path: Path, block: list[str]) -> None:
    root = hooked(tmp_path / "fraud", *block)
    for hook in (root / ".git" / "hooks").iterdir():
        hook.write_text(hook.read_text().replace("program=/", "program=/gone/"))

    code, said = committed(bumped(root), "-m", "Bump", env={"PATH": "/usr/bin:/bin"})

    assert (code, message(root)) == (0, "Bump")
    gone = "nothing is judged, the tool is not there any more: install it, then lineage hook install"
    assert said == f"lineage: pre-commit: {gone}\n"


def test_a_tool_that_is_broken_stops_nothing(tmp_path: Path) -> None:
    root = hooked(tmp_path / "fraud", "--block")
    for hook in (root / ".git" / "hooks").iterdir():
        hook.write_text(hook.read_text().replace("words='-I -m lineage'", "words='-I -m nowhere'"))

    code, _ = committed(bumped(root), "-m", "Bump")

    assert (code, message(root)) == (0, "Bump")
