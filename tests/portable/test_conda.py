"""Records of conda: what is no Python distribution is a package too, and what contradicts the files is named."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lineage.guest import probe
from lineage.portable.conda import add_conda, read_environment
from lineage.portable.distinfo import Distribution, InstalledPackages, read_installed
from lineage.portable.environment import Package, Problem, Unknown
from lineage.portable.tree import DiskTree
from lineage.targets.interpreter import InterpreterSource
from tests.support.memory import BROKEN, MemoryTree, dist_info
from tests.support.projects import PACKAGES, copy, python_of, script, site_packages, write

PREFIX = "/conda"
SITE = f"{PREFIX}/lib/python3.11/site-packages"
DIGEST = "ab" * 32


def everything(name: str) -> bool:
    return True


def record(name: str, version: str, build: str = "h1_0", **keys: object) -> dict[str, bytes | object]:
    """One file of ``conda-meta``; further keys of the record by their name."""
    document = {
        "name": name,
        "version": version,
        "build": build,
        "channel": "https://conda.example.org/conda-forge/linux-64",
        "subdir": "linux-64",
        "sha256": DIGEST,
        "files": [f"lib/{name}.so"],
        **keys,
    }
    return {f"{PREFIX}/conda-meta/{name}-{version}-{build}.json": json.dumps(document).encode()}


def python_record(name: str, version: str, **keys: object) -> dict[str, bytes | object]:
    info = f"lib/python3.11/site-packages/{name}-{version}.dist-info"
    listed = [f"lib/python3.11/site-packages/{name}/__init__.py", f"{info}/METADATA", f"{info}/RECORD"]
    return record(name, version, "py311_0", files=listed, **keys)


def observe(files: dict[str, bytes | object]) -> InstalledPackages:
    tree = MemoryTree(files)
    return add_conda(tree, PREFIX, read_installed(tree, [SITE], everything), everything)


def packages(found: InstalledPackages) -> dict[str, Package]:
    return {one.package.name: one.package for one in found.distributions}


def unknown(subject: str, reason: str) -> tuple[Unknown, ...]:
    return (Unknown(subject, reason),)


def contradiction(subject: str, version: str, instead: str) -> tuple[Problem, ...]:
    detail = f"conda has a record of version {version}; on sys.path is {instead}"
    return (Problem("package.contradictory", subject, detail),)


LIBBLAS = Package(
    "libblas",
    "3.9.0",
    use="present",
    artifact=f"sha256:{DIGEST}",
    origin="conda:conda-forge/h1_0",
    installer="conda",
)


def test_a_package_that_is_no_python_distribution_is_one_all_the_same() -> None:
    found = observe(record("libblas", "3.9.0") | {f"{PREFIX}/conda-meta/history": b"", f"{SITE}/a.py": b""})

    file = f"{PREFIX}/conda-meta/libblas-3.9.0-h1_0.json"
    assert found == InstalledPackages((Distribution(LIBBLAS, PREFIX, file),), (), ())


def test_a_record_of_a_python_distribution_adds_where_it_came_from() -> None:
    info = dist_info(SITE, "numpy", "1.26.4", INSTALLER=b"conda\n")
    plain = read_installed(MemoryTree(info), [SITE], everything)
    assert plain.distributions[0].package.origin is None

    found = observe(info | python_record("numpy", "1.26.4"))

    expected = plain.distributions[0].package._replace(
        artifact=f"sha256:{DIGEST}", origin="conda:conda-forge/py311_0", installer="conda"
    )
    assert packages(found) == {"numpy": expected}
    assert (found.unknown, found.problems) == ((), ())


def test_a_conda_package_of_another_name_is_the_distribution_that_it_installed() -> None:
    listed = ["lib/python3.11/site-packages/torch-2.1.dist-info/METADATA"]

    found = observe(dist_info(SITE, "torch", "2.1") | record("pytorch", "2.1", files=listed))

    assert [(one.name, one.origin) for one in packages(found).values()] == [("torch", "conda:conda-forge/h1_0")]


def test_an_egg_info_and_a_site_directory_of_windows_are_recognised() -> None:
    egg: dict[str, bytes | object] = {f"{PREFIX}/Lib/site-packages/a-1-py3.6.egg-info": b"Name: a\nVersion: 1\n"}
    tree = MemoryTree(egg | record("a", "1", files=["Lib/site-packages/a-1-py3.6.egg-info"]))

    found = add_conda(tree, PREFIX, read_installed(tree, [f"{PREFIX}/Lib/site-packages"], everything), everything)

    assert [(one.name, one.installer) for one in packages(found).values()] == [("a", "conda")]


def test_metadata_that_lies_deeper_is_no_distribution_of_the_environment() -> None:
    vendored = ["lib/python3.11/site-packages/tool/_vendor/b-1.dist-info/METADATA"]

    assert list(packages(observe(record("tool", "1", files=vendored)))) == ["tool"]


def test_a_wrapper_of_a_distribution_is_the_same_package() -> None:
    found = observe(dist_info(SITE, "matplotlib", "3.8") | record("matplotlib", "3.8", files=[]))

    assert [one.installer for one in packages(found).values()] == [None]
    assert found.problems == ()


def test_what_pip_has_put_over_a_package_of_conda_is_named() -> None:
    new = dist_info(SITE, "numpy", "2.0.1", INSTALLER=b"pip")

    found = observe(new | python_record("numpy", "1.26.4"))
    assert (packages(found)["numpy"].version, packages(found)["numpy"].origin) == ("2.0.1", None)
    assert found.problems == contradiction("package:numpy", "1.26.4", "version 2.0.1")

    same = observe(dist_info(SITE, "numpy", "1.26.4", INSTALLER=b"pip") | python_record("numpy", "1.26.4"))
    assert (packages(same)["numpy"].installer, packages(same)["numpy"].origin) == ("pip", None)
    assert same.problems == contradiction("package:numpy", "1.26.4", "what pip installed")

    listed = ["lib/python3.10/site-packages/numpy-1.26.4.dist-info/METADATA"]
    elsewhere = observe(dist_info(SITE, "numpy", "1.26.4") | record("numpy", "1.26.4", files=listed))
    assert (packages(elsewhere)["numpy"].installer, packages(elsewhere)["numpy"].origin) == (None, None)
    assert elsewhere.problems == ()

    gone = observe(python_record("numpy", "1.26.4") | {f"{SITE}/a.py": b""})
    assert gone == InstalledPackages((), (), contradiction("package:numpy", "1.26.4", "nothing"))

    wrapped = observe(dist_info(SITE, "matplotlib", "3.9") | record("matplotlib", "3.8", files=[]))
    assert wrapped.problems == contradiction("package:matplotlib", "3.8", "version 3.9")


@pytest.mark.parametrize(
    ("keys", "origin"),
    [
        ({"channel": "https://conda.example.org/conda-forge/linux-64"}, "conda-forge"),
        ({"channel": "conda-forge"}, "conda-forge"),
        ({"channel": "pkgs/main/noarch"}, "pkgs/main"),
        ({"channel": "https://ada:secret@conda.example.org/acme/noarch"}, "acme"),
        ({"channel": "https://conda.example.org/t/ad-secret-token/acme/linux-64"}, "acme"),
        ({"channel": "https://conda.example.org/acme/linux-64?token=secret#secret"}, "acme"),
        ({"channel": "https://conda.example.org/api/conda/acme/t/secret"}, "api/conda/acme"),
        ({"channel": "file:///home/ada/channel/linux-64"}, "local"),
        ({"channel": "/home/ada/channel"}, "local"),
        ({"channel": "<unknown>"}, "local"),
        ({"channel": "ada:secret@conda.example.org/acme"}, "local"),
        ({"channel": "https://[broken/acme"}, "local"),
        ({"channel": "https://conda.example.org/"}, "local"),
        ({"channel": None, "url": "https://conda.example.org/acme/noarch/x-1-0.conda"}, "acme"),
        ({"channel": "", "url": None}, "local"),
    ],
)
def test_a_channel_keeps_its_path_and_nothing_of_a_user_or_machine(keys: dict[str, object], origin: str) -> None:
    found = observe(record("libblas", "3.9.0", "h1_0", **keys))

    assert packages(found) == {"libblas": LIBBLAS._replace(origin=f"conda:{origin}/h1_0")}


def test_a_digest_that_is_no_sha256_is_not_kept() -> None:
    for digest in (None, "ab", 7, "g" * 64):
        assert packages(observe(record("libblas", "3.9.0", sha256=digest)))["libblas"].artifact is None
    assert packages(observe(record("libblas", "3.9.0", sha256="AB" * 32)))["libblas"] == LIBBLAS


def test_a_name_that_begins_with_an_underscore_is_written_without() -> None:
    assert list(packages(observe(record("_libgcc_mutex", "0.1")))) == ["libgcc-mutex"]


FILE = f"{PREFIX}/conda-meta/libblas-3.9.0-h1_0.json"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"[]", "not an object"),
        (b"{", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        (b"{}", "name is None"),
        (b'{"name": "x y", "version": "1", "build": "0"}', "name is 'x y'"),
        (b'{"name": "_", "version": "1", "build": "0"}', "not a name: '_'"),
        (b'{"name": "x", "version": 1, "build": "0"}', "version is 1"),
        (b'{"name": "x", "version": "1", "build": "../0"}', "build is '../0'"),
        (b'{"name": "-+", "version": "1", "build": "0"}', "not a name: '-+'"),
        (b'{"name": "x", "version": "1", "build": "0"}', "files is not a list of texts"),
        (b'{"name": "x", "version": "1", "build": "0", "files": [1]}', "files is not a list of texts"),
        (b"\xff", "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"),
        (BROKEN, "Permission denied"),
    ],
)
def test_a_record_that_cannot_be_read_is_named(content: object, reason: str) -> None:
    found = observe({FILE: content})

    assert found == InstalledPackages((), unknown("package:libblas", f"its conda record cannot be read: {reason}"), ())


def test_a_record_that_is_only_a_link_to_nothing_is_named(tmp_path: Path) -> None:
    (tmp_path / "conda-meta").mkdir()
    (tmp_path / "conda-meta" / "libblas-3.9.0-h1_0.json").symlink_to("gone")

    found = add_conda(DiskTree(), str(tmp_path), InstalledPackages((), (), ()), everything)

    assert found == InstalledPackages((), unknown("package:libblas", "its conda record cannot be read: it is gone"), ())


def test_a_record_that_is_nested_without_end_is_named() -> None:
    (found,) = observe({FILE: b"[" * 100_000}).unknown

    assert found.subject == "package:libblas"
    assert found.reason.startswith("its conda record cannot be read: maximum recursion depth exceeded")


def test_two_records_of_one_package_are_undecided() -> None:
    found = observe(record("libblas", "3.9.0") | record("libblas", "3.8.0", "h2_0"))

    reason = "conda-meta has two records of it: 3.8.0 conda:conda-forge/h2_0 and 3.9.0 conda:conda-forge/h1_0"
    assert found.unknown == unknown("package:libblas", reason)


def test_a_directory_of_records_that_cannot_be_read_is_named() -> None:
    assert observe({f"{PREFIX}/conda-meta": BROKEN}).unknown == unknown(
        "packages", "conda-meta cannot be read: Permission denied"
    )
    assert observe({f"{PREFIX}/conda-meta": b""}) == InstalledPackages((), (), ())
    assert observe({}) == InstalledPackages((), (), ())


def test_identities_are_added_only_where_they_are_asked_for() -> None:
    tree = MemoryTree(dist_info(SITE, "numpy", "1.26.4", INSTALLER=b"pip") | python_record("numpy", "1.26.4"))
    installed = read_installed(tree, [SITE], lambda name: False)

    assert add_conda(tree, PREFIX, installed, lambda name: False) == installed


@pytest.mark.parametrize(
    ("paths", "names"),
    [([SITE], ["libblas"]), (["/env/lib/python3.11/site-packages"], []), ([f"{PREFIX}/lib/python3.11"], [])],
    ids=["its site-packages", "not on the path", "only its standard library"],
)
def test_the_records_of_a_base_count_where_its_packages_are_seen(paths: list[str], names: list[str]) -> None:
    tree = MemoryTree(record("libblas", "3.9.0"))

    found = read_environment(tree, paths, ("/env", PREFIX), everything)

    assert [one.package.name for one in found.distributions] == names
    assert len(read_environment(tree, paths, (PREFIX, PREFIX), everything).distributions) == 1


def test_an_interpreter_in_a_conda_prefix_brings_the_records(environment: Path, tmp_path: Path) -> None:
    prefix = copy(environment, tmp_path / "conda")
    site = site_packages(prefix).relative_to(prefix).as_posix()
    blas = record("libblas", "3.9.0")[FILE]
    numpy = record("numpy", "1.26.4", files=[f"{site}/numpy-1.26.4.dist-info/METADATA"])
    files = {"libblas-3.9.0-h1_0.json": blas, "numpy-1.26.4-h1_0.json": next(iter(numpy.values()))}
    write(prefix / "conda-meta", {name: content for name, content in files.items() if isinstance(content, bytes)})
    for info in site_packages(prefix).glob("numpy-*.dist-info"):
        (info / "INSTALLER").write_bytes(b"conda\n")

    observation = InterpreterSource(str(python_of(prefix)), env=os.environ).observe()

    found = {one.name: one for one in observation.environment.packages}
    assert sorted(found) == sorted([*PACKAGES, "libblas"])
    assert found["libblas"] == LIBBLAS
    assert (found["numpy"].installer, found["numpy"].origin) == ("conda", "conda:conda-forge/h1_0")
    assert (observation.unknown, observation.problems) == ((), ())


def test_a_virtual_environment_that_sees_the_packages_of_a_conda_base_sees_its_records(tmp_path: Path) -> None:
    base, answer = tmp_path / "base", tmp_path / "answer"
    content = record("libblas", "3.9.0")[FILE]
    assert isinstance(content, bytes)
    write(base / "conda-meta", {"libblas-3.9.0-h1_0.json": content})
    subprocess.run([sys.executable, str(Path(probe.__file__)), str(answer)], check=True)
    seen = json.loads(answer.read_bytes()) | {"prefix": str(tmp_path / "env"), "base_prefix": str(base)}
    program = script(tmp_path / "python", f'cp {answer} "$3"')

    found = []
    for place in ("lib/python3.11", "lib/python3.11/site-packages"):
        answer.write_text(json.dumps(seen | {"path": [str(base / place)]}))
        found.append(InterpreterSource(str(program), env=os.environ).observe().environment.packages)

    assert found == [(), (LIBBLAS,)]
