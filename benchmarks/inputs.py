"""What the benchmarks work on: a large real environment, made once, and weights made anew for each run."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

LEAST = 200
"""distributions in the large environment"""

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

_MIB = 1 << 20


def large_environment(cache: Path) -> Path:
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


def bare_environment(folder: Path) -> Path:
    """The interpreter of a new environment without a package, so that the weights alone are measured."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    return folder / "bin" / "python"


def make_project(folder: Path, entry: str) -> None:
    """A tiny repository: an entry script, and weights that nobody trained."""
    folder.mkdir()
    (folder / "train.py").write_text(entry, encoding="utf-8")
    (folder / ".gitignore").write_text("*.bin\n", encoding="utf-8")
    (folder / "weights.bin").write_bytes(b"weights")
    identity = ["-c", "user.name=Bench", "-c", "user.email=bench@example.org"]
    for words in (["init", "--quiet"], ["add", "."], [*identity, "commit", "--quiet", "--message", "Train"]):
        subprocess.run(["git", *words], cwd=folder, check=True)


def write_one(path: Path, mib: int) -> None:
    """One file of real bytes, in the page cache."""
    block = os.urandom(_MIB)
    with path.open("wb") as file:
        for _ in range(mib):
            file.write(block)


def write_many(folder: Path, number: int, size: int) -> None:
    """Files of ``size`` bytes, no two alike, a thousand to a directory."""
    block = os.urandom(size)
    for index in range(number):
        if index % 1000 == 0:
            place = folder / f"{index // 1000:03d}"
            place.mkdir(parents=True)
        (place / f"{index:06d}.bin").write_bytes(index.to_bytes(4, "big") + block[4:])
