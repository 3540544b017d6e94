"""What being watched costs a training of about 20 seconds with scikit-learn: a share of its CPU time.

A training of a fixed amount of work runs bare and under ``lineage run`` in interleaved pairs. A process in between
notes what the training took, user and system, by ``os.wait4``, and what its parent spent meanwhile: under
``lineage run`` that is the tool's own work while the training goes on, and it is counted in. What the tool does before
and afterwards, the capture, costs the training nothing; it is told apart, as seconds of the clock.

``--python PATH`` names an interpreter with scikit-learn instead of that of the large environment of ``make bench``,
``--pairs N`` and ``--trees N`` measure less. Ends with 1 when the bound is passed.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from benchmarks import inputs

BOUND = 0.01
PAIRS = 5
TREES = 420
"""for about 20 seconds on a core of 2026"""

CACHE = Path(__file__).resolve().parent.parent / ".cache" / "bench"
LINEAGE = [sys.executable, "-P", "-m", "lineage", "run", "--quiet", "--model", "model.pkl", "--"]

TRAIN = """\
import pickle
import sys

import numpy
import pandas
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import cross_val_score

random = numpy.random.default_rng(7)
table = pandas.DataFrame(random.normal(size=(5000, 20)))
target = (table[0] + table[1] * table[2] + random.normal(size=5000) > 0).astype(int)
model = RandomForestClassifier(n_estimators=int(sys.argv[1]), random_state=1)
print(cross_val_score(model, table, target, cv=4).mean())
with open("model.pkl", "wb") as file:
    pickle.dump(model.fit(table, target), file)
"""

MEASURE = """\
import json
import os
import sys
import time


def parent():
    with open("/proc/%d/schedstat" % os.getppid()) as file:
        return int(file.read().split()[0]) / 1e9


before, started = parent(), time.monotonic()
child = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ)
_, status, used = os.wait4(child, 0)
measured = {"cpu": used.ru_utime + used.ru_stime, "seconds": time.monotonic() - started, "parent": parent() - before}
with open(sys.argv[1], "w") as file:
    json.dump(measured, file)
sys.exit(os.waitstatus_to_exitcode(status) != 0)
"""


class Training(NamedTuple):
    """One training, in seconds."""

    cpu: float
    """of the training and those it waited for, user and system"""
    seconds: float
    """by the clock"""
    tool: float
    """CPU time of the process that started it, while it ran"""
    around: float
    """by the clock, before and after the training"""


class Costs(NamedTuple):
    """What some pairs of trainings took."""

    bare: tuple[Training, ...]
    watched: tuple[Training, ...]

    def share(self) -> float:
        """What watching adds, of the CPU time of a bare training.

        Of the least of each side: a busy machine can only add to the CPU time of a fixed amount of work, by some
        percent, which would hide what is looked for.
        """
        bare = min(one.cpu for one in self.bare)
        tool = statistics.median(one.tool for one in self.watched)
        return (min(one.cpu for one in self.watched) + tool - bare) / bare

    def noise(self) -> float:
        """How far the bare trainings differ, of the least."""
        return max(one.cpu for one in self.bare) / min(one.cpu for one in self.bare) - 1


def measure(python: str, scratch: Path, pairs: int, trees: int) -> Costs:
    """Train in turn, each side first in every other pair; one unmeasured small training each before."""
    project = scratch / "training"
    inputs.make_project(project, TRAIN)
    (project / "measure.py").write_text(MEASURE, encoding="utf-8")
    (project / ".gitignore").write_text("*.pkl\n*.bin\nmeasure.py\n.gitignore\n", encoding="utf-8")
    note = scratch / "note.json"
    sides: tuple[list[Training], list[Training]] = ([], [])
    for side in (0, 1):
        _train(python, project, note, 2, watched=bool(side))
    for number in range(pairs):
        for side in (0, 1) if number % 2 else (1, 0):
            sides[side].append(_train(python, project, note, trees, watched=bool(side)))
    return Costs(tuple(sides[0]), tuple(sides[1]))


def _train(python: str, project: Path, note: Path, trees: int, *, watched: bool) -> Training:
    inner = [python, "measure.py", str(note), python, "train.py", str(trees)]
    started = time.monotonic()
    # One thread: what competes for cores is not what is measured.
    env = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(Path(inputs.__file__).parent.parent)}
    words = [*LINEAGE, *inner] if watched else inner
    subprocess.run(words, cwd=project, check=True, env=env, stdout=subprocess.DEVNULL)
    whole = time.monotonic() - started
    told = json.loads(note.read_text(encoding="utf-8"))
    tool = told["parent"] if watched else 0.0
    return Training(cpu=told["cpu"], seconds=told["seconds"], tool=tool, around=whole - told["seconds"])


def described(costs: Costs) -> str:
    """For people: the noise, and the medians."""
    bare, watched = ([statistics.median(column) for column in zip(*side, strict=True)] for side in costs)
    return (
        f"bare ones differ by {costs.noise():.1%}; "
        f"CPU bare {bare[0]:.2f} s, watched {watched[0]:.2f} s and {watched[2]:.2f} s of the tool meanwhile; "
        f"clock bare {bare[1]:.2f} s, watched {watched[1]:.2f} s, before and after it {watched[3]:.2f} s"
    )


def main() -> int:
    """Measure, print the table; 1 when the bound is passed."""
    parser = argparse.ArgumentParser(description="what being watched costs a training of about 20 seconds")
    parser.add_argument("--python", help="an interpreter with scikit-learn and pandas")
    parser.add_argument("--pairs", type=int, default=PAIRS, help="(default: %(default)s)")
    parser.add_argument("--trees", type=int, default=TREES, help="the amount of work (default: %(default)s)")
    options = parser.parse_args()
    python = options.python or str(inputs.large_environment(CACHE))
    for name in [key for key in os.environ if key.startswith(("GIT_", "PYTHON", "LINEAGE_", "COVERAGE_"))]:
        del os.environ[name]
    with tempfile.TemporaryDirectory(prefix="lineage-bench-") as scratch:
        costs = measure(python, Path(scratch), options.pairs, options.trees)
    for bare, watched in zip(*costs, strict=True):
        print(f"CPU bare {bare.cpu:7.3f} s  watched {watched.cpu:7.3f} s  tool meanwhile {watched.tool:.2f} s")
    print(f"watching adds {costs.share():+.2%} (bound: {BOUND:.0%}); {described(costs)}")
    if costs.share() > BOUND:
        print("bench: watching a training costs more than its bound", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
