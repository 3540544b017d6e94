"""A repository of two models that runs made, the second from the first, and environments to make them anew in."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lineage.manifest.files import read_manifest
from lineage.model.manifest import StoredManifest
from tests.support import projects
from tests.support.projects import Ended, git, run_lineage

BASE, RANK = "models/base.pkl.lineage.toml", "models/rank.pkl.lineage.toml"
BUMPED = "numpy 1.26.4 → 2.0.1 (major), imported by the model's code"
_TRAIN = """\
import json
import pathlib

import numpy

auc = 0.91 if numpy.__version__ < "2" else 0.90
{reads}pathlib.Path("models/{name}.pkl").write_bytes(b"\\x80\\x04K" + bytes([int(auc * 100)]) + b".")
pathlib.Path("{name}.json").write_text(json.dumps({{"auc": auc}}))
print("trained {name}")
"""
FILES = {
    "base.py": _TRAIN.format(name="base", reads="").encode(),
    "rank.py": _TRAIN.format(name="rank", reads='open("models/base.pkl", "rb").read()\n').encode(),
    "requirements.txt": b"numpy==1.26.4\n",
    ".gitignore": b"*.pkl\n*.json\n__pycache__/\n",
    "models/.keep": b"",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The repository, and beside it the environments ``old`` and ``new``."""

    root: Path
    environments: Path

    def lineage(self, *arguments: str | Path, env: str | None = "new", **variables: str) -> Ended:
        """The command with an environment active, or none."""
        active = {} if env is None else {"VIRTUAL_ENV": str(self.environments / env)}
        return run_lineage(*arguments, cwd=self.root, env={**active, **variables})

    def answer(self, *arguments: str | Path, env: str = "new") -> tuple[int, dict[str, Any]]:
        """(exit code, the answer as JSON)."""
        ended = self.lineage("retrain", "--format", "json", *arguments, env=env)
        return ended.code, json.loads(ended.stdout) if ended.stdout else {"stderr": ended.stderr}

    def states(self, *arguments: str | Path, env: str = "new") -> tuple[int, dict[str, str]]:
        """(exit code, model → what came of it), in order."""
        code, document = self.answer(*arguments, env=env)
        return code, {one["name"]: one["state"] for one in document["models"]}

    def manifest(self, path: str = BASE) -> StoredManifest:
        return read_manifest(self.root / path)

    def change(self, files: Mapping[str, bytes], message: str = "Edit") -> str:
        projects.write(self.root, files)
        return projects.commit(self.root, message)

    def bump(self) -> str:
        """Ask for another numpy."""
        return self.change({"requirements.txt": b"numpy==2.0.1\n"}, "Bump numpy")

    def commit(self, message: str = "Commit") -> str:
        return projects.commit(self.root, message)


def make_environments(place: Path) -> Path:
    """``old`` has numpy 1.26.4, ``new`` 2.0.1."""
    for name, version in (("old", "1.26.4"), ("new", "2.0.1")):
        projects.make_environment(place / name, packages=())
        projects.install(projects.site_packages(place / name), "numpy", version, module="numpy")
    return place


def make_ground(place: Path) -> Ground:
    """Both models made in ``old`` and committed."""
    ground = Ground(root=place / "fraud", environments=make_environments(place / "environments"))
    projects.make_repository(ground.root, FILES)
    (ground.root / projects.MODEL).unlink()
    for name in ("base", "rank"):
        options = ("-q", "--model", f"models/{name}.pkl", "--metrics", f"{name}.json")
        python = str(ground.environments / "old" / "bin" / "python")
        ended = ground.lineage("run", *options, "--", python, f"{name}.py", env="old")
        if ended != Ended(code=0, stdout=f"trained {name}\n", stderr=""):
            raise AssertionError(ended)
    ground.commit("Record both models")
    return ground


def moved(ground: Ground, place: Path) -> Ground:
    """The same repository at another path, with the same environments."""
    return Ground(root=projects.copy(ground.root, place), environments=ground.environments)


def shell(lines: str, cwd: Path) -> str:
    """What lines of shell print; they must succeed."""
    done = subprocess.run(["sh", "-e", "-c", lines], cwd=cwd, check=True, capture_output=True, text=True)
    return done.stdout


def head(root: Path) -> str:
    return git(root, "rev-parse", "HEAD")
