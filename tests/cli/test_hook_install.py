"""``lineage hook install`` and ``uninstall``: what stands there runs on, and comes back untouched."""

import os
import stat
from pathlib import Path

import pytest

from tests.support.checked import fraud
from tests.support.gitrepos import git, submodule, write
from tests.support.hooked import ALL, BUMPED, LINE, committed, hooked, install, message, staged, typed
from tests.support.projects import Ended, run_lineage, script

SCRIPT = b'#!/bin/sh\necho "own $*" >&2\nexit ${OWN:-0}\n'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return fraud(tmp_path / "fraud")


def uninstall(root: Path, *arguments: str) -> Ended:
    return run_lineage("hook", "uninstall", *arguments, cwd=root)


def seen(directory: Path) -> dict[str, tuple[int, bytes, str]]:
    """Every entry: (mode, content, where a link leads)."""
    return {
        one.name: (
            stat.S_IMODE(one.lstat().st_mode),
            one.read_bytes() if one.is_file() and not one.is_symlink() else b"",
            str(one.readlink()) if one.is_symlink() else "",
        )
        for one in directory.iterdir()
    }


def own(directory: Path, name: str, content: bytes = SCRIPT, mode: int = 0o755) -> Path:
    write(directory, {name: content})
    (directory / name).chmod(mode)
    return directory / name


def test_all_are_installed_once_and_taken_away(root: Path) -> None:
    hooks = root / ".git" / "hooks"
    before = seen(hooks)

    assert install(root) == Ended(code=0, stdout="".join(f"installed  {one}\n" for one in ALL), stderr="")
    between = seen(hooks)
    assert between.keys() - before.keys() == set(ALL)
    assert install(root).stdout == "".join(f"kept  {one:18}  already there\n" for one in ALL)
    assert seen(hooks) == between
    assert uninstall(root) == Ended(code=0, stdout="".join(f"removed  {one}\n" for one in ALL), stderr="")
    assert seen(hooks) == before
    assert uninstall(root).stdout == "".join(f"absent  {one}\n" for one in ALL)


def test_single_ones_and_the_choice_to_block(root: Path) -> None:
    assert install(root, "pre-commit").stdout == "installed  pre-commit\n"
    assert install(root, "--block", "pre-commit").stdout == "updated  pre-commit\n"
    assert b"\nblock=yes #" in (root / ".git/hooks/pre-commit").read_bytes()
    assert uninstall(root, "pre-commit").stdout == "removed  pre-commit\n"


@pytest.mark.parametrize("kind", ["script", "odd mode", "link", "dangling link", "binary", "not executable"])
def test_what_stood_there_comes_back_untouched(root: Path, kind: str) -> None:
    hooks = root / ".git" / "hooks"
    if kind.endswith("link"):
        own(root, "tools/hook.sh")
        (hooks / "pre-commit").symlink_to("../../tools/hook.sh" if kind == "link" else "gone")
    else:
        content = b"\x7fELF\0\xff" if kind == "binary" else SCRIPT
        own(hooks, "pre-commit", content, {"odd mode": 0o4711, "not executable": 0o640}.get(kind, 0o755))
    before = seen(hooks)

    assert install(root).code == 0
    assert install(root, "--block").code == 0
    ended = uninstall(root)

    assert ended.stdout.splitlines()[0] == "restored  pre-commit          pre-commit is what stood there before"
    assert seen(hooks) == before


def test_a_hook_that_stood_there_runs_first_with_its_words_and_its_end(root: Path) -> None:
    own(root / ".git/hooks", "prepare-commit-msg")
    own(root / ".git/hooks", "pre-commit")
    install(root)
    staged(root, {"requirements.txt": BUMPED})

    assert committed(root, "-m", "Bump", env={"OWN": "3"}) == (1, "own \n")
    assert committed(root, "-m", "Bump") == (0, f"own \n{LINE}own .git/COMMIT_EDITMSG message\n")


def test_one_that_git_did_not_run_is_not_run(root: Path) -> None:
    own(root / ".git/hooks", "pre-commit", mode=0o644)

    told = install(root, "pre-commit").stdout

    note = "what stood there is not executable and stays so, now pre-commit.before-lineage: it is not run, as before"
    assert told == f"installed  pre-commit  {note}\n"
    assert committed(staged(root, {"requirements.txt": BUMPED}), "-m", "Bump") == (0, LINE)


def test_an_edited_hook_is_left_and_said(root: Path) -> None:
    install(root, "pre-commit")
    hook = root / ".git/hooks/pre-commit"
    hook.write_bytes(hook.read_bytes() + b"echo more\n")
    before = seen(hook.parent)

    assert install(root, "pre-commit") == Ended(
        code=2,
        stdout="refused  pre-commit  pre-commit was edited since: left as it is; remove it to have it written anew\n",
        stderr="",
    )
    assert uninstall(root, "pre-commit") == Ended(
        code=2,
        stdout="refused  pre-commit  pre-commit was edited since: left as it is; remove it by hand\n",
        stderr="",
    )
    assert seen(hook.parent) == before


