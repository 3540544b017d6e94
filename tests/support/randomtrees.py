"""Random repositories in random states, the same for the same seed; and what a work tree and its git directory hold."""

import os
import random
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.support.gitrepos import commit, git

NAMES = (
    *("a", "b", "c.py", "two words", "line\nbreak", "-dash", 'quo"te', "back\\slash", "é", "tab\there", "*", ":(top)x"),
    *("d1", "d2", "d3", "Case", "case", "x.log", "ends\r", " lead", "#hash", "!bang", "~tilde", "a.b.c", "§"),
)
ODD = os.fsdecode(b"latin-\xe9")

Tree = Mapping[str, tuple[str, bytes]]
"""Path → (mode as git writes it, bytes or target of a link)."""


def work_tree(root: Path) -> Tree:
    """What git would see below a root, told by walking it and asking what is ignored."""
    found: dict[str, tuple[str, bytes]] = {}
    for directory, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name != ".git"]
        for name in [*files, *(one for one in folders if (Path(directory) / one).is_symlink())]:
            file = Path(directory) / name
            if file != root / ".git":
                found[file.relative_to(root).as_posix()] = _content(file)
    given = b"".join(os.fsencode(path) + b"\0" for path in found)
    asked = ["git", "check-ignore", "-z", "--stdin"]
    ignored = subprocess.run(asked, cwd=root, input=given, capture_output=True, check=False).stdout
    for path in ignored.split(b"\0")[:-1]:
        del found[os.fsdecode(path)]
    return found


def left_out(root: Path) -> Tree:
    """What a sparse checkout leaves out of the work tree, as the index has it."""
    found = {}
    rows = git(root, "ls-files", "-v", "--stage", "-z").split("\0")[:-1]
    for row in rows:
        head, _, path = row.partition("\t")
        above = [root / one for one in Path(path).parents]
        if (
            head[0] in "Ss"
            and not os.path.lexists(root / path)
            and not any(one.is_symlink() or one.is_file() for one in above)
        ):
            content = subprocess.run(
                ["git", "cat-file", "blob", head.split()[2]], cwd=root, check=True, capture_output=True
            )
            found[path] = (head.split()[1], content.stdout)
    return found


def _content(file: Path) -> tuple[str, bytes]:
    if file.is_symlink():
        return "120000", os.fsencode(file.readlink())
    return "100755" if file.stat().st_mode & 0o100 else "100644", file.read_bytes()


def restored(root: Path, commit: str, place: Path) -> Tree:
    """What a checkout of a commit gives, without touching the repository."""
    index = os.environ | {"GIT_INDEX_FILE": str(place.parent / f"{place.name}-index")}
    subprocess.run(["git", "read-tree", commit], cwd=root, env=index, check=True)
    place.mkdir()
    command = ["git", "checkout-index", "--all", f"--prefix={place}/"]
    subprocess.run(command, cwd=root, env=index, check=True, capture_output=True)
    found = {}
    for directory, folders, files in os.walk(place):
        for name in [*files, *(one for one in folders if (Path(directory) / one).is_symlink())]:
            file = Path(directory) / name
            found[file.relative_to(place).as_posix()] = _content(file)
    return found


def of_user(root: Path) -> dict[str, object]:
    """The state of a repository but for its objects and the refs of snapshots: every file of ``.git``, and status."""
    found: dict[str, object] = {}
    private = root / ".git"
    for directory, folders, files in os.walk(private):
        here = Path(directory).relative_to(private).as_posix()
        folders[:] = [name for name in folders if f"{here}/{name}" not in ("./objects", "refs/lineage", "./lineage")]
        for name in files:
            file = Path(directory) / name
            found[file.relative_to(private).as_posix()] = (file.read_bytes(), file.stat().st_mtime_ns)
    status = ["git", "--no-optional-locks", "status", "--porcelain=v2", "-z", "--untracked-files=all", "--branch"]
    found["status"] = subprocess.run(status, cwd=root, check=True, capture_output=True).stdout
    found["stash"] = git(root, "stash", "list")
    return found


