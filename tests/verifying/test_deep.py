"""``verify --deep`` on real environments: each kind of change to installed files, and what is let through."""

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from lineage.errors import InputError
from lineage.model.manifest import StoredManifest
from lineage.model.report import Report
from lineage.portable.policy import Policy, VerifyPolicy
from lineage.targets.directory import DirectorySource
from lineage.targets.source import ManifestSource, Source
from lineage.verifying.installed_files import InstalledFiles
from lineage.verifying.packages import Packages
from lineage.verifying.verify import verify
from lineage.verifying.weights import WeightsPlace
from tests.support import projects
from tests.support.projects import install, site_packages
from tests.support.recording import TODAY, failures, notes, recorded, source, unknowns

Alter = Callable[[Path], object]
IMPORTED = "imported by the model's code"
RUNS = "is in no RECORD and runs whenever Python starts"


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory, environment: Path) -> StoredManifest:
    root = projects.make_repository(tmp_path_factory.mktemp("deep") / "fraud")
    return recorded(root, environment)


@pytest.fixture
def target(environment: Path, tmp_path: Path) -> Path:
    return projects.copy(environment, tmp_path / "target")


def deeply(stored: StoredManifest, target: Path | Source, policy: Policy | None = None) -> Report:
    observed = source(target) if isinstance(target, Path) else target
    comparators = (Packages(), InstalledFiles(), WeightsPlace(skip=True))
    return verify(stored, observed, comparators, policy or Policy(), today=TODAY)


