"""The repository's own packages as a target has installed them, against the recorded files."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from lineage.model.manifest import StoredManifest
from lineage.model.report import Report
from lineage.portable.environment import Package
from lineage.portable.policy import Policy
from lineage.targets.interpreter import InterpreterSource
from lineage.verifying.code import CodePlace
from lineage.verifying.packages import Packages
from lineage.verifying.verify import verify
from lineage.verifying.weights import WeightsPlace
from tests.support import projects
from tests.support.projects import python_of, site_packages, write
from tests.support.recording import TODAY, failures, notes, recorded, unknowns
from tests.support.servedcode import EDITED, FEATURES, FILES, INIT, TRAIN, code_of

INSTALLED = {path.removeprefix("src/"): content for path, content in FILES.items() if path in (INIT, FEATURES)}


@pytest.fixture
def target(environment: Path, tmp_path: Path) -> Path:
    return projects.copy(environment, tmp_path / "target")


@pytest.fixture
def stored(project: Path, environment: Path) -> StoredManifest:
    """A manifest of a model whose package of the repository was installed where it was made."""
    made = recorded(project, environment)
    own = Package("fraudlib", "1.0", "imported", origin="repository:.")
    packages = tuple(sorted((*made.manifest.environment.packages, own)))
    environment_ = made.manifest.environment._replace(packages=packages)
    return replace(made, manifest=replace(made.manifest, environment=environment_, code=code_of(FILES)))


def without_own(stored: StoredManifest) -> StoredManifest:
    environment = stored.manifest.environment
    packages = tuple(one for one in environment.packages if one.name != "fraudlib")
    return replace(stored, manifest=replace(stored.manifest, environment=environment._replace(packages=packages)))


def judged(stored: StoredManifest, target: Path, code: Path | None = None) -> Report:
    source = InterpreterSource(str(python_of(target)), env=dict(os.environ))
    place = CodePlace(directory=code, repository=None)
    return verify(stored, source, (Packages(), WeightsPlace(skip=True), place), Policy(), today=TODAY)


def install(target: Path, files: dict[str, bytes]) -> None:
    site = site_packages(target)
    projects.install(site, "fraudlib", "1.0")
    write(site, files)
    with (site / "fraudlib-1.0.dist-info" / "RECORD").open("a") as record:
        record.writelines(f"{path},,\n" for path in files)


def install_editable(target: Path, source: Path, files: dict[str, bytes]) -> None:
    write(source, files)
    projects.install(
        site_packages(target), "fraudlib", "1.0", direct_url={"url": f"file://{source}", "dir_info": {"editable": True}}
    )


def test_what_is_installed_of_the_repository_is_compared_without_being_asked(
    stored: StoredManifest, target: Path
) -> None:
    install(target, INSTALLED)
    same = judged(stored, target)
    write(site_packages(target), {"fraudlib/features.py": EDITED})
    other = judged(stored, target)

    assert (same.verdict, same.checked.code, same.checked.code_files) == ("pass", "ast", 2)
    assert "code" in same.not_looked_at
    assert (other.verdict, len(unknowns(other))) == ("undecided", 1)
    assert unknowns(other)[0].startswith(f"code:{FEATURES}: fraudlib/features.py differs by bytes")


@pytest.mark.parametrize("place", ["repository:.", "repository:src"])
def test_an_editable_install_is_compared_where_it_leads(
    place: str, stored: StoredManifest, target: Path, tmp_path: Path
) -> None:
    environment = stored.manifest.environment
    packages = tuple(one._replace(origin=place) if one.name == "fraudlib" else one for one in environment.packages)
    stored = replace(stored, manifest=replace(stored.manifest, environment=environment._replace(packages=packages)))
    source = tmp_path / "checkout"
    install_editable(target, source / "src" if place.endswith("src") else source, {})
    write(source, {INIT: FILES[INIT], FEATURES: FILES[FEATURES]})

    same = judged(stored, target)
    write(source, {FEATURES: FILES[FEATURES] + b"\0"})

    assert (same.verdict, same.checked.code_files) == ("pass", 2)
    assert [one.partition(": ")[0] for one in unknowns(judged(stored, target))] == [f"code:{FEATURES}"]


def test_another_directory_of_the_repository_is_not_what_was_installed(
    stored: StoredManifest, target: Path, tmp_path: Path
) -> None:
    environment = stored.manifest.environment
    packages = tuple(
        one._replace(origin="repository:other") if one.name == "fraudlib" else one for one in environment.packages
    )
    stored = replace(stored, manifest=replace(stored.manifest, environment=environment._replace(packages=packages)))
    install_editable(target, tmp_path / "checkout", {INIT: b"other"})

    report = judged(stored, target)

    assert (report.verdict, report.checked.code) == ("pass", "skipped")


@pytest.mark.parametrize(("path", "modules"), [("src/fraudlib.py", ()), ("parts/one.py", ("parts",))])
def test_an_editable_module_or_namespace_is_compared_where_it_leads(
    path: str, modules: tuple[str, ...], stored: StoredManifest, target: Path, tmp_path: Path
) -> None:
    environment = stored.manifest.environment
    packages = tuple(one._replace(modules=modules) if one.name == "fraudlib" else one for one in environment.packages)
    files = {path: b"A = 1\n", TRAIN: FILES[TRAIN]}
    environment = environment._replace(packages=packages)
    stored = replace(stored, manifest=replace(stored.manifest, environment=environment, code=code_of(files)))
    install_editable(target, tmp_path / "checkout", {path: b"A = 1\n", TRAIN: b"another = 1\n"})

    same = judged(stored, target)
    write(tmp_path / "checkout", {path: b"A = 2\n"})

    assert (same.verdict, same.checked.code_files) == ("pass", 1)
    assert [one.partition(": ")[0] for one in unknowns(judged(stored, target))] == [f"code:{path}"]


@pytest.mark.parametrize("is_recorded", [True, False])
def test_a_directory_and_an_installed_copy_that_differ_are_undecided(
    is_recorded: bool, stored: StoredManifest, target: Path, tmp_path: Path
) -> None:
    stored = stored if is_recorded else without_own(stored)
    write(tmp_path / "app", FILES)
    install(target, INSTALLED)
    same = judged(stored, target, tmp_path / "app")
    write(site_packages(target), {"fraudlib/features.py": EDITED})
    other = judged(stored, target, tmp_path / "app")

    assert (same.verdict, same.checked.code_files, "code" in same.not_looked_at) == ("pass", 4, False)
    assert (other.verdict, unknowns(other)) == (
        "undecided",
        (f"code:{FEATURES}: the copy in the named directory and the one that is installed differ",),
    )


def test_an_installed_copy_stands_for_what_a_directory_lacks(
    stored: StoredManifest, target: Path, tmp_path: Path
) -> None:
    write(tmp_path / "app", {TRAIN: FILES[TRAIN]})
    install(target, {path: content for path, content in INSTALLED.items() if path.endswith("__init__.py")})

    report = judged(stored, target, tmp_path / "app")

    assert (report.verdict, failures(report)) == ("pass", ())
    assert [one for one in notes(report) if "fraudlib" in one or "run.sh" in one] == [
        "run.sh is missing",
        f"{FEATURES} is missing",
    ]


def test_two_installed_copies_that_differ_are_undecided(stored: StoredManifest, target: Path, tmp_path: Path) -> None:
    write(tmp_path / "app", FILES)
    install(target, INSTALLED)
    source = tmp_path / "checkout"
    write(source, {INIT: FILES[INIT], FEATURES: EDITED})
    projects.install(
        site_packages(target), "other", "1.0", direct_url={"url": f"file://{source}", "dir_info": {"editable": True}}
    )

    report = judged(stored, target, tmp_path / "app")

    assert report.verdict == "undecided"
    assert [one.partition(": ")[0] for one in unknowns(report)] == [f"code:{FEATURES}"]


def test_a_manifest_without_code_has_nothing_to_compare_with_what_is_installed(
    stored: StoredManifest, target: Path
) -> None:
    install(target, INSTALLED)
    code = replace(stored.manifest.code, files=())

    report = judged(replace(stored, manifest=replace(stored.manifest, code=code)), target)

    assert (report.verdict, report.checked.code) == ("pass", "skipped")
