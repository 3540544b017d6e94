"""Two manifests or targets side by side: everything that differs, judged by nothing."""

from pathlib import Path

from lineage.model.manifest import StoredManifest
from lineage.model.report import Checked, Report
from lineage.targets.interpreter import ThisProcessSource
from lineage.targets.lockfile import LockSource
from lineage.verifying.diff import diff
from tests.support import projects
from tests.support.projects import MODEL, install, python_of, reinstall, site_packages, uninstall
from tests.support.recording import recorded, source, unknowns


def lines(report: Report) -> list[str]:
    return [one.message for one in report.findings]


def test_nothing_differs_from_itself(project: Path, environment: Path) -> None:
    stored = recorded(project, environment)

    for left, right in (
        (stored, stored),
        (source(environment), source(environment)),
        (stored, source(environment)),
        (source(environment), stored),
    ):
        report = diff(left, right)
        assert (report.verdict, report.findings, report.unknown) == ("pass", (), ())
        assert report.checked == Checked(
            packages=4, by=(("record", 4), ("artifact", 0), ("origin", 0), ("version", 0))
        )  # fmt: skip


def test_two_targets_are_compared_package_by_package(environment: Path, tmp_path: Path) -> None:
    other = projects.copy(environment, tmp_path / "other")
    site = site_packages(other)
    reinstall(site, "numpy", "2.0.1")
    uninstall(site, "plotly")
    install(site, "flask", "3.0")

    there, back = diff(source(environment), source(other)), diff(source(other), source(environment))

    assert (there.command, there.verdict, there.policy) == ("diff", "fail", "")
    assert (there.recorded.location, there.observed.location) == (str(python_of(environment)), str(python_of(other)))
    assert [(one.severity, one.change.subject, one.change.step) for one in there.findings] == [
        ("note", "package:flask", "added"),
        ("note", "package:numpy", "major"),
        ("note", "package:plotly", "removed"),
    ]
    assert lines(there) == [
        "flask 3.0 is not recorded",
        "numpy 1.26.4 → 2.0.1 (major)",
        "plotly 5.22.0 is missing",
    ]
    assert [(one.change.subject, one.change.step) for one in back.findings] == [
        ("package:flask", "removed"),
        ("package:numpy", "major"),
        ("package:plotly", "added"),
    ]


def test_a_manifest_tells_why_a_package_matters(project: Path, environment: Path, tmp_path: Path) -> None:
    other = projects.copy(environment, tmp_path / "other")
    reinstall(site_packages(other), "numpy", "1.26.5")
    reinstall(site_packages(other), "plotly", "5.23.0")

    assert lines(diff(recorded(project, environment), source(other))) == [
        "numpy 1.26.4 → 1.26.5 (patch), imported by the model's code",
        "plotly 5.22.0 → 5.23.0 (minor), installed, not used by the model",
    ]


def retrained(root: Path, environment: Path) -> tuple[StoredManifest, StoredManifest]:
    first = recorded(root, environment, metrics={"auc": 0.91, "by": {"fold": [0.9]}}, params={"depth": 3, "old": 1})
    projects.write(root, {MODEL: b"trained again", "features.py": b"import numpy\n\nSIZE = 4\n"})
    projects.commit(root)
    values = {"metrics": {"auc": 0.92, "by": {"fold": [0.9]}}, "params": {"depth": 4, "new": True}}
    return first, recorded(root, environment, **values)


def test_of_two_manifests_everything_is_compared(project: Path, environment: Path) -> None:
    first, second = retrained(project, environment)
    commits = [(one.manifest.code.commit or "")[:12] for one in (first, second)]
    files = [dict(one.manifest.code.files)["features.py"][:12] for one in (first, second)]
    weights = [one.manifest.weights[0].sha256[:12] for one in (first, second)]

    report = diff(first, second)

    assert report.verdict == "fail"
    assert lines(report) == [
        f"code commit {commits[0]} → {commits[1]}",
        f"code features.py {files[0]} → {files[1]}",
        "metrics auc 0.91 → 0.92",
        "params depth 3 → 4",
        "params new nothing → True",
        "params old 1 → nothing",
        f"weights {MODEL} sha256:{weights[0]} → sha256:{weights[1]}",
    ]
    assert {one.severity for one in report.findings} == {"note"}


def test_a_dirty_tree_differs_from_its_commit(project: Path, environment: Path) -> None:
    clean = recorded(project, environment)
    projects.write(project, {"train.py": b"import sklearn\nimport features\n"})
    dirty = recorded(project, environment, snapshot_limit=None)

    base = clean.manifest.code.base
    assert lines(diff(clean, dirty))[0] == f"code commit {base[:12]} → uncommitted changes on {base}"
    kept = recorded(project, environment)
    assert lines(diff(clean, kept))[0] == f"code commit {base[:12]} → snapshot {kept.manifest.code.commit}"


def test_what_cannot_be_compared_is_undecided(project: Path, environment: Path, tmp_path: Path) -> None:
    other = projects.copy(environment, tmp_path / "other")
    (site_packages(other) / "numpy-1.26.4.dist-info" / "RECORD").unlink()

    report = diff(recorded(project, environment), source(other))

    assert (report.verdict, report.findings) == ("undecided", ())
    assert unknowns(report) == ("package:numpy: the target has no RECORD of what is installed",)


def test_what_the_left_side_could_not_see_is_undecided_too(environment: Path, tmp_path: Path) -> None:
    other = projects.copy(environment, tmp_path / "other")
    (site_packages(other) / "brøken-1.0.dist-info").mkdir()

    report = diff(source(other), source(environment))

    assert report.verdict == "undecided"
    assert unknowns(report) == ("package:brøken: its metadata cannot be read: there is no METADATA",)


def test_this_process_can_be_a_side(environment: Path) -> None:
    report = diff(ThisProcessSource(), source(environment))

    assert (report.recorded.location, report.recorded.executed) == ("this process", False)
    assert "package:pytest" in {one.change.subject for one in report.findings}


def test_what_neither_side_tells_is_told_once(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.txt"
    lock.write_text("numpy>=1.20\n")

    unknown = diff(LockSource(str(lock)), LockSource(str(lock))).unknown

    assert [one.subject for one in unknown].count("package:numpy") == 1
