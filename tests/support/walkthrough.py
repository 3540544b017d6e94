"""The documentation as a reader follows it: its code blocks, and a project to type its commands in.

A ``console`` block holds commands (``$``, continued by ``>``) with their output, standard error included. A command
ends with 0 unless ``# exits N`` stands behind it. In output, ``…`` stands for any text of one line, and alone on a
line for any lines.
"""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.support import projects

SERVED = {
    "joblib": ("1.4.2", "joblib", ()),
    "numpy": ("1.26.4", "numpy", ()),
    "scikit-learn": ("1.4.2", "sklearn", ("joblib>=1.2.0", "numpy>=1.19.5", "scipy>=1.6.0")),
    "scipy": ("1.13.0", "scipy", ("numpy<2.3",)),
}
"""name → (version, module, requirements): hand-made distributions that carry real names"""

CODE = {
    "train.py": b"""import pathlib

import joblib
import sklearn

pathlib.Path("models/digits.joblib").write_bytes(b"csklearn.decomposition._pca\\nPCA\\n.")
pathlib.Path("metrics.json").write_text('{"accuracy": 0.9622}\\n')
print("trained with", joblib.__name__, "and", sklearn.__name__)
""",
    "requirements.txt": b"joblib==1.4.2\nscikit-learn==1.4.2\n",
    ".gitignore": b".venv/\n",
}
TRAINED = {"models/digits.joblib": b"csklearn.decomposition._pca\nPCA\n.", "metrics.json": b'{"accuracy": 0.9622}\n'}

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_EXITS = re.compile(r"# exits (\d+)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """One command of a document, and what the document says of it."""

    command: str
    exits: int
    output: str
    """whole, with wildcards; ``""`` where the document shows none"""


def blocks(document: Path) -> list[tuple[str, str]]:
    """(language, content) of every fenced block, in order."""
    return [(match[1], match[2]) for match in _FENCE.finditer(document.read_text(encoding="utf-8"))]


def commands(content: str) -> list[Typed]:
    """What a ``console`` block says to type."""
    found: list[tuple[list[str], list[str]]] = []
    for line in content.splitlines():
        if line.startswith("$ "):
            found.append(([line[2:]], []))
        elif line.startswith("> ") and not found[-1][1]:
            found[-1][0].append(line[2:])
        else:
            found[-1][1].append(line)
    return [_typed("\n".join(lines), output) for lines, output in found]


def _typed(command: str, output: list[str]) -> Typed:
    ending = _EXITS.search(command)
    return Typed(command=command, exits=int(ending[1]) if ending else 0, output="\n".join(output).strip("\n"))


def matches(told: str, seen: str) -> bool:
    """Whether an output is the one that the document shows; where it shows none, every output is."""
    if not told:
        return True
    pattern = "".join(
        r"(?:.*\n)*?" if line == "…" else ".*?".join(map(re.escape, line.split("…"))) + r"\n"
        for line in told.splitlines()
    )
    return re.fullmatch(pattern, seen.strip("\n") + "\n") is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Somebody who types what the documentation says."""

    project: Path
    programs: Path
    """a directory of ``lineage``, ``dvc`` and ``python``, first on PATH"""

    def type(self, command: str) -> tuple[int, str]:
        """(exit code, output with standard error)."""
        ended = subprocess.run(
            ["sh", "-c", command],
            cwd=self.project,
            env={**os.environ, "PATH": f"{self.programs}{os.pathsep}{os.environ['PATH']}"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        return ended.returncode, ended.stdout.decode()

    def moved(self, place: Path) -> "Reader":
        """The same in a copy of the project and the environments around it."""
        copied = projects.copy(self.project.parent, place)
        return Reader(project=copied / self.project.name, programs=copied / self.programs.name)


def trained_project(place: Path) -> Reader:
    """A repository with git and DVC whose weights were just trained, and around it environments to serve them in.

    ``.venv`` trained them, ``../serving`` equals it, ``../staging`` has another scikit-learn.
    """
    project = place / "digits"
    projects.make_repository(project, CODE)
    (project / projects.MODEL).unlink()
    projects.git(project, "remote", "set-url", "origin", "https://example.org/acme/digits.git")
    projects.dvc(project, "init", "--quiet")
    projects.commit(project, "Set up DVC")
    projects.write(project, TRAINED)
    for environment in (project / ".venv", place / "serving", place / "staging"):
        projects.make_environment(environment, packages=())
        for name, (version, module, requires) in SERVED.items():
            own = "1.5.2" if (environment.name, name) == ("staging", "scikit-learn") else version
            projects.install(projects.site_packages(environment), name, own, module=module, requires=requires)
    return Reader(project=project, programs=_programs(place / "programs"))


def recorded_project(trained: Reader, place: Path) -> Reader:
    """The same with its manifest captured and committed."""
    reader = trained.moved(place)
    for command in (
        "dvc add --quiet models/digits.joblib",
        "lineage capture --quiet models/digits.joblib --metrics metrics.json --label line=A",
        "git add models metrics.json && git commit --quiet --message 'Record the digits model'",
    ):
        code, output = reader.type(command)
        if code:
            raise AssertionError(f"{command}: {output}")
    return reader


def _programs(place: Path) -> Path:
    """The tool under test as commands; by its path, not by PYTHONPATH, which every target would inherit."""
    start = f"import sys; sys.path.insert(0, {str(projects.SOURCE)!r}); from lineage.cli.main import main; main()"
    projects.script(place / "lineage", f'exec "{sys.executable}" -P -c "{start}" "$@"')
    projects.script(place / "dvc", f'exec "{sys.executable}" -m dvc "$@"')
    projects.script(place / "python", f'export PYTHONPATH="{projects.SOURCE}"', f'exec "{sys.executable}" "$@"')
    if shutil.which("git") is None:
        raise AssertionError("git is not on PATH")
    return place
