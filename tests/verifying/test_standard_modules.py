"""A file in front of the standard library: what a used package imports is taken from there."""

import zipfile
from pathlib import Path

import pytest

from lineage.model.manifest import StoredManifest
from lineage.portable.environment import Environment, Observation
from lineage.portable.search import Search
from lineage.targets.source import Examination
from lineage.verifying.standard_modules import hidden_modules
from tests.support import projects
from tests.support.projects import site_packages, write
from tests.support.recording import failures, recorded
from tests.support.shadows import dist, make_model, report_on, said, source_of

INIT = b"""import os, time, csv as c, random
from statistics import mean
try:
    import json.decoder
    from xml.etree import ElementTree
except ImportError:
    from .calendar import colors
"""
PICKY, TRAIN = "fail package:picky package-shadowed", b"import picky\nfrom picky import colors\n"


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    environment = tmp_path_factory.mktemp("standard") / "env"
    projects.make_environment(environment, packages=())
    files = {"picky/__init__.py": INIT, "picky/tests/test_it.py": b"import cmd\n", "picky/calendar.py": b""}
    dist(site_packages(environment), "picky", {**files, "picky/data.txt": b"import cmd\n"})
    dist(site_packages(environment), "idle", {"idle.py": b"import cmd\n"})
    return environment


@pytest.fixture(scope="module")
def stored(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> StoredManifest:
    return make_model(tmp_path_factory.mktemp("hidden") / "model", trained, TRAIN)


IN_FRONT = [
    ("a module", {"random.py": b""}, [PICKY]),
    ("one that is only compiled", {"random.pyc": b""}, [PICKY]),
    ("a package", {"random/__init__.py": b""}, [PICKY]),
    ("an extension", {"csv.so": b""}, [PICKY]),
    ("one that gives names", {"statistics.py": b""}, [PICKY]),
    ("a package that it looks into", {"xml/__init__.py": b""}, [PICKY]),
    ("two of them", {"random.py": b"", "csv.py": b""}, [PICKY, PICKY]),
    ("a directory of data", {"random/a.csv": b"", "csv/b.py": b""}, []),
    ("what it does not import", {"cmd.py": b"", "test/__init__.py": b"", "calendar.py": b""}, []),
    ("what is part of the program", {"time.py": b""}, []),
    ("code of no such name", {"colors.py": b""}, []),
]  # fmt: skip


@pytest.mark.parametrize("shape", ["directory", "archive"])
@pytest.mark.parametrize(("_name", "files", "expected"), IN_FRONT, ids=[one[0] for one in IN_FRONT])
def test_what_lies_in_front_of_the_standard_library(
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
        with zipfile.ZipFile(place, "w") as archive:
            for name, content in files.items():
                archive.writestr(name, content)

    report = report_on(stored, source_of("python", trained, place))

    in_c = shape == "archive" and any(name.endswith(".so") for name in files)
    assert (said(report), report.verdict) == (([], "pass") if in_c or not expected else (expected, "fail"))


def test_the_module_and_who_imports_it_are_named(stored: StoredManifest, trained: Path, tmp_path: Path) -> None:
    write(tmp_path, {"front/random.py": b""})

    assert failures(report_on(stored, source_of("python", trained, tmp_path / "front"))) == (
        "picky 1.0 → random.py of no installed package "
        f"(its import of random takes {tmp_path}/front/random.py, not the standard library's), "
        "imported by the model's code",
    )


def test_what_was_in_front_when_it_was_recorded_is_no_difference(trained: Path, tmp_path: Path) -> None:
    environment = projects.copy(trained, tmp_path / "env")
    files = {"train.py": b"import picky, statistics\n", "statistics.py": b""}
    root = projects.make_repository(tmp_path / "model", files)
    dist(tmp_path / "more", "old-csv", {"csv.py": b""})
    write(site_packages(environment), {"more.pth": f"{tmp_path}/more\n".encode()})
    model = recorded(root, environment)
    front = source_of("python", environment, root, tmp_path / "more")

    assert [one for one in said(report_on(model, front)) if "fail" in one] == []


def test_an_installed_package_in_front_is_named(stored: StoredManifest, trained: Path, tmp_path: Path) -> None:
    dist(tmp_path / "more", "old-csv", {"csv.py": b""})

    (found,) = failures(report_on(stored, source_of("python", trained, tmp_path / "more")))

    assert found.startswith("picky 1.0 → csv.py of old-csv 1.0 (")


STANDARD = frozenset(["os", "runpy", "random", "time"])


def examined(paths: tuple[Path, ...], python: str | None = "3.11.7", **more: dict[str, str]) -> Examination:
    environment = Environment(python=python)
    return Examination(
        observation=Observation(environment=environment, kind="dir", location="here"),
        distributions=(),
        markers=(),
        stdlib=STANDARD,
        prefix="/",
        paths=tuple(map(str, paths)),
        **more,  # type: ignore[arg-type]
    )


def hidden(target: Examination) -> list[str]:
    search = Search(target.tree, target.paths, None)
    return [one.module for one in hidden_modules(target, search, target.paths[:1], STANDARD)]


@pytest.fixture
def library(tmp_path: Path) -> Path:
    write(tmp_path, {f"lib/{name}.py": b"" for name in ("os", "runpy", "random")})
    write(tmp_path, {f"front/{name}.py": b"" for name in ("runpy", "random", "time")})
    return tmp_path / "lib"


@pytest.mark.parametrize(
    ("python", "expected"),
    [("3.11.0", ["random"]), ("3.13.1", ["random"]), (None, ["random"]), ("3.10.13", ["random", "runpy"])],
)
def test_frozen_modules_are_not_looked_for_since_python_311(
    python: str | None, expected: list[str], library: Path
) -> None:
    assert hidden(examined((library.parent / "front", library), python)) == expected


def test_in_a_process_what_it_has_loaded_counts(library: Path) -> None:
    front = library.parent / "front"
    (front / "linked.py").symlink_to("random.py")

    found = [
        hidden(examined((front, library), loaded={"random": str(file)}))
        for file in (library / "random.py", front / "random.py", front / "linked.py")
    ]

    assert found == [[], ["random"], ["random"]]


def test_nothing_stands_in_front_of_a_standard_library_that_is_not_there(
    stored: StoredManifest, trained: Path, tmp_path: Path
) -> None:
    target = projects.copy(trained, tmp_path / "env")
    write(site_packages(target), {"random.py": b""})
    (target / "pyvenv.cfg").write_text("home = /gone\n")
    for link in target.glob("bin/python*"):
        link.unlink()

    assert [one for one in said(report_on(stored, source_of("dir", target))) if "fail" in one] == []


def test_what_cannot_be_looked_at_is_unknown(stored: StoredManifest, trained: Path, tmp_path: Path) -> None:
    loop = tmp_path / "front/random.py"
    loop.parent.mkdir()
    loop.symlink_to(loop.name)

    report = report_on(stored, source_of("python", trained, loop.parent))

    assert (said(report), report.verdict) == (["unknown packages"], "undecided")
