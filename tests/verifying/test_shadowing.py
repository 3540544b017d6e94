"""Something in front of what was compared: import would take it, so it is never a pass."""

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from lineage.model.manifest import StoredManifest
from lineage.portable.environment import Problem
from lineage.portable.policy import Policy
from lineage.targets.directory import DirectorySource
from tests.support import projects, roots
from tests.support.projects import site_packages, write
from tests.support.recording import failures, notes, unknowns
from tests.support.shadow_kinds import ALPHA, BETA, MORE, PYTHONPATH, SITE, Kind, strip, zipped
from tests.support.shadows import OPEN, Alter, dist, make_environment, make_model, report_on, said, source_of


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_environment(tmp_path_factory.mktemp("shadows") / "env")


@pytest.fixture(scope="module")
def stored(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> StoredManifest:
    return make_model(tmp_path_factory.mktemp("shadowed") / "model", trained)


SLOW = [pytest.param(*one, marks=pytest.mark.slow) for one in MORE]


@pytest.mark.parametrize("kind", ["python", "dir"])
@pytest.mark.parametrize(("_name", "alter", "expected"), [*SITE, *SLOW], ids=[one[0] for one in (*SITE, *MORE)])
def test_what_lies_among_the_packages(
    _name: str, alter: Alter, expected: list[str], kind: str, stored: StoredManifest, trained: Path, tmp_path: Path
) -> None:
    target = projects.copy(trained, tmp_path / "target")
    alter(site_packages(target))

    report = report_on(stored, source_of(kind, target))

    assert said(report) == expected
    assert report.verdict == ("fail" if expected[0].startswith("fail") else "undecided")


@pytest.mark.parametrize("shape", ["directory", "archive"])
@pytest.mark.parametrize(("_name", "files", "expected"), PYTHONPATH, ids=[one[0] for one in PYTHONPATH])
def test_what_lies_on_pythonpath(
    _name: str,
    files: dict[str, bytes],
    expected: list[str],
    shape: str,
    stored: StoredManifest,
    trained: Path,
    tmp_path: Path,
) -> None:
    place = tmp_path / ("front.zip" if shape == "archive" else "front")
    if shape == "directory":
        write(place, files)
    else:
        zipped(place, files)

    report = report_on(stored, source_of("python", trained, place))

    # No extension module is imported from an archive.
    in_c = shape == "archive" and any(name.endswith(".so") for name in files)
    assert (said(report), report.verdict) == (([], "pass") if in_c else (expected, "fail"))


def test_the_file_in_front_is_named_with_its_owner(stored: StoredManifest, trained: Path, tmp_path: Path) -> None:
    write(tmp_path, {"build/alpha/__init__.py": b""})
    dist(tmp_path / "more", "other", {"beta.py": b""}, version="2.0")

    report = report_on(stored, source_of("python", trained, tmp_path / "build", tmp_path / "more"))

    assert failures(report) == (
        f"alpha 1.0 → alpha/__init__.py of no installed package (import takes {tmp_path}/build/alpha/__init__.py), "
        "imported by the model's code",
        f"beta 1.0 → beta.py of other 2.0 (import takes {tmp_path}/more/beta.py), imported by the model's code",
    )


def test_a_copy_of_a_package_that_is_not_installed_is_no_note(
    stored: StoredManifest, trained: Path, tmp_path: Path
) -> None:
    target = projects.copy(trained, tmp_path / "target")
    site = site_packages(target)
    strip("beta")(site)

    report = report_on(stored, source_of("python", target))

    assert (notes(report), unknowns(report)) == (
        (),
        (f"module:beta: beta is not installed, and {site}/beta.py is there without metadata",),
    )


STANDARD = [
    ("the standard library", "lib/python3.11/alpha.py", [ALPHA]),
    ("a package among it", "lib/python3.11/beta/__init__.py", [BETA]),
    ("its modules in C", "lib/python3.11/lib-dynload/beta.so", [BETA]),
    ("its archive", "lib/python311.zip", [ALPHA]),
]


@pytest.mark.parametrize(("_name", "path", "expected"), STANDARD, ids=[one[0] for one in STANDARD])
def test_what_lies_in_the_standard_library(
    _name: str, path: str, expected: list[str], trained: Path, stored: StoredManifest, tmp_path: Path
) -> None:
    base = roots.write_python(tmp_path / "base")
    shutil.copytree(site_packages(trained), base / "lib/python3.11/site-packages")
    before = said(report_on(stored, DirectorySource(str(base))))
    if path.endswith(".zip"):
        zipped(base / path, {"alpha/__init__.py": b""})
    else:
        write(base, {path: b""})

    after = said(report_on(stored, DirectorySource(str(base))))

    assert sorted(set(after) - set(before)) == expected


REQUIRE = """
import sys
sys.path[:0] = sys.argv[2:]
import lineage
report = lineage.verify(sys.argv[1])
failed = sorted(f"{one.change.subject} {one.change.code}" for one in report.findings if one.severity == "fail")
print(*failed, *sorted(one.subject for one in report.unknown))
"""


def in_process(stored: StoredManifest, root: Path, before: str, *paths: Path) -> list[str]:
    """What ``lineage.verify`` says of packages, modules and start-up code in a process with these packages."""
    write(root, {"serve.py": f"{before}\n{REQUIRE}".encode()})
    words = [sys.executable, "-P", str(root / "serve.py"), str(root.parent / stored.path), *map(str, paths)]
    env = projects.surroundings({"PYTHONDONTWRITEBYTECODE": "1"})
    done = subprocess.run(words, cwd=root, env=env, capture_output=True, text=True, check=True)
    told = ("package:", "package-shadowed", "module:", "startup:")
    return [one for one in done.stdout.split("\n")[0].split() if one.startswith(told)]


@pytest.mark.usefixtures("measured_children")
def test_inside_a_process_what_it_has_loaded_counts(trained: Path, tmp_path: Path) -> None:
    model = make_model(tmp_path / "model", trained)
    site, root = site_packages(trained), tmp_path / "serving"
    write(root, {"other/alpha/__init__.py": b"", "beside/beta.py": b""})

    def found(before: str, *paths: Path) -> list[str]:
        return in_process(model, root, before, *paths)

    assert found("", site) == []
    assert found("import sys, os; sys.path.insert(0, 'other'); import alpha; del sys.path[0]", site) == [
        *("package:alpha", "package-shadowed"),
    ]
    assert found("", root / "beside", site) == ["package:beta", "package-shadowed"]


@pytest.mark.usefixtures("measured_children")
def test_inside_a_process_a_module_of_no_file_is_unknown(trained: Path, tmp_path: Path) -> None:
    model = make_model(tmp_path / "model", trained)
    site, root = site_packages(trained), tmp_path / "serving"
    made = "import sys; sys.modules['alpha'] = one = type(sys)('alpha')"

    assert in_process(model, root, made, site) == ["module:alpha"]
    assert in_process(model, root, f"{made}; one.__file__ = '\\0'", site) == ["module:alpha"]
    assert in_process(model, root, "import sys; sys.modules['beta'] = object()", site) == ["module:beta"]
    assert in_process(model, root, f"sys = __import__('sys'); sys.path.append({str(site)!r}); import space", site) == []


FINDER = "class Finder:\n    def find_spec(self, *words):\n        return None\nsys.meta_path.insert(0, Finder())\n"
LOADER = """from importlib.machinery import FileFinder, SourceFileLoader as Loader
class Own(Loader): pass
sys.path_hooks.insert(0, FileFinder.path_hook((Own, ['.py'])))
"""
OWN = "from importlib.machinery import *\nsys.path_hooks.insert(0, FileFinder.path_hook((SourceFileLoader, ['.py'])))\n"


@pytest.mark.parametrize(
    ("finds", "expected"), [(FINDER, ["startup:serve.py"]), (LOADER, ["startup:serve.py"]), (OWN, [])]
)
def test_inside_a_process_what_finds_modules_is_unknown_unless_it_was_installed(
    finds: str, expected: list[str], trained: Path, tmp_path: Path
) -> None:
    model = make_model(tmp_path / "model", trained)

    assert in_process(model, tmp_path / "serving", f"import sys\n{finds}", site_packages(trained)) == expected


def test_a_finder_of_a_package_s_own_hides_no_shadow(trained: Path, tmp_path: Path) -> None:
    """It is a note; what stands in front of the package is told all the same."""
    target = projects.copy(trained, tmp_path / "target")
    site = site_packages(target)
    dist(site, "finders", {"finding.py": b"import sys\n" + FINDER.encode(), "finders.pth": b"import finding\n"})
    model = make_model(tmp_path / "model", target)
    quiet = report_on(model, source_of("python", target))
    write(tmp_path / "front", {"alpha.py": b""})

    assert (said(quiet), quiet.verdict) == ([], "pass")
    assert said(report_on(model, source_of("python", target, tmp_path / "front"))) == [ALPHA]


REQUIRED = """
import json, sys
import lineage
from tests.support.shadows import said
for paths in json.loads(sys.argv[2]):
    sys.path[:0] = paths
    try:
        told = ["", said(lineage.require(sys.argv[1]))]
    except lineage.LineageMismatch as mismatch:
        told = [mismatch.report.verdict, said(mismatch.report)]
    print(json.dumps(told))
    del sys.path[: len(paths)]
"""


def required(model: StoredManifest, root: Path, paths: Sequence[Sequence[Path]]) -> list[tuple[str, list[str]]]:
    """(verdict that ``lineage.require`` refuses with, what is said) with each of these in front of a process' own."""
    write(root, {"serve.py": REQUIRED.encode()})
    told = json.dumps([[str(one) for one in each] for each in paths])
    words = [sys.executable, "-P", str(root / "serve.py"), str(root.parent / "model" / model.path), told]
    done = subprocess.run(words, cwd=root, env=projects.surroundings(), capture_output=True, text=True, check=True)
    return [tuple(json.loads(line)) for line in done.stdout.splitlines()]


@pytest.mark.parametrize(
    "kinds", [SITE[::10], pytest.param([*SITE, *MORE], marks=pytest.mark.slow)], ids=["some", "all"]
)
def test_a_process_that_requires_it(kinds: list[Kind], trained: Path, tmp_path: Path) -> None:
    model = make_model(tmp_path / "model", trained)
    sites = [site_packages(projects.copy(trained, tmp_path / str(number))) for number in range(len(kinds))]
    for site, (_, alter, _) in zip(sites, kinds, strict=True):
        alter(site)
    fronts = [(name, files, expected) for name, files, expected in PYTHONPATH if len(kinds) > len(PYTHONPATH)]
    for name, files, _ in fronts:
        write(tmp_path / "front" / name, files)

    paths = [*([site] for site in sites), *([tmp_path / "front" / one[0], site_packages(trained)] for one in fronts)]
    found = required(model, tmp_path / "serving", paths)

    assert found == [
        ("fail" if expected[0].startswith("fail") else "undecided", expected) for *_, expected in (*kinds, *fronts)
    ]


def test_the_tables_are_large_enough() -> None:
    assert len(SITE) + len(MORE) >= 40


def test_of_two_that_are_both_recorded_it_is_not_known_which_one_was_loaded(trained: Path, tmp_path: Path) -> None:
    target = projects.copy(trained, tmp_path / "target")
    dist(site_packages(target), "alpha-headless", {"alpha/__init__.py": b"A = 1\n", "alpha/core.so": b"\x7fELF less"})
    model = make_model(tmp_path / "model", target)

    assert said(report_on(model, source_of("python", target))) == ["unknown module:alpha"]


def test_of_two_that_are_both_recorded_one_may_have_taken_the_place_of_the_other(trained: Path, tmp_path: Path) -> None:
    target = projects.copy(trained, tmp_path / "target")
    site = site_packages(target)
    dist(site, "alpha-headless", {"alpha/__init__.abi3.so": b"\x7fELF"})
    model = make_model(tmp_path / "model", target)
    beside = report_on(model, source_of("python", target))
    dist(site, "alpha", {"other.py": b""})

    assert said(beside) == ["unknown module:alpha"]
    assert [one for one in said(report_on(model, source_of("python", target))) if "module" in one] == []


@pytest.mark.parametrize("is_from_there", [True, False])
def test_the_source_of_a_package_of_the_repository_may_stand_in_front_of_it(
    is_from_there: bool, trained: Path, stored: StoredManifest, tmp_path: Path
) -> None:
    target, source = projects.copy(trained, tmp_path / "target"), tmp_path / "source"
    write(source, {"alpha/__init__.py": b"A = 2\n"})
    direct = json.dumps({"url": f"file://{source}", "dir_info": {}}).encode()
    more = {"direct_url.json": direct} if is_from_there else {}
    dist(site_packages(target), "alpha", {"alpha/__init__.py": b"A = 1\n"}, more=more)
    own = stored.manifest.environment
    packages = tuple(one._replace(origin="repository:.") if one.name == "alpha" else one for one in own.packages)
    model = replace(stored, manifest=replace(stored.manifest, environment=own._replace(packages=packages)))

    found = said(report_on(model, source_of("python", target, source)))

    assert [one for one in found if "shadowed" in one] == ([] if is_from_there else [ALPHA])


def test_an_open_package_is_not_open_for_one_that_is_none(
    trained: Path, stored: StoredManifest, tmp_path: Path
) -> None:
    write(tmp_path / "front", {"alpha/__init__.py": OPEN})

    assert said(report_on(stored, source_of("python", trained, tmp_path / "front"))) == [ALPHA]


def test_a_module_that_only_the_weights_name_is_unknown_unless_accepted(stored: StoredManifest, trained: Path) -> None:
    named = ("module:acmeml", "module:__builtin__")
    problems = tuple(Problem("weights.module-not-found", one, "named in models/fraud.pkl") for one in named)
    lacking = replace(stored, manifest=replace(stored.manifest, problems=problems))

    undecided = report_on(lacking, source_of("dir", trained))
    policy = Policy(verify=Policy().verify._replace(accept_unknown=("module:acmeml",)))
    accepted = report_on(lacking, source_of("dir", trained), policy)

    assert (undecided.verdict, said(undecided)) == ("undecided", ["unknown module:acmeml"])
    assert accepted.verdict == "pass"
