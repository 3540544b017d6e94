"""Numbers of thousands of digits, of which Python makes none: no version, wherever one is read; and nothing breaks."""

import sys
from pathlib import Path

import pytest

from lineage.dependencies.markers import holds
from lineage.dependencies.pyproject.poetry_ranges import to_specifier, to_specifiers
from lineage.dependencies.version_ranges import allows, distance, movement, same_range
from lineage.portable.names import step
from tests.support.checked import LOCK, fraud
from tests.support.gitrepos import commit
from tests.support.projects import run_lineage

LONG = "1." + "9" * 5000
FILES = {
    "requirements.txt": LOCK.decode() + "a>=1.0\nb~=1.0.0\nc==1.0\nd==2.0 ; python_version < '1.0'\ne!=1.0.*\n",
    "pyproject.toml": '[project]\nname = "x"\nversion = "1.0"\nrequires-python = ">=1.0"\ndependencies = ["a>=1.0"]\n',
    "sub/pyproject.toml": '[tool.poetry.dependencies]\npython = "^1.0"\na = "~1.0 || ^1.0"\nb = "1.0.*"\n',
    "uv.lock": 'version = 1\nrequires-python = ">=1.0"\n[[package]]\nname = "a"\nversion = "1.0"\n'
    'source = { registry = "https://index.example/simple" }\n',
    "pylock.toml": 'lock-version = "1.0"\nrequires-python = ">=1.0"\n[[packages]]\nname = "a"\nversion = "1.0"\n',
    "poetry.lock": '[[package]]\nname = "a"\nversion = "1.0"\npython-versions = ">=1.0"\nfiles = []\n'
    '[metadata]\nlock-version = "2.0"\npython-versions = "^1.0"\n',
    "pdm.lock": '[metadata]\nlock_version = "1.0"\n[[package]]\nname = "a"\nversion = "1.0"\n',
    "Pipfile.lock": '{"_meta": {"requires": {"python_version": "1.0"}}, "default": {"a": {"version": "==1.0"}}}',
    "environment.yml": "dependencies:\n- python=1.0\n- a>=1.0\n- b: 1.0\n",
    "conda-lock.yml": "version: 1.0\n",
    "pixi.toml": '[dependencies]\npython = "1.0.*"\na = ">=1.0"\n[pypi-dependencies]\nb = "~=1.0.0"\n',
    "Dockerfile": "FROM python:1.0-slim\nARG V=1.0\nRUN pip install a==1.0 b==$V\n",
    ".python-version": "1.0\n",
    "setup.cfg": "[options]\npython_requires = >=1.0\ninstall_requires =\n  a~=1.0.0\n",
    "setup.py": 'from setuptools import setup\nsetup(name="x", python_requires=">=1.0", install_requires=["a>=1.0"])\n',
}


def test_a_check_of_every_kind_of_file(tmp_path: Path) -> None:
    root = fraud(tmp_path / "fraud")
    commit(root, {path: text.encode() for path, text in FILES.items()})
    commit(root, {path: text.replace("1.0", LONG).encode() for path, text in FILES.items()})

    for asked in ("HEAD~1..HEAD", "HEAD~2..HEAD"):
        ended = run_lineage("check", asked, "--format", "json", cwd=root)

        assert (ended.code in (0, 1, 3), ended.stderr) == (True, "")
    lock = run_lineage("diff", "lock:requirements.txt", "lock:poetry.lock", cwd=root)
    assert (lock.code in (1, 3), lock.stderr) == (True, "")


@pytest.mark.parametrize("operator", [">=", "==", "~=", "<", "!="])
def test_a_range_of_such_a_number_is_read_as_none(operator: str) -> None:
    text = f"{operator}{LONG}.0"

    assert (allows(text, "1.0"), allows(">=1.0", LONG)) == (None, None)
    assert (distance(text, "1.0"), distance(">=1.0", LONG)) == ("unknown", "unknown")
    assert movement(text, ">=1.0,<2") == "unknown"
    assert not same_range(text, f"{operator}{LONG}.1")
    assert same_range(text, text)


def test_a_marker_of_such_a_number_tells_nothing() -> None:
    assert holds(f"python_full_version < '{LONG}'", {"python_full_version": "3.11.7"}) is None


def test_ranges_of_poetry() -> None:
    assert to_specifiers(f"^{LONG}") is None
    before = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(640)  # as PYTHONINTMAXSTRDIGITS does; else longer ones than are read at all are refused
    try:
        assert to_specifier(f">=1,<2 || >=2,<{LONG[:1000]}") is None
        assert to_specifier(f"^{LONG[:1000]}") is None
    finally:
        sys.set_int_max_str_digits(before)


def test_such_a_version_is_another_one() -> None:
    assert (step(LONG, LONG), step(LONG, "1.0"), step(f"1.0+{'9' * 5000}", "1.0")) == ("none", "unknown", "build")
    assert step(f"1.0+0{'9' * 5000}", f"1.0+{'9' * 5000}") == "none"
