"""Repositories made with git itself, as a user makes them."""

import hashlib
import os
import subprocess
from pathlib import Path

AUTHOR = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgSign=false"]
DATE = "2026-11-20T21:33:05+0200"
UNKNOWN = "1234567890" * 4


def git(directory: Path, *arguments: str, date: str = DATE) -> str:
    surroundings = os.environ | {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
    done = subprocess.run(
        ["git", *AUTHOR, *arguments], cwd=directory, env=surroundings, check=True, capture_output=True
    )
    return done.stdout.decode("utf-8", "surrogateescape").removesuffix("\n")


def write(root: Path, files: dict[str, bytes]) -> None:
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)


def commit(root: Path, files: dict[str, bytes], message: str = "Train", date: str = DATE) -> str:
    write(root, files)
    git(root, "add", "--all", date=date)
    git(root, "commit", "--quiet", "--allow-empty", "-m", message, date=date)
    return git(root, "rev-parse", "HEAD")


def make(root: Path, *options: str) -> Path:
    """A repository with one commit that holds train.py and src/features.py."""
    root.mkdir(parents=True)
    git(root, "init", "--quiet", "--initial-branch=main", *options)
    commit(root, {"train.py": b"import features\n", "src/features.py": b"SIZE = 3\n"})
    return root.resolve()


def git_id(content: bytes, object_format: str = "sha1") -> str:
    return hashlib.new(object_format, b"blob %d\0" % len(content) + content).hexdigest()


def submodule(tmp_path: Path) -> tuple[Path, Path, str]:
    """A path in a submodule of a repository, its root, its object format."""
    inner, outer = make(tmp_path / "inner"), make(tmp_path / "outer")
    git(outer, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner), "libs/inner")
    return outer / "libs/inner/src", outer / "libs/inner", "sha1"
