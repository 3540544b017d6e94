"""What being watched costs a Python process: CPU time, user and system, by ``os.wait4``, in interleaved pairs.

Two programs: one that does nothing, and one that imports ``MODULES`` generated modules. ``--python PATH`` names other
interpreters than this one, ``--code TEXT`` a further program, ``--quick`` measures fewer pairs. Ends with 1 when a
watched process takes more than ``BOUND_MS`` longer than a bare one.
"""

import argparse
import os
import statistics
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from lineage.running.records import processes
from lineage.running.watcher import prepare, record_files

BOUND_MS = 25.0
PAIRS, QUICK_PAIRS = 41, 11
MODULES = 1200
LIBRARIES = "import sklearn.ensemble, pandas"
"""About 1,560 imports and 73,000 audit events, 46,000 of them of ``id``: the hook as such is a large part."""


def generate(folder: Path) -> str:
    """Packages of 30 modules each; gives the program that imports them all."""
    names = []
    for number in range(MODULES):
        package = f"pack{number // 30:02d}"
        (folder / package).mkdir(exist_ok=True)
        (folder / package / "__init__.py").touch()
        (folder / package / f"part{number:04d}.py").write_text("import sys, os.path\n\nNAME = __name__\n", "utf-8")
        names.append(f"{package}.part{number:04d}")
    return f"import sys; sys.path.insert(0, {str(folder)!r}); import {', '.join(names)}"


def cpu_ms(command: list[str], env: Mapping[str, str]) -> float:
    """Of one process, that must end well."""
    silent = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_RDWR, 0) for number in (0, 1)]
    _, status, used = os.wait4(os.posix_spawn(command[0], command, env, file_actions=silent), 0)
    if status != 0:
        raise SystemExit(f"bench: {command[0]} ended with {os.waitstatus_to_exitcode(status)}")
    return (used.ru_utime + used.ru_stime) * 1000


def added_ms(command: list[str], run: Path, pairs: int) -> tuple[float, float, int]:
    """(median of a bare process, median of the differences, imports recorded), each side first in every other pair."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COVERAGE_"))}
    sides = (bare, prepare(run, run).environment(bare))
    times: tuple[list[float], list[float]] = ([], [])
    for env in (*sides, *sides):
        cpu_ms(command, env)
    imports = max(len(process.importers) for process in processes(record_files(run)))
    for number in range(pairs):
        for side in (0, 1) if number % 2 else (1, 0):
            times[side].append(cpu_ms(command, sides[side]))
    differences = [watched - plain for plain, watched in zip(*times, strict=True)]
    return statistics.median(times[0]), statistics.median(differences), imports


def main() -> int:
    """Measure, print the table; 1 when the bound is passed."""
    parser = argparse.ArgumentParser(description="CPU time that the watcher adds to a Python process")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_PAIRS} pairs instead of {PAIRS}")
    parser.add_argument("--python", action="append", help="an interpreter (default: this one)")
    parser.add_argument("--code", action="append", default=[], help="a further program")
    options = parser.parse_args()
    pairs = QUICK_PAIRS if options.quick else PAIRS
    worst = 0.0
    print(f"CPU time of a process, medians of {pairs} interleaved pairs (bound: {BOUND_MS:.0f} ms added)")
    with tempfile.TemporaryDirectory(prefix="lineage-bench-") as scratch:
        (Path(scratch) / "many").mkdir()
        programs = ["pass", generate(Path(scratch) / "many"), *options.code]
        for place, python in enumerate(options.python or [sys.executable]):
            for number, program in enumerate(programs):
                run = Path(scratch) / f"run-{place}-{number}"
                plain, added, imports = added_ms([python, "-c", program], run, pairs)
                worst = max(worst, added)
                print(f"{python}: {imports:5d} imports  bare {plain:7.1f} ms  watched {added:+6.1f} ms")
    if worst > BOUND_MS:
        print(f"bench: the watcher adds {worst:.1f} ms, more than {BOUND_MS:.0f}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
