"""A repository with two models that were really trained, watched, and the wheels of what they need."""

import base64
import hashlib
import os
import venv
import zipfile
from pathlib import Path

from tests.support.cimachine import Machine, Supplies, started
from tests.support.projects import commit, copy, git, write

REQUIREMENTS = b"joblib==1.4.2\nnumpy==1.26.4\nruff==0.4.0\n"
"""numpy is of models/fraud, joblib of models/churn, ruff of nobody"""

_WHEELS = (("joblib", "1.4.2"), ("joblib", "1.5.0"), ("numpy", "1.26.4"), ("numpy", "2.0.1"), ("ruff", "0.4.0"))
_TRAIN = """import pathlib

import {module}

pathlib.Path("models").mkdir(exist_ok=True)
version = {module}.__version__.encode()
pathlib.Path("models/{model}.pkl").write_bytes(b"V" + version + b"\\n0c{module}\\n{name}\\n.")
"""
"""a pickle in which the version of the package stands, so that another one makes other weights"""
_FILES = {
    "requirements.txt": REQUIREMENTS,
    "train_churn.py": _TRAIN.format(module="joblib", model="churn", name="Memory").encode(),
    "train_fraud.py": _TRAIN.format(module="numpy", model="fraud", name="ndarray").encode(),
}


def make_supplies(place: Path) -> Supplies:
    """An environment with pip, and the wheels that pip knows on every machine."""
    venv.EnvBuilder(with_pip=True, symlinks=True).create(place / "environment")
    wheels = place / "wheels"
    wheels.mkdir()
    for name, version in _WHEELS:
        _wheel(wheels, name, version)
    index = {"PIP_FIND_LINKS": str(wheels), "PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull}
    return Supplies(environment=place / "environment", index={**index, "PIP_DISABLE_PIP_VERSION_CHECK": "1"})


def make_origin(place: Path, supplies: Supplies) -> Path:
    """The repository: trained, recorded, and set up by ``lineage init`` for both providers."""
    origin = place / "origin"
    origin.mkdir(parents=True)
    git(origin, "init", "--quiet", "--initial-branch=main")
    git(origin, "config", "uploadpack.allowAnySHA1InWant", "true")
    write(origin, _FILES)
    commit(origin, "Begin")
    machine = started(place / "laptop", supplies)
    training = machine.place / "training"
    _typed(
        machine,
        "pipx install model-lineage",
        f'python3 -I -m venv "{training}"',
        f'"{training}/bin/python" -m pip install --quiet --requirement "{origin}/requirements.txt"',
        f'cd "{origin}"',
        f'export VIRTUAL_ENV="{training}" PATH="{training}/bin:$PATH"',
        "lineage run --model models/fraud.pkl -- python train_fraud.py",
        "git add models && git commit --quiet --message 'Record fraud'",
        "lineage run --model models/churn.pkl -- python train_churn.py",
        "git add models && git commit --quiet --message 'Record churn'",
        "lineage init --ci github --schedule",
        "lineage init --ci gitlab --schedule",
        "git add --all && git commit --quiet --message 'Set up lineage'",
    )
    return origin


def edited(origin: Path, place: Path, requirements: bytes, *, template: tuple[str, bytes, bytes] | None = None) -> Path:
    """A copy with a branch ``bump`` that holds other requirements; ``template``: (path, line, line instead) on main."""
    root = copy(origin, place)
    if template is not None:
        path, line, instead = template
        before = (root / path).read_bytes()
        if before.count(line) != 1:
            raise AssertionError(f"{path} holds {line!r} {before.count(line)} times")
        write(root, {path: before.replace(line, instead)})
        commit(root, "Block")
    git(root, "checkout", "--quiet", "-b", "bump")
    write(root, {"requirements.txt": requirements})
    commit(root, "Bump")
    git(root, "checkout", "--quiet", "main")
    return root


def merged(root: Path) -> tuple[str, str]:
    """(main before, main after the branch was merged)."""
    before = git(root, "rev-parse", "main")
    git(root, "merge", "--quiet", "--no-ff", "-m", "Merge bump", "bump")
    return before, git(root, "rev-parse", "main")


def proposed(root: Path) -> str:
    """The merge commit that a provider makes of a pull request of ``bump``: on no branch."""
    git(root, "checkout", "--quiet", "--detach", "main")
    git(root, "merge", "--quiet", "--no-ff", "-m", "Merge pull request", "bump")
    made = git(root, "rev-parse", "HEAD")
    git(root, "update-ref", "refs/pull/1/merge", made)
    git(root, "checkout", "--quiet", "main")
    return made


def _typed(machine: Machine, *lines: str) -> None:
    step = machine.run("laptop", "\n".join(lines) + "\n", ("-e",), {})
    if step.code:
        raise AssertionError(f"{step.stdout}{step.stderr}")


def _wheel(directory: Path, name: str, version: str) -> None:
    info = f"{name}-{version}.dist-info"
    files = {
        f"{name}/__init__.py": f'__version__ = "{version}"\n'.encode(),
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    rows = [f"{path},sha256={_digest(content)},{len(content)}" for path, content in files.items()]
    with zipfile.ZipFile(directory / f"{name}-{version}-py3-none-any.whl", "w") as archive:
        for path, content in {**files, f"{info}/RECORD": "\n".join([*rows, f"{info}/RECORD,,\n"]).encode()}.items():
            archive.writestr(path, content)


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
