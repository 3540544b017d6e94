"""Markers, judged for what a manifest records of an environment, and never for the interpreter that runs us."""

import json
import os
import platform
import subprocess
import sys

import pytest

from lineage.dependencies.markers import holds, marker_environment, untold
from lineage.portable.environment import Environment, Platform

LINUX = Environment(python="3.8.18", implementation="CPython", platform=Platform("linux", "aarch64", "glibc 2.36"))
TOLD = {
    "implementation_name": "cpython",
    "implementation_version": "3.8.18",
    "os_name": "posix",
    "platform_machine": "aarch64",
    "platform_python_implementation": "CPython",
    "platform_system": "Linux",
    "python_full_version": "3.8.18",
    "python_version": "3.8",
    "sys_platform": "linux",
}


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        (LINUX, TOLD),
        (
            LINUX._replace(python="3.13.0rc1", platform=Platform("darwin", "arm64", None)),
            {
                **TOLD,
                "implementation_version": "3.13.0rc1",
                "python_full_version": "3.13.0rc1",
                "python_version": "3.13",
                "platform_machine": "arm64",
                "platform_system": "Darwin",
                "sys_platform": "darwin",
            },
        ),
        (
            LINUX._replace(platform=Platform("windows", "AMD64", None)),
            {
                **TOLD,
                "os_name": "nt",
                "platform_machine": "AMD64",
                "platform_system": "Windows",
                "sys_platform": "win32",
            },
        ),
        (
            Environment(python="3.10.14", implementation="PyPy"),
            {
                "implementation_name": "pypy",
                "platform_python_implementation": "PyPy",
                "python_full_version": "3.10.14",
                "python_version": "3.10",
            },
        ),
        (
            Environment(implementation="GraalVM", platform=Platform("freebsd13")),
            {"platform_python_implementation": "GraalVM"},
        ),
        (Environment(), {}),
    ],
)
def test_only_what_an_environment_tells_is_there(environment: Environment, expected: dict[str, str]) -> None:
    assert marker_environment(environment) == expected


def test_the_values_are_those_of_a_real_interpreter() -> None:
    question = "import json, packaging.markers as m; print(json.dumps(dict(m.default_environment())))"
    done = subprocess.run([sys.executable, "-c", question], capture_output=True, text=True, check=True)
    answer = json.loads(done.stdout)
    system = {"linux": "linux", "darwin": "darwin", "win32": "windows"}[sys.platform]
    recorded = Environment(
        python=sys.version.split()[0],
        implementation=platform.python_implementation(),
        platform=Platform(system, os.uname().machine),
    )
    assert marker_environment(recorded) == {
        key: value for key, value in answer.items() if key not in ("platform_release", "platform_version")
    }


@pytest.mark.parametrize(
    ("marker", "expected"),
    [
        ("", True),
        ('python_version < "3.9"', True),
        ('python_full_version >= "3.9"', False),
        ('python_version in "3.8 3.9"', True),
        ('sys_platform == "win32" or platform_machine == "aarch64"', True),
        ('"linux" == sys_platform and implementation_name == "pypy"', False),
        ('extra == "dev"', False),
        ('extra != "dev"', True),
        ('platform_release > "5"', None),
        ('platform_version == "x" and os_name == "nt"', None),
        ('python_version ~= "not a version"', None),
        ('"a" in extras', None),
        ('sys_platform != "platform_release"', True),
    ],
)
def test_a_marker_holds_or_not_or_cannot_be_judged(marker: str, expected: bool | None) -> None:
    assert holds(marker, TOLD) is expected


def test_without_an_environment_nothing_can_be_judged() -> None:
    variables = [*TOLD, "platform_release", "platform_version"]

    assert {name: holds(f'{name} >= "0"', {}) for name in variables} == dict.fromkeys(variables)
    assert holds("", {}) is True


def test_what_is_not_told_is_named() -> None:
    marker = 'platform_release > "sys_platform" and (python_version < "4" or platform_version == \'os_name "x"\')'

    assert untold(marker, TOLD) == ("platform_release", "platform_version")
    assert untold(marker, {}) == ("platform_release", "platform_version", "python_version")
