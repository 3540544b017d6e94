"""Every way to be on ``sys.path``, in a real environment of every Python: as that interpreter itself lists it."""

import json
import os
import subprocess
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from lineage.portable.distinfo import Distribution
from lineage.portable.environment import EDITABLE, LOCAL, Package, Problem
from lineage.targets.interpreter import InterpreterSource
from lineage.targets.source import Examination
from tests.support import projects
from tests.support.projects import interpreters, make_environment, python_of, site_packages, write
from tests.support.wheels import build_wheel

DESCRIBED = [version for version in interpreters() if version != "2.7"]
DEBIAN = Path("/usr/bin/python3")

IN_ZIPS = {"by-zip": "7.0", "small-wheel": "1.0", "below-zip": "7.1"}
"""pkg_resources does not look for these; importlib.metadata does not look for the last."""

OWN = {
    "plain-name-x": "1.0",
    "egg-dir": "2.0",
    "egg-file": "2.1+local.1",
    "develop": "3.0",
    "inner": "3.1",
    "modern": "3.2",
    "from-git": "4.0",
    "from-archive": "4.1",
    "from-folder": "4.2",
    "egg-tree": "5.0",
    "egg-zip": "5.1",
    "by-pth": "6.0",
    "debian-file": "6.1",
    "debian-info": "6.2",
    "by-path": "6.3",
    "by-user": "6.4",
    "shadow": "2.0",
    **IN_ZIPS,
}

LISTED = """
import json, re, sys
paths = list(sys.path)
try:
    from importlib.metadata import distributions
    found = [(one.metadata["Name"], one.version) for one in distributions()]
except ImportError:
    sys.path.append(sys.argv[1])
    from pkg_resources import WorkingSet
    found = [(one.project_name, one.version) for one in WorkingSet(paths)]
first = {}
for name, version in found:
    first.setdefault(re.sub(r"[-_.]+", "-", name).lower(), version)
print(json.dumps(first))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Furnished:
    """An environment with something in every place that an interpreter looks at."""

    version: str
    base: Path
    python: Path
    env: dict[str, str]
    examination: Examination

    def own(self) -> dict[str, Distribution]:
        found = {one.package.name: one for one in self.examination.distributions}
        return {name: found[name] for name in OWN if name in found}


def metadata(name: str, version: str) -> bytes:
    return f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n\nA text.\n".encode()


def furnish(base: Path, environment: Path, minor: str) -> dict[str, str]:
    """Lay everything of ``OWN`` in and around an environment; gives the variables that make it all visible."""
    site, user = site_packages(environment), base / "user"
    config = environment / "pyvenv.cfg"
    config.write_text(config.read_text().replace("system-site-packages = false", "system-site-packages = true"))
    commit, archive = "0" * 40, {"hashes": {"sha256": "a" * 64}}
    vcs = {"vcs": "git", "commit_id": commit}
    projects.install(site, "Plain.Name_x", "1.0")
    projects.install(site, "shadow", "1.0")
    projects.install(base / "extra", "shadow", "2.0")
    projects.install(base / "extra", "by-path", "6.3")
    projects.install(base / "more", "by-pth", "6.0")
    projects.install(base / "dist-packages", "debian-info", "6.2", record=False)
    projects.install(user / "lib" / f"python{minor}" / "site-packages", "by-user", "6.4")
    projects.install(site, "from-git", "4.0", direct_url={"url": "https://u:p@example.org/g", "vcs_info": vcs})
    projects.install(site, "from-archive", "4.1", direct_url={"url": "https://example.org/a", "archive_info": archive})
    projects.install(site, "from-folder", "4.2", direct_url={"url": (base / "f").as_uri(), "dir_info": {}})
    projects.install(
        site, "modern", "3.2", direct_url={"url": (base / "modern").as_uri(), "dir_info": {"editable": True}}
    )
    tree, packed = f"egg_tree-5.0-py{minor}.egg", f"egg_zip-5.1-py{minor}.egg"
    on_path = [base / "develop", base / "inner" / "src", base / "more", base / "dist-packages", site / tree]
    write(
        site,
        {
            f"egg_dir-2.0-py{minor}.egg-info/PKG-INFO": metadata("egg_dir", "2.0"),
            f"egg_file-2.1_local.1-py{minor}.egg-info": metadata("egg-file", "2.1+local.1"),
            f"{tree}/EGG-INFO/PKG-INFO": metadata("egg.tree", "5.0"),
            "easy-install.pth": "\n".join([*map(str, on_path), f"./{packed}", str(base / "absent"), ""]).encode(),
            "__editable__.modern-3.2.pth": f"{base}/modern/src\n".encode(),
            "develop.egg-link": f"{base}/develop\n.".encode(),
            "inner.egg-link": f"{base}/inner/src\n../".encode(),
        },
    )
    write(
        base,
        {
            "develop/setup.py": b"",
            "develop/develop.egg-info/PKG-INFO": metadata("develop", "3.0"),
            "inner/setup.cfg": b"",
            "inner/src/inner.egg-info/PKG-INFO": metadata("inner", "3.1"),
            "modern/pyproject.toml": b"",
            "modern/src/modern.egg-info/PKG-INFO": metadata("modern", "3.2"),
            "dist-packages/debian_file-6.1.egg-info": metadata("debian_file", "6.1"),
        },
    )
    with zipfile.ZipFile(site / packed, "w", zipfile.ZIP_DEFLATED) as egg:
        egg.writestr("egg_zip.py", "")
        egg.writestr("EGG-INFO/PKG-INFO", metadata("egg-zip", "5.1"))
    with zipfile.ZipFile(base / "bundle.zip", "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr("by_zip-7.0.dist-info/METADATA", metadata("by-zip", "7.0"))
        bundle.writestr("below/below_zip-7.1.dist-info/METADATA", metadata("below-zip", "7.1"))
    entries = [base / "extra", base / "bundle.zip", base / "bundle.zip" / "below", build_wheel(base)]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, entries)), "PYTHONUSERBASE": str(user)}


@pytest.fixture(scope="session", params=DESCRIBED)
def furnished(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Furnished:
    version: str = request.param
    base = tmp_path_factory.mktemp("furnished")
    environment = make_environment(base / "env", interpreters()[version], ())
    env = furnish(base, environment, version)
    python = python_of(environment)
    examination = InterpreterSource(str(python), env=env).examine()
    return Furnished(version=version, base=base, python=python, env=env, examination=examination)


def listed(python: Path, env: dict[str, str], library: str = "") -> dict[str, str]:
    """The packages as the interpreter's own library lists them, the first of each name."""
    command = [str(python), "-B", "-W", "ignore", "-c", LISTED, library]
    done = subprocess.run(command, check=True, capture_output=True, cwd="/", env=env)
    found: dict[str, str] = json.loads(done.stdout)
    return found


