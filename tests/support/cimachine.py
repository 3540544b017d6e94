"""The machine that a CI provider gives to a job: what stands on its PATH, a directory to work in, and bash.

What would need the network is stood in for by what it does: after ``pip install model-lineage`` ``-m lineage`` is the
tool under test, ``python3 -m venv`` copies an environment that has pip, and pip knows a folder of wheels.
"""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.support.projects import SOURCE, git, script


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one step of a job, or the script of a job of GitLab, left behind."""

    name: str
    code: int
    stdout: str
    stderr: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplies:
    """What the machines of a test session share."""

    environment: Path
    """a virtual environment with pip, which ``python3 -m venv`` copies"""
    index: Mapping[str, str]
    """the variables by which pip knows its wheels"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A fresh machine for one job."""

    place: Path
    supplies: Supplies

    @property
    def work(self) -> Path:
        return self.place / "work"

    @property
    def programs(self) -> Path:
        return self.place / "bin"

    @property
    def temporary(self) -> Path:
        return self.place / "temp"

    def typed(self) -> list[str]:
        """Every command line of lineage, in order, without what differs from machine to machine."""
        log = self.place / "typed"
        lines = log.read_text().splitlines() if log.exists() else []
        return [line.replace(str(self.place), "MACHINE") for line in lines]

    def run(self, name: str, lines: str, options: tuple[str, ...], variables: Mapping[str, str]) -> Step:
        """A script, by bash, as the provider starts it: standard input is not a terminal and has an end."""
        file = self.place / "script.sh"
        file.write_text(lines, encoding="utf-8")
        kept = {key: os.environ[key] for key in os.environ if key.startswith(("GIT_", "HOME", "DVC_", "COVERAGE"))}
        done = subprocess.run(
            ["bash", *options, str(file)],
            cwd=self.work,
            env={
                **kept,
                **self.supplies.index,
                "PATH": f"{self.programs}{os.pathsep}{os.environ['PATH']}",
                "TMPDIR": str(self.temporary),
                "CI": "true",
                **variables,
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
        )
        return Step(name=name, code=done.returncode, stdout=done.stdout.decode(), stderr=done.stderr.decode())


def started(place: Path, supplies: Supplies) -> Machine:
    """A machine with git, python, python3 and pipx, on which lineage is not installed yet."""
    machine = Machine(place=place, supplies=supplies)
    for directory in (machine.work, machine.temporary):
        directory.mkdir(parents=True)
    own = supplies.environment / "bin" / "python"
    log = f'shift 3; echo "$*" >>"{machine.place}/typed"; exec {_tool()} "$@"'
    tool = ('case "$*" in "-I -m pip install --quiet model-lineage") exit 0 ;;', f'"-I -m lineage "*) {log} ;; esac')
    copied = f'mkdir -p "$4"; cp -R "{supplies.environment}/." "$4"'
    made = f'if [ "$1 $2 $3 $#" = "-I -m venv 4" ]; then {copied}'
    # In an environment called lineage, only the tool from the index is stood in for; anything else is really installed.
    within = (
        f'[ "${{4##*/}}" != lineage ] || {{ rm "$4/bin/python"; cp "{machine.place}/interpreter" "$4/bin/python"; }}'
    )
    script(
        machine.place / "interpreter", *tool, 'cd "${0%/*}" && rm python && ln -s python3 python && exec ./python "$@"'
    )
    script(machine.programs / "python3", f"{made}; {within}; exit 0; fi", f'exec "{own}" "$@"')
    script(machine.programs / "python", *tool, f'exec "{own}" "$@"')
    typed = script(machine.place / "lineage", f'exec "{machine.programs}/python" -I -m lineage "$@"')
    installed = f'ln -s "{typed}" "{machine.programs}/lineage"'
    script(machine.programs / "pipx", 'test "$*" = "install model-lineage" || exit 64', installed)
    return machine


def _tool() -> str:
    """The command under test; by its path, not by PYTHONPATH, which every target would inherit."""
    start = f"import sys; sys.path.insert(0, {str(SOURCE)!r}); from lineage.cli.main import main; main()"
    return f'"{sys.executable}" -P -c "{start}"'


def check_out(machine: Machine, origin: Path, commit: str, *, depth: int, refs: tuple[str, ...]) -> None:
    """A clone as providers make it: this commit, ``depth`` commits of it (0: all), with these refs of origin."""
    git(machine.work, "init", "--quiet")
    git(machine.work, "remote", "add", "origin", origin.as_uri())
    shallow = (f"--depth={depth}",) if depth else ()
    git(machine.work, "fetch", "--quiet", "--no-tags", *shallow, "origin", f"+{commit}:refs/remotes/job", *refs)
    git(machine.work, "checkout", "--quiet", "--detach", commit)
