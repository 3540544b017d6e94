"""Which release of Python a directory holds, and for which platform: only what its files really tell."""

from pathlib import Path

import pytest

from lineage.portable.environment import Environment, Observation, Platform, Problem
from lineage.targets.binary import Program, parse_program
from tests.support.projects import install, write
from tests.support.roots import (
    DEBIAN_SITE,
    GLIBC,
    LOADER,
    elf,
    make_root,
    observed,
    versions,
    write_environment,
    write_python,
)

STATUS = """\
Package: python3.11-doc
Status: install ok installed
Version: 3.11.1-1

Package: python3.11-minimal
Status: {status}
Architecture: amd64
Description: minimal
 Version: 3.11.0-1
Version: {version}

Package: zlib1g
Version: 1:1.2.13
"""


def python_of(observation: Observation) -> Environment:
    assert observation.environment.packages == ()
    return observation.environment


@pytest.mark.parametrize(
    ("version", "flags"), [("3.6.15", "m"), ("3.11.7", ""), ("3.13.0", "d"), ("3.14.0rc1", ""), ("3.12.0+", "")]
)
def test_the_header_tells_the_release(version: str, flags: str, tmp_path: Path) -> None:
    prefix = write_python(tmp_path / "python", version, flags=flags)

    observation = observed(prefix)

    assert (observation.environment.python, observation.problems) == (version, ())
    assert (observation.environment.abi or "").startswith(f"cpython-3{version.split('.')[1]}{flags}-")


@pytest.mark.parametrize(
    "header", ["", "#define PY_VERSION 3.11.7", '#define PY_VERSION "3.11"', '#define PY_VERSION "3.12.1"',
               '#define PY_VERSION "3.11.7"\n#define PY_VERSION "3.11.8"']
)  # fmt: skip
def test_a_header_that_tells_no_release_of_this_python_is_not_believed(header: str, tmp_path: Path) -> None:
    prefix = write_python(tmp_path / "python", header=False)
    write(prefix, {"include/python3.11/patchlevel.h": header.encode()})

    assert observed(prefix).environment.python is None


def test_without_anything_that_tells_it_the_release_is_unknown(tmp_path: Path) -> None:
    assert observed(write_python(tmp_path / "python", header=False)).environment.python is None


@pytest.mark.parametrize(
    ("version", "status", "python"),
    [
        ("3.11.2-6+deb12u6", "install ok installed", "3.11.2"),
        ("1:3.11.9-1", "install ok installed", "3.11.9"),
        ("3.11.0~rc2-1", "install ok installed", "3.11.0rc2"),
        ("3.11.2-6", "deinstall ok config-files", None),
        ("3.12.1-1", "install ok installed", None),
        ("", "install ok installed", None),
    ],
)
@pytest.mark.parametrize("path", ["var/lib/dpkg/status", "var/lib/dpkg/status.d/python3.11-minimal"])
def test_dpkg_tells_the_release_of_the_system_s_python(
    path: str, version: str, status: str, python: str | None, tmp_path: Path
) -> None:
    root = make_root(tmp_path / "root", {path: STATUS.format(version=version, status=status).encode()})
    write_python(root / "usr", header=False)
    (root / "usr/lib/python3.11/site.py").write_bytes(DEBIAN_SITE)

    assert observed(root).environment.python == python


def test_dpkg_says_nothing_of_a_python_that_it_did_not_install(tmp_path: Path) -> None:
    status = STATUS.format(version="3.11.2-6", status="install ok installed")
    root = make_root(tmp_path / "root", {"var/lib/dpkg/status": status.encode()})
    write_python(root / "usr/local", header=False)

    assert observed(root).environment.python is None


