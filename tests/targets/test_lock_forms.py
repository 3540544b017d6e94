"""Every form of a file that pins as a lock target: what it installs here, against what a manifest records."""

import json
from pathlib import Path

import pytest

from lineage.dependencies.forms import FORMS
from lineage.model.manifest import StoredManifest
from lineage.model.report import Report
from lineage.portable.environment import LOCAL, Environment, Package, Platform, Unknown
from lineage.portable.policy import Policy, VerifyPolicy
from lineage.targets.lockfile import LockSource
from lineage.verifying.diff import diff
from lineage.verifying.packages import Packages
from lineage.verifying.verify import verify
from lineage.verifying.weights import WeightsPlace
from tests.support import projects
from tests.support.declaredlocks import fixture
from tests.support.projects import run_lineage, write
from tests.support.recording import TODAY, failures, recorded, unknowns

A, B = "a" * 64, "b" * 64
LINUX = Environment(python="3.11.7", implementation="CPython", platform=Platform("linux", "x86_64", "glibc 2.36"))
LENIENT = Policy(verify=VerifyPolicy(accept_unknown=("python", "python:implementation", "platform:*")))
PINS = {"joblib": "1.4.2", "numpy": "1.26.4", "plotly": "5.22.0", "scikit-learn": "1.5.0"}
WINDOWS = "sys_platform == 'win32'"

Files = dict[str, str]


def _uv(pins: dict[str, str]) -> Files:
    locked = "".join(
        f'[[package]]\nname = "{name}"\nversion = "{version}"\nsource = {{ registry = "." }}\n\n'
        for name, version in {**pins, "colorama": "0.4.6", "pytest": "8.0.0"}.items()
    )
    needs = "".join(f'{{ name = "{name}" }}, ' for name in pins)
    project = (
        '[[package]]\nname = "fraud"\nversion = "0.1.0"\nsource = { virtual = "." }\n'
        f'dependencies = [{needs}{{ name = "colorama", marker = "{WINDOWS}" }}]\n'
        '[package.dev-dependencies]\ndev = [{ name = "pytest" }]\n'
    )
    return {"uv.lock": f'version = 1\nrequires-python = ">=3.11"\n\n{locked}{project}'}


def _poetry(pins: dict[str, str]) -> Files:
    rows = [(name, version, "main", "") for name, version in pins.items()]
    rows += [("colorama", "0.4.6", "main", f'markers = "{WINDOWS}"\n'), ("pytest", "8.0.0", "dev", "")]
    locked = "".join(
        f'[[package]]\nname = "{name}"\nversion = "{version}"\noptional = false\ngroups = ["{group}"]\n{rest}\n'
        for name, version, group, rest in rows
    )
    return {"poetry.lock": f'{locked}[metadata]\nlock-version = "2.1"\npython-versions = ">=3.11"\n'}


def _old_poetry(pins: dict[str, str]) -> Files:
    """Of poetry 1.8: only the graph tells, from what the project asks for."""
    project = f'[tool.poetry.dependencies]\npython = ">=3.11"\n{_table({**pins, "colorama": "*"})}'
    project = project.replace('colorama = "*"', f'colorama = {{ version = "*", markers = "{WINDOWS}" }}')
    project += '[tool.poetry.group.dev.dependencies]\npytest = "*"\n'
    locked = "".join(
        f'[[package]]\nname = "{name}"\nversion = "{version}"\noptional = false\n\n'
        for name, version in {**pins, "colorama": "0.4.6", "pytest": "8.0.0"}.items()
    )
    return {"poetry.lock": f'{locked}[metadata]\nlock-version = "2.0"\n', "pyproject.toml": project}


def _table(pins: dict[str, str]) -> str:
    return "".join(f'{name} = "{version}"\n' for name, version in pins.items())


def _pdm(pins: dict[str, str]) -> Files:
    rows = [(name, version, "default", "") for name, version in pins.items()]
    rows += [("colorama", "0.4.6", "default", f'marker = "{WINDOWS}"\n'), ("pytest", "8.0.0", "dev", "")]
    locked = "".join(
        f'[[package]]\nname = "{name}"\nversion = "{version}"\ngroups = ["{group}"]\n{rest}\n'
        for name, version, group, rest in rows
    )
    return {"pdm.lock": f'[metadata]\nlock_version = "4.5.0"\n\n{locked}'}


