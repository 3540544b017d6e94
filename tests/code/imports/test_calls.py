"""Imports that are calls: with a literal they tell, else only the run knows."""

import pytest

from lineage.code.imports import Imports
from tests.support.tracing import Trace, dynamic


def test_calls_with_a_literal_are_imports(trace: Trace) -> None:
    text = """\
import importlib as il, runpy
from importlib import import_module as load
il.import_module("xgboost.sklearn")
load(name="lightgbm").fit()
load("catboost")()
__import__("own")
exec("import joblib")
eval(" 1 + 1")
runpy.run_module("tool")
runpy.run_path("steps/prepare.py")
"""
    files: dict[str, str | bytes] = {"train.py": text, "own.py": "", "steps/prepare.py": "import dask"}
    assert trace(files) == Imports(
        files=("own.py", "steps/prepare.py", "train.py"),
        sites=(
            ("importlib", "train.py:1"),
            ("runpy", "train.py:1"),
            ("importlib.import_module", "train.py:2"),
            ("xgboost.sklearn", "train.py:3"),
            ("lightgbm", "train.py:4"),
            ("catboost", "train.py:5"),
            ("joblib", "train.py:7"),
            ("tool.__main__", "train.py:9"),
            ("dask", "steps/prepare.py:1"),
        ),
    )


@pytest.mark.parametrize(
    ("call", "name"),
    [
        ("importlib.import_module(name)", "importlib.import_module"),
        ("importlib.import_module('.part', package='pkg')", "importlib.import_module"),
        ("importlib.import_module('.part', 'pkg')", "importlib.import_module"),
        ("importlib.import_module('pkg.' + name)", "importlib.import_module"),
        ("importlib.import_module(*names)", "importlib.import_module"),
        ("importlib.import_module(**options)", "importlib.import_module"),
        ("map(importlib.import_module, names)", "importlib.import_module"),
        ("importlib.import_module(name)()", "importlib.import_module"),
        ("__import__(name)", "__import__"),
        ("__import__('part', globals(), locals(), [], 1)", "__import__"),
        ("__import__('part', level=1)", "__import__"),
        ("exec(code)", "exec"),
        ("eval(f'{name}')", "eval"),
        ("exec('x = = 1')", "exec"),
        ("runpy.run_path(path)", "runpy.run_path"),
        ("runpy.run_path('absent.py')", "runpy.run_path"),
        ("runpy.run_path('../outside.py')", "runpy.run_path"),
        ("runpy.run_module(name)", "runpy.run_module"),
        ("importlib.util.spec_from_file_location('a', 'a.py')", "importlib.util.spec_from_file_location"),
    ],
)
def test_what_only_the_run_knows_is_a_problem(trace: Trace, call: str, name: str) -> None:
    assert trace({"train.py": f"\n{call}\n"}) == Imports(
        files=("train.py",), problems=(dynamic("train.py", f"line 2: {name} cannot be followed"),), dynamic=True
    )


@pytest.mark.parametrize(
    "text",
    [
        "def eval(model):\n    pass\neval(model)\n",
        "model.eval()\nframe.eval(code)\n",
        "class Trainer:\n    def exec(self): pass\n",
        "def fit(eval=True):\n    return eval\n",
    ],
)
def test_names_that_are_not_the_builtins_are_no_problem(trace: Trace, text: str) -> None:
    assert trace({"train.py": text}) == Imports(files=("train.py",))


def test_a_method_of_that_name_does_not_hide_the_builtin(trace: Trace) -> None:
    text = "class Trainer:\n    def eval(self): pass\neval(code)\n"
    assert trace({"train.py": text}).problems == (dynamic("train.py", "line 3: eval cannot be followed"),)
