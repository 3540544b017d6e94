"""A root file system read as the system that has this root sees it: which interpreters it holds, and their packages."""

import os
from pathlib import Path

import pytest

from lineage.errors import InputError
from lineage.portable.environment import Observation, Unknown
from lineage.targets.directory import DirectorySource
from tests.support.projects import install, write
from tests.support.roots import (
    DEBIAN,
    make_debian,
    make_root,
    observed,
    reasons,
    versions,
    write_environment,
    write_python,
)


def refusal(path: Path, interpreter: str | None = None) -> str:
    with pytest.raises(InputError) as caught:
        observed(path, interpreter)
    return str(caught.value)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_debian(tmp_path / "root")


@pytest.fixture
def crowded(root: Path) -> Path:
    """With three interpreters: the system's, a newer one, and an environment of the first."""
    install(write_python(root / "usr/local", "3.12.1") / "lib/python3.12/site-packages", "newer", "1.0")
    install(write_environment(root / "app/.venv", "/usr/bin") / "lib/python3.11/site-packages", "inside", "1.0")
    return root


def test_the_only_interpreter_is_taken_and_named(root: Path) -> None:
    observation = observed(root)

    assert versions(observation.environment) == {"by-debian": "1.0", "by-pip": "2.0"}
    assert observation == Observation(
        environment=DEBIAN._replace(packages=observation.environment.packages),
        kind="dir",
        location=f"{root} (/usr/bin/python3.11)",
    )


def test_of_several_none_is_guessed(crowded: Path) -> None:
    assert refusal(crowded) == (
        f"{crowded}: holds several Python interpreters: /app/.venv/bin/python, /usr/bin/python3.11, "
        "/usr/local/bin/python3.12\n  choose one: --interpreter /app/.venv/bin/python"
    )


@pytest.mark.parametrize(
    ("name", "executable", "python", "packages"),
    [
        ("/usr/bin/python3.11", "/usr/bin/python3.11", "3.11.7", {"by-debian": "1.0", "by-pip": "2.0"}),
        ("python3.11", "/usr/bin/python3.11", "3.11.7", {"by-debian": "1.0", "by-pip": "2.0"}),
        ("/bin/python3", "/bin/python3", "3.11.7", {"by-debian": "1.0", "by-pip": "2.0"}),
        ("usr/local/bin/python3", "/usr/local/bin/python3", "3.12.1", {"newer": "1.0"}),
        ("//usr/local/bin/../bin/python3.12", "/usr/local/bin/python3.12", "3.12.1", {"newer": "1.0"}),
        ("/app/.venv/bin/python", "/app/.venv/bin/python", "3.11.7", {"inside": "1.0"}),
        ("/app/.venv", "/app/.venv/bin/python", "3.11.7", {"inside": "1.0"}),
        ("python", "/app/.venv/bin/python", "3.11.7", {"inside": "1.0"}),
    ],
)
def test_one_is_chosen_by_name(
    name: str, executable: str, python: str, packages: dict[str, str], crowded: Path
) -> None:
    observation = observed(crowded, name)

    assert observation.location == f"{crowded} ({executable})"
    assert (observation.environment.python, versions(observation.environment)) == (python, packages)


@pytest.mark.parametrize("name", ["python3", "python3.9", "/usr/bin/python3.9", "/app", "/etc/os-release", "/", ""])
def test_a_name_that_is_none_or_several_is_refused(name: str, crowded: Path) -> None:
    assert refusal(crowded, name) == (
        f"{crowded}: {name!r} does not name one of its Python interpreters: /app/.venv/bin/python, "
        "/usr/bin/python3.11, /usr/local/bin/python3.12\n  choose one: --interpreter /app/.venv/bin/python"
    )


def test_one_that_is_not_looked_for_can_be_named(root: Path) -> None:
    install(write_python(root / "srv/deep/er/python", "3.12.1") / "lib/python3.12/site-packages", "deep", "1.0")
    write_environment(root / "srv/deep/er/env", "/usr/bin")

    assert observed(root).location == f"{root} (/usr/bin/python3.11)"
    assert versions(observed(root, "/srv/deep/er/python/bin/python3").environment) == {"deep": "1.0"}
    assert versions(observed(root, "/srv/deep/er/env").environment) == {}


