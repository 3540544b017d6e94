"""The importable files of a target that no RECORD owns, found by listing the entries of its ``sys.path``.

Where packages are installed everything is listed. Another entry (PYTHONPATH, a project) holds code of its own, and is
looked at on top only, for what stands in front of something else. What ``__pycache__`` holds is not looked at.
"""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

from lineage.portable.compare import Change
from lineage.portable.environment import Unknown
from lineage.portable.unowned_files import (
    STARTUP,
    Candidate,
    is_known_virtualenv,
    judge_candidate,
    module_of,
    needs_content,
)
from lineage.targets.rooted_tree import RootedTree
from lineage.targets.source import Examination
from lineage.verifying.installed_records import OTHER, SITE, STANDARD, FileJob, PathEntry, RecordedFiles

MAX_FILES = 10_000
"""of one entry that are in no RECORD"""

_MAX_DEPTH = 64


@dataclass(slots=True, kw_only=True)
class Unowned:
    """What was found."""

    changes: list[Change] = field(default_factory=list)
    jobs: list[FileJob] = field(default_factory=list)
    """files in a directory that one package owns"""
    links: set[str] = field(default_factory=set)
    """directories that are links, and below which files are recorded"""
    unknown: set[Unknown] = field(default_factory=set)


def find_unowned(
    target: Examination, disk: RootedTree, entries: tuple[PathEntry, ...], recorded: RecordedFiles
) -> Unowned:
    """What no RECORD owns, entry by entry."""
    return _Search(target, disk, entries, recorded).run()