def judged(report: Report) -> tuple[str, tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """But for start-up code, which is judged without ``--deep`` too."""
    seen = tuple(one for one in unknowns(report) if not one.startswith("startup"))
    return (report.verdict, failures(report), notes(report), seen)


def short(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]


def put(site: Path, path: str, content: bytes = b"import os\n") -> None:
    (site / path).parent.mkdir(parents=True, exist_ok=True)
    (site / path).write_bytes(content)


def own(site: Path, name: str, path: str, content: bytes, digest: str | None = None) -> None:
    """A further file of an installed package, with its row in RECORD."""
    put(site, path, content)
    (record,) = site.glob(f"{name}-*.dist-info/RECORD")
    written = f"sha256={hashlib.sha256(content).hexdigest()}" if digest is None else digest
    record.write_text(record.read_text() + f"{path},{written},{len(content)}\n")


def move_out(site: Path, path: str, *, altered: bytes = b"") -> None:
    """The file as a link out of the environment, as an installer that keeps a cache leaves it."""
    cache = site.parents[3] / "cache"
    cache.mkdir()
    (cache / "file").write_bytes((site / path).read_bytes() + altered)
    (site / path).unlink()
    (site / path).symlink_to(cache / "file")


def move_directory(site: Path, path: str) -> None:
    cache = site.parents[3] / "cache"
    shutil.move(site / path, cache)
    (site / path).symlink_to(cache)


def alias(site: Path, path: str) -> None:
    (site / path).rename(site / (path + ".real"))
    (site / path).symlink_to(Path(path).name + ".real")


def puts(*paths: str) -> Alter:
    def alter(site: Path) -> None:
        for path in paths:
            put(site, path)

    return alter


def remove(*paths: str) -> Alter:
    def alter(site: Path) -> None:
        for path in paths:
            (site / path).unlink()

    return alter


def install_altered(site: Path) -> None:
    """A package that is not recorded, and not what its RECORD says."""
    install(site, "six", "1.0")
    put(site, "six/__init__.py", b"")


def link(site: Path, path: str, target: str) -> None:
    (site / path).unlink(missing_ok=True)
    (site / path).symlink_to(target)


NUMPY = b'__version__ = "1.26.4"\n'
SIX = b'__version__ = "1.0"\n'

FAILING: list[tuple[str, Alter, str]] = [
    ("changed", lambda site: put(site, "numpy/__init__.py", b"evil = 1\n"),
     f"numpy {short(NUMPY)} → {short(b'evil = 1' + bytes([10]))} "
     f"(numpy/__init__.py differs from its RECORD), {IMPORTED}"),
    ("missing", remove("numpy/__init__.py"),
     f"numpy {short(NUMPY)} → missing (numpy/__init__.py differs from its RECORD), {IMPORTED}"),
    ("several", remove("numpy/__init__.py", "numpy-1.26.4.dist-info/INSTALLER"),
     f"numpy {short(b'pip' + bytes([10]))} → missing "
     f"(numpy-1.26.4.dist-info/INSTALLER differs from its RECORD and 1 more file), {IMPORTED}"),
    ("a link to nothing", lambda site: link(site, "numpy/__init__.py", "gone.py"),
     f"numpy {short(NUMPY)} → a link that leads nowhere (numpy/__init__.py differs from its RECORD), {IMPORTED}"),
    ("a link out to other content", lambda site: move_out(site, "numpy/__init__.py", altered=b"#"),
     f"numpy {short(NUMPY)} → {short(NUMPY + b'#')} (numpy/__init__.py differs from its RECORD), {IMPORTED}"),
    ("a module more", lambda site: put(site, "numpy/deep/more.py"),
     f"numpy nothing → {short(b'import os' + bytes([10]))} (numpy/deep/more.py is in no RECORD), {IMPORTED}"),
    ("an extension more", lambda site: put(site, "numpy/more.cpython-311-x86_64-linux-gnu.so", b""),
     f"numpy nothing → {short(b'')} "
     f"(numpy/more.cpython-311-x86_64-linux-gnu.so is in no RECORD), {IMPORTED}"),
    ("compiled code more", lambda site: put(site, "numpy/more.pyc", b""),
     f"numpy nothing → {short(b'')} (numpy/more.pyc is in no RECORD), {IMPORTED}"),
    ("a linked directory more", lambda site: link(site, "numpy/more", "/"),
     f"numpy nothing → a directory (numpy/more is in no RECORD), {IMPORTED}"),
    ("of what is required", lambda site: put(site, "joblib/more.py", b""),
     f"joblib nothing → {short(b'')} (joblib/more.py is in no RECORD), required by what the model imports"),
    ("sitecustomize", lambda site: put(site, "sitecustomize.py"), f"file sitecustomize.py {RUNS}"),
    ("usercustomize", lambda site: put(site, "usercustomize/__init__.py"), f"file usercustomize {RUNS}"),
    ("a path file that runs code", lambda site: put(site, "a.pth"), f"file a.pth {RUNS}"),
    ("a path file that is a link", lambda site: link(site, "a.pth", "/dev/null"), f"file a.pth {RUNS}"),
    ("in front of a package", lambda site: put(site, "numpy.so"),
     "file numpy.so is in no RECORD and stands in front of the recorded package numpy"),
    ("in front of the standard library", lambda site: put(site, "json/__init__.py"),
     "file json is in no RECORD and stands in front of json of the standard library"),
    ("a link in front of the standard library", lambda site: link(site, "json", "/"),
     "file json is in no RECORD and stands in front of json of the standard library"),
]  # fmt: skip


@pytest.mark.parametrize(("_name", "alter", "message"), FAILING, ids=[row[0] for row in FAILING])
def test_what_matters_fails(_name: str, alter: Alter, message: str, stored: StoredManifest, target: Path) -> None:
    alter(site_packages(target))

    is_there = (site_packages(target) / "numpy/__init__.py").exists()
    lost = () if is_there else ("module:numpy: numpy lists it, and it is not there",)
    assert judged(deeply(stored, target)) == ("fail", (message,), (), lost)


def test_a_file_of_a_shared_directory_in_front_of_one_that_was_recorded(target: Path, tmp_path: Path) -> None:
    site = site_packages(target)
    for name in ("google-api", "google-auth"):
        install(site, name, "1.0", module=name.replace("-", "/"))
    files = {**projects.FILES, "train.py": b"import google.api\n"}
    stored = recorded(projects.make_repository(tmp_path / "shared", files), target)
    for path in ("google/api.py", "google/new.py", "google/__init__.py"):
        put(site, path, b"")

    failed = (
        "file google/__init__.py is in no RECORD and stands in front of what packages have in google",
        "file google/api.py is in no RECORD and stands in front of the recorded package google-api",
        f"google-api 1.0 → google/__init__.py of no installed package (import takes {site}/google/__init__.py), "
        "imported by the model's code",
    )
    assert judged(deeply(stored, target)) == ("fail", failed, ("file google/new.py is in no RECORD",), ())


HONEST: list[tuple[str, Alter, tuple[str, ...]]] = [
    ("nothing", lambda site: None, ()),
    ("compiled files", lambda site: put(site, "numpy/__pycache__/__init__.cpython-311.pyc", b"x"), ()),
    ("a module beside", puts("mine.py", "more/deep/a.py", "more/b.py"),
     ("file mine.py is in no RECORD", "file more is in no RECORD")),
    ("a path", lambda site: put(site, "mine.pth", b"/srv/code\n"), ("file mine.pth is in no RECORD",)),
    ("virtualenv's path file", lambda site: put(site, "_virtualenv.pth", b"import _virtualenv"),
     ("file _virtualenv.pth is in no RECORD",)),
    ("what nobody imports", puts("data.txt", "numpy/a-b.py", "a-b/a.py"),
     ()),
    ("a directory of data with the name of a module", lambda site: put(site, "json/deep/a.py"),
     ("file json is in no RECORD",)),
    ("a leftover", lambda site: put(site, "~umpy/__init__.py"), ()),
    ("a link within the environment", lambda site: alias(site, "numpy/__init__.py"), ()),
    ("a file in a cache", lambda site: move_out(site, "numpy/__init__.py"),
     (f"numpy {short(NUMPY)} → a link (numpy/__init__.py is a link out of the environment: "
      f"the content it leads to is the recorded one), {IMPORTED}",)),
    ("a directory in a cache", lambda site: move_directory(site, "numpy"),
     (f"numpy {short(NUMPY)} → a link (numpy/__init__.py is a link out of the environment: "
      f"the content it leads to is the recorded one), {IMPORTED}",)),
    ("of what is not used", lambda site: put(site, "plotly/more.py", b""),
     (f"plotly nothing → {short(b'')} (plotly/more.py is in no RECORD), installed, not used by the model",)),
    ("of what is not recorded", install_altered,
     ("six 1.0 is not recorded", f"six {short(SIX)} → {short(b'')} "
      "(six/__init__.py differs from its RECORD), installed, not recorded")),
]  # fmt: skip


@pytest.mark.parametrize(("_name", "alter", "noted"), HONEST, ids=[row[0] for row in HONEST])
def test_what_is_honest_is_a_note(
    _name: str, alter: Alter, noted: tuple[str, ...], stored: StoredManifest, target: Path
) -> None:
    alter(site_packages(target))

    assert judged(deeply(stored, target)) == ("pass", (), noted, ())


def test_replaced_certificates_are_a_note(target: Path, tmp_path: Path) -> None:
    own(site_packages(target), "numpy", "numpy/cacert.pem", b"theirs")
    stored = recorded(projects.make_repository(tmp_path / "fraud"), target)
    put(site_packages(target), "numpy/cacert.pem", b"ours")

    note = f"numpy {short(b'theirs')} → {short(b'ours')} (numpy/cacert.pem differs from its RECORD: "
    note += f"certificates are often replaced in place), {IMPORTED}"
    assert judged(deeply(stored, target)) == ("pass", (), (note,), ())


UNPROVEN = [("md5", "md5=GjQR0qk1Hq7aZU0bQxnQBw"), ("sha1", "sha1=2jmj7l5rSw0yVb_vlWAYkK_YBwk"), ("none", "")]


@pytest.mark.parametrize(("_name", "digest"), UNPROVEN, ids=[row[0] for row in UNPROVEN])
def test_a_row_that_proves_nothing_is_unknown(_name: str, digest: str, target: Path, tmp_path: Path) -> None:
    for name in ("numpy", "plotly"):
        own(site_packages(target), name, f"{name}/more.py", b"", digest)
        own(site_packages(target), name, f"{name}/more.txt", b"", digest)
    stored = recorded(projects.make_repository(tmp_path / "fraud"), target)

    unknown = "package:numpy: not verifiable: RECORD has no hash that proves anything of numpy/more.py"
    assert judged(deeply(stored, target)) == ("undecided", (), (), (unknown,))


def test_a_package_without_a_record_is_unknown_and_so_is_a_start_up_file(stored: StoredManifest, target: Path) -> None:
    site = site_packages(target)
    for name in ("numpy-1.26.4", "plotly-5.22.0"):
        (site / f"{name}.dist-info/RECORD").unlink()
    put(site, "_virtualenv.py")

    unknown = (
        "file:_virtualenv.py: it runs whenever Python starts, and is none that virtualenv or uv is known to write",
        "package:numpy: not verifiable: no RECORD",
        "package:numpy: the target has no RECORD of what is installed",
    )
    assert judged(deeply(stored, target)) == ("undecided", (), (), unknown)


@pytest.mark.parametrize(("extra", "verdict"), [("any", "pass"), ("none", "fail")])
def test_a_policy_decides_about_what_is_not_recorded(
    extra: str, verdict: str, stored: StoredManifest, target: Path
) -> None:
    install_altered(site_packages(target))

    report = deeply(stored, target, Policy(verify=VerifyPolicy(extra=extra)))

    assert report.verdict == verdict
    assert {one.severity for one in report.findings} == {"note" if extra == "any" else "fail"}


@pytest.mark.parametrize(("tolerance", "verdict"), [("none", "fail"), ("build", "pass"), ("any", "pass")])
def test_a_policy_decides_how_exact_a_package_is(
    tolerance: str, verdict: str, stored: StoredManifest, target: Path
) -> None:
    put(site_packages(target), "numpy/__init__.py", b"")

    policy = Policy(verify=VerifyPolicy(packages=(("numpy", tolerance),)))
    assert deeply(stored, target, policy).verdict == verdict


def test_a_directory_is_compared_like_its_interpreter(stored: StoredManifest, target: Path) -> None:
    put(site_packages(target), "numpy/__init__.py", b"")
    put(site_packages(target), "sitecustomize.py")
    directory = DirectorySource(str(target))

    by_file, asked = deeply(stored, directory), deeply(stored, target)

    assert (failures(by_file), by_file.checked.installed) == (failures(asked), asked.checked.installed)
    assert len(failures(by_file)) == 2


def test_a_manifest_has_no_installed_files(stored: StoredManifest) -> None:
    with pytest.raises(InputError) as caught:
        deeply(stored, ManifestSource(stored))

    assert str(caught.value) == (
        f"manifest:{stored.path}: has no installed files to look at\n"
        "  leave --deep out, or name an environment: python:PATH"
    )