@pytest.mark.parametrize(
    ("text", "python"),
    [
        (b"\0x\0003.11.9\0strict\0003.2.0\0", "3.11.9"),
        (b"/opt/3.11.9\0", None),
        (b"\0003.11.9\0\0003.11.8\0", None),
        (b"\0003.12.1\0", None),
    ],
    ids=["release", "part-of-a-path", "two", "other-minor"],
)
@pytest.mark.parametrize("place", ["bin/python3.11", "lib/libpython3.11.so.1.0"])
def test_the_program_or_its_library_tells_the_release(
    place: str, text: bytes, python: str | None, tmp_path: Path
) -> None:
    prefix = write_python(tmp_path / "python", header=False)
    write(prefix, {place: elf() + text})

    assert observed(prefix).environment.python == python


@pytest.mark.parametrize(
    "record", ["[", "[]", '{"name": "python", "version": 3}', '{"name": "pip", "version": "3.11.7"}']
)
def test_a_record_of_conda_that_tells_nothing_is_not_believed(record: str, tmp_path: Path) -> None:
    prefix = write_python(tmp_path / "python", header=False)
    write(prefix, {"conda-meta/python-3.11.7-0.json": record.encode()})

    assert observed(prefix).environment.python is None


def test_a_library_without_its_sources_is_one_too(tmp_path: Path) -> None:
    prefix = write_python(tmp_path / "python")
    (prefix / "lib/python3.11/os.py").rename(prefix / "lib/python3.11/os.pyc")

    assert observed(prefix).environment.python == "3.11.7"


def test_an_environment_with_python3_alone_is_read_by_that(tmp_path: Path) -> None:
    root = make_root(tmp_path / "root")
    write_python(root / "usr")
    made = write_environment(root / "venv", "/usr/bin")
    (made / "bin/python").rename(made / "bin/python3")

    assert observed(made).environment.python == "3.11.7"


@pytest.mark.parametrize("key", ["version", "version_info"])
def test_without_a_program_pyvenv_cfg_tells_whose_packages_count(key: str, tmp_path: Path) -> None:
    install(tmp_path / "lib/python3.11/site-packages", "old", "1.0")
    install(tmp_path / "lib/python3.12/site-packages", "new", "1.0")
    write(tmp_path, {"pyvenv.cfg": f"include-system-site-packages = false\n{key} = 3.12.1\n".encode()})

    assert versions(observed(tmp_path).environment) == {"new": "1.0"}


def test_pyvenv_cfg_is_believed_only_where_the_base_is_silent(tmp_path: Path) -> None:
    root = make_root(tmp_path / "root")
    write_python(root / "usr", header=False)
    silent = write_environment(root / "a", "/usr/bin", version="3.11.2")
    other = write_environment(root / "b", "/usr/bin", version="3.12.1")
    candidate = write_environment(root / "c", "/usr/bin", version_info="3.11.2.candidate.1")
    assert [observed(each).environment.python for each in (silent, other, candidate)] == ["3.11.2", None, "3.11.2rc1"]

    write_python(root / "usr", "3.11.7")
    observation = observed(silent)
    detail = "pyvenv.cfg says 3.11.2, the base of the environment is 3.11.7"
    assert (observation.environment.python, observation.problems) == (
        "3.11.7",
        (Problem("environment.outdated", "python", detail),),
    )


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        (elf(), Program(machine="x86_64", linux=True, loader=LOADER)),
        (elf(183, "/lib/ld-linux-aarch64.so.1"),
         Program(machine="aarch64", linux=True, loader="/lib/ld-linux-aarch64.so.1")),
        (elf(22, "/lib/ld64.so.1", big=True), Program(machine="s390x", linux=True, loader="/lib/ld64.so.1")),
        (elf(21, "/lib64/ld64.so.2"), Program(machine="ppc64le", linux=True, loader="/lib64/ld64.so.2")),
        (elf(21, "/lib64/ld64.so.1", big=True), Program(machine="ppc64", linux=True, loader="/lib64/ld64.so.1")),
        (elf(3, "/lib/ld-linux.so.2", wide=False), Program(machine="i686", linux=True, loader="/lib/ld-linux.so.2")),
        (elf(40, "/lib/ld-linux-armhf.so.3", wide=False),
         Program(machine=None, linux=True, loader="/lib/ld-linux-armhf.so.3")),
        (elf(62, "/libx32/ld-linux-x32.so.2", wide=False),
         Program(machine=None, linux=True, loader="/libx32/ld-linux-x32.so.2")),
        (elf(62, "/libexec/ld-elf.so.1", os_abi=9),
         Program(machine="x86_64", linux=False, loader="/libexec/ld-elf.so.1")),
        (elf(62, None), Program(machine="x86_64", linux=False, loader=None)),
        (elf(62, None, os_abi=3), Program(machine="x86_64", linux=True, loader=None)),
        (elf(62, "relative"), Program(machine="x86_64", linux=False, loader=None)),
        (elf()[:100], Program(machine="x86_64", linux=False, loader=None)),
        (elf()[:63], None),
        (b"\x7fELF\x03\x01" + bytes(100), None),
        (b"#!/bin/sh\n" + bytes(100), None),
        (b"", None),
    ],
)  # fmt: skip
def test_the_header_of_a_program_tells_its_platform(program: bytes, expected: Program | None) -> None:
    assert parse_program(program) == expected


