"""A recorded model against targets: what fails, what is only a note, what cannot be told, and what a policy changes."""

from collections.abc import Callable
from pathlib import Path

import pytest

from lineage.errors import InputError
from lineage.manifest.files import read_manifest
from lineage.model.manifest import StoredManifest
from lineage.model.report import Checked, Side
from lineage.portable.policy import Policy, VerifyPolicy
from lineage.targets.source import ManifestSource
from lineage.verifying.packages import Packages
from lineage.verifying.verify import verify
from lineage.verifying.weights import WeightsPlace
from tests.support import projects
from tests.support.projects import install, interpreters, python_of, reinstall, site_packages, uninstall
from tests.support.recording import TODAY, failures, notes, recorded, unknowns, verified

Alter = Callable[[Path], object]


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory, environment: Path) -> StoredManifest:
    root = projects.make_repository(tmp_path_factory.mktemp("verifying") / "fraud")
    return recorded(root, environment)


def test_an_equal_copy_by_another_path_passes(stored: StoredManifest, environment: Path, tmp_path: Path) -> None:
    copied = projects.copy(environment, tmp_path / "copy")

    report = verified(stored, copied)

    assert (report.command, report.verdict, report.findings, report.unknown) == ("verify", "pass", (), ())
    assert report.recorded == Side(
        kind="manifest",
        location=stored.path,
        python=stored.manifest.environment.python,
        implementation="CPython",
        id=stored.id,
        name="models/fraud",
    )
    assert report.observed == Side(
        kind="python",
        location=str(python_of(copied)),
        python=stored.manifest.environment.python,
        implementation="CPython",
        executed=True,
    )
    assert (report.policy, report.checked) == (
        "defaults",
        Checked(packages=4, by=(("record", 3), ("artifact", 0), ("origin", 0), ("version", 1))),
    )