def test_a_hook_that_another_tool_put_over_ours_is_not_lost(root: Path) -> None:
    hooks = root / ".git/hooks"
    own(hooks, "pre-commit")
    install(root, "pre-commit")
    own(hooks, "pre-commit", b"#!/bin/sh\nexit 0\n")
    before = seen(hooks)

    assert install(root, "pre-commit").stdout == (
        "refused  pre-commit  pre-commit.before-lineage is there already, from an earlier install, and pre-commit is "
        "not ours: remove one of them\n"
    )
    assert uninstall(root, "pre-commit").stdout == (
        "absent  pre-commit  no hook of ours; pre-commit.before-lineage is what stood there before one\n"
    )
    assert seen(hooks) == before


def test_husky_runs_its_hooks_under_their_names(root: Path) -> None:
    husky = root / ".husky"
    own(husky / "_", "pre-commit", b'#!/usr/bin/env sh\n. "$(dirname "$0")/h"')
    own(husky / "_", "h", b's=$(dirname "$(dirname "$0")")/$(basename "$0")\nsh -e "$s" "$@"\nexit $?\n', 0o644)
    own(husky, "pre-commit", b"echo husky >&2\n", 0o644)
    git(root, "config", "core.hooksPath", ".husky/_")
    before = seen(husky / "_")

    assert install(root).stderr == "core.hooksPath is .husky/_\n"
    git(root, "add", "--all")
    assert committed(staged(root, {"requirements.txt": BUMPED}), "-m", "Bump") == (0, f"husky\n{LINE}")
    uninstall(root)
    assert seen(husky / "_") == before


@pytest.mark.parametrize("place", ["inside", "outside"])
def test_a_directory_of_hooks_that_is_configured_and_not_there(root: Path, place: str) -> None:
    directory = "tools/hooks" if place == "inside" else str(root.parent / "company hooks")
    git(root, "config", "core.hooksPath", directory)

    shared = ": these hooks run in every repository that uses this directory" if place == "outside" else ""
    assert install(root).stderr == f"core.hooksPath is {directory}{shared}\n"
    assert sorted(one.name for one in (root / directory).iterdir()) == sorted(ALL)
    assert committed(staged(root, {"requirements.txt": BUMPED}), "-m", "Bump") == (0, LINE)


def test_hooks_that_are_switched_off(root: Path) -> None:
    git(root, "config", "core.hooksPath", os.devnull)

    assert install(root) == Ended(
        code=2,
        stdout="",
        stderr=f"lineage: error: {root}: core.hooksPath is /dev/null: hooks are switched off here\n"
        "  git config --unset core.hooksPath switches them on\n",
    )


def test_a_place_of_hooks_that_is_a_file(root: Path) -> None:
    git(root, "config", "core.hooksPath", "train.py")

    where = root / "train.py"
    assert install(root) == Ended(
        code=2, stdout="", stderr=f"lineage: error: {where}: the place of hooks is not a directory\n"
    )


def test_a_directory_that_cannot_be_written(root: Path) -> None:
    git(root, "config", "core.hooksPath", "/proc/self/hooks")

    ended = install(root)

    assert (ended.code, ended.stdout) == (2, "")
    assert ended.stderr.startswith("lineage: error: /proc/self/hooks: hooks cannot be written: ")


def test_a_hook_that_is_a_directory(root: Path) -> None:
    (root / ".git/hooks/pre-commit").mkdir()

    assert install(root, "pre-commit").stdout == "refused  pre-commit  is a directory\n"


def test_a_bare_repository_and_no_repository(root: Path, tmp_path: Path) -> None:
    git(root, "clone", "--quiet", "--bare", ".", str(tmp_path / "bare"))
    (tmp_path / "none").mkdir()

    assert install(tmp_path / "bare").stderr == (
        f"lineage: error: {tmp_path / 'bare'}: a bare repository: nothing is committed in it\n"
        "  install hooks in a clone\n"
    )
    assert install(tmp_path / "none").code == 2


def test_a_linked_work_tree_and_a_submodule(tmp_path: Path) -> None:
    root = hooked(tmp_path / "fraud")
    git(root, "worktree", "add", "--quiet", "../linked")
    assert install(root.parent / "linked").stdout.count("already there") == len(ALL)

    _, inner, _ = submodule(tmp_path)
    assert install(inner / "src").code == 0
    assert committed(staged(inner, {"a.txt": b"a\n"}), "-m", "Add") == (0, "")
    assert message(inner) == "Add"
    assert (tmp_path / "outer/.git/modules/libs/inner/hooks/pre-commit").is_file()
    assert typed(tmp_path / "outer", "commit", "--quiet", "-am", "x").code == 0


def test_no_monitor_of_the_repository_is_run(root: Path, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    git(root, "config", "core.hooksPath", "hooks")
    git(root, "config", "core.fsmonitor", str(script(tmp_path / "monitor", f"touch '{mark}'")))

    typed(root, "status")
    assert mark.exists()
    mark.unlink()

    assert (install(root).code, uninstall(root).code) == (0, 0)
    assert not mark.exists()