def _bare_pdm(pins: dict[str, str]) -> Files:
    """Without ``inherit_metadata``: only the graph tells, from what the project asks for."""
    asked = [*pins, f"colorama; {WINDOWS}"]
    project = f'[project]\nname = "fraud"\ndependencies = {json.dumps(asked)}\n[dependency-groups]\ndev = ["pytest"]\n'
    locked = "".join(
        f'[[package]]\nname = "{name}"\nversion = "{version}"\n\n'
        for name, version in {**pins, "colorama": "0.4.6", "pytest": "8.0.0"}.items()
    )
    return {"pdm.lock": f'[metadata]\nlock_version = "4.5.0"\n\n{locked}', "pyproject.toml": project}


def _pipenv(pins: dict[str, str]) -> Files:
    main = {name: {"version": f"=={version}"} for name, version in pins.items()}
    main["colorama"] = {"version": "==0.4.6", "markers": WINDOWS}
    locked = {"_meta": {"pipfile-spec": 6}, "default": main, "develop": {"pytest": {"version": "==8.0.0"}}}
    return {"Pipfile.lock": json.dumps(locked, indent=1)}


def _pylock(pins: dict[str, str]) -> Files:
    rows = [(name, version, "") for name, version in pins.items()]
    rows += [("colorama", "0.4.6", WINDOWS), ("pytest", "8.0.0", "'dev' in dependency_groups")]
    locked = "".join(
        f'[[packages]]\nname = "{name}"\nversion = "{version}"\n' + (f'marker = "{marker}"\n' if marker else "")
        for name, version, marker in rows
    )
    return {"pylock.toml": f'lock-version = "1.0"\ncreated-by = "test"\n{locked}'}


def _conda_lock(pins: dict[str, str]) -> Files:
    rows = [(name, version, "linux-64", "main") for name, version in pins.items()]
    rows += [("numpy", "1.0.0", "win-64", "main"), ("pytest", "8.0.0", "linux-64", "dev")]
    locked = "".join(
        f"- name: {name}\n  version: '{version}'\n  manager: conda\n  platform: {platform}\n  category: {category}\n"
        for name, version, platform, category in rows
    )
    return {"conda-lock.yml": f"version: 1\npackage:\n{locked}"}


def _pixi(pins: dict[str, str]) -> Files:
    at = {name: f"https://example.org/linux-64/{name}-{version}-py311_0.conda" for name, version in pins.items()}
    windows = "https://example.org/win-64/numpy-1.0.0-py311_0.conda"
    used = "".join(f"      - conda: {one}\n" for one in at.values())
    known = "".join(f"- conda: {one}\n" for one in (*at.values(), windows))
    return {
        "pixi.lock": "version: 6\nenvironments:\n  default:\n    packages:\n      linux-64:\n"
        f"{used}      win-64:\n      - conda: {windows}\npackages:\n{known}"
    }


def _explicit(pins: dict[str, str]) -> Files:
    lines = "".join(
        f"https://example.org/linux-64/{name}-{version}-py311_0.conda#0123\n" for name, version in pins.items()
    )
    return {"conda-linux-64.lock": f"@EXPLICIT\n{lines}"}


def _exported(pins: dict[str, str]) -> Files:
    return {"spec-file.txt": "".join(f"{name}={version}=py311_0\n" for name, version in pins.items())}


def _requirements(pins: dict[str, str]) -> Files:
    lines = "".join(f"{name}=={version}\n" for name, version in pins.items())
    return {"requirements.txt": f"{lines}colorama==0.4.6 ; {WINDOWS}\n"}


WRITERS = {
    "requirements": _requirements,
    "uv": _uv,
    "poetry": _poetry,
    "poetry 1.8": _old_poetry,
    "pdm": _pdm,
    "pdm without groups": _bare_pdm,
    "pipenv": _pipenv,
    "pylock": _pylock,
    "conda-lock": _conda_lock,
    "pixi": _pixi,
    "explicit": _explicit,
    "exported": _exported,
}
OF_CONDA = ("conda-lock", "pixi", "explicit", "exported")


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory, environment: Path) -> StoredManifest:
    return recorded(projects.make_repository(tmp_path_factory.mktemp("forms") / "fraud"), environment)


