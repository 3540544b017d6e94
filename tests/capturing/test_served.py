"""``lineage capture --serve``: what is loaded while the model is served is what it needs."""

from pathlib import Path

import pytest

from lineage.manifest.files import read_manifest
from tests.support import projects
from tests.support.projects import MANIFEST, MODEL, python_of, run_lineage


@pytest.mark.usefixtures("measured_children")
def test_what_serving_loads_is_served(project: Path, environment: Path) -> None:
    projects.write(project, {"serve.py": f"import sklearn\nopen({MODEL!r}, 'rb').read()\n".encode()})
    projects.commit(project)
    python = python_of(environment)

    done = run_lineage("capture", MODEL, "--from", f"python:{python}", "--serve", f"{python} serve.py", cwd=project)

    assert done.code == 0, done.stderr
    uses = {one.name: one.use for one in read_manifest(project / MANIFEST).manifest.environment.packages}
    assert uses["scikit-learn"] == "served"
