"""The use of packages where the entry alone does not settle it: our own, conda's, and what a run has loaded."""

import json
import os
from dataclasses import replace
from pathlib import Path

from lineage.capturing.capture import capture
from lineage.capturing.request import CaptureRequest
from lineage.capturing.use.describe import loaded_modules
from lineage.capturing.use.evidence import Evidence
from lineage.model.installed import Installed
from lineage.portable.distinfo import Distribution
from lineage.portable.environment import Package, Problem
from lineage.targets.interpreter import InterpreterSource
from lineage.targets.source import Examination, Identify, every_name
from tests.support import projects
from tests.support.projects import install, site_packages
from tests.support.recording import NOW, captured

NO_ENTRY = Problem(
    "use.no-entry", "packages", "no entry script is known, so the use of no package is: name it with --entry"
)


def uses(root: Path, environment: Path, **options: object) -> tuple[dict[str, str], tuple[Problem, ...]]:
    """(name → use, problems) of a capture."""
    manifest = captured(root, environment, **options).manifest
    return {one.name: one.use for one in manifest.environment.packages}, manifest.problems


def test_the_tool_in_a_training_environment_is_no_package_of_the_model(environment: Path, tmp_path: Path) -> None:
    copied = projects.copy(environment, tmp_path / "env")
    install(site_packages(copied), "model-lineage", "1.0", module="lineage", requires=("joblib",))
    train = b"import lineage.api\nimport numpy\nimport lineages\n"
    root = projects.make_repository(tmp_path / "fraud", {"train.py": train, "requirements.txt": b""})

    assert uses(root, copied) == (
        {"joblib": "present", "model-lineage": "present", "numpy": "imported", "plotly": "present",
         "scikit-learn": "present"},
        (Problem("use.module-not-found", "module:lineages",
                 "imported by train.py:3, provided by no installed distribution"),),
    )  # fmt: skip


def test_what_conda_installed_beside_the_distributions_keeps_its_use(environment: Path, tmp_path: Path) -> None:
    copied = projects.copy(environment, tmp_path / "env")
    record = {
        "name": "libblas",
        "version": "3.9.0",
        "build": "h1_0",
        "channel": "conda-forge",
        "files": ["lib/libblas.so"],
    }
    projects.write(copied, {"conda-meta/libblas-3.9.0-h1_0.json": json.dumps(record).encode()})
    root = projects.make_repository(tmp_path / "fraud", {"README": b""})

    found, problems = uses(root, copied)

    assert found == dict.fromkeys(projects.PACKAGES, "unknown") | {"libblas": "present"}
    assert problems == (NO_ENTRY,)


def test_without_an_entry_what_the_run_did_not_load_is_only_present(environment: Path, tmp_path: Path) -> None:
    root = projects.make_repository(tmp_path / "fraud", {"README": b""})
    loaded = frozenset({str(site_packages(environment) / "numpy" / "__init__.py"), "/elsewhere/numpy/__init__.py"})

    assert uses(root, environment, seen=Evidence(files=loaded, is_whole=True)) == (
        {"joblib": "present", "numpy": "unknown", "plotly": "present", "scikit-learn": "present"},
        (NO_ENTRY,),
    )


class Older(InterpreterSource):
    """An interpreter that does not list its standard library, as those before 3.10."""

    def examine(self, identify: Identify = every_name) -> Examination:
        return replace(super().examine(identify), stdlib=frozenset())


def test_an_interpreter_that_does_not_list_its_standard_library(environment: Path, tmp_path: Path) -> None:
    train = b"import json, asyncore, numpy\n"
    root = projects.make_repository(tmp_path / "fraud", {"train.py": train, "requirements.txt": b""})
    source = Older(str(projects.python_of(environment)), env=os.environ)

    manifest = capture(CaptureRequest(paths=(root / projects.MODEL,)), source, now=NOW).manifest

    assert {one.name: one.use for one in manifest.environment.packages}["numpy"] == "imported"
    assert manifest.problems == ()


def test_a_module_of_no_known_file_counts_by_its_name() -> None:
    """So does one of a process that was killed before it could tell its files; the tool itself never counts."""
    names = ("numpy", "tool")
    found = [Distribution(Package(one, "1.0"), "/site", f"{one}.dist-info") for one in names]
    details = [Installed(name=one, files=(f"{one}/__init__.py",)) for one in names]

    loaded = loaded_modules(Evidence(names=frozenset({"numpy.linalg", "tool", "none"})), found, details, "tool")

    assert loaded == {"numpy": frozenset({"numpy.linalg"})}
