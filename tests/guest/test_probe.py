"""The probe inside somebody else's interpreter: every Python answers, in the same form, with its own values."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from lineage.guest import probe
from tests.support.projects import interpreters

SCRIPT = Path(probe.__file__)
DESCRIBED = [version for version in interpreters() if version != "2.7"]

# Each value as the standard library's own reporting modules give it, and the markers as PEP 508 defines them.
REFERENCE = """
import ctypes, json, os, platform, sys, sysconfig

def libc():  # platform.libc_ver names what the program asks for, before 3.8, not what it runs on
    try:
        asked = ctypes.CDLL(None).gnu_get_libc_version
    except AttributeError:
        return None
    asked.restype = ctypes.c_char_p
    return "glibc " + asked().decode()

def full_version(info):
    version = "{0.major}.{0.minor}.{0.micro}".format(info)
    return version if info.releaselevel == "final" else version + info.releaselevel[0] + str(info.serial)

print(json.dumps({
    "python": platform.python_version(),
    "implementation": platform.python_implementation(),
    "abi": sysconfig.get_config_var("SOABI"),
    "os": sys.platform,
    "machine": platform.machine(),
    "libc": libc(),
    "prefix": sys.prefix,
    "base_prefix": sys.base_prefix,
    "path": sys.path[1:],
    "markers": {
        "implementation_name": sys.implementation.name,
        "implementation_version": full_version(sys.implementation.version),
        "os_name": os.name,
        "platform_machine": platform.machine(),
        "platform_python_implementation": platform.python_implementation(),
        "platform_release": platform.release(),
        "platform_system": platform.system(),
        "platform_version": platform.version(),
        "python_full_version": platform.python_version(),
        "python_version": ".".join(platform.python_version_tuple()[:2]),
        "sys_platform": sys.platform,
    },
}))
"""


def answer_of(python: str, out: Path, env: dict[str, str] | None = None) -> dict[str, Any]:
    subprocess.run([python, "-B", str(SCRIPT), str(out)], check=True, capture_output=True, cwd=out.parent, env=env)
    document: dict[str, Any] = json.loads(out.read_bytes())
    return document


def test_it_imports_the_standard_library_only() -> None:
    tree = ast.parse(SCRIPT.read_bytes())
    named = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    named += [str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]

    assert sorted({name.partition(".")[0] for name in named}) == ["_imp", "json", "os", "platform", "sys"]
    assert {name.partition(".")[0] for name in named} <= sys.stdlib_module_names


def test_it_is_written_in_the_syntax_of_python_36() -> None:
    ast.parse(SCRIPT.read_bytes(), feature_version=(3, 6))


@pytest.mark.parametrize("version", DESCRIBED)
def test_every_python_tells_what_its_own_library_tells(version: str, tmp_path: Path) -> None:
    python = interpreters()[version]
    (tmp_path / "reference.py").write_text(REFERENCE)
    told = subprocess.run([python, "-B", str(tmp_path / "reference.py")], check=True, capture_output=True)

    answer = answer_of(python, tmp_path / "answer.json")

    expected = json.loads(told.stdout)
    assert {key: answer[key] for key in expected} == expected
    assert answer["result"] == "ok"


@pytest.mark.parametrize("version", DESCRIBED)
def test_every_python_answers_with_the_same_keys(version: str, tmp_path: Path) -> None:
    assert sorted(answer_of(interpreters()[version], tmp_path / "answer.json")) == [
        *("abi", "accelerator", "base_prefix", "builtin", "implementation", "libc", "machine", "markers", "os", "path"),
        *("prefix", "python", "result", "startup", "stdlib", "variables"),
    ]


@pytest.mark.skipif("2.7" not in interpreters(), reason="there is no Python 2.7 here")
def test_python_27_says_that_it_is_too_old(tmp_path: Path) -> None:
    answer = answer_of(interpreters()["2.7"], tmp_path / "answer.json")

    version = answer.pop("python")
    assert answer == {"result": "error", "kind": "too-old"}
    assert version.startswith("2.7.")


def test_only_listed_variables_are_told(tmp_path: Path) -> None:
    env = {"OMP_NUM_THREADS": "4", "PYTHONHASHSEED": "0", "AWS_SECRET_ACCESS_KEY": "s3cret", "PATH": "/bin"}

    answer = answer_of(sys.executable, tmp_path / "answer.json", env)

    assert answer["variables"] == {"OMP_NUM_THREADS": "4", "PYTHONHASHSEED": "0"}
    assert b"s3cret" not in (tmp_path / "answer.json").read_bytes()


def test_files_beside_it_do_not_hide_the_standard_library(tmp_path: Path) -> None:
    (tmp_path / "probe.py").write_bytes(SCRIPT.read_bytes())
    (tmp_path / "platform.py").write_text("raise SystemExit('the wrong one')\n")
    out = tmp_path / "answer.json"

    subprocess.run([sys.executable, "-B", str(tmp_path / "probe.py"), str(out)], check=True, cwd=tmp_path)

    assert str(tmp_path) not in json.loads(out.read_bytes())["path"]


def test_nothing_is_left_where_the_answer_cannot_be_written(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-B", str(SCRIPT), str(tmp_path / "no" / "answer")], capture_output=True)

    assert (done.returncode, sorted(tmp_path.iterdir())) == (1, [])


def test_a_name_of_the_path_that_is_not_utf8_survives(tmp_path: Path) -> None:
    odd = b"lib-\xff".decode("utf-8", "surrogateescape")
    (tmp_path / odd).mkdir()

    answer = answer_of(sys.executable, tmp_path / "answer.json", {**os.environ, "PYTHONPATH": str(tmp_path / odd)})

    assert str(tmp_path / odd) in answer["path"]
