"""Ways to move, rename, link, delete or add a dependency file or a manifest, each with what a check must say of it."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tests.support.checked import LOCK, TRAIN, manifest, record, repository
from tests.support.gitrepos import commit, git, write

M, DEPENDENCIES = "models/fraud.pkl.lineage.toml", "requirements.txt"
POINTER = "models/fraud.pkl.dvc"
DVC = b"outs:\n- md5: 0123456789abcdef0123456789abcdef\n  size: 3\n  hash: md5\n  path: fraud.pkl\n"
BUMPED = LOCK.replace(b"numpy==1.26.4", b"numpy==2.0.1")
COPY = "other/requirements.txt"
"""the same bytes as ``DEPENDENCIES``, of another model"""

Step = tuple[str, str, str | bytes]
"""``("move", old, new)``, ``("put", path, bytes)``, ``("link", path, target)``, ``("drop", path, "")``"""


class Way(NamedTuple):
    """What somebody does, and what is said."""

    name: str
    steps: Sequence[Step]
    says: str = ""
    """the reason, whole; ``""`` where nothing is to be said"""
    verdict: str = "undecided"


def move(old: str, new: str) -> Step:
    return ("move", old, new)


def put(path: str, content: bytes) -> Step:
    return ("put", path, content)


def link(path: str, target: str) -> Step:
    return ("link", path, target)


def drop(path: str) -> Step:
    return ("drop", path, "")


def ground(root: Path) -> Path:
    """Two models of two directories, whose dependency files have the same bytes; captured in a commit that is here."""
    files = {
        DEPENDENCIES: LOCK,
        "setup.cfg": b"[flake8]\n",
        COPY: LOCK,
        "train.py": TRAIN,
        POINTER: DVC,
        "other/old.txt": LOCK,
    }
    made = repository(root, files=files)
    head = git(made, "rev-parse", "HEAD")
    declared = {DEPENDENCIES: LOCK, "setup.cfg": files["setup.cfg"]}
    record(made, manifest("models/fraud", declared, {"train.py": TRAIN}, base=head))
    record(made, manifest("other/spam", {COPY: LOCK}, base=head))
    commit(made, {})
    return made


def take(root: Path, steps: Sequence[Step]) -> None:
    """Does it in the work tree, and commits."""
    for kind, path, value in steps:
        place = root / path
        if kind == "put":
            write(root, {path: bytes(value) if isinstance(value, bytes) else value.encode()})
            continue
        target = os.fsdecode(value)
        if kind == "move":
            (root / target).parent.mkdir(parents=True, exist_ok=True)
            place.rename(root / target)
        elif kind == "link":
            place.unlink(missing_ok=True)
            place.symlink_to(target)
        elif place.is_dir():
            shutil.rmtree(place)
        else:
            place.unlink()
    commit(root, {})


def uv_lock(**versions: str) -> bytes:
    rows = [f'[[package]]\nname = "{name}"\nversion = "{version}"\n' for name, version in versions.items()]
    return "\n".join(['version = 1\nrequires-python = ">=3.11"\n', *rows]).encode()


UNTOLD = "nothing tells any more what models/fraud.pkl was made with"
GONE = f"{M} is gone, and models/fraud.pkl stays: {UNTOLD}"
LINKED = f"{M} is a symbolic link now, or lies behind one, which is not followed: {UNTOLD}"
LOST = f"{DEPENDENCIES}: is not there any more: which file takes its place is not known"
A_LINK = f"{DEPENDENCIES}: is a symbolic link: a [[tool.lineage.model]] can name the file that it leads to"
MOVED = "old/requirements.txt"
BOTH = f"{DEPENDENCIES}: is not there any more: it became {MOVED}, or {{}}, which is new in its place"
NUMPY = "numpy 1.26.4 → 2.0.1 (major), named in the weights"
ASKED = f"{{}} is new beside {DEPENDENCIES} and gives {{}}: is it installed from?"

WAYS = (
    Way("a manifest deleted", [drop(M)], GONE),
    Way("a manifest deleted with a bump", [drop(M), put(DEPENDENCIES, BUMPED)], GONE),
    Way("a manifest renamed to what is none", [move(M, f"{M}.bak")], GONE),
    Way("a manifest that became a directory", [drop(M), put(f"{M}/note.md", b"here\n")], GONE),
    Way("a manifest that leads out of the repository", [link(M, "/srv/fraud.toml")], LINKED),
    Way("a manifest that leads nowhere", [link(M, "nowhere.toml")], LINKED),
    Way("the directory of a model moved, a link left behind", [move("models", "kept"), link("models", "kept")]),
    Way("the directory of a model behind a link", [drop("models"), link("models", "/srv/models")], LINKED),
    Way(
        "a manifest deleted, its pointer broken",
        [drop(M), put(POINTER, b"outs: 3\n")],
        f"{M} is gone, and whether models/fraud.pkl went too cannot be told: {POINTER}: outs: must be a list",
    ),
    Way("a manifest moved", [move(M, f"store/{M}")]),
    Way("a manifest moved, a link left behind", [move(M, f"store/{M}"), link(M, f"../store/{M}")]),
    Way("a manifest moved with its pointer", [move(M, "b/fraud.pkl.lineage.toml"), move(POINTER, "b/fraud.pkl.dvc")]),
    Way("a model deleted", [drop(M), drop(POINTER)]),
    Way("a dependency file deleted", [drop(DEPENDENCIES)], LOST),
    Way("a dependency file moved and edited", [drop(DEPENDENCIES), put(MOVED, BUMPED)], LOST),
    Way("a dependency file renamed to what is none", [move(DEPENDENCIES, "notes.md")], LOST),
    Way("a dependency file that became a directory", [drop(DEPENDENCIES), put("requirements.txt/a.md", b"a\n")], LOST),
    Way("a file of settings deleted", [drop("setup.cfg")]),
    Way("a dependency file moved", [move(DEPENDENCIES, MOVED)]),
    Way("a dependency file moved into its folder", [move(DEPENDENCIES, "requirements/base.txt")]),
    Way(
        "one moved, and one for development new", [move(DEPENDENCIES, MOVED), put("requirements-dev.txt", b"pytest\n")]
    ),
    Way("one moved, and a file of settings new", [move(DEPENDENCIES, MOVED), put("pyproject.toml", b"[tool.ruff]\n")]),
    Way(
        "one moved, and ranges new",
        [move(DEPENDENCIES, MOVED), put("pyproject.toml", b'[project]\nname = "a"\ndependencies = ["numpy>=2"]\n')],
        BOTH.format("pyproject.toml"),
    ),
    Way(
        "one moved, and another of its form new",
        [move(DEPENDENCIES, MOVED), put("requirements-prod.txt", BUMPED)],
        BOTH.format("requirements-prod.txt"),
    ),
    Way(
        "one moved, and one that nobody can read new",
        [move(DEPENDENCIES, MOVED), put("uv.lock", b"version = 1\n[[")],
        BOTH.format("uv.lock"),
    ),
    Way(
        "one moved, and an environment new",
        [move(DEPENDENCIES, MOVED), put("environment.yml", b"dependencies:\n- numpy=2.0.1\n")],
        BOTH.format("environment.yml"),
    ),
    Way("a dependency file linked to where it went", [move(DEPENDENCIES, MOVED), link(DEPENDENCIES, MOVED)]),
    Way(
        "a dependency file linked to another one",
        [move(DEPENDENCIES, MOVED), put("new/requirements.txt", BUMPED), link(DEPENDENCIES, "new/requirements.txt")],
        A_LINK,
    ),
    Way("a dependency file linked out of the repository", [link(DEPENDENCIES, "/srv/requirements.txt")], A_LINK),
    Way("a dependency file renamed and edited", [drop(DEPENDENCIES), put("reqs.txt", BUMPED)], NUMPY, "fail"),
    Way(
        "a lock in its place",
        [drop(DEPENDENCIES), put("uv.lock", uv_lock(joblib="1.4.2", numpy="2.0.1", scikit_learn="1.5.0"))],
        NUMPY,
        "fail",
    ),
    Way("a new lock", [put("uv.lock", uv_lock(numpy="2.0.1"))], ASKED.format("uv.lock", "numpy 2.0.1")),
    Way("a new lock in another directory", [put("web/uv.lock", uv_lock(numpy="2.0.1"))]),
    Way("a new lock of the same", [put("uv.lock", uv_lock(numpy="1.26.4", joblib="1.4.2"))]),
    Way("a new lock of what is not needed", [put("uv.lock", uv_lock(plotly="6.0", scikit_learn="1.6.0"))]),
    Way("a new lock that nobody can read", [put("uv.lock", b"version = 2\n")]),
    Way("new ranges", [put("pyproject.toml", b'[project]\nname = "a"\ndependencies = ["numpy>=2"]\n')]),
    Way("a new file of a form that is there", [put("requirements-gpu.txt", BUMPED)]),
    Way("a new file for development", [put("environment-dev.yml", b"dependencies:\n- numpy=2.0.1\n")]),
    Way(
        "a new environment",
        [put("environment.yml", b"dependencies:\n- numpy=2.0.1\n- joblib=1.5.0\n")],
        ASKED.format("environment.yml", "joblib 1.5.0, numpy 2.0.1"),
    ),
    Way("another Python", [put(".python-version", b"3.12\n")], ASKED.format(".python-version", "python 3.12")),
    Way("the same Python", [put(".python-version", b"3.11\n")]),
    Way("another image", [put("Dockerfile", b"FROM python:3.12-slim\n")], ASKED.format("Dockerfile", "python 3.12")),
)