def placed(directory: Path, files: Files) -> str:
    """The path of the lock, the first of the files."""
    write(directory, {name: text.encode() for name, text in files.items()})
    return str(directory / next(iter(files)))


def verified(stored: StoredManifest, path: str) -> Report:
    locked = LockSource(path, stored.manifest.environment)
    return verify(stored, locked, (Packages(), WeightsPlace(skip=True)), LENIENT, today=TODAY)


def observed(path: str, packages: tuple[Package, ...] = ()) -> tuple[tuple[Package, ...], tuple[Unknown, ...]]:
    found = LockSource(path, LINUX._replace(packages=packages)).observe()
    return found.environment.packages, found.unknown


def test_each_form_that_pins_is_written_here() -> None:
    pinning = {row.module.rpartition(".")[2] for row in FORMS if row.pins}

    assert pinning == {
        *("pylock", "uv_lock", "poetry_lock", "pdm_lock", "pipfile_lock"),
        *("pixi_lock", "conda_lock", "explicit", "requirements"),
    }


@pytest.mark.parametrize("form", WRITERS)
def test_a_lock_of_what_was_recorded_passes(form: str, stored: StoredManifest, tmp_path: Path) -> None:
    path = placed(tmp_path, WRITERS[form](PINS))

    report = verified(stored, path)

    assert (report.verdict, report.findings, unknowns(report)) == ("pass", (), ())
    assert dict(report.checked.by)["version"] == 4


@pytest.mark.parametrize("form", WRITERS)
def test_a_lock_of_another_version_fails(form: str, stored: StoredManifest, tmp_path: Path) -> None:
    path = placed(tmp_path, WRITERS[form](PINS | {"numpy": "2.0.1"}))

    report = verified(stored, path)

    assert (report.verdict, failures(report)) == (
        "fail",
        ("numpy 1.26.4 → 2.0.1 (major), imported by the model's code",),
    )


@pytest.mark.parametrize("form", [form for form in WRITERS if form not in OF_CONDA])
def test_a_lock_without_a_package_fails(form: str, stored: StoredManifest, tmp_path: Path) -> None:
    path = placed(tmp_path, WRITERS[form]({name: one for name, one in PINS.items() if name != "joblib"}))

    report = verified(stored, path)

    assert (report.verdict, failures(report)) == (
        "fail",
        ("joblib 1.4.2 is missing, required by what the model imports",),
    )


@pytest.mark.parametrize("form", OF_CONDA)
def test_a_lock_of_conda_may_have_another_name_for_a_package(form: str, stored: StoredManifest, tmp_path: Path) -> None:
    path = placed(tmp_path, WRITERS[form]({name: one for name, one in PINS.items() if name != "joblib"}))

    report = verified(stored, path)

    reason = f"package:joblib: {Path(path).name} does not name it, and conda may have another name for it"
    assert (report.verdict, report.findings, unknowns(report)) == ("undecided", (), (reason,))


def _unreadable(form: str) -> tuple[Files, str]:
    """(the lock with a row that cannot be read, what the report says)."""
    broken = {
        "uv": ("package:joblib", "uv.lock:6 has a version that cannot be read: '1 4'"),
        "poetry": ("package:joblib", "poetry.lock:3 has a version that cannot be read: '1 4'"),
        "poetry 1.8": ("package:joblib", "poetry.lock:3 has a version that cannot be read: '1 4'"),
        "pdm": ("package:joblib", "pdm.lock:6 has a version that cannot be read: '1 4'"),
        "pdm without groups": ("package:joblib", "pdm.lock:6 has a version that cannot be read: '1 4'"),
        "pipenv": ("package:joblib", "Pipfile.lock:7 has a version that cannot be read: '==1 4'"),
        "pylock": ("package:joblib", "pylock.toml:5 has a version that cannot be read: '1 4'"),
    }
    return WRITERS[form](PINS | {"joblib": "1 4"}), ": ".join(broken[form])


@pytest.mark.parametrize("form", [form for form in WRITERS if form not in (*OF_CONDA, "requirements")])
def test_a_row_that_cannot_be_read_leaves_its_package_undecided(
    form: str, stored: StoredManifest, tmp_path: Path
) -> None:
    files, reason = _unreadable(form)

    report = verified(stored, placed(tmp_path, files))

    assert (report.verdict, report.findings, unknowns(report)) == ("undecided", (), (reason,))