CHANGES: list[tuple[str, Alter, str, tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = [
    (
        "version",
        lambda site: reinstall(site, "numpy", "2.0.1"),
        "fail",
        ("numpy 1.26.4 → 2.0.1 (major), imported by the model's code",),
        (),
        (),
    ),
    (
        "version of what is required",
        lambda site: reinstall(site, "joblib", "1.4.0"),
        "fail",
        ("joblib 1.4.2 → 1.4.0 (patch), required by what the model imports",),
        (),
        (),
    ),
    (
        "version of what is only present",
        lambda site: reinstall(site, "plotly", "6.0.0"),
        "pass",
        (),
        ("plotly 5.22.0 → 6.0.0 (major), installed, not used by the model",),
        (),
    ),
    (
        "local label",
        lambda site: reinstall(site, "numpy", "1.26.4+cu121"),
        "fail",
        ("numpy 1.26.4 → 1.26.4+cu121 (build), imported by the model's code",),
        (),
        (),
    ),
    (
        "wheel tag",
        lambda site: reinstall(site, "numpy", "1.26.4", tag="cp311-cp311-linux_x86_64"),
        "fail",
        (
            "numpy py3-none-any → cp311-cp311-linux_x86_64 (another build of 1.26.4, by its tag), "
            "imported by the model's code",
        ),
        (),
        (),
    ),
    (
        "missing, imported",
        lambda site: uninstall(site, "numpy"),
        "pass",
        (),
        ("numpy 1.26.4 is missing, imported by the model's code",),
        (),
    ),
    (
        "missing, required",
        lambda site: uninstall(site, "joblib"),
        "fail",
        ("joblib 1.4.2 is missing, required by what the model imports",),
        (),
        (),
    ),
    ("extra", lambda site: install(site, "flask", "3.0"), "pass", (), ("flask 3.0 is not recorded",), ()),
    (
        "no RECORD",
        lambda site: (site / "numpy-1.26.4.dist-info" / "RECORD").unlink(),
        "undecided",
        (),
        (),
        ("package:numpy: the target has no RECORD of what is installed",),
    ),
    (
        "no METADATA",
        lambda site: (site / "numpy-1.26.4.dist-info" / "METADATA").unlink(),
        "undecided",
        (),
        (),
        ("package:numpy: its metadata cannot be read: there is no METADATA",),
    ),
    (
        "a version that is none",
        lambda site: reinstall(site, "numpy", "newest"),
        "undecided",
        (),
        (),
        ("package:numpy: 1.26.4 → newest: not comparable versions",),
    ),
]


@pytest.mark.parametrize(
    ("_name", "alter", "outcome", "failed", "noted", "unknown"), CHANGES, ids=[row[0] for row in CHANGES]
)
def test_a_target_that_differs_is_judged_by_use(
    _name: str,
    alter: Alter,
    outcome: str,
    failed: tuple[str, ...],
    noted: tuple[str, ...],
    unknown: tuple[str, ...],
    stored: StoredManifest,
    environment: Path,
    tmp_path: Path,
) -> None:
    target = projects.copy(environment, tmp_path / "target")
    alter(site_packages(target))

    report = verified(stored, target)

    unknown = tuple(one.format(site=site_packages(target)) for one in unknown)
    assert (report.verdict, failures(report), notes(report), unknowns(report)) == (outcome, failed, noted, unknown)


def test_another_build_of_one_version_fails(stored: StoredManifest, environment: Path, tmp_path: Path) -> None:
    target = projects.copy(environment, tmp_path / "target")
    reinstall(site_packages(target), "numpy", "1.26.4", content=b"# patched\n")

    report = verified(stored, target)

    (finding,) = report.findings
    assert finding.severity == "fail"
    assert (finding.change.subject, finding.change.code, finding.change.step) == (
        "package:numpy",
        "package-build",
        "build",
    )
    assert finding.change.recorded != finding.change.observed
    assert finding.message == (
        f"numpy {finding.change.recorded} → {finding.change.observed} "
        "(another build of 1.26.4, by its record), imported by the model's code"
    )


@pytest.mark.skipif(not {"3.11", "3.12"} <= set(interpreters()), reason="Python 3.11 and 3.12 are not both here")
def test_another_python_fails_and_its_builds_are_counted_as_not_comparable(tmp_path: Path) -> None:
    root = projects.make_repository(tmp_path / "fraud")
    trained, served = (projects.make_environment(tmp_path / f"{n}", interpreters()[n]) for n in ("3.11", "3.12"))
    for target, tag in ((trained, "cp311-cp311-linux_x86_64"), (served, "cp312-cp312-linux_x86_64")):
        reinstall(site_packages(target), "numpy", "1.26.4", tag=tag)
    stored = recorded(root, trained)

    report = verified(stored, served)

    assert (report.verdict, failures(report), notes(report)) == (
        "fail",
        (f"python {report.recorded.python} → {report.observed.python} (minor)",),
        ("platform 1 packages are builds for another platform or Python: only their versions were compared",),
    )
    assert verified(stored, served, Policy(verify=VerifyPolicy(python="minor"))).verdict == "pass"


def test_an_edited_manifest_is_refused(stored: StoredManifest, tmp_path: Path) -> None:
    path = tmp_path / "m.lineage.toml"
    text = Path(stored.path).read_text().replace("1.26.4", "2.0.1")
    path.write_text(text)

    with pytest.raises(InputError) as caught:
        read_manifest(path)

    actual = caught.value.message.split()[7].rstrip(":")
    assert str(caught.value) == (
        f"{path}: id is {stored.id}, but the content has {actual}: it was edited after capture\n"
        "  capture the model again, or take the file from git as it was committed"
    )
    assert actual not in text


def test_a_comparison_of_nothing_is_undecided(project: Path, tmp_path: Path) -> None:
    empty = projects.make_environment(tmp_path / "empty", packages=())

    report = verified(recorded(project, empty), empty)

    assert (report.verdict, unknowns(report)) == (
        "undecided",
        (
            "packages: no package could be compared",
            "use:models/fraud: the manifest records no package: nothing tells what serving it takes",
        ),
    )


def test_a_model_that_needs_no_package_is_accepted_by_name(project: Path, tmp_path: Path) -> None:
    empty = projects.make_environment(tmp_path / "empty", packages=())
    stored = recorded(project, empty)

    for accepted, verdict in (
        ("use:models/fraud", "pass"),
        ("use:models/other", "undecided"),
        ("packages", "undecided"),
    ):
        policy = Policy(verify=VerifyPolicy(accept_unknown=(accepted,)))
        assert verified(stored, empty, policy=policy).verdict == verdict


def test_a_record_without_a_used_package_passes_nothing_else(project: Path, environment: Path, tmp_path: Path) -> None:
    """A script that imports nothing: each package is judged as if the weights named it."""
    other = projects.copy(environment, tmp_path / "other")
    reinstall(site_packages(other), "joblib", "1.4.3")
    projects.write(project, {"train.py": b"print(1)\n"})
    stored = recorded(project, environment)

    assert {one.use for one in stored.manifest.environment.packages} == {"unknown"}
    assert verified(stored, environment).verdict == "pass"
    assert verified(stored, other).verdict == "fail"


def test_a_manifest_is_a_target_too(stored: StoredManifest) -> None:
    report = verify(stored, ManifestSource(stored), (Packages(), WeightsPlace(skip=True)), Policy(), today=TODAY)

    assert (report.verdict, report.observed.kind, report.observed.executed) == ("pass", "manifest", False)