@pytest.mark.parametrize("place", ["venv", "opt/app", "srv/site/.venv", "home/ada/.venv", "usr/src/app", "root/env"])
def test_environments_are_looked_for_in_the_usual_places(place: str, root: Path) -> None:
    write_environment(root / place, "/usr/bin")

    executables = sorted([f"/{place}/bin/python", "/usr/bin/python3.11"])
    assert refusal(root).splitlines()[0].endswith(", ".join(executables))


def test_an_environment_inside_is_read_with_the_root_that_it_lies_in(crowded: Path) -> None:
    observation = observed(crowded / "app/.venv")

    assert observation.location == str(crowded / "app/.venv")
    assert observation.environment == observed(crowded, "/app/.venv").environment
    assert observation.unknown == ()


def test_an_interpreter_s_prefix_inside_is_read_with_its_root(crowded: Path) -> None:
    assert versions(observed(crowded / "usr").environment) == {"by-debian": "1.0", "by-pip": "2.0"}
    assert versions(observed(crowded / "usr/local").environment) == {"newer": "1.0"}


def test_a_prefix_with_two_interpreters_asks_which(root: Path) -> None:
    write_python(root / "usr", "3.12.1")

    assert refusal(root / "usr") == (
        f"{root}/usr: holds several Python interpreters: /usr/bin/python3.11, /usr/bin/python3.12\n"
        "  choose one: --interpreter /usr/bin/python3.11"
    )
    assert observed(root / "usr", "python3.12").environment.python == "3.12.1"
    assert observed(root / "usr", "python3.12").location == f"{root}/usr (python3.12)"


def test_programs_beside_each_other_with_one_library_are_one(root: Path) -> None:
    os.link(root / "usr/bin/python3.11", root / "usr/bin/python3.11m")
    (root / "usr/local/bin").mkdir()
    (root / "usr/local/bin/python").symlink_to("/usr/bin/python3")

    assert observed(root).location == f"{root} (/usr/bin/python3.11)"


def test_absolute_links_mean_the_root_and_not_the_machine(root: Path, tmp_path: Path) -> None:
    install(tmp_path / "machine", "of-the-machine", "1.0")
    install(root / "data/site", "of-the-root", "1.0")
    for name, place in (("outside.pth", tmp_path / "machine"), ("inside.pth", Path("/linked"))):
        (root / "usr/lib/python3/dist-packages" / name).write_text(f"{place}\n")
    (root / "linked").symlink_to("/data/site")
    (root / "usr/lib/python3/dist-packages/away.dist-info").symlink_to(
        tmp_path / "machine/of_the_machine-1.0.dist-info"
    )

    observation = observed(root)

    read = {"by-debian": "1.0", "by-pip": "2.0", "of-the-root": "1.0"}
    assert versions(observation.environment) == read | {"away": "unknown"}
    assert reasons(observation) == ["package:away: its metadata cannot be read: there is no METADATA"]


def test_a_link_that_climbs_out_is_not_followed(root: Path, tmp_path: Path) -> None:
    install(tmp_path / "machine", "of-the-machine", "1.0")
    site = root / "usr/lib/python3/dist-packages"
    up = "../" * 5
    (root / "out").symlink_to("../machine")
    (site / "out.pth").write_text("/out\n")
    (site / "away-1.0.dist-info").symlink_to(f"{up}machine/of_the_machine-1.0.dist-info")

    observation = observed(root)

    assert versions(observation.environment) == {"by-debian": "1.0", "by-pip": "2.0", "away": "1.0"}
    assert observation.unknown == (
        Unknown("package:away", "its metadata cannot be read: a link leads out of the root"),
        Unknown("packages", "a directory on sys.path cannot be read: a link leads out of the root"),
    )


def test_packages_of_a_user_are_seen_by_that_user_only(root: Path) -> None:
    install(root / "root/.local/lib/python3.11/site-packages", "mine", "1.0")

    observation = observed(root)

    assert "mine" not in versions(observation.environment)
    assert reasons(observation) == ["packages: a user has packages of their own, which only that user's programs see"]