@pytest.mark.parametrize(
    ("form", "readable", "broken", "subject"),
    [
        ("conda-lock", "version: '1.4.2'", "version: 1.4", "package:joblib"),
        ("pixi", "joblib-1.4.2-py311_0.conda", "joblib.conda", "packages"),
        ("explicit", "joblib-1.4.2-py311_0.conda", "joblib.conda", "packages"),
    ],
)
def test_a_row_of_conda_that_cannot_be_read_leaves_it_undecided(
    form: str, readable: str, broken: str, subject: str, stored: StoredManifest, tmp_path: Path
) -> None:
    files = {name: text.replace(readable, broken) for name, text in WRITERS[form](PINS).items()}

    report = verified(stored, placed(tmp_path, files))

    assert (report.verdict, report.findings) == ("undecided", ())
    assert subject in {one.subject for one in report.unknown}


@pytest.mark.parametrize("other", [form for form in WRITERS if form not in (*OF_CONDA, "requirements")])
def test_two_forms_of_one_environment_differ_in_nothing(other: str, tmp_path: Path) -> None:
    left = LockSource(placed(tmp_path / "left", WRITERS["requirements"](PINS)), LINUX)
    right = LockSource(placed(tmp_path / "right", WRITERS[other](PINS)), LINUX)

    for report in (diff(left, right), diff(right, left)):
        assert (report.findings, report.checked.packages) == ((), 4)
        assert {one.subject.partition(":")[0] for one in report.unknown} == {"platform", "python"}


def test_two_forms_are_compared_by_the_command(tmp_path: Path) -> None:
    pins = {"numpy": "1.26.4"}
    write(tmp_path, {"requirements.txt": b"numpy==1.26.3\n", "uv.lock": _uv(pins)["uv.lock"].encode()})

    ended = run_lineage("diff", "requirements.txt", "uv.lock", "--format", "json", cwd=tmp_path)

    assert ended.code == 1, ended.stderr
    answer = json.loads(ended.stdout)
    assert [(one["subject"], one["recorded"], one["observed"]) for one in answer["findings"]] == [
        ("package:numpy", "1.26.3", "1.26.4")
    ]
    assert ("package:colorama", "uv.lock:11 is installed under a marker that cannot be judged") in [
        (one["subject"], one["reason"]) for one in answer["unknown"]
    ]


def test_what_is_for_a_group_alone_is_unknown_where_it_was_recorded(tmp_path: Path) -> None:
    path = placed(tmp_path, _uv({"numpy": "1.26.4"}))
    kept = (Package(name="numpy", version="1.26.4"),)

    assert observed(path) == (kept, ())
    assert observed(path, (Package(name="pytest", version="8.0.0"),)) == (
        kept,
        (Unknown("package:pytest", "uv.lock:16 is for dev, which is not installed by default"),),
    )


def test_the_project_itself_is_code_unless_it_was_recorded_as_a_package(tmp_path: Path) -> None:
    path = placed(tmp_path, _uv({}))
    own = Package(name="fraud", version="0.1.0", origin="repository:.")

    assert observed(path) == ((), ())
    assert observed(path, (own,)) == ((own,), ())
    assert observed(path, (Package(name="fraud", version="0.1.0"),)) == (
        (),
        (Unknown("package:fraud", "uv.lock:16 is a part of the repository, whose version it does not tell"),),
    )


def test_what_nothing_asks_for_is_unknown(tmp_path: Path) -> None:
    text = 'version = 1\nrequires-python = ">=3.11"\n[[package]]\nname = "numpy"\nversion = "1.26.4"\n'

    assert observed(placed(tmp_path, {"uv.lock": text + 'source = { registry = "." }\n'})) == (
        (),
        (Unknown("package:numpy", "uv.lock:5 is asked for by nothing that is told"),),
    )


MARKERS = [
    ("\"sys_platform == 'linux'\"", (Package(name="numpy", version="1.26.4"),), ""),
    ("\"sys_platform == 'win32'\"", (), ""),
    ("\"platform_release > '5'\"", (), "is installed under a marker that cannot be judged"),
    ('"no marker"', (), "is installed under a marker that cannot be judged"),
    ("3", (), "is installed under a marker that cannot be judged"),
]


