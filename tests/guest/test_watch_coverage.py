"""Tools that look at a program from its start see it watched as they see it bare."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.watched import Ground, ground

coverage = pytest.importorskip("coverage")
HOME = Path(coverage.__file__).parent.parent


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An interpreter whose every process measures itself, as the coverage tool sets it up."""
    environment = tmp_path_factory.mktemp("environment") / "v"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    (site,) = environment.glob("lib/python*/site-packages")
    (site / "coverage").symlink_to(HOME / "coverage")
    (site / "cover.pth").write_text("import coverage; coverage.process_startup()\n")
    return str(environment / "bin" / "python")


@pytest.mark.parametrize("core", ["ctrace", "pytrace", *(["sysmon"] if sys.version_info >= (3, 12) else [])])
def test_a_coverage_of_every_process_reports_the_same_files(
    core: str, python: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("COVERAGE_PROCESS_CONFIG", "COVERAGE_FILE"):  # of the coverage that these tests may run under
        monkeypatch.delenv(name, raising=False)
    place = ground(tmp_path)
    place.script("[run]\nparallel = true\n[report]\nformat = total\n", "coveragerc")
    place.script("import subprocess, sys\n\nif sys.argv[1:]:\n    subprocess.run([sys.executable, sys.argv[0]])\n")
    env = {"COVERAGE_PROCESS_START": str(place.project / "coveragerc"), "COVERAGE_CORE": core}

    found = []
    for watched in (False, True):
        ended = place.run("main.py", "again", python=python, env=env, watched=watched)
        assert (ended.returncode, ended.stderr) == (0, "")
        found.append(_measured(place, python))

    assert found[0] == found[1]
    assert len(place.processes()) == 2


def _measured(place: Ground, python: str) -> dict[str, list[int]]:
    """{file: lines} of all data, which is removed."""
    data = coverage.CoverageData(no_disk=True)
    for path in sorted(place.project.glob(".coverage.*")):
        one = coverage.CoverageData(str(path))
        one.read()
        data.update(one)
        one.close()
        path.unlink()
    assert data.measured_files()
    found = {
        file: sorted(data.lines(file) or [])
        for file in data.measured_files()
        if f"{os.sep}coverage{os.sep}" not in file
    }
    data.close(force=True)
    return found
