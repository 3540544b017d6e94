"""The module map, enforced: each rule holds for the package, and catches a planted violation."""

from collections.abc import Callable
from pathlib import Path

import pytest

import lineage
from tests.support import walls

Rule = Callable[[Path], list[str]]
PACKAGE = Path(lineage.__file__).parent


@pytest.mark.parametrize("rule", walls.RULES, ids=lambda rule: rule.__name__)
def test_the_package_keeps_the_rule(rule: Rule) -> None:
    assert rule(PACKAGE) == []


PLANTED: list[tuple[Rule, str, str, str]] = [
    (
        walls.room_breaks,
        "dependencies/a.py",
        "from lineage.git.b import c",
        "dependencies/a.py:1 imports lineage.git.b: dependencies may not",
    ),
    (
        walls.room_breaks,
        "system/a.py",
        "from lineage.model.b import c",
        "system/a.py:1 imports lineage.model.b: system may not",
    ),
    (
        walls.room_breaks,
        "model/a.py",
        "import lineage.verifying.verify",
        "model/a.py:1 imports lineage.verifying.verify: model may not",
    ),
    (
        walls.room_breaks,
        "targets/a.py",
        "from lineage import weights",
        "targets/a.py:1 imports lineage.weights: targets may not",
    ),
    (
        walls.room_breaks,
        "verifying/a.py",
        "from lineage.config import x",
        "verifying/a.py:1 imports lineage.config: verifying may not",
    ),
    (walls.room_breaks, "checking/a.py", "def f():\n    from . import b", "checking/a.py:2 imports .: relative"),
    (walls.room_breaks, "helpers/a.py", "", "helpers is no room"),
    (walls.home_breaks, "manifest/a.py", "import tomlkit.items", "manifest/a.py:1 imports tomlkit.items: not its home"),
    (walls.home_breaks, "manifest/a.py", "import requests", "manifest/a.py:1 imports requests: not its home"),
    (walls.home_breaks, "verifying/a.py", "import click", "verifying/a.py:1 imports click: not its home"),
    (walls.purity_breaks, "checking/a.py", "import os.path", "checking/a.py:1 imports os.path: it is pure"),
    (walls.purity_breaks, "report/a.py", "from time import time", "report/a.py:1 imports time: it is pure"),
    (walls.purity_breaks, "portable/a.py", "import subprocess", "portable/a.py:1 imports subprocess: it is pure"),
    (
        walls.guest_breaks,
        "guest/a.py",
        "import lineage.errors",
        "guest/a.py:1 imports lineage.errors: not of the standard library",
    ),
    (
        walls.guest_breaks,
        "portable/a.py",
        "from lineage.model.b import c",
        "portable/a.py:1 imports lineage.model.b: not of the standard library",
    ),
    (walls.guest_breaks, "portable/a.py", "if (a := 1): pass", "portable/a.py:1: newer than Python 3.6"),
    (
        walls.guest_breaks,
        "guest/a.py",
        "import packaging",
        "guest/a.py:1 imports packaging: not of the standard library",
    ),
    (walls.git_breaks, "system/a.py", "run(['git', 'status'])", "system/a.py:1 names git as a program"),
    (walls.git_breaks, "system/a.py", "NAME = NAMED or 'git'", "system/a.py:1 names git as a program"),
    (walls.git_breaks, "cli/a.py", "os.system('git status')", "cli/a.py:1 names git as a program"),
    (
        walls.cycle_breaks,
        "checking/a.py",
        "import lineage.checking.b",
        "lineage.checking.a → lineage.checking.b → lineage.checking.a",
    ),
    (
        walls.process_breaks,
        "verifying/a.py",
        "import subprocess",
        "verifying/a.py:1 imports subprocess: it may not start processes",
    ),
    (
        walls.process_breaks,
        "report/a.py",
        "from lineage.system.process import run",
        "report/a.py:1 imports lineage.system.process: it may not start processes",
    ),
    (
        walls.process_breaks,
        "checking/a.py",
        "import os\nos.execvp('git', [])",
        "checking/a.py:2 calls os.execvp: it may not start processes",
    ),
    (walls.shadow_breaks, "__init__.py", "__all__ = ['checking']", "checking is the name of a public function"),
    (walls.length_breaks, "checking/a.py", "\n" * 301, "checking/a.py: 301 lines"),
    (walls.root_breaks, "checking/a.py", "class Odd(ValueError): pass", "Odd"),
    (walls.root_breaks, "checking/a.py", "class Base(Exception): pass\nclass Odd(Base): pass", "Odd"),
    (
        walls.catch_all_breaks,
        "checking/a.py",
        "try: pass\nexcept Exception: pass",
        "checking/a.py:2 catches everything",
    ),
    (walls.catch_all_breaks, "checking/a.py", "try: pass\nexcept: pass", "checking/a.py:2 catches everything"),
    (
        walls.name_breaks,
        "verifying/a.py",
        "class LineageError: pass",
        "LineageError stands in errors.py and verifying/a.py",
    ),
]


@pytest.mark.parametrize(
    ("rule", "file", "text", "message"), PLANTED, ids=lambda value: getattr(value, "__name__", str(value))[:40]
)
def test_the_rule_catches(rule: Rule, file: str, text: str, message: str, tmp_path: Path) -> None:
    clean = {"checking/b.py": "import lineage.checking.a\n", "errors.py": "class LineageError(Exception): pass\n"}
    for name, content in {**clean, "checking/a.py": "", file: text}.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content)
    assert message in rule(tmp_path)


@pytest.mark.parametrize("rule", walls.RULES, ids=lambda rule: rule.__name__)
def test_no_rule_passes_on_nothing(rule: Rule, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="no source files"):
        rule(tmp_path)


def test_every_rule_has_a_planted_violation() -> None:
    assert {planted[0] for planted in PLANTED} == set(walls.RULES)
