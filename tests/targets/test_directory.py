"""An environment read as files is the one that its interpreter describes: packages, version, ABI, platform."""

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from lineage.portable.environment import Environment, Observation, Problem, Unknown
from lineage.targets.directory import DirectorySource
from lineage.targets.interpreter import InterpreterSource
from tests.support import projects
from tests.support.projects import interpreters, python_of, site_packages
from tests.support.roots import observed, reasons, versions

DESCRIBED = [version for version in interpreters() if version != "2.7"]
OWN = "{}.{}".format(*sys.version_info[:2])


def asked(python: Path) -> Environment:
    """As the interpreter describes itself, without what no file tells."""
    found = InterpreterSource(str(python), env=os.environ).observe().environment
    return found._replace(variables=(), accelerator=())


def assert_same(environment: Path) -> Observation:
    """The directory gives what its interpreter gives, all of it, and nothing is unknown."""
    observation = observed(environment)
    assert observation == Observation(environment=asked(python_of(environment)), kind="dir", location=str(environment))
    return observation


@pytest.mark.parametrize("version", DESCRIBED)
def test_the_environment_of_every_python_is_as_its_interpreter_says(version: str, tmp_path: Path) -> None:
    environment = projects.make_environment(tmp_path / "env", interpreters()[version])
    before = projects.snapshot(environment)

    observation = assert_same(environment)

    assert versions(observation.environment) == {name: spec[0] for name, spec in projects.PACKAGES.items()}
    assert (observation.environment.python or "").startswith(f"{version}.")
    assert projects.snapshot(environment) == before


@pytest.mark.parametrize("version", DESCRIBED)
def test_an_installed_python_is_as_it_says_itself(version: str) -> None:
    prefix = Path(interpreters()[version]).parent.parent

    found = observed(prefix)

    assert found.environment == asked(Path(interpreters()[version]))
    assert (found.kind, found.location, found.executed) == ("dir", str(prefix), False)


@pytest.mark.skipif(
    not Path("/usr/bin/python3").exists() or not Path("/usr/lib/python3/dist-packages").is_dir(),
    reason="this is not Debian, or it has no Python",
)
def test_the_python_of_debian_is_as_it_says_itself() -> None:
    assert observed(Path("/usr"), "python3").environment == asked(Path("/usr/bin/python3"))
    assert observed(Path("/"), "/usr/bin/python3").environment == asked(Path("/usr/bin/python3"))


@pytest.mark.skipif("2.7" not in interpreters(), reason="there is no Python 2.7 here")
def test_python_27_is_refused() -> None:
    prefix = Path(interpreters()["2.7"]).parent.parent

    with pytest.raises(Exception) as caught:
        observed(prefix)

    assert str(caught.value) == (
        f"{prefix}: is Python 2.7, which cannot be described\n  Python 3.6 is the oldest that can"
    )


def test_an_environment_made_by_uv_is_the_same(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "uv", "venv", "--quiet", "--offline", "--no-config", "--python"]
    made = tmp_path / "env"
    subprocess.run([*command, interpreters()[DESCRIBED[-1]], str(made)], check=True, capture_output=True)
    projects.install(site_packages(made), "numpy", "1.26.4")

    assert versions(assert_same(made).environment) == {"numpy": "1.26.4"}


def test_an_environment_of_copied_programs_is_the_same(tmp_path: Path) -> None:
    made = tmp_path / "env"
    command = [interpreters()[OWN], "-m", "venv", "--without-pip", "--copies", str(made)]
    subprocess.run(command, check=True, capture_output=True)
    projects.install(site_packages(made), "numpy", "1.26.4")
    assert not python_of(made).is_symlink()

    assert_same(made)


def test_the_packages_of_the_base_stand_behind_the_environment_s_own(base: Path, tmp_path: Path) -> None:
    made = tmp_path / "env"
    command = [str(base / "bin" / "python"), "-m", "venv", "--without-pip", "--system-site-packages", str(made)]
    subprocess.run(command, check=True, capture_output=True)
    projects.install(site_packages(made), "numpy", "1.26.4")

    observation = observed(made)

    assert observation.environment == asked(python_of(made))
    assert versions(observation.environment) == {"in-base": "1.0", "numpy": "1.26.4"}
    assert observation.unknown == ()
    assert [problem.code for problem in observation.problems] == ["package.shadowed"]


def test_without_them_only_the_environment_s_own_are_seen(base: Path, tmp_path: Path) -> None:
    made = tmp_path / "env"
    subprocess.run([str(base / "bin" / "python"), "-m", "venv", "--without-pip", str(made)], check=True)
    projects.install(site_packages(made), "numpy", "1.26.4")

    assert versions(assert_same(made).environment) == {"numpy": "1.26.4"}


def test_an_installed_python_of_one_s_own_has_nothing_unknown(base: Path) -> None:
    assert versions(assert_same(base).environment) == {"in-base": "1.0", "numpy": "1.0"}


def test_an_archive_in_place_of_the_standard_library_is_read_too(base: Path, tmp_path: Path) -> None:
    copied = projects.copy(base, tmp_path / "python")
    with zipfile.ZipFile(copied / "lib" / f"python{OWN.replace('.', '')}.zip", "w") as archive:
        archive.writestr("zipped-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: zipped\nVersion: 1.0\n")

    observation = observed(copied)

    assert observation.environment == asked(python_of(copied))
    assert versions(observation.environment) == {"in-base": "1.0", "numpy": "1.0", "zipped": "1.0"}


