"""What a gate costs: ``lineage verify`` of a large real environment, against ``pip freeze`` of it.

Run by ``make bench``. The environment is built once, under ``.cache/bench``, and has at least ``LEAST`` distributions.
Whole processes are timed, in interleaved pairs, so that a busy machine slows both sides alike. Ends with 1 when verify
takes more than ``BOUND`` of what pip freeze takes.
"""

import hashlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

BOUND = 0.5
LEAST = 200
PAIRS = 15

REQUIREMENTS = (
    "boto3",
    "dvc",
    "fastapi[standard]",
    "jupyterlab",
    "matplotlib",
    "mkdocs-material",
    "mlflow",
    "nltk",
    "pandas",
    "pytest",
    "scikit-learn",
    "seaborn",
    "sphinx",
    "statsmodels",
)

ENTRY = """\
import boto3, dvc, fastapi, jupyterlab, matplotlib, mlflow, nltk, pandas, scipy, seaborn, sklearn, statsmodels
"""


def _environment(cache: Path) -> Path:
    """The interpreter of the large environment, made where it is not there yet."""
    key = hashlib.sha256(repr((REQUIREMENTS, sys.version)).encode()).hexdigest()[:12]
    home = cache / key
    python = home / "bin" / "python"
    complete = home / "complete"
    if not complete.exists():
        print(f"building an environment of {LEAST} distributions or more, once", flush=True)
        shutil.rmtree(home, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *REQUIREMENTS]
        subprocess.run(install, check=True)
        complete.touch()
    return python


def _project(folder: Path) -> None:
    """A tiny repository: an entry that imports much, and weights that nobody trained."""
    (folder / "train.py").write_text(ENTRY, encoding="utf-8")
    (folder / ".gitignore").write_text("*.bin\n", encoding="utf-8")
    (folder / "weights.bin").write_bytes(b"weights")
    identity = ["-c", "user.name=Bench", "-c", "user.email=bench@example.org"]
    for words in (["init", "--quiet"], ["add", "."], [*identity, "commit", "--quiet", "--message", "Train"]):
        subprocess.run(["git", *words], cwd=folder, check=True)


def _seconds(command: Sequence[str], cwd: Path) -> float:
    """Of one whole process, that must end well."""
    started = time.perf_counter()
    subprocess.run(command, cwd=cwd, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def _medians(left: Sequence[str], right: Sequence[str], cwd: Path) -> tuple[float, float]:
    """Of both commands in interleaved pairs, each first in every other pair; one unmeasured run each before."""
    times: tuple[list[float], list[float]] = ([], [])
    commands = (left, right)
    for command in commands:
        _seconds(command, cwd)
    for number in range(PAIRS):
        for side in (0, 1) if number % 2 else (1, 0):
            times[side].append(_seconds(commands[side], cwd))
    return statistics.median(times[0]), statistics.median(times[1])


def main() -> int:
    """Measure, print the table; 1 when the bound is passed."""
    for name in [key for key in os.environ if key.startswith(("GIT_", "PYTHON"))]:
        del os.environ[name]
    lineage = str(Path(sys.executable).parent / "lineage")
    python = str(_environment(Path(__file__).resolve().parent.parent / ".cache" / "bench"))
    freeze = [python, "-m", "pip", "freeze", "--all"]
    listed = subprocess.run(freeze, check=True, capture_output=True, text=True).stdout.splitlines()
    with tempfile.TemporaryDirectory(prefix="lineage-bench-") as scratch:
        folder = Path(scratch)
        _project(folder)
        target = f"python:{python}"
        _seconds([lineage, "capture", "weights.bin", "--from", target, "--quiet"], folder)
        verify = [lineage, "verify", "weights.bin.lineage.toml", "--no-weights", "--against", target]
        gate = _medians(verify, [python, "-m", "pip", "freeze"], folder)
        start = _medians([lineage, "--help"], [sys.executable, "-c", "import click"], folder)
    ratio = gate[0] / gate[1]
    print(f"{len(listed)} distributions, Python {sys.version.split()[0]}, medians of {PAIRS} interleaved pairs")
    rows = (
        ("lineage verify --no-weights", gate[0]),
        ("pip freeze", gate[1]),
        ("lineage --help", start[0]),
        ('python -c "import click"', start[1]),
    )
    for name, seconds in rows:
        print(f"{name:<28} {seconds * 1000:7.0f} ms")
    print(f"verify / pip freeze          {ratio:7.2f}     (bound {BOUND})")
    print(f"--help / import click        {start[0] / start[1]:7.2f}     (no bound)")
    if len(listed) < LEAST:
        print(f"bench: only {len(listed)} distributions, {LEAST} are asked for", file=sys.stderr)
        return 1
    if ratio > BOUND:
        print(f"bench: verify takes {ratio:.2f} of pip freeze, more than {BOUND}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