class RandomTree:
    """One repository in a random state."""

    def __init__(self, root: Path, seed: int) -> None:
        self.root = root
        self._random = random.Random(seed)
        self._count = 0
        root.mkdir(parents=True)
        git(root, "init", "--quiet", "--initial-branch=main", *self._pick([[], [], ["--object-format=sha256"]]))
        (root / ".gitignore").write_text("*.log\n/d3/ignored\n")
        for _ in range(self._random.randrange(1, 12)):
            self._write()
        commit(root, {"kept.py": b"KEPT = 1\n"})
        if self._random.random() < 0.3:
            self._conflict()
        for _ in range(self._random.randrange(1, 14)):
            self._pick(
                [
                    self._write,
                    self._write,
                    self._append,
                    self._delete,
                    self._mode,
                    self._rename,
                    self._stage,
                    self._stage,
                    self._unstage,
                    self._intend,
                    self._remove_staged,
                    self._swap,
                    self._hide,
                ]
            )()

    def _pick(self, options: list):  # type: ignore[type-arg, no-untyped-def]
        return self._random.choice(options)

    def _path(self) -> Path:
        depth = self._pick([0, 0, 1, 2])
        parts = [self._pick(["d1", "d2", "d3", "two words"]) for _ in range(depth)]
        return self.root.joinpath(*parts, self._pick([*NAMES, ODD]))

    def _existing(self) -> Path | None:
        found = sorted(path for path in work_tree(self.root) if path != ".gitignore")
        return self.root / self._pick(found) if found else None

    def _write(self) -> None:
        path = self._path()
        for one in (*path.parents, path):
            if one != self.root and one.is_relative_to(self.root) and (one.is_symlink() or one.is_file()):
                one.unlink()
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            return
        self._count += 1
        if self._random.random() < 0.2:
            path.symlink_to(self._pick(["kept.py", "no where", "../..", "d1", os.fsdecode(b"\xff")]))
            return
        path.write_bytes(self._pick([b"", b"x\n", b"a\r\nb\r\n", b"\0\xff", b"%d" % self._count]))
        if self._random.random() < 0.2:
            path.chmod(0o755)

    def _append(self) -> None:
        path = self._existing()
        if path is not None and not path.is_symlink():
            path.write_bytes(path.read_bytes() + b"more\n")

    def _delete(self) -> None:
        path = self._existing()
        if path is not None:
            path.unlink()

    def _mode(self) -> None:
        path = self._existing()
        if path is not None and not path.is_symlink():
            path.chmod(path.stat().st_mode ^ 0o111)

    def _rename(self) -> None:
        path, other = self._existing(), self._path()
        if path is not None and not os.path.lexists(other) and other.parent.is_dir():
            path.rename(other)

    def _git(self, *arguments: str) -> None:
        command = ["git", "--literal-pathspecs", *arguments]
        subprocess.run(command, cwd=self.root, check=False, capture_output=True)

    def _of(self, *arguments: str) -> None:
        path = self._existing()
        if path is not None:
            self._git(*arguments, "--", str(path.relative_to(self.root)))

    def _stage(self) -> None:
        self._of("add")

    def _unstage(self) -> None:
        self._of("rm", "--cached", "--quiet", "--force")

    def _intend(self) -> None:
        self._of("add", "--intent-to-add")

    def _remove_staged(self) -> None:
        path = self._existing()
        if path is not None:
            self._git("add", "--", str(path.relative_to(self.root)))
            path.unlink()

    def _hide(self) -> None:
        self._of("update-index", self._pick(["--assume-unchanged", "--skip-worktree"]))
        self._append()

    def _swap(self) -> None:
        """A file becomes a directory, or a directory a file or link."""
        path = self._existing()
        if path is None:
            return
        if path.parent != self.root and self._random.random() < 0.5:
            for one in sorted(path.parent.rglob("*"), reverse=True):
                one.rmdir() if one.is_dir() and not one.is_symlink() else one.unlink()
            path.parent.rmdir()
            self._pick([lambda: path.parent.write_bytes(b"was a directory"), lambda: path.parent.symlink_to("d1")])()
        else:
            path.unlink()
            path.mkdir()
            (path / "inside").write_bytes(b"was a file")

    def _conflict(self) -> None:
        git(self.root, "checkout", "--quiet", "-b", "other")
        commit(self.root, {"kept.py": b"KEPT = 2\n", "both": b"theirs\n"})
        git(self.root, "checkout", "--quiet", "main")
        commit(self.root, {"kept.py": b"KEPT = 3\n", "both": b"ours\n"})
        self._git("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "merge", "other")
