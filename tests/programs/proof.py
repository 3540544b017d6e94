"""The proof that the uses of a captured model are right: what they name is enough, and what weights name is needed."""

import os
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.programs.environments import Placed, closure, fresh_environment, installed, put, take
from tests.programs.program import Program
from tests.support import projects

USED = ("weights", "served", "imported", "required")


class Failed(Exception):
    """A command of a program did not end well where it has to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a proof compares."""

    evidence: str
    problems: tuple[str, ...]
    weights: tuple[str, ...]
    """distributions with the use ``weights``"""
    enough: bool
    """with ``weights``, ``served`` and what these require alone it predicted what it does in the whole environment"""
    loads: bool
    """with ``weights`` and what these require alone it loaded the model"""
    unneeded: tuple[str, ...]
    """those with the use ``weights`` without which it still predicted"""
    unused: tuple[str, ...]
    """those that the ones above require, and that have a weaker use than ``required``"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """The outcome, and the figures of the report."""

    outcome: Outcome
    uses: Mapping[str, int]
    """use → distributions"""

    @property
    def installed(self) -> int:
        return sum(self.uses.values())

    @property
    def used(self) -> int:
        return sum(self.uses.get(use, 0) for use in USED)


def expected(program: Program) -> Outcome:
    """What every proof has to give."""
    return Outcome(
        evidence="observed",
        problems=program.problems,
        weights=program.weights,
        enough=True,
        loads=True,
        unneeded=(),
        unused=(),
    )


def prove(program: Program, environment: Path, scratch: Path) -> Proof:
    """Run and capture a program in a large environment; then try what is left in fresh ones. Raises ``Failed``."""
    root = _repository(program, environment, scratch / "repository")
    _run(program, environment, root)
    manifest = tomllib.loads((root / f"{program.model}.lineage.toml").read_text("utf-8"))
    uses = {name: package["use"] for name, package in manifest["environment"]["packages"].items()}
    placed = installed(environment)
    weights = tuple(sorted(name for name, use in uses.items() if use == "weights"))
    loading = closure(weights, placed)
    serving = closure([name for name, use in uses.items() if use in ("weights", "served")], placed)
    predicted, loaded = (_answer(command, program, environment, root) for command in (program.serve, program.load))
    if not predicted or not loaded:
        raise Failed(f"{program.name} cannot be served or loaded where it was trained: {predicted!r}, {loaded!r}")
    bare = fresh_environment(scratch / "loading", environment, loading)
    fresh = fresh_environment(scratch / "serving", environment, serving)
    outcome = Outcome(
        evidence=manifest["evidence"],
        problems=tuple(sorted(f"{one['code']}: {one['subject']}" for one in manifest["problems"])),
        weights=weights,
        enough=_answer(program.serve, program, fresh, root) == predicted,
        loads=_answer(program.load, program, bare, root) == loaded,
        unneeded=tuple(name for name in weights if _works_without(placed[name], program, fresh, environment, root)),
        unused=tuple(sorted(name for name in loading | serving if uses[name] not in USED)),
    )
    for made in (bare, fresh):
        shutil.rmtree(made)  # of a gigabyte, where they could not be linked
    return Proof(outcome=outcome, uses={use: list(uses.values()).count(use) for use in sorted({*uses.values()})})


def _repository(program: Program, environment: Path, root: Path) -> Path:
    root.mkdir(parents=True)
    projects.git(root, "init", "--quiet", "--initial-branch=main")
    projects.git(root, "remote", "add", "origin", "https://example.org/acme/fraud.git")
    for command in program.setup:
        subprocess.run(shlex.split(command), cwd=root, env=_surroundings(program, environment), check=True)
    projects.write(root, {path: text.encode() for path, text in program.files.items()})
    projects.write(root, {".gitignore": f"{program.model}\n__pycache__/\n".encode()})
    projects.commit(root)
    return root


def _run(program: Program, environment: Path, root: Path) -> None:
    surroundings = _surroundings(program, environment)
    path = os.pathsep.join([str(projects.SOURCE), *program.variables.get("PYTHONPATH", "").split()])
    words = ["run", "--model", program.model, "--serve", program.serve, "--", *shlex.split(program.train)]
    done = projects.run_lineage(*words, cwd=root, env={**surroundings, "PYTHONPATH": path})
    if done.code:
        raise Failed(f"{program.name}: lineage ended with {done.code}\n{done.stdout}\n{done.stderr}")


def _surroundings(program: Program, environment: Path) -> dict[str, str]:
    """The environment's commands first; ``dvc`` is that of the tool."""
    first = [str(environment / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    return {**inherited, "OMP_NUM_THREADS": "1", **program.variables, "PATH": os.pathsep.join(first)}


def _answer(command: str, program: Program, environment: Path, root: Path) -> bytes | None:
    """What it printed; ``None`` where it failed."""
    words = shlex.split(command)
    done = subprocess.run(words, cwd=root, env=_surroundings(program, environment), capture_output=True)
    return done.stdout if done.returncode == 0 else None


def _works_without(distribution: Placed, program: Program, environment: Path, source: Path, root: Path) -> bool:
    take(environment, distribution)
    works = _answer(program.serve, program, environment, root) is not None
    put(environment, source, distribution)
    return works


def table(proofs: Mapping[str, Proof]) -> list[str]:
    """A line for each program: what is installed, and what of it is used, by use."""
    heads = ("installed", "used", "share", *USED)
    lines = [f"{'program':<20}" + "".join(f"{head:>10}" for head in heads)]
    for name, proof in sorted(proofs.items()):
        figures = [str(proof.installed), str(proof.used), f"{proof.used / max(proof.installed, 1):.0%}"]
        figures += [str(proof.uses.get(use, 0)) for use in USED]
        lines.append(f"{name:<20}" + "".join(f"{figure:>10}" for figure in figures))
    return lines
