"""Processes that run cells and keep them as IPython does, without any of IPython."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from lineage.manifest.files import read_manifest
from lineage.model.manifest import Manifest
from lineage.portable.environment import Problem
from tests.support import projects
from tests.support.projects import MANIFEST, MODEL, SOURCE
from tests.support.wrapped import below_run

SESSION = """
import json, sys
names = vars(sys.modules["__main__"])
names["_ih"], names["_oh"] = [""], {}
for number, cell in enumerate(json.load(sys.stdin), start=1):
    names["_ih"].append("translated(%r)" % cell)
    names["_i%d" % number] = cell
    exec(compile(cell.replace("%%time", ""), "<ipython-input-%d-ab>" % number, "exec"), names)
"""
"""Runs cells and keeps them as IPython does."""

WEIGHTS = b"\x80\x04K\x01."
CELLS = (
    "%%time\nimport sklearn, pathlib",
    "import features, importlib",
    f"import joblib.deep, lineage\npathlib.Path({MODEL!r}).write_bytes({WEIGHTS!r})\nlineage.capture({MODEL!r})",
)
OWN = ("module:lineage", "package:model-lineage")


def notebook(cells: Sequence[str]) -> bytes:
    markdown = {"cell_type": "markdown", "source": "# Fraud"}
    return json.dumps({"cells": [markdown, *({"cell_type": "code", "source": [cell]} for cell in cells)]}).encode()


def ran(
    root: Path,
    site: Path,
    cells: Sequence[str],
    env: dict[str, str] | None = None,
    *,
    watched: bool = False,
    options: Sequence[str] = (),
) -> Manifest:
    """The manifest after these cells, run in a process without a script; ``options`` of ``lineage run``."""
    command = [sys.executable, "-c", SESSION]
    command = below_run(command, *options) if watched else command
    environment = projects.surroundings({"PYTHONPATH": f"{SOURCE}:{site}", **(env or {})})
    given = json.dumps(cells)
    done = subprocess.run(command, cwd=root, env=environment, input=given, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return read_manifest(root / MANIFEST).manifest


def problems(manifest: Manifest) -> list[Problem]:
    """Without how the tool itself is installed here."""
    return [one for one in manifest.problems if one.subject not in OWN]
