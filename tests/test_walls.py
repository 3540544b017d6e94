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
        walls.layer_breaks,
        "core/a.py",
        "from lineage.system.b import c",
        "core/a.py:1 imports lineage.system.b: not below core",
    ),
    (
        walls.layer_breaks,
        "system/a.py",
        "from lineage.core.b import c",
        "system/a.py:1 imports lineage.core.b: not below system",
    ),
    (
        walls.layer_breaks,
        "model/a.py",
        "import lineage.verifying",
        "model/a.py:1 imports lineage.verifying: not below model",
    ),
    (
        walls.layer_breaks,
        "sources/a.py",
        "from lineage import store",
        "sources/a.py:1 imports lineage.store: not below sources",
    ),
    (
        walls.layer_breaks,
        "verifying.py",
        "from lineage.config import x",
        "verifying.py:1 imports lineage.config: not below verifying",
    ),
    (walls.layer_breaks, "core/a.py", "def f():\n    from . import b", "core/a.py:2 imports .: relative"),
    (walls.layer_breaks, "helpers/a.py", "", "helpers is in no layer"),
    (walls.home_breaks, "store/a.py", "import tomlkit.items", "store/a.py:1 imports tomlkit.items: not its home"),
    (walls.home_breaks, "store/a.py", "import requests", "store/a.py:1 imports requests: not its home"),
    (walls.home_breaks, "verifying.py", "import click", "verifying.py:1 imports click: not its home"),
    (walls.purity_breaks, "core/a.py", "import os.path", "core/a.py:1 imports os.path: it is pure"),
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
    (walls.git_breaks, "store/a.py", "NAME = NAMED or 'git'", "store/a.py:1 names git as a program"),
    (walls.git_breaks, "cli/a.py", "os.system('git status')", "cli/a.py:1 names git as a program"),
    (walls.cycle_breaks, "core/a.py", "import lineage.core.b", "lineage.core.a → lineage.core.b → lineage.core.a"),
    (walls.length_breaks, "core/a.py", "\n" * 301, "core/a.py: 301 lines"),
    (walls.root_breaks, "core/a.py", "class Odd(ValueError): pass", "Odd"),
    (walls.root_breaks, "core/a.py", "class Base(Exception): pass\nclass Odd(Base): pass", "Odd"),
    (walls.catch_all_breaks, "core/a.py", "try: pass\nexcept Exception: pass", "core/a.py:2 catches everything"),
    (walls.catch_all_breaks, "core/a.py", "try: pass\nexcept: pass", "core/a.py:2 catches everything"),
]


@pytest.mark.parametrize(
    ("rule", "file", "text", "message"), PLANTED, ids=lambda value: getattr(value, "__name__", str(value))[:40]
)
def test_the_rule_catches(rule: Rule, file: str, text: str, message: str, tmp_path: Path) -> None:
    clean = {"core/b.py": "import lineage.core.a\n", "errors.py": "class LineageError(Exception): pass\n"}
    for name, content in {**clean, "core/a.py": "", file: text}.items():
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