@pytest.mark.parametrize(("marker", "packages", "reason"), MARKERS)
def test_the_markers_of_the_graph_tell_what_is_installed(
    marker: str, packages: tuple[Package, ...], reason: str, tmp_path: Path
) -> None:
    text = _uv({"numpy": "1.26.4"})["uv.lock"].replace('{ name = "numpy" }', f'{{ name = "numpy", marker = {marker} }}')

    unknown = (Unknown("package:numpy", f"uv.lock:6 {reason}"),) if reason else ()
    assert observed(placed(tmp_path, {"uv.lock": text})) == (packages, unknown)


def test_an_extra_that_a_package_may_need_is_unknown_in_an_old_lock_of_poetry(tmp_path: Path) -> None:
    project = '[tool.poetry.dependencies]\nrequests = { version = "*", extras = ["socks"] }\n'
    locked = "".join(f'[[package]]\nname = "{name}"\nversion = "1"\n{rest}' for name, rest in (
        ("requests", '[package.dependencies]\nidna = "*"\nPySocks = { version = "*", markers = "extra == \'socks\'" }\n'
                     'certifi = [{ version = "1", markers = "os_name == \'nt\'" }, { version = "1" }]\n'),
        ("idna", ""), ("pysocks", ""), ("certifi", ""),
    ))  # fmt: skip
    files = {"poetry.lock": f'{locked}[metadata]\nlock-version = "2.0"\n', "pyproject.toml": project}

    assert observed(placed(tmp_path, files)) == (
        tuple(Package(name=name, version="1") for name in ("certifi", "idna", "requests")),
        (Unknown("package:pysocks", "poetry.lock:13 is installed under a marker that cannot be judged"),),
    )


def test_an_extra_is_a_row_of_its_own_in_a_lock_of_pdm(tmp_path: Path) -> None:
    project = '[project]\nname = "fraud"\ndependencies = ["requests"]\n[dependency-groups]\ndev = ["requests[socks]"]\n'
    locked = "".join(f'[[package]]\nname = "{name}"\nversion = "1"\n{rest}' for name, rest in (
        ("requests", 'dependencies = ["idna", "no requirement"]\n'),
        ("requests", 'extras = ["socks"]\ndependencies = ["pysocks", "requests==1"]\n'),
        ("idna", '[package.dependencies]\nold = "*"\nwindows = { version = "*", marker = "os_name == \'nt\'" }\n'),
        ("old", ""), ("windows", ""), ("pysocks", ""), ("no", ""),
    ))  # fmt: skip
    files = {"pdm.lock": f'[metadata]\nlock_version = "4.4"\n{locked}', "pyproject.toml": project}

    packages, unknown = observed(placed(tmp_path, files))

    assert [one.name for one in packages] == ["idna", "old", "requests"]
    assert sorted(one.subject for one in unknown) == ["package:no"]