def test_fedora_s_two_places_and_its_own_local_ones_are_seen(tmp_path: Path) -> None:
    root = make_root(tmp_path / "root")
    usr = write_python(root / "usr")
    (usr / "lib/python3.11").rename(usr / "lib64/python3.11")
    (usr / "lib64/python3.11/site.py").write_text('    PREFIXES.insert(0, "/usr/local")\n')
    for place, name in (("lib64", "platform"), ("lib", "pure"), ("local/lib64", "own-platform"), ("local/lib", "own")):
        install(usr / place / "python3.11/site-packages", name, "1.0")

    observation = observed(root)

    assert sorted(versions(observation.environment)) == ["own", "own-platform", "platform", "pure"]
    assert observation.environment._replace(packages=()) == DEBIAN


def test_a_conda_environment_is_one(tmp_path: Path) -> None:
    prefix = write_python(tmp_path / "env", header=False)
    for name in ("etc", "usr", "conda-meta"):
        (prefix / name).mkdir()
    record = '{"name": "python", "version": "3.11.7", "build": "0", "channel": "main", "files": []}'
    (prefix / "conda-meta/python-3.11.7-0.json").write_text(record)
    install(prefix / "lib/python3.11/site-packages", "numpy", "1.26.4")

    observation = observed(prefix)

    assert versions(observation.environment) == {"numpy": "1.26.4", "python": "3.11.7"}
    assert (observation.environment.python, observation.location) == ("3.11.7", str(prefix))


@pytest.mark.parametrize(("shared", "seen"), [("true", ["mine", "python"]), ("false", ["mine"])])
def test_what_conda_has_in_the_base_is_seen_where_the_base_is(shared: str, seen: list[str], tmp_path: Path) -> None:
    base = write_python(tmp_path / "base")
    record = '{"name": "python", "version": "3.11.7", "build": "0", "channel": "main", "files": []}'
    write(base, {"conda-meta/python-3.11.7-0.json": record.encode(), "lib/python3.11/site-packages/.keep": b""})
    made = write_environment(tmp_path / "env", f"{base}/bin", **{"include-system-site-packages": shared})
    install(made / "lib/python3.11/site-packages", "mine", "1.0")

    assert list(versions(observed(made).environment)) == seen


@pytest.mark.parametrize("name", ["etc", "bin", "lib", "app", "srv", "home", "usr"])
def test_a_root_needs_not_have_everything(name: str, tmp_path: Path) -> None:
    (tmp_path / name).mkdir()
    install(write_python(tmp_path / "opt/python") / "lib/python3.11/site-packages", "numpy", "1.26.4")

    observation = observed(tmp_path)

    assert observation.location == f"{tmp_path} (/opt/python/bin/python3.11)"
    assert versions(observation.environment) == {"numpy": "1.26.4"}


@pytest.mark.parametrize("names", [(), ("src",), ("etc", "bin"), ("usr",), ("conda-meta",), ("bin", "lib")])
def test_a_directory_without_an_interpreter_is_refused(names: tuple[str, ...], tmp_path: Path) -> None:
    for name in names:
        (tmp_path / name).mkdir()

    assert refusal(tmp_path) == (
        f"{tmp_path}: no Python interpreter was found in it\n"
        "  name a virtual environment, or an interpreter inside by --interpreter PATH"
    )


def test_places_that_are_no_directory_are_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    assert [refusal(tmp_path / name) for name in ("none", "file", "file/x", "a\0b")] == [
        f"{tmp_path}/none: the directory does not exist\n  name one as dir:PATH",
        f"{tmp_path}/file: is not a directory\n  name one as dir:PATH",
        f"{tmp_path}/file/x: is not a directory\n  name one as dir:PATH",
        f"{tmp_path}/a\0b: the directory does not exist\n  name one as dir:PATH",
    ]


def test_where_a_package_came_from_is_a_path_inside_the_root(root: Path) -> None:
    site = root / "usr/local/lib/python3.11/dist-packages"
    install(site, "local", "1.0", direct_url={"url": "file:///src/local", "dir_info": {}})

    examination = DirectorySource(str(root)).examine()

    assert {one.package.name: one.source for one in examination.distributions}["local"] == f"{root}/src/local"
    assert examination.prefix == f"{root}/usr"
    read = examination.tree.read("/usr/local/lib/python3.11/dist-packages/local-1.0.dist-info/INSTALLER")
    assert read == b"pip\n"
