"""A lock file as target: what it promises against what a manifest records, and how a gate ends on it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lineage.errors import InputError
from lineage.model.manifest import StoredManifest
from lineage.model.report import Checked, Report
from lineage.portable.environment import Environment, Observation, Package, Platform, Problem, Unknown
from lineage.portable.policy import Policy, VerifyPolicy
from lineage.system.files import MAX_DOCUMENT_BYTES
from lineage.targets.lockfile import LockSource
from lineage.verifying.diff import diff
from lineage.verifying.packages import Packages
from lineage.verifying.verify import verify
from lineage.verifying.weights import WeightsPlace
from tests.support import projects
from tests.support.projects import python_of, write
from tests.support.recording import TODAY, failures, notes, recorded, unknowns

LINUX = Environment(python="3.11.7", implementation="CPython", platform=Platform("linux", "x86_64", "glibc 2.36"))
PINS = "joblib==1.4.2\nnumpy==1.26.4\nplotly==5.22.0\nscikit-learn==1.5.0\n"
UNTOLD = tuple(
    f"{subject}: the target does not tell"
    for subject in ("platform:libc", "platform:machine", "platform:os", "python", "python:implementation")
)
LENIENT = Policy(verify=VerifyPolicy(accept_unknown=("python", "python:implementation", "platform:*")))


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return projects.make_repository(tmp_path_factory.mktemp("lockfile") / "fraud")


@pytest.fixture(scope="module")
def stored(root: Path, environment: Path) -> StoredManifest:
    return recorded(root, environment)


def verified(stored: StoredManifest, path: Path, policy: Policy | None = None) -> Report:
    locked = LockSource(str(path), stored.manifest.environment)
    return verify(stored, locked, (Packages(), WeightsPlace(skip=True)), policy or Policy(), today=TODAY)


def lock(directory: Path, text: str) -> Path:
    write(directory, {"requirements.txt": text.encode()})
    return directory / "requirements.txt"


def test_what_is_promised_is_observed_and_the_rest_is_unknown(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    files = {
        "deploy/requirements.txt": b"-r ../base.txt\nnumpy==1.26.4 ; sys_platform == 'linux'\nscipy>=1.2,<2\n",
        "base.txt": b"colorama==0.4.6 ; sys_platform == 'win32'\njoblib @ https://ada:secret@example.org/joblib.zip\n",
    }
    write(tmp_path, files)
    location = str(tmp_path / "deploy" / "requirements.txt")

    assert LockSource(location, LINUX).observe() == Observation(
        environment=Environment(packages=(Package(name="numpy", version="1.26.4"),)),
        kind="lock",
        location=location,
        executed=False,
        installed=False,
        unknown=(
            Unknown("package:joblib", "base.txt:2 names where it comes from, but not its version"),
            Unknown("package:scipy", "deploy/requirements.txt:3 allows >=1.2,<2, which is no version"),
        ),
        problems=(Problem("lock.credentials", "base.txt:2", "its address holds credentials"),),
    )


def test_without_a_recorded_environment_no_marker_is_judged(tmp_path: Path) -> None:
    observed = LockSource(str(lock(tmp_path, "numpy==1.26.4 ; sys_platform == 'linux'\nscipy==1.13.0\n"))).observe()

    assert observed.environment == Environment(packages=(Package(name="scipy", version="1.13.0"),))
    assert observed.unknown == (
        Unknown("package:numpy", "requirements.txt:1 depends on sys_platform, which is not known"),
    )


def test_what_pip_freezes_of_an_environment_verifies_with_only_the_interpreter_unknown(
    stored: StoredManifest, environment: Path, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "pip", "--python", str(python_of(environment)), "freeze", "--all"]
    frozen = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert frozen == PINS

    report = verified(stored, lock(tmp_path, frozen))

    assert (report.verdict, report.findings, unknowns(report)) == ("undecided", (), UNTOLD)
    assert (report.observed.kind, report.observed.python, report.observed.executed) == ("lock", None, False)
    assert report.checked == Checked(
        packages=4, by=(("record", 0), ("artifact", 0), ("origin", 0), ("version", 4)), weights="skipped"
    )
    assert verified(stored, lock(tmp_path, frozen), LENIENT).verdict == "pass"


CHANGED: list[tuple[str, str, str, tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = [
    ("a version", PINS.replace("1.26.4", "2.0.1"), "fail",
     ("numpy 1.26.4 → 2.0.1 (major), imported by the model's code",), (), ()),
    ("a label", PINS.replace("1.26.4", "1.26.4+cu121"), "fail",
     ("numpy 1.26.4 → 1.26.4+cu121 (build), imported by the model's code",), (), ()),
    ("required, not there", PINS.replace("joblib==1.4.2\n", ""), "fail",
     ("joblib 1.4.2 is missing, required by what the model imports",), (), ()),
    ("its marker does not hold", PINS.replace("1.4.2", "1.4.2 ; sys_platform == 'win32'"), "fail",
     ("joblib 1.4.2 is missing, required by what the model imports",), (), ()),
    ("a range", PINS.replace("==1.4.2", ">=1.4"), "undecided", (), (),
     ("package:joblib: requirements.txt:1 allows >=1.4, which is no version",)),
    ("only constrained", PINS.replace("joblib==1.4.2", "-c narrower.txt"), "undecided", (), (),
     ("package:joblib: narrower.txt:1 only constrains it: no row says that it is installed",)),
    ("a range of what is not used", PINS.replace("==5.22.0", ">5"), "pass", (), (), ()),
    ("a range of what is not recorded", PINS + "flask>=3\n", "pass", (), (), ()),
    ("more than recorded", PINS + "flask==3.0\n", "pass", (), ("flask 3.0 is not recorded",), ()),
    ("nothing", "# nothing\n", "fail",
     ("joblib 1.4.2 is missing, required by what the model imports",),
     ("numpy 1.26.4 is missing, imported by the model's code",
      "plotly 5.22.0 is missing, installed, not used by the model",
      "scikit-learn 1.5.0 is missing, imported by the model's code"),
     ("packages: no package could be compared",)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("_name", "text", "outcome", "failed", "noted", "unknown"), CHANGED, ids=[row[0] for row in CHANGED]
)
def test_a_lock_that_differs_is_judged_by_use(
    _name: str,
    text: str,
    outcome: str,
    failed: tuple[str, ...],
    noted: tuple[str, ...],
    unknown: tuple[str, ...],
    stored: StoredManifest,
    tmp_path: Path,
) -> None:
    (tmp_path / "narrower.txt").write_text("joblib==1.4.2\n")

    report = verified(stored, lock(tmp_path, text), LENIENT)

    assert (report.verdict, failures(report), notes(report), unknowns(report)) == (outcome, failed, noted, unknown)


def test_a_recorded_artifact_is_looked_for_among_the_hashes(stored: StoredManifest, tmp_path: Path) -> None:
    packages = (Package(name="numpy", version="1.26.4", use="weights", artifact="sha256:" + "b" * 64),)
    environment = stored.manifest.environment._replace(packages=packages)

    def findings(*digits: str) -> tuple[str, ...]:
        text = "numpy==1.26.4 " + " ".join(f"--hash=sha256:{digit * 64}" for digit in digits)
        left = LockSource(str(lock(tmp_path, text)), environment)
        recorded_side = StoredSource(environment)
        return tuple(one.message for one in diff(recorded_side, left).findings)

    assert findings("a", "b", "c") == ()
    assert findings("c", "a") == (
        "numpy 1.26.4#bbbbbbbbbbbb → 1.26.4#aaaaaaaaaaaa (another build of 1.26.4, by its artifact), "
        "named in the weights",
    )


class StoredSource:
    """An environment that was recorded, as a target."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment

    def observe(self, identify: object = None) -> Observation:
        return Observation(environment=self._environment, kind="manifest", location="recorded", installed=False)


