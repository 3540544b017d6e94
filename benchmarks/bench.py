"""What a gate and a capture cost, held to bounds.

Run by ``make bench``; ``python -m benchmarks.bench PART...`` runs single parts, ``--pairs N`` fewer pairs. Each
part compares whole processes in interleaved pairs by the ratio of their medians, or a process' memory with a bound:

- ``verify``: ``lineage verify`` of a large real environment against ``pip freeze`` of it;
- ``help``: ``lineage --help`` against an interpreter that imports click;
- ``one``: ``lineage capture`` of one file of 2 GiB against ``md5sum``; the file is in the page cache;
- ``many``: the same of 2,000 files of 1 MiB;
- ``memory``: the most memory that captures of these held, and of 200,000 small files;
- ``watch``: the CPU time that being watched adds to a Python process (``benchmarks.watch`` alone measures more);
- ``snapshot``: describing the code of 20,000 files, with and without edits, against ``git status`` of them;
- ``check``: a bump in a lock of 2,000 packages that 200 models depend on, in seconds of the whole process;
- ``hook``: commits with the hooks of ``lineage hook install`` against the same without;
- ``training``: the same of a training of about 20 seconds, in fewer pairs (``benchmarks.training``).

The large environment is built once, under ``.cache/bench``. Everything else is made in a temporary directory (4 GiB
for the captures), and removed. Ends with 1 when a bound is passed.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from benchmarks import hooks, inputs, monorepo, snapshots, training, watch
from benchmarks.timing import PAIRS, Command, Pairs, interleaved, peak_mib

LINEAGE = str(Path(sys.executable).parent / "lineage")
CACHE = Path(__file__).resolve().parent.parent / ".cache" / "bench"


class Outcome(NamedTuple):
    """One measured number and its bound."""

    name: str
    value: float
    bound: float
    detail: str
    """what it was made of, for people"""


def _ratio(left: Command, right: Command, pairs: Pairs, bound: float) -> Outcome:
    sides = ", ".join(
        f"{command.name} {statistics.median(times) * 1000:,.0f} ms (least {min(times) * 1000:,.0f})"
        for command, times in ((left, pairs.left), (right, pairs.right))
    )
    return Outcome(f"{left.name} / {right.name}", pairs.ratio(), bound, sides)


def _compared(left: Command, right: Command, cwd: Path, pairs: int, bound: float) -> Outcome:
    return _ratio(left, right, interleaved(left, right, cwd, pairs), bound)


def bench_verify(scratch: Path, pairs: int) -> Iterator[Outcome]:
    """A gate, with the identities of all that the model uses."""
    python = str(inputs.large_environment(CACHE))
    project = scratch / "verify"
    inputs.make_project(project, inputs.ENTRY)
    freeze = [python, "-m", "pip", "freeze"]
    listed = subprocess.run([*freeze, "--all"], check=True, capture_output=True, text=True).stdout.splitlines()
    if len(listed) < inputs.LEAST:
        raise SystemExit(f"bench: only {len(listed)} distributions, {inputs.LEAST} are asked for")
    target = f"python:{python}"
    capture = [LINEAGE, "capture", "weights.bin", "--from", target, "--quiet"]
    subprocess.run(capture, cwd=project, check=True, stdout=subprocess.DEVNULL)
    verify = [LINEAGE, "verify", "weights.bin.lineage.toml", "--no-weights", "--against", target]
    left, right = Command("verify", verify), Command(f"pip freeze of {len(listed)}", freeze)
    yield _compared(left, right, project, pairs, 0.35)


def bench_help(scratch: Path, pairs: int) -> Iterator[Outcome]:
    """A start that does nothing."""
    left = Command("--help", [LINEAGE, "--help"])
    right = Command("import click", [sys.executable, "-c", "import click"])
    yield _compared(left, right, scratch, pairs, 1.6)


def bench_one(scratch: Path, pairs: int) -> Iterator[Outcome]:
    """A large file."""
    project = _weights_project(scratch)
    path = project / "one.bin"
    inputs.write_one(path, 2048)
    right = Command("md5sum of 2 GiB", ["md5sum", path.name])
    yield _compared(_capture(scratch, path, "capture"), right, project, pairs, 1.45)
    yield _memory(scratch, path, "2 GiB")
    path.unlink()


def bench_many(scratch: Path, pairs: int) -> Iterator[Outcome]:
    """A directory of files of some size."""
    project = _weights_project(scratch)
    folder = project / "many.bin"
    inputs.write_many(folder, 2000, 1 << 20)
    files = sorted(str(one.relative_to(project)) for one in folder.rglob("*.bin"))
    right = Command("md5sum of 2,000 x 1 MiB", ["md5sum", *files])
    yield _compared(_capture(scratch, folder, "capture"), right, project, pairs, 0.85)
    yield _memory(scratch, folder, "2,000 x 1 MiB")


def bench_memory(scratch: Path, pairs: int) -> Iterator[Outcome]:
    """A directory of very many small files; the memory of the larger captures is told beside their times."""
    folder = _weights_project(scratch) / "small.bin"
    inputs.write_many(folder, 200_000, 64)
    yield _memory(scratch, folder, "200,000 small files")


def bench_watch(scratch: Path, pairs: int) -> Iterator[Outcome]:
    """A process that does nothing, one that imports much, and one that imports real libraries."""
    (scratch / "modules").mkdir()
    programs = {
        "nothing": (sys.executable, "pass"),
        f"{watch.MODULES} modules": (sys.executable, watch.generate(scratch / "modules")),
        "scikit-learn": (str(inputs.large_environment(CACHE)), watch.LIBRARIES),
    }
    for number, (name, (python, program)) in enumerate(programs.items()):
        bare, added, imports = watch.added_ms([python, "-c", program], scratch / f"watch-{number}", pairs)
        detail = f"bare {bare:,.0f} ms, {imports} imports, load average {os.getloadavg()[0]:.1f}"
        yield Outcome(f"ms of CPU added by watching, {name}", added, watch.BOUND_MS, detail)


def bench_snapshot(scratch: Path, pairs: int) -> Iterator[Outcome]:
    """A clean tree, and one with 50 changed files."""
    for edits, bound in ((0, 2.0), (50, 4.0)):
        times = snapshots.measure(scratch / f"snapshot-{edits}", edits, pairs)
        detail = (
            f"{statistics.median(times.left) * 1000:,.0f} ms, git status {statistics.median(times.right) * 1000:,.0f}"
        )
        yield Outcome(f"snapshot of 20,000 files, {edits} edited", times.ratio(), bound, detail)


def bench_training(scratch: Path, pairs: int) -> Iterator[Outcome]:
    """A training of some length, with scikit-learn."""
    python = str(inputs.large_environment(CACHE))
    costs = training.measure(python, scratch, min(pairs, training.PAIRS), training.TREES)
    detail = training.described(costs)
    yield Outcome("% of CPU added by watching, training", costs.share() * 100, training.BOUND * 100, detail)


def bench_check(scratch: Path, pairs: int) -> Iterator[Outcome]:
    """The first check of a clone, which parses everything, and the next ones."""
    project = scratch / "monorepo"
    monorepo.make_monorepo(project)
    words = [LINEAGE, "check", "HEAD~1..HEAD"]
    kept = project / ".git" / "lineage"
    again, first = Command("again", words), Command("first", words, lambda: shutil.rmtree(kept, ignore_errors=True))
    for command, count in ((first, min(pairs, 5)), (again, pairs)):
        times = interleaved(command, command, project, count)
        seconds = [*times.left, *times.right]
        detail = f"least {min(seconds):.2f}, aim 0.3, {monorepo.MODELS} models, {monorepo.LOCKED:,} locked packages"
        load = f"load average {os.getloadavg()[0]:.1f}"
        yield Outcome(f"s, check, {command.name}", statistics.median(seconds), 1.0, f"{detail}, {load}")


def bench_hook(scratch: Path, pairs: int) -> Iterator[Outcome]:
    """Commits with all hooks: one that concerns no model, and one that makes some due."""
    project = scratch / "hooked"
    hooks.make_hooked(project, LINEAGE)
    for name, stage, bound in (("a model", hooks.relevant, 250.0), ("no model", hooks.irrelevant, 30.0)):
        times = hooks.commits(project, stage(project), pairs)
        hooked, plain = (statistics.median(side) * 1000 for side in times)
        value = hooked if name == "a model" else hooked - plain
        what = "whole" if name == "a model" else "added by hooks to"
        detail = f"with {hooked:,.0f} ms, without {plain:,.0f} ms, {hooks.MODELS} models"
        yield Outcome(f"ms, {what} commit that concerns {name}", value, bound, detail)


def _weights_project(scratch: Path) -> Path:
    project = scratch / "weights"
    if not project.exists():
        inputs.make_project(project, "import json\n")
        inputs.bare_environment(scratch / "bare")
    return project


def _capture(scratch: Path, path: Path, name: str) -> Command:
    """A first capture each time: neither a manifest nor known digests are there."""
    target = f"python:{scratch / 'bare' / 'bin' / 'python'}"
    manifest = path.with_name(f"{path.name}.lineage.toml")
    words = [LINEAGE, "capture", path.name, "--no-cache", "--from", target, "--quiet"]
    return Command(name, words, lambda: manifest.unlink(missing_ok=True))


def _memory(scratch: Path, path: Path, what: str) -> Outcome:
    peak = peak_mib(_capture(scratch, path, "capture"), path.parent)
    return Outcome(f"MiB held, capture of {what}", peak, 100, "")


Part = Callable[[Path, int], Iterator[Outcome]]
PARTS: Mapping[str, Part] = {
    "verify": bench_verify,
    "help": bench_help,
    "one": bench_one,
    "many": bench_many,
    "memory": bench_memory,
    "watch": bench_watch,
    "check": bench_check,
    "snapshot": bench_snapshot,
    "hook": bench_hook,
    "training": bench_training,
}


def main() -> int:
    """Measure, print a line for each bound; 1 when one is passed."""
    parser = argparse.ArgumentParser(prog="bench", description="What lineage costs, held to bounds.")
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], metavar="PART", help=f"of {', '.join(PARTS)}")
    parser.add_argument("--pairs", type=int, default=PAIRS, help="pairs of runs (default: %(default)s)")
    options = parser.parse_args()
    for name in [key for key in os.environ if key.startswith(("GIT_", "PYTHON", "LINEAGE_"))]:
        del os.environ[name]
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, medians of {options.pairs} interleaved pairs")
    missed = 0
    with tempfile.TemporaryDirectory(prefix="lineage-bench-") as scratch:
        for part in options.parts or PARTS:
            for one in PARTS[part](Path(scratch), options.pairs):
                verdict = "" if one.value <= one.bound else "   PASSED ITS BOUND"
                missed += bool(verdict)
                print(f"{one.name:<42} {one.value:8.2f}   bound {one.bound:6.2f}   {one.detail}{verdict}", flush=True)
    if missed:
        print(f"bench: {missed} beyond a bound", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