def site_of(version: str) -> str:
    """Where that Python itself keeps pkg_resources."""
    question = "import site; print(site.getsitepackages()[0])"
    done = subprocess.run([interpreters()[version], "-c", question], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def test_names_versions_and_precedence_are_the_interpreter_s(furnished: Furnished) -> None:
    own = furnished.examination.observation.environment.packages
    theirs = listed(furnished.python, furnished.env, site_of(furnished.version))

    assert {one.name: one.version for one in own} == {**theirs, **IN_ZIPS}
    assert {name: one.package.version for name, one in furnished.own().items()} == OWN
    assert "below-zip" not in theirs
    assert {"by-zip", "small-wheel"} <= set(theirs) or furnished.version in ("3.6", "3.7")


def test_where_each_was_installed_from_is_told(furnished: Furnished) -> None:
    base = str(furnished.base)
    expected = {
        "develop": (EDITABLE, f"{base}/develop"),
        "inner": (EDITABLE, f"{base}/inner"),
        "modern": (EDITABLE, f"{base}/modern"),
        "from-git": (f"git+https://example.org/g@{'0' * 40}", None),
        "from-archive": ("https://example.org/a", None),
        "from-folder": (LOCAL, f"{base}/f"),
    }

    found = {name: (one.package.origin, one.source) for name, one in furnished.own().items()}
    assert found == {**dict.fromkeys(OWN, (None, None)), **expected}
    assert furnished.own()["from-archive"].package.artifact == f"sha256:{'a' * 64}"


def test_what_is_less_than_exact_is_named_and_nothing_is_unknown(furnished: Furnished) -> None:
    expected = {
        "package:shadow": "version 2.0 stands in front of another copy, version 1.0",
        "package:debian-info": "RECORD is missing",
        "package:by-zip": "RECORD is missing",
        "package:below-zip": "RECORD is missing",
        **dict.fromkeys(
            ("package:debian-file", "package:egg-dir", "package:egg-file", "package:egg-tree", "package:egg-zip"),
            "an egg-info has no RECORD",
        ),
    }
    observation = furnished.examination.observation

    own = [one for one in observation.problems if one.subject.partition(":")[2] in OWN]
    assert {one.subject: one.detail for one in own} == expected
    assert len(own) == len(expected)
    # A machine may have start-up code of its own.
    assert [one for one in observation.unknown if not one.subject.startswith("startup:")] == []


def test_a_wheel_on_the_path_has_the_identity_of_its_install(furnished: Furnished, tmp_path: Path) -> None:
    with zipfile.ZipFile(furnished.base / "small_wheel-1.0-py3-none-any.whl") as wheel:
        wheel.extractall(tmp_path)
    env = {**os.environ, "PYTHONPATH": str(tmp_path)}

    found = InterpreterSource(str(furnished.python), env=env).observe().environment.packages
    assert furnished.own()["small-wheel"].package in found


@pytest.mark.skipif(not DEBIAN.exists(), reason="the system has no Python of its own")
def test_the_system_s_own_python_is_listed_as_it_lists_itself() -> None:
    found = InterpreterSource(str(DEBIAN), env=os.environ).observe()

    theirs = listed(DEBIAN, dict(os.environ))
    assert {one.name: one.version for one in found.environment.packages} == theirs
    # A machine may have start-up code of its own.
    assert [one for one in found.unknown if not one.subject.startswith("startup:")] == []
    assert {"sitecustomize.py", "_distutils_hack"} & {one.subject.partition(":")[2] for one in found.unknown} == set()


def test_one_directory_by_two_paths_is_seen_once(environment: Path, tmp_path: Path) -> None:
    (tmp_path / "lib64").symlink_to(site_packages(environment))

    source = InterpreterSource(str(python_of(environment)), env={**os.environ, "PYTHONPATH": str(tmp_path / "lib64")})

    assert source.observe().problems == ()
    assert len(source.examine().distributions) == len(projects.PACKAGES)


def test_every_directory_of_metadata_is_a_package_or_is_named(environment: Path, tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "missing-1.dist-info/RECORD": b"",
            "undecodable-1.dist-info/METADATA": b"Name: undecod\xe4ble\nVersion: 1\n",
            "latin-1.dist-info/METADATA": b"Name: latin\nVersion: 1\nAuthor: K\xe4the\n",
            "other-1.dist-info/METADATA": metadata("another", "1"),
            "moved-1.dist-info/METADATA": metadata("moved", "2"),
            "~ip-1.dist-info/METADATA": metadata("pip", "1"),
            "hex-1.dist-info/METADATA": metadata("hex", "1"),
            "hex-1.dist-info/RECORD": b"hex.py,sha256=" + b"ab" * 32 + b",7\n",
            "twice-1.dist-info/METADATA": metadata("twice", "1"),
            "twice-2.dist-info/METADATA": metadata("twice", "2"),
            "lost.egg-link": f"{tmp_path}/nowhere\n.".encode(),
        },
    )
    no_record = [Problem("package.no-record", f"package:{name}", "RECORD is missing") for name in ("latin", "moved")]
    source = InterpreterSource(str(python_of(environment)), env={**os.environ, "PYTHONPATH": str(tmp_path)})

    observation = source.observe()

    found = {one.name: one.version for one in observation.environment.packages if one.name not in projects.PACKAGES}
    read = {"hex": "1", "latin": "1", "moved": "2", "twice": "1"}
    assert found == read | {"missing": "1", "other": "1", "undecodable": "1"}  # by their directories: unknown, not lost
    assert {one.subject: one.reason for one in observation.unknown} == {
        "package:missing": "its metadata cannot be read: there is no METADATA",
        "package:other": "its metadata cannot be read: METADATA says another, its directory other",
        "package:twice": "two copies in one directory, versions 1 and 2: which is in use cannot be told",
        "package:undecodable": "its metadata cannot be read: "
        "'utf-8' codec can't decode byte 0xe4 in position 7: invalid continuation byte",
    }
    assert set(observation.problems) == {
        *no_record,
        Problem("package.no-record", "package:twice", "RECORD is missing"),
        Problem("package.undecodable", "package:latin", "its METADATA is not UTF-8"),
        Problem("package.contradictory", "package:moved", "METADATA says version 2, its directory 1"),
        Problem(
            "package.leftover",
            "package:~ip",
            "a leftover of an interrupted uninstall, as installers see it: not a distribution",
        ),
        Problem("package.leftover", "package:lost", "an egg-link to what is not on sys.path: not a distribution"),
        Problem("package.shadowed", "package:twice", "version 1 stands in front of another copy, version 2"),
    }
    hexed = next(one for one in observation.environment.packages if one.name == "hex")
    assert isinstance(hexed, Package) and hexed.record is not None
