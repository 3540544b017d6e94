"""Commits with the hooks of ``lineage hook install``, and the same commits without them."""

import itertools
import subprocess
from collections.abc import Callable
from pathlib import Path

from benchmarks import monorepo
from benchmarks.timing import Command, Pairs, interleaved

MODELS, LOCKED = 100, 500
_PLAIN = ("-c", "core.hooksPath=/dev/null")


def make_hooked(root: Path, lineage: str) -> None:
    """A repository of many models with all hooks."""
    monorepo.make_monorepo(root, MODELS, LOCKED)
    for key, value in (("user.name", "Ada"), ("user.email", "ada@example.org"), ("commit.gpgSign", "false")):
        subprocess.run(["git", "config", key, value], cwd=root, check=True)
    subprocess.run([lineage, "hook", "install"], cwd=root, check=True, stdout=subprocess.DEVNULL)


def irrelevant(root: Path) -> Callable[[], None]:
    """Stages another text that concerns no model."""
    numbers = itertools.count()

    def stage() -> None:
        (root / "README.md").write_text(f"{next(numbers)}\n", encoding="utf-8")
        _add(root)

    return stage


def relevant(root: Path) -> Callable[[], None]:
    """Stages another major version of a package that some of the models depend on, new on top of the recorded one."""
    versions = itertools.count(2)
    lock = (root / "uv.lock").read_text(encoding="utf-8")
    recorded = 'name = "pkg-150"\nversion = "1.2.3"'
    if recorded not in lock:
        raise SystemExit("bench: the lock has no such package")

    def stage() -> None:
        (root / "uv.lock").write_text(lock, encoding="utf-8")
        subprocess.run(["git", *_PLAIN, "commit", "--quiet", "--allow-empty", "-am", "Back"], cwd=root, check=True)
        bumped = recorded.replace("1.2.3", f"{next(versions)}.0.0")
        (root / "uv.lock").write_text(lock.replace(recorded, bumped), encoding="utf-8")
        _add(root)

    return stage


def commits(root: Path, stage: Callable[[], None], pairs: int) -> Pairs:
    """Seconds of whole commits, with the hooks and without."""
    quiet = ["sh", "-c", 'exec git "$@" 2>/dev/null', "sh"]
    words = ["commit", "--quiet", "--message", "Change"]
    hooked, plain = Command("with hooks", [*quiet, *words], stage), Command("plain", [*quiet, *_PLAIN, *words], stage)
    return interleaved(hooked, plain, root, pairs)


def _add(root: Path) -> None:
    subprocess.run(["git", "add", "--all"], cwd=root, check=True)