class _Search:
    def __init__(
        self, target: Examination, disk: RootedTree, entries: tuple[PathEntry, ...], recorded: RecordedFiles
    ) -> None:
        self._disk = disk
        self._entries = entries
        self._recorded = recorded
        self._stdlib = target.stdlib or sys.stdlib_module_names
        self._first = next((i for i, entry in enumerate(entries) if entry.kind == STANDARD), 0)
        """place of the standard library"""
        self._sites = {entry.path for entry in entries if entry.kind == SITE}
        self._found = Unowned()

    def run(self) -> Unowned:
        for index, entry in enumerate(self._entries):
            if entry.kind == OTHER:
                for one in self._on_top(entry.path):
                    hidden = self._hidden(index, "", one.module, standard_library=index < self._first)
                    if hidden or one.module in STARTUP:
                        self._found.changes.append(judge_candidate(one, hidden))
            elif entry.kind == SITE:
                self._judge_all(index, self._list(entry.path))
        return self._found

    def _judge_all(self, index: int, files: list[str]) -> None:
        entry = self._entries[index].path
        shared: dict[str, list[str]] = {}
        for path in files:
            directory, names = self._recorded.owners.nearest(path, entry)
            if len(names) == 1:
                self._found.jobs.append(FileJob(next(iter(names)), path, path[len(entry) + 1 :], None))
            else:
                shared.setdefault(directory, []).append(path)
        for directory, paths in shared.items():
            for one in self._candidates(entry, directory, paths):
                self._judge(one, index, directory)

    def _judge(self, one: Candidate, index: int, directory: str) -> None:
        inside = directory[len(self._entries[index].path) :].strip("/")
        stem = one.path.rpartition("/")[2].partition(".")[0]
        if stem not in STARTUP and f"{directory}/{stem}" in self._recorded.claimed:
            return
        if one.path == "_virtualenv.py" and (one.content is None or not is_known_virtualenv(one.content)):
            reason = "it runs whenever Python starts, and is none that virtualenv or uv is known to write"
            self._found.unknown.add(Unknown("file:_virtualenv.py", reason))
            return
        hidden = self._hidden(index, inside, one.module, standard_library=not inside)
        if inside and one.module == "__init__":
            hidden = f"what packages have in {inside}"
        self._found.changes.append(judge_candidate(one, hidden))

    def _hidden(self, index: int, inside: str, module: str, *, standard_library: bool) -> str:
        """What a module of the entry at ``index`` stands in front of, in words; ``""`` for nothing."""
        if not module:
            return ""
        if standard_library and module in self._stdlib:
            return f"{module} of the standard library"
        for entry in self._entries[index:]:
            path = "/".join(filter(None, (entry.path, inside, module)))
            name = self._recorded.owners.hidden(path, self._recorded.exact)
            if name is not None:
                return f"the recorded package {name}"
        return ""

    def _list(self, entry: str) -> list[str]:
        """The importable files below a directory where packages are installed that are in no RECORD."""
        files: list[str] = []
        owners = self._recorded.owners
        waiting: list[tuple[str, bool, int]] = [(entry, True, 0)]
        seen: set[str] = set()
        while waiting:
            directory, is_package, depth = waiting.pop()
            for one in self._scan(directory):
                path = f"{directory}/{one.name}"
                kind = self._kind(one, path, seen)
                if kind == "directory":
                    if one.name == "__pycache__" or path in self._sites:
                        continue
                    if depth < _MAX_DEPTH:
                        waiting.append((path, is_package and one.name.isidentifier(), depth + 1))
                    else:
                        self._doubt(f"more than {_MAX_DEPTH} directories deep: {path[len(entry) + 1 :][:80]}…")
                elif is_package and path not in owners.files and _is_importable(one.name, kind, directory == entry):
                    if len(files) == MAX_FILES:
                        self._doubt(f"more than {MAX_FILES} importable files are in no RECORD: not all were looked at")
                        return files
                    files.append(path)
        return files

    def _doubt(self, reason: str) -> None:
        self._found.unknown.add(Unknown("files", reason))

    def _scan(self, directory: str) -> list["os.DirEntry[str]"]:
        place = self._disk.resolve_if_any(directory) if self._found.links else directory
        try:
            with os.scandir(self._disk.place(directory if place is None else place)) as entries:
                return sorted(entries, key=lambda one: one.name)
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            self._doubt(f"a directory cannot be listed: {directory.rpartition('/')[2]}: {error.strerror or error}")
            return []

    def _kind(self, one: "os.DirEntry[str]", path: str, seen: set[str]) -> str:
        """``directory``, ``link`` (to one that holds nothing recorded) or ``file``, which is anything else."""
        if not one.is_symlink():
            return "directory" if one.is_dir(follow_symlinks=False) else "file"
        target = self._disk.resolve_if_any(path)
        if target is None or not os.path.isdir(self._disk.place(target)):  # noqa: PTH112
            return "file"
        if path not in self._recorded.owners.directories or target in seen:
            return "link"
        seen.add(target)
        self._found.links.add(path)
        return "directory"

    def _candidates(self, entry: str, directory: str, files: list[str]) -> Iterator[Candidate]:
        """What unowned files are in a directory of an entry: each module once, with how many files it has."""
        groups: dict[str, list[str]] = {}
        for path in files:
            groups.setdefault(path[len(directory) + 1 :].partition("/")[0], []).append(path)
        for name, paths in groups.items():
            path = f"{directory}/{name}"
            content = None
            if paths == [path]:
                module = "" if name.endswith(".pth") else module_of(name) or name
                content = self._disk.read_start_file(path) if needs_content(name) else None
            else:  # without an __init__ it stands in front of nothing
                module = name if any(one.startswith(f"{path}/__init__.") for one in paths) else ""
            yield Candidate(path[len(entry) + 1 :], module, len(paths), content)

    def _on_top(self, entry: str) -> Iterator[Candidate]:
        """The modules and packages on top of an entry that holds no installed packages."""
        owners = self._recorded.owners
        for one in self._scan(entry):
            path = f"{entry}/{one.name}"
            if path in owners.files or path in owners.directories:
                continue
            module = module_of(one.name)
            if module is None and one.name.isidentifier() and self._is_package(path):
                module = one.name
            if module is not None:
                yield Candidate(one.name, module)

    def _is_package(self, path: str) -> bool:
        target = self._disk.resolve_if_any(path)
        return target is not None and any(module_of(one.name) == "__init__" for one in self._scan(target))


def _is_importable(name: str, kind: str, is_top: bool) -> bool:
    if kind == "link":
        return name.isidentifier()
    return module_of(name) is not None or (is_top and name.endswith(".pth"))
