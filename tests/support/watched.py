"""Programs run by real interpreters with the watcher before them on PYTHONPATH, and what their records say."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lineage.model.run import Process
from lineage.running.records import processes
from lineage.running.watcher import Watch, prepare, record_files


@dataclass(frozen=True)
class Ground:
    """A project, and a run's directory beside it."""

    project: Path
    watch: Watch

    def environment(self, env: Mapping[str, str] | None = None) -> dict[str, str]:
        return self.watch.environment({**os.environ, **(env or {})})

    def run(
        self,
        *arguments: str,
        python: str = sys.executable,
        env: Mapping[str, str] | None = None,
        watched: bool = True,
        stdin: str = "",
    ) -> subprocess.CompletedProcess[str]:
        """An interpreter in the project; bare, the environment is the same but for the watcher."""
        return subprocess.run(
            [python, *arguments],
            cwd=self.project,
            env=self.environment(env) if watched else {**os.environ, **(env or {})},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
        )

    def script(self, text: str, name: str = "main.py") -> str:
        (self.project / name).write_text(text)
        return name

    def processes(self) -> tuple[Process, ...]:
        return processes(record_files(self.watch.directory))


def ground(folder: Path) -> Ground:
    project = folder / "project"
    project.mkdir()
    return Ground(project, prepare(folder / "run", project))


def modules_of(process: Process) -> set[str]:
    return {name for name, _ in process.modules}