HASHED = [
    ("uv.lock", 'version = 1\n[manifest]\nrequirements = [{ name = "numpy" }]\n[[package]]\nname = "numpy"\n'
     'version = "1.0"\nsource = { registry = "." }\n'
     f'sdist = {{ hash = "sha256:{A}" }}\nwheels = [{{ hash = "sha256:{B}" }}, {{ size = 3 }}]\n'),
    ("poetry.lock", '[[package]]\nname = "numpy"\nversion = "1.0"\ngroups = ["main"]\n'
     f'files = [{{ hash = "sha256:{A}" }}, {{ hash = "sha256:{B}" }}]\n[metadata]\nlock-version = "2.1"\n'),
    ("pdm.lock", '[metadata]\nlock_version = "4.3"\n[metadata.files]\n'
     f'"numpy 1.0" = [{{ hash = "sha256:{A}" }}, {{ hash = "sha256:{B}" }}]\n'
     '[[package]]\nname = "numpy"\nversion = "1.0"\ngroups = ["default"]\n'),
    ("Pipfile.lock", f'{{"default": {{"numpy": {{"version": "==1.0", "hashes": ["sha256:{A}", "sha256:{B}"]}}}}}}'),
    ("requirements.txt", f"numpy==1.0 --hash=sha256:{A} --hash=sha256:{B}\n"),
    ("conda-lock.yml", "version: 1\npackage:\n- name: numpy\n  version: '1.0'\n  manager: conda\n"
     f"  platform: linux-64\n  hash:\n    sha256: {B}\n"),
    ("pixi.lock", "version: 6\nenvironments:\n  default:\n    packages:\n      linux-64:\n"
     "      - conda: https://example.org/linux-64/numpy-1.0-0.conda\npackages:\n"
     f"- conda: https://example.org/linux-64/numpy-1.0-0.conda\n  sha256: {B}\n"),
    ("conda-linux-64.lock", f"@EXPLICIT\nhttps://example.org/linux-64/numpy-1.0-0.conda#sha256:{B}\n"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text"), HASHED, ids=[name for name, _ in HASHED])
def test_a_recorded_artifact_is_looked_for_among_the_hashes(name: str, text: str, tmp_path: Path) -> None:
    path = placed(tmp_path, {name: text})

    for artifact, found in ((f"sha256:{B}", f"sha256:{B}"), ("sha256:" + "c" * 64, None)):
        packages, _ = observed(path, (Package(name="numpy", version="1.0", artifact=artifact),))
        assert [one.name for one in packages] == ["numpy"]
        assert packages[0].artifact in ((found,) if found else (f"sha256:{A}", f"sha256:{B}"))


DECLARED = [
    ("pyproject.toml", '[project]\nname = "fraud"\ndependencies = ["numpy>=1.20", "scipy==1.13.0"]\n',
     "pyproject.toml:3 allows >=1.20, which is no version"),
    ("Pipfile", '[packages]\nnumpy = ">=1.20"\nscipy = "==1.13.0"\n', "Pipfile:2 allows >=1.20, which is no version"),
    ("environment.yml", "dependencies:\n- numpy>=1.20\n- scipy==1.13.0\n",
     "environment.yml:2 allows >=1.20, which is no version"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "reason"), DECLARED, ids=[row[0] for row in DECLARED])
def test_what_only_has_ranges_tells_of_no_package_that_it_is_there_or_not(
    name: str, text: str, reason: str, tmp_path: Path
) -> None:
    known = tuple(Package(name=one, version="1") for one in ("joblib", "numpy"))

    assert observed(placed(tmp_path, {name: text}), known) == (
        (Package(name="scipy", version="1.13.0"),),
        (
            Unknown("package:numpy", reason),
            Unknown("package:joblib", f"{name} does not name it, and is no lock"),
        ),
    )


def test_a_lock_of_conda_tells_the_python_that_it_installs(tmp_path: Path) -> None:
    row = "- name: python\n  version: '{}'\n  manager: conda\n  platform: {}\n"
    one = placed(tmp_path / "one", {"conda-lock.yml": f"version: 1\npackage:\n{row.format('3.11.7', 'linux-64')}"})
    two = f"version: 1\npackage:\n{row.format('3.11.7', 'linux-64')}{row.format('3.12.1', 'osx-64')}"

    assert LockSource(one, LINUX).observe().environment.python == "3.11.7"
    assert LockSource(placed(tmp_path / "two", {"conda-lock.yml": two}), LINUX).observe().environment.python is None


def test_what_uv_wrote_is_read_whole(tmp_path: Path) -> None:
    (tmp_path / "uv.lock").write_bytes(fixture("uv/workspace.lock"))

    packages, unknown = observed(str(tmp_path / "uv.lock"))

    assert packages and not any(one.subject == "packages" for one in unknown)


def test_a_row_that_cannot_be_read_agrees_with_no_other_row_of_its_package(tmp_path: Path) -> None:
    rows = "".join(f'[[packages]]\nname = "numpy"\nversion = "{version}"\n' for version in ("1.26.4", "1 4"))

    assert observed(placed(tmp_path, {"pylock.toml": f'lock-version = "1.0"\n{rows}'})) == (
        (),
        (Unknown("package:numpy", "pylock.toml:7 has a version that cannot be read: '1 4'"),),
    )


def test_an_archive_of_the_repository_has_the_origin_that_is_recorded_of_it(tmp_path: Path) -> None:
    text = _uv({"numpy": "1.26.4"})["uv.lock"].replace(
        'registry = "."', 'path = "wheels/numpy-1.26.4-py3-none-any.whl"', 1
    )

    assert observed(placed(tmp_path, {"uv.lock": text})) == (
        (Package(name="numpy", version="1.26.4", origin=LOCAL),),
        (),
    )