@pytest.mark.parametrize(
    ("loader", "files", "libc"),
    [
        (LOADER, {}, "glibc 2.36"),
        (LOADER, {"usr/lib/x86_64-linux-gnu/libc.so.6": GLIBC.replace(b"2.36.", b"2.37.9000.")}, "glibc 2.37.9000"),
        (LOADER, {"usr/lib/x86_64-linux-gnu/libc.so.6": b"release version 2.36."}, None),
        ("/lib/ld-musl-x86_64.so.1", {"usr/lib/ld-musl-x86_64.so.1": b"musl"}, "musl"),
        ("/lib/ld-musl-x86_64.so.1", {}, None),
        ("/lib/ld-linux-other.so.2", {}, None),
        (None, {}, None),
    ],
    ids=["glibc", "development", "no-banner", "musl", "musl-gone", "loader-gone", "static"],
)
def test_the_c_library_is_the_one_beside_the_loader(
    loader: str | None, files: dict[str, bytes], libc: str | None, tmp_path: Path
) -> None:
    root = make_root(tmp_path / "root", files)
    write_python(root / "usr", program=elf(62, loader))

    os_name = None if loader is None else "linux"
    assert observed(root).environment.platform == Platform(os_name, "x86_64", libc)


@pytest.mark.parametrize(
    ("files", "abi"),
    [
        ({}, "cpython-311-x86_64-linux-gnu"),
        ({"lib-dynload/_a.cpython-311d-x86_64-linux-gnu.so": b""}, None),
        ({"lib-dynload/_a.so": b"", "lib-dynload/readme": b""}, "cpython-311-x86_64-linux-gnu"),
    ],
)
def test_the_abi_is_the_suffix_of_the_extension_modules(
    files: dict[str, bytes], abi: str | None, tmp_path: Path
) -> None:
    prefix = write_python(tmp_path / "python")
    write(prefix / "lib/python3.11", files)

    assert (observed(prefix).environment.abi, observed(prefix).environment.implementation) == (
        abi,
        "CPython" if abi else None,
    )


@pytest.mark.parametrize(
    ("text", "abi"),
    [
        (b"build_time_vars = {'SO': '.so', 'SOABI': 'cpython-311-aarch64-linux-musl', 'X': 1}",
         "cpython-311-aarch64-linux-musl"),
        (b"build_time_vars = {'SOABI': ''}", None),
    ],
)  # fmt: skip
def test_without_extension_modules_its_build_configuration_tells_it(
    text: bytes, abi: str | None, tmp_path: Path
) -> None:
    prefix = write_python(tmp_path / "python")
    (prefix / "lib/python3.11/lib-dynload/_bz2.cpython-311-x86_64-linux-gnu.so").unlink()
    write(prefix, {"lib/python3.11/_sysconfigdata__linux_.py": text})

    assert python_of(observed(prefix)).abi == abi
