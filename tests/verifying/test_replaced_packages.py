"""A package that another one stands in for: the import succeeds, and the code is another."""

from datetime import date
from pathlib import Path

from lineage.manifest.files import as_stored
from lineage.model.report import Report
from lineage.portable.compare import Change
from lineage.portable.environment import Unknown
from lineage.portable.policy import Policy
from lineage.targets.interpreter import InterpreterSource
from lineage.targets.lockfile import LockSource
from lineage.targets.source import Source
from lineage.verifying.packages import Packages
from lineage.verifying.verify import verify
from lineage.verifying.weights import WeightsPlace
from tests.support import projects
from tests.support.projects import install, site_packages
from tests.support.recording import captured


def project(tmp_path: Path, environment: Path) -> tuple[Path, Path]:
    """(repository, training environment) of code that imports ``cv2``."""
    trained = projects.copy(environment, tmp_path / "trained")
    install(site_packages(trained), "opencv-python", "4.9.0", module="cv2")
    return projects.make_repository(tmp_path / "eyes", {"train.py": b"import cv2\n"}), trained


def report_of(root: Path, trained: Path, source: Source) -> Report:
    made = captured(root, trained)
    return verify(
        as_stored(made.manifest, made.path),
        source,
        (Packages(), WeightsPlace(beside=root / "models")),
        Policy(),
        today=date(2026, 11, 21),
    )


def interpreter(environment: Path) -> InterpreterSource:
    return InterpreterSource(str(environment / "bin" / "python"), env={"PATH": "/usr/bin:/bin"})


def absent_and_replaced(report: Report) -> list[tuple[str, Change]]:
    changes = [(one.severity, one.change) for one in report.findings]
    return [one for one in changes if one[1].subject == "package:opencv-python"]


def test_another_package_that_gives_the_same_module_fails(environment: Path, tmp_path: Path) -> None:
    root, trained = project(tmp_path, environment)
    served = projects.copy(environment, tmp_path / "served")
    install(site_packages(served), "opencv-python-headless", "4.9.0", module="cv2")

    report = report_of(root, trained, interpreter(served))

    detail = "opencv-python-headless provides cv2 instead"
    change = Change(
        "package:opencv-python",
        "package-provider",
        "4.9.0",
        "opencv-python-headless 4.9.0",
        "unknown",
        "imported",
        detail,
    )
    assert (report.verdict, absent_and_replaced(report)) == ("fail", [("fail", change)])
    assert [one.message for one in report.findings if one.severity == "fail"] == [
        "opencv-python 4.9.0 → opencv-python-headless 4.9.0 (opencv-python-headless provides cv2 instead), "
        "imported by the model's code"
    ]


def test_without_any_the_import_fails_by_itself(environment: Path, tmp_path: Path) -> None:
    root, trained = project(tmp_path, environment)
    served = projects.copy(environment, tmp_path / "served")
    install(site_packages(served), "opencv-python-headless", "4.9.0", module="another")

    report = report_of(root, trained, interpreter(served))

    change = Change("package:opencv-python", "package-absent", "4.9.0", None, "removed", "imported")
    assert (report.verdict, absent_and_replaced(report)) == ("pass", [("note", change)])


def test_a_lock_cannot_tell_so_a_name_alike_is_unknown(environment: Path, tmp_path: Path) -> None:
    root, trained = project(tmp_path, environment)
    lock = tmp_path / "requirements.txt"
    pins = [f"{name}=={version}" for name, (version, _, _) in projects.PACKAGES.items()]
    lock.write_text("\n".join([*pins, "opencv-python-headless==4.9.0", "opencvision==1.0"]) + "\n")

    report = report_of(root, trained, LockSource(str(lock), captured(root, trained).manifest.environment))

    reason = "is not there, and opencv-python-headless may provide its modules instead"
    assert Unknown("package:opencv-python", reason, use="imported") in report.unknown
    assert report.verdict == "undecided"


def test_a_lock_with_no_name_alike_leaves_it_absent(environment: Path, tmp_path: Path) -> None:
    root, trained = project(tmp_path, environment)
    lock = tmp_path / "requirements.txt"
    lock.write_text("".join(f"{name}=={version}\n" for name, (version, _, _) in projects.PACKAGES.items()))

    report = report_of(root, trained, LockSource(str(lock), captured(root, trained).manifest.environment))

    change = Change("package:opencv-python", "package-absent", "4.9.0", None, "removed", "imported")
    assert absent_and_replaced(report) == [("note", change)]
    assert [one for one in report.unknown if one.subject == "package:opencv-python"] == []
