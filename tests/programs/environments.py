"""Large environments with real libraries, made once; and fresh ones that hold a choice of their distributions."""

import hashlib
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement

from tests.support import projects

REQUIREMENTS: Mapping[str, tuple[str, ...]] = {
    "tabular": (
        "cloudpickle",
        "dill",
        "ipykernel",
        "jupyterlab",
        "matplotlib",
        "mlflow-skinny",
        "nbconvert",
        "pandas",
        "scikit-learn",
        "skops",
        "statsmodels",
    ),
    "boosting": (
        "catboost",
        "fastapi[standard]",
        "lightgbm",
        "mlflow-skinny",
        "onnx",
        "onnxruntime",
        "pandas",
        "scikit-learn",
        "skl2onnx",
        "uvicorn",
        "xgboost-cpu",
    ),
    # The version is fixed because a machine without an accelerator may offer a build for it alone.
    "torch": ("dvc", "keras", "mlflow-skinny", "pandas", "safetensors", "scikit-learn", "torch==2.13.0"),
}

_SURROUNDINGS = dict(os.environ)
"""Before a test isolates itself: an installer needs what the user has set for it."""

_CACHE = Path(_SURROUNDINGS.get("PROGRAMS_CACHE") or Path(__file__).resolve().parents[2] / ".cache" / "programs")


@dataclass(frozen=True, slots=True)
class Placed:
    """An installed distribution: what it requires, and its files, POSIX from site-packages."""

    requires: tuple[str, ...]
    files: tuple[str, ...]


def large_environment(name: str) -> Path:
    """The environment of this name, made where it is not there yet; a minute or two, about 1 GiB each.

    Kept below ``.cache``, or where ``PROGRAMS_CACHE`` says, on the device of the temporary directories if possible.
    """
    wanted = REQUIREMENTS[name]
    home = _CACHE / hashlib.sha256(repr((wanted, sys.version)).encode()).hexdigest()[:12]
    complete = home / "complete"
    if not complete.exists():
        shutil.rmtree(home, ignore_errors=True)
        venv.EnvBuilder(with_pip=True, symlinks=True).create(home)
        install = [str(projects.python_of(home)), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        done = subprocess.run([*install, *wanted], env=_SURROUNDINGS, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"pip could not install {', '.join(wanted)}:\n{done.stderr}")
        complete.touch()
    return home


def installed(environment: Path) -> dict[str, Placed]:
    """The distributions of an environment by normalised name."""
    site = projects.site_packages(environment)
    found = {}
    for one in importlib.metadata.distributions(path=[str(site)]):
        rows = [str(path) for path in one.files or () if ".." not in path.parts]
        found[normalised(one.metadata["Name"])] = Placed(tuple(one.requires or ()), tuple(rows))
    return found


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def closure(names: Collection[str], placed: Mapping[str, Placed]) -> frozenset[str]:
    """Distributions, and all that these require, of those that are there; what only extras ask for is left out."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in found or name not in placed:
            continue
        found.add(name)
        waiting += _required(placed[name])
    return frozenset(found)


def _required(one: Placed) -> Iterator[str]:
    for text in one.requires:
        requirement = Requirement(text)
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield normalised(requirement.name)


def fresh_environment(path: Path, source: Path, names: Collection[str]) -> Path:
    """A new environment that holds these distributions of another, file by file as their RECORD lists them."""
    venv.EnvBuilder(with_pip=False, symlinks=True).create(path)
    placed = installed(source)
    for name in sorted(names):
        put(path, source, placed[name])
    return path


def put(environment: Path, source: Path, distribution: Placed) -> None:
    """Bring the files of a distribution over from the environment that it was installed into."""
    come, go = projects.site_packages(environment), projects.site_packages(source)
    for file in distribution.files:
        if (go / file).is_file() and not (come / file).exists():
            (come / file).parent.mkdir(parents=True, exist_ok=True)
            _link(go / file, come / file)


def take(environment: Path, distribution: Placed) -> None:
    """Take a distribution away, as an uninstallation does; folders that are then empty go too."""
    site = projects.site_packages(environment)
    for file in distribution.files:
        (site / file).unlink(missing_ok=True)
    for folder in sorted({parent for file in distribution.files for parent in (site / file).parents}, reverse=True):
        if folder != site and folder.is_relative_to(site) and folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def _link(source: Path, destination: Path) -> None:
    """One more name for the file; a copy where the two lie on different devices."""
    try:
        destination.hardlink_to(source)
    except OSError:
        shutil.copy2(source, destination)