def test_files_are_read_only_below_the_repository_of_the_lock(tmp_path: Path) -> None:
    write(
        tmp_path, {"outside.txt": b"secret==1\n", "repository/a.txt": b"-r b.txt\n-r linked.txt\n-r ../outside.txt\n"}
    )
    inside = tmp_path / "repository"
    (inside / "b.txt").write_text("b==1\n")
    (inside / "linked.txt").symlink_to("../outside.txt")

    with pytest.raises(InputError) as caught:
        LockSource(str(inside / "a.txt")).observe()

    assert str(caught.value) == (
        "a.txt: cannot be read:\n"
        "  a.txt:2: includes linked.txt: is a link that leads out of the repository\n"
        "  a.txt:3: includes ../outside.txt, which leads out of the repository"
    )


def test_files_beside_it_are_read_through_links_that_stay_inside(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": b"-r linked.txt\n", "deep/b.txt": b"b==1\n"})
    (tmp_path / "linked.txt").symlink_to("deep/b.txt")

    assert LockSource(str(tmp_path / "a.txt")).observe().environment.packages == (Package(name="b", version="1"),)


BROKEN = [
    ("missing.txt", "{}/missing.txt: there is no such lock file"),
    ("notes.lock", "{}/notes.lock: is no lock file of a known format, by its name\n"
     "  requirements files, and the locks of uv, poetry, pdm, pipenv, conda, pixi and pip are read"),
    ("uv.lock", "uv.lock: has the lock version None, and only 1 is known\n"
     "  lock it again, or restore the version that git holds"),
    ("directory.txt", "{}/directory.txt: lock file cannot be read: Is a directory"),
    ("fifo.txt", "{}/fifo.txt: lock file must be a regular file"),
    ("large.txt", "{}/large.txt: lock file is larger than 8388608 bytes"),
    ("includes.txt", "includes.txt:1: includes fifo.txt: requirements file must be a regular file"),
    ("binary.txt", "binary.txt:1: is not UTF-8\n  save it as UTF-8"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "message"), BROKEN)
def test_what_cannot_be_read_is_named(name: str, message: str, tmp_path: Path) -> None:
    write(tmp_path, {"uv.lock": b"", "notes.lock": b"", "includes.txt": b"-r fifo.txt", "binary.txt": b"\x80\x02}"})
    (tmp_path / "directory.txt").mkdir()
    os.mkfifo(tmp_path / "fifo.txt")
    with (tmp_path / "large.txt").open("wb") as file:
        file.truncate(MAX_DOCUMENT_BYTES + 1)

    with pytest.raises(InputError) as caught:
        LockSource(str(tmp_path / name)).observe()

    assert str(caught.value) == message.format(tmp_path)
