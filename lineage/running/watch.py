"""A command run and watched: what it ran, what it wrote, how it ended. Nothing is captured here."""

import os
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from lineage.model.run import Process, Run, StartedCode
from lineage.redaction.commands import published
from lineage.running.descendants import Descendants
from lineage.running.foreground import Ended, run_foreground
from lineage.running.kept_runs import keep_code
from lineage.running.records import processes
from lineage.running.watcher import prepare, record_files
from lineage.system.plainfiles import is_environment

RECORDER = "<lineage recorder>"
"""Module name of the watcher in a process of a watched run: see ``lineage.guest.recorder``."""

RANKS = ("RANK", "SLURM_PROCID", "OMPI_COMM_WORLD_RANK", "PMI_RANK", "PMIX_RANK")
"""Variables that launchers of distributed training number their processes by, over all machines."""


_PATIENCE_S = 2.0
_SKIPPED = frozenset({".git", ".hg", ".svn", "__pycache__"})
_OF_DVC = frozenset({"cache", "tmp"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A run that ended, however it did."""

    ended: Ended
    run: Run
    processes: tuple[Process, ...]


def is_first_rank(variables: Mapping[str, str]) -> bool:
    """Whether this process is the one of a distributed launch that captures; it is where there is none."""
    return all(int(variables[name]) == 0 for name in RANKS if variables.get(name, "").isdigit())


def watched_run() -> Path | None:
    """The directory of the run that this very process is watched in; ``None`` where it is not."""
    folders = (getattr(one, "folder", None) for one in sys.meta_path if type(one).__module__ == RECORDER)
    return next((Path(folder).parent for folder in folders if isinstance(folder, str)), None)


def lay_out(place: Path, root: Path, started: StartedCode | None) -> None:
    """Write what a run needs before it begins: the watcher, and what the code is. Raises ``StoreError``."""
    prepare(place, root)
    if started is not None:
        keep_code(place, started)


def watch(
    command: Sequence[str],
    *,
    root: Path,
    place: Path,
    variables: Mapping[str, str],
    head: str,
    quiet: bool = False,
    let_go: bool = False,
) -> Watched:
    """Run a command in the foreground, its Python processes watched; ``quiet``, ``let_go``: as ``run_foreground``.

    ``root`` is the repository's, resolved; ``place`` an empty directory of our own for what is recorded; ``head`` the
    commit at the start. Raises ``InputError`` where the platform cannot, ``OSError`` where ``place`` cannot be used.
    """
    prepared = prepare(place, root)
    since = moment(place)
    descendants = Descendants(str(prepared.directory / "site"))
    started, began = datetime.now(UTC), time.monotonic()
    environment = prepared.environment(variables)
    ended = run_foreground(command, env=environment, tick=descendants.look, quiet=quiet, let_go=let_go)
    seconds = time.monotonic() - began
    seen = processes(record_files(place))
    shown = published(command, root=str(root), home=variables.get("HOME", ""))
    run = Run(
        id=place.name,
        command=shown.words,
        redacted=shown.redacted,
        directory=_directory(root),
        head=head,
        started=started.replace(microsecond=0),
        seconds=round(seconds, 3),
        written=changed_since(root, since),
        unwatched=descendants.unwatched({one.pid for one in seen}),
    )
    return Watched(ended=ended, run=run, processes=seen)


def _directory(root: Path) -> str:
    """The working directory, POSIX from the root; ``.`` for the root, and for what lies outside of it."""
    here = Path(os.path.realpath("."))
    return here.relative_to(root).as_posix() if here.is_relative_to(root) else "."


def moment(directory: Path) -> int:
    """A change time (ns) of the file system under ``directory``: all that is written from now on has a later one.

    The clock of file systems goes in ticks of some milliseconds, so this waits for the next. Raises ``OSError``.
    """
    with tempfile.NamedTemporaryFile(dir=directory) as file:
        first = os.fstat(file.fileno()).st_ctime_ns
        until = time.monotonic() + _PATIENCE_S
        while os.fstat(file.fileno()).st_ctime_ns == first and time.monotonic() < until:
            time.sleep(0.001)
            os.utime(file.fileno())
        return first


def changed_since(root: Path, since: int) -> tuple[str, ...]:
    """The files and links below ``root`` that were made or changed after ``since``, sorted; POSIX from ``root``.

    Left out: what version control, DVC's own directories and Python environments hold. What vanishes meanwhile or
    cannot be read is not there.
    """
    return tuple(sorted(_changed(str(root), "", since)))


def _changed(root: str, directory: str, since: int) -> Iterator[str]:
    pending = [directory]
    while pending:
        here = pending.pop()
        try:
            entries = list(os.scandir(f"{root}/{here}" if here else root))
        except OSError:
            continue
        for entry in entries:
            path = f"{here}/{entry.name}" if here else entry.name
            try:
                if entry.is_dir(follow_symlinks=False):
                    if not _is_skipped(here, entry.name) and not is_environment(Path(entry.path)):
                        pending.append(path)
                elif entry.stat(follow_symlinks=False).st_ctime_ns > since:
                    yield path
            except OSError:
                continue


def _is_skipped(parent: str, name: str) -> bool:
    return name in _SKIPPED or (name in _OF_DVC and parent.rpartition("/")[2] == ".dvc")
