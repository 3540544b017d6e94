"""A repository with the hooks of ``lineage hook install``, and git as its user types it."""

import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

from lineage.model.code import Code
from tests.support.checked import LOCK, fraud, manifest, record
from tests.support.gitrepos import AUTHOR, commit, git, write
from tests.support.projects import Ended, run_lineage, surroundings

BUMPED = LOCK.replace(b"numpy==1.26.4", b"numpy==2.0.1")
TRAILER = "Lineage-Retrain: models/fraud (numpy 1.26.4 -> 2.0.1)"
LINE = "lineage: models/fraud is due for retraining: numpy 1.26.4 → 2.0.1 (major), named in the weights\n"
STOPPED = "lineage: pre-commit: stopped (installed with --block); git's --no-verify goes past it\n"
ALL = ("pre-commit", "prepare-commit-msg", "post-merge", "post-checkout", "pre-push")


def install(root: Path, *arguments: str) -> Ended:
    return run_lineage("hook", "install", *arguments, cwd=root)


def hooked(root: Path, *arguments: str) -> Path:
    """A repository with one model, and hooks in it."""
    made = fraud(root)
    assert install(made, *arguments).code == 0
    return made


def snapshotted(root: Path, name: str = "models/fraud") -> str:
    """The commit that a model was made from, which is on no branch."""
    base = git(root, "rev-parse", "HEAD")
    made = git(root, "commit-tree", "-p", base, "-m", name, f"{base}^{{tree}}")
    git(root, "update-ref", f"refs/lineage/{made}", made)
    one = manifest(name, {})
    record(root, replace(one, code=Code(base=base, commit=made, tree=git(root, "rev-parse", f"{base}^{{tree}}"))))
    commit(root, {})
    return made


def typed(root: Path, *arguments: str, env: dict[str, str] | None = None) -> Ended:
    """``git ARGUMENTS``, with its hooks."""
    words = ["git", *AUTHOR, *arguments]
    done = subprocess.run(words, cwd=root, env=surroundings(env), stdin=subprocess.DEVNULL, capture_output=True)
    return Ended(code=done.returncode, stdout=done.stdout.decode(), stderr=done.stderr.decode())


def committed(root: Path, *arguments: str, env: dict[str, str] | None = None) -> tuple[int, str]:
    """(exit code, what was said) of ``git commit``."""
    ended = typed(root, "commit", "--quiet", *arguments, env=env)
    return ended.code, ended.stderr


def staged(root: Path, files: dict[str, bytes]) -> Path:
    write(root, files)
    git(root, "add", "--all")
    return root


def message(root: Path) -> str:
    return git(root, "log", "-1", "--format=%B").rstrip("\n")


@dataclass(frozen=True, slots=True)
class Calls:
    """How often a hook called the tool."""

    log: Path

    def taken(self) -> list[str]:
        """What it was called with since the last time."""
        found = self.log.read_text().splitlines() if self.log.exists() else []
        self.log.unlink(missing_ok=True)
        return found


def counted(root: Path) -> Calls:
    """Let the installed hooks write down when they call the tool."""
    log, program = root.parent / "calls.log", root.parent / "counting"
    for name in ALL:
        hook = root / ".git" / "hooks" / name
        lines = hook.read_text().splitlines(keepends=True)
        real = next(line for line in lines if line.startswith("program=")).strip().partition("=")[2]
        program.write_text(f'#!/bin/sh\necho "$*" >>"{log}"\nexec {real} "$@"\n')
        changed = [f"program={program}\n" if line.startswith("program=") else line for line in lines]
        hook.write_text("".join(changed))
    program.chmod(0o755)
    return Calls(log)
