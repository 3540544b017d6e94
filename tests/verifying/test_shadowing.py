"""Something in front of what was compared: import would take it, so it is never a pass."""

import shutil
import subprocess
import sys
import zipfile
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
from tests.support.shadows import (
    OPEN,
    TAG,
    Alter,
    dist,
    make_environment,
    make_model,
    report_on,
    row,
    said,
    source_of,
)

ALPHA, BETA, GAMMA, SPACE = (f"fail package:{one} package-shadowed" for one in ("alpha", "beta", "gamma", "space-one"))


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_environment(tmp_path_factory.mktemp("shadows") / "env")


@pytest.fixture(scope="module")
def stored(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> StoredManifest:
    return make_model(tmp_path_factory.mktemp("shadowed") / "model", trained)


def put(path: str, content: bytes = b"import os\n") -> Alter:
    return lambda site: write(site, {path: content})


def other(files: dict[str, bytes]) -> Alter:
    return lambda site: dist(site, "other", files, version="2.0")


def strip(*infos: str) -> Alter:
    def alter(site: Path) -> None:
        for one in infos:
            shutil.rmtree(site / f"{one}-1.0.dist-info")

    return alter


def both(*alters: Alter) -> Alter:
    return lambda site: [one(site) for one in alters]


def linked(site: Path) -> None:
    write(site.parent, {"elsewhere/__init__.py": b""})
    (site / "beta").symlink_to("../elsewhere")


def lists(name: str, rows: str) -> Alter:
    def alter(site: Path) -> None:
        record = site / f"{name}-1.0.dist-info/RECORD"
        record.write_bytes(record.read_bytes() + rows.encode())

    return alter


def egg(site: Path) -> None:
    write(
        site,
        {"eggy-1.0.egg-info/PKG-INFO": b"Name: eggy\nVersion: 1.0\n", "eggy-1.0.egg-info/top_level.txt": b"beta\n"},
    )
    write(site, {"beta/__init__.py": b""})


REFUSED = ["unknown module:beta", "unknown package:beta"]
SITE: list[tuple[str, Alter, list[str]]] = [
    ("a package before a module", put("beta/__init__.py"), [BETA]),
    ("a compiled package before a module", put("beta/__init__.pyc"), [BETA]),
    ("a package in C before a module", put("beta/__init__.abi3.so"), [BETA]),
    ("an extension before a module", put(f"beta{TAG}"), [BETA]),
    ("an extension for every Python 3", put("beta.abi3.so"), [BETA]),
    ("an extension for any", put("beta.so"), [BETA]),
    ("a package that is a link", linked, [BETA]),
    ("an __init__ in C", put("alpha/__init__.abi3.so"), [ALPHA]),
    ("an __init__ in C for this Python", put(f"alpha/__init__{TAG}"), [ALPHA]),
    ("an __init__ in C of what is only required", put("gamma_core/__init__.so"), [GAMMA]),
    ("a package in a shared namespace", put("space/one/__init__.so"), [SPACE]),
    ("an __init__ that ends a namespace", put("space/__init__.py"), [SPACE]),
    ("another distribution's package", other({"beta/__init__.py": b"X = 1\n"}), [BETA]),
    ("another distribution's extension", other({"beta.so": b"\x7fELF"}), [BETA]),
    ("an egg's package", egg, [BETA]),
    ("another one over its code in C", other({"alpha/core.so": b"\x7fELF X"}), [ALPHA]),
    ("another one over its __init__", other({"alpha/__init__.py": b"X = 1\n"}), [ALPHA]),
    ("another one over its only file", other({"beta.py": b"X = 1\n"}), [BETA]),
    ("another one over a part of a namespace", other({"space/one/__init__.py": b"X = 1\n"}), [SPACE]),
    ("neither's bytes", both(other({"alpha/core.so": b"\x7fELF X"}), put("alpha/core.so", b"new")),
     ["unknown module:alpha"]),
    ("a package without metadata", strip("alpha"), ["unknown module:alpha"]),
    ("a module without metadata", strip("beta"), ["unknown module:beta"]),
    ("another one provides it", both(strip("beta"), other({"beta.py": b"X = 1\n"})),
     ["fail package:beta package-provider"]),
    ("another one's lies in front", both(strip("beta"), other({"beta/__init__.py": b"X = 1\n"})),
     ["fail package:beta package-provider"]),
    ("its __init__ is gone", lambda site: (site / "alpha/__init__.py").unlink(), ["unknown module:alpha"]),
    ("its module is gone", lambda site: (site / "beta.py").unlink(), ["unknown module:beta"]),
    ("its module is compiled alone", lambda site: (site / "beta.py").rename(site / "beta.pyc"), [BETA]),
    ("a row that leads up again", lists("beta", row("beta/../beta.so", b"")), REFUSED),
    ("a row that ends otherwise", lists("beta", "more.py,,\rmost.py,,\n"), REFUSED),
    ("an extension that only a row outside lists",
     both(put("beta.so"), lists("beta", row("../site-packages/beta.so", b"import os\n"))), [BETA]),
]  # fmt: skip


@pytest.mark.parametrize("kind", ["python", "dir"])
@pytest.mark.parametrize(("_name", "alter", "expected"), SITE, ids=[one[0] for one in SITE])
def test_what_lies_among_the_packages(
    _name: str, alter: Alter, expected: list[str], kind: str, stored: StoredManifest, trained: Path, tmp_path: Path
) -> None:
    target = projects.copy(trained, tmp_path / "target")
    alter(site_packages(target))

    report = report_on(stored, source_of(kind, target))

    assert said(report) == expected
    assert report.verdict == ("fail" if expected[0].startswith("fail") else "undecided")


def zipped(path: Path, files: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)


PYTHONPATH: list[tuple[str, dict[str, bytes], list[str]]] = [
    ("an in-place build", {"alpha/__init__.py": b"A = 2\n"}, [ALPHA]),
    ("a module", {"alpha.py": b""}, [ALPHA]),
    ("an extension", {"alpha.so": b""}, [ALPHA]),
    ("what is only compiled", {"beta.pyc": b""}, [BETA]),
    ("a module of what is only required", {"gamma_core.py": b""}, [GAMMA]),
    ("the end of a namespace", {"space/__init__.py": b""}, [SPACE]),
    ("a module in place of a namespace", {"space.py": b""}, [SPACE]),
    ("an earlier portion of a namespace", {"space/one/__init__.py": b""}, [SPACE]),
    ("several", {"alpha/__init__.pyc": b"", "beta.py": b""}, [ALPHA, BETA]),
]


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


def test_of_two_that_are_both_recorded_it_is_not_known_which_one_was_loaded(trained: Path, tmp_path: Path) -> None:
    target = projects.copy(trained, tmp_path / "target")
    dist(site_packages(target), "alpha-headless", {"alpha/__init__.py": b"A = 1\n", "alpha/core.so": b"\x7fELF less"})
    model = make_model(tmp_path / "model", target)

    assert said(report_on(model, source_of("python", target))) == ["unknown module:alpha"]


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
