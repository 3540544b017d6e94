"""The files that only choose a Python."""

import pytest

from lineage.model.declarations import Declarations
from lineage.portable.environment import Unknown
from tests.support.declared import declared, refused


@pytest.mark.parametrize(
    ("path", "text", "python", "line"),
    [
        (".python-version", "3.11.7\n", "3.11.7", 1),
        (".python-version", "3.11", "3.11", 1),
        (".python-version", "3\n", "3", 1),
        (".python-version", "\ufeff# ours\r\n\r\n3.11.7 # why\r\n3.10.2\r\n", "3.11.7", 3),
        (".python-version", "3.11.7 3.10.2\n", "3.11.7", 1),
        (".python-version", "python-3.11.7\n", "3.11.7", 1),
        (".python-version", "cpython-3.11.7-linux-x86_64-gnu\n", "3.11.7", 1),
        (".python-version", "cpython@3.12\n", "3.12", 1),
        (".python-version", "3.14.0rc2\n", "3.14.0rc2", 1),
        (".python-version", "3.13t\n", "3.13t", 1),
        (".python-version", "3.14+freethreaded\n", "3.14t", 1),
        (".python-version", "3.14t+freethreaded\n", "3.14t", 1),
        (".python-version", "cpython-3.14.0+freethreaded-linux-x86_64-gnu\n", "3.14.0t", 1),
        (".python-version", "3.14.0rc1+freethreaded+debug\n", "3.14.0rc1t", 1),
        (".python-version", "3.13+debug\n", "3.13", 1),
        (".python-version", "3.11.7/envs/acme\n", "3.11.7", 1),
        (".python-version", ">=3.11,<3.13\n", ">=3.11,<3.13", 1),
        ("api/.python-version", "3.9-dev\n", "3.9-dev", 1),
        ("runtime.txt", "python-3.11.7\n", "3.11.7", 1),
        (".tool-versions", "nodejs 20.1.0\n# x\npython 3.11.7 3.10.2 # y\n", "3.11.7", 3),
        (".tool-versions", "core:python   3.12\n", "3.12", 1),
    ],
)
def test_the_first_version_is_the_python(path: str, text: str, python: str, line: int) -> None:
    assert declared(path, text) == Declarations(
        path=path, form="python-version", python=python, python_line=line, files=(path,)
    )


def test_other_tools_choose_no_python() -> None:
    assert declared(".tool-versions", "nodejs 20.1.0\n") == Declarations(
        path=".tool-versions", form="python-version", files=(".tool-versions",)
    )


@pytest.mark.parametrize("text", ["my-env", "system", "pypy3.10-7.3.12", "miniconda3-22.11", "3.11.7x"])
def test_what_is_no_version_is_unknown(text: str) -> None:
    found = declared(".python-version", f"\n{text}\n")

    assert (found.python, found.python_line) == (None, 0)
    assert found.unknown == (Unknown("python", f".python-version:2 chooses {text!r}, which is no version"),)


@pytest.mark.parametrize(
    ("path", "text", "message"),
    [
        (".python-version", "", ".python-version: names no Python version\n  write one version, as in 3.11.7"),
        ("runtime.txt", "# 3\n", "runtime.txt: names no Python version\n  write one version, as in 3.11.7"),
        (
            ".tool-versions",
            "python 3.11\n=======\npython 3.12\n",
            ".tool-versions:2: is a conflict marker\n  take one side whole",
        ),
    ],
)
def test_a_file_that_chooses_none_is_refused(path: str, text: str, message: str) -> None:
    assert refused(path, text) == message
