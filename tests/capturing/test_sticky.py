"""What a capture could not see is recorded, and stays unknown in every verdict on the model."""

from pathlib import Path

from tests.support import projects
from tests.support.projects import MODEL, site_packages, write
from tests.support.recording import recorded, verified


def test_a_file_that_the_weights_name_and_that_imports_by_computed_names(project: Path, environment: Path) -> None:
    """Nobody watched which: it stays unknown wherever the model is served."""
    text = b"import importlib\n\n\nclass Model:\n    part = importlib.import_module(input())\n"
    write(project, {"features.py": text})
    (project / MODEL).write_bytes(b"\x80\x04cfeatures\nModel\n.")
    projects.commit(project)
    manifest = recorded(project, environment, snapshot_limit=None).manifest

    told = [one.subject for one in manifest.problems if one.code == "weights.dynamic-import"]
    assert told == ["code:features.py"]


def test_damaged_metadata_is_unknown_in_the_record_and_in_every_verdict(
    project: Path, environment: Path, tmp_path: Path
) -> None:
    damaged = projects.copy(environment, tmp_path / "damaged")
    (site_packages(damaged) / "numpy-1.26.4.dist-info" / "direct_url.json").write_bytes(b'{"url": "ht')
    (site_packages(damaged) / "plotly-5.22.0.dist-info" / "METADATA").unlink()
    stored = recorded(project, damaged)

    packages = {one.name: (one.version, one.use) for one in stored.manifest.environment.packages}
    assert (packages["numpy"], packages["plotly"]) == (("1.26.4", "imported"), ("5.22.0", "unknown"))
    report = verified(stored, environment)
    assert report.verdict == "undecided"
    assert {one.subject for one in report.unknown} == {"package:numpy", "package:plotly"}