def test_a_missing_key_means_that_the_base_is_seen_too(base: Path, tmp_path: Path) -> None:
    made = projects.make_environment(tmp_path / "env", str(base / "bin" / "python"), packages=())
    config = made / "pyvenv.cfg"
    config.write_text("".join(line for line in config.read_text().splitlines(True) if "site-packages" not in line))

    assert versions(assert_same(made).environment) == {"in-base": "1.0", "numpy": "1.0"}


def test_packages_of_a_user_make_it_unknown_what_is_seen(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    projects.install(tmp_path / ".local" / "lib" / f"python{OWN}" / "site-packages", "mine", "1.0")

    assert reasons(observed(base)) == [
        "packages: a user has packages of their own, which only that user's programs see"
    ]


def test_a_base_that_was_upgraded_is_believed_and_the_old_config_named(environment: Path, tmp_path: Path) -> None:
    copied = projects.copy(environment, tmp_path / "env")
    config = copied / "pyvenv.cfg"
    real = asked(python_of(environment)).python
    config.write_text(config.read_text().replace(f"version = {real}", f"version = {OWN}.99"))

    observation = observed(copied)

    assert observation.environment == asked(python_of(environment))
    detail = f"pyvenv.cfg says {OWN}.99, the base of the environment is {real}"
    assert observation.problems == (Problem("environment.outdated", "python", detail),)


@pytest.mark.parametrize(
    ("config", "python", "unknown", "problems"),
    [
        (
            "version = 3.11.7",
            "3.11.7",
            (),
            (Problem("environment.base-gone", "python",
                     "the base of the environment is gone: 3.11.7 is what pyvenv.cfg says"),),
        ),
        (
            "version_info = 3.11.7.candidate.2",
            "3.11.7rc2",
            (),
            (Problem("environment.base-gone", "python",
                     "the base of the environment is gone: 3.11.7rc2 is what pyvenv.cfg says"),),
        ),
        (
            "version = 3.11",
            None,
            (Unknown("python", "the base of the environment is gone: its release cannot be told"),),
            (),
        ),
        (
            "version = 3.12.1\nimplementation = CPython",
            "3.12.1",
            (),
            (Problem("environment.base-gone", "python",
                     "the base of the environment is gone: 3.12.1 is what pyvenv.cfg says"),),
        ),
    ],
    ids=["venv", "virtualenv", "minor-only", "uv"],
)  # fmt: skip
def test_of_an_environment_whose_base_is_gone_no_more_is_told_than_is_written(
    config: str, python: str | None, unknown: tuple[Unknown, ...], problems: tuple[Problem, ...], tmp_path: Path
) -> None:
    made, library = tmp_path / "env", "python3.12" if python == "3.12.1" else "python3.11"
    projects.install(made / "lib" / library / "site-packages", "numpy", "1.26.4")
    home = tmp_path / "gone" / "bin"
    (made / "pyvenv.cfg").write_text(f"home = {home}\ninclude-system-site-packages = false\n{config}\n")
    (made / "bin").mkdir()
    (made / "bin" / "python").symlink_to(home / "python3")

    observation = observed(made)

    assert versions(observation.environment) == {"numpy": "1.26.4"}
    implementation = "CPython" if "implementation" in config else None
    assert observation.environment._replace(packages=()) == Environment(python=python, implementation=implementation)
    lost = Unknown("python", "bin/python leads to an interpreter that is not there")
    assert (observation.unknown, observation.problems) == (tuple(sorted((*unknown, lost))), problems)


def test_a_config_that_names_another_base_than_the_program_s_own_is_not_believed(
    base: Path, environment: Path, tmp_path: Path
) -> None:
    copied = projects.copy(environment, tmp_path / "env")
    config = copied / "pyvenv.cfg"
    config.write_text(re.sub(r"(?m)^home = .*$", f"home = {base}/bin", config.read_text()))

    observation = observed(copied)

    assert observation.environment.python is None
    assert reasons(observation) == ["python: pyvenv.cfg names another base than the one that its program is linked to"]


def test_a_base_whose_programs_are_links_elsewhere_is_where_they_lead(tmp_path: Path) -> None:
    links, made = tmp_path / "links" / "bin", tmp_path / "env"
    links.mkdir(parents=True)
    (links / "python3").symlink_to(Path(interpreters()[OWN]).resolve())
    subprocess.run([str(links / "python3"), "-m", "venv", "--without-pip", str(made)], check=True)
    assert f"home = {links}\n" in (made / "pyvenv.cfg").read_text()

    assert_same(made)


def test_an_environment_that_could_be_for_two_pythons_is_for_none(tmp_path: Path) -> None:
    for library in ("python3.11", "python3.12"):
        projects.install(tmp_path / "lib" / library / "site-packages", "numpy", "1.26.4")
    (tmp_path / "pyvenv.cfg").write_text("include-system-site-packages = false\n")

    assert reasons(observed(tmp_path)) == [
        "packages: which Python the environment is for cannot be told",
        "python: bin/python is not there",
        "python: the base of the environment is gone: its release cannot be told",
    ]


def test_only_the_identities_that_are_asked_for_are_read(environment: Path) -> None:
    found = DirectorySource(str(environment)).observe(lambda name: name == "numpy").environment

    assert [package.name for package in found.packages if package.record is not None] == ["numpy"]


def test_an_examination_gives_what_a_capture_needs(environment: Path) -> None:
    examination = DirectorySource(str(environment)).examine()

    by_interpreter = InterpreterSource(str(python_of(environment)), env=os.environ).examine()
    told = dict(by_interpreter.markers)
    del told["platform_release"], told["platform_version"]  # of the running kernel
    assert dict(examination.markers) == told
    assert examination.distributions == by_interpreter.distributions
    assert (examination.stdlib, examination.prefix) == (frozenset(), str(environment))
