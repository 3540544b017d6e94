"""``lineage.core.usage``: every rule on one small environment."""

import pytest

from lineage.core.imports import Imports, trace_imports
from lineage.core.usage import Usage, assign_use
from lineage.model.installed import Installed
from lineage.portable.environment import USES, Problem

MARKERS = {"python_version": "3.11", "sys_platform": "linux"}
STDLIB = ("os", "json")
INSTALLED = (
    Installed(
        name="scikit-learn",
        files=("sklearn/__init__.py",),
        requires=("scipy>=1.6", "numpy", "pytest; extra == 'tests'"),
    ),
    Installed(name="scipy", files=("scipy/__init__.py",), requires=("numpy",)),
    Installed(name="numpy", files=("numpy/__init__.py", "numpy/linalg/__init__.py")),
    Installed(name="pytest", files=("pytest/__init__.py", "_pytest/__init__.py")),
    Installed(name="tqdm", files=("tqdm/__init__.py",)),
)
IMPORTS = Imports(
    files=("train.py",),
    sites=(
        ("os.path", "train.py:1"),
        ("sklearn.decomposition.PCA", "train.py:3"),
        ("numpy", "train.py:4"),
        ("numpy.linalg", "train.py:9"),
    ),
)


def test_the_strongest_use_counts_with_its_reason() -> None:
    usage = assign_use(INSTALLED, IMPORTS, loaded=("numpy", "scipy", "tqdm"), markers=MARKERS, stdlib=STDLIB)
    assert usage == Usage(
        uses=(
            ("numpy", "imported"),
            ("pytest", "present"),
            ("scikit-learn", "imported"),
            ("scipy", "required"),
            ("tqdm", "loaded"),
        ),
        modules=(("numpy", ("numpy",)), ("scikit-learn", ("sklearn",))),
        reasons=(
            ("numpy", "imported by train.py:4"),
            ("scikit-learn", "imported by train.py:3"),
            ("scipy", "required by scikit-learn"),
            ("tqdm", "loaded in the run"),
        ),
    )
    assert {use for _, use in usage.uses} <= set(USES)


def test_without_an_entry_nothing_is_known() -> None:
    names = ("numpy", "pytest", "scikit-learn", "scipy", "tqdm")
    assert assign_use(INSTALLED, None, loaded=("numpy",), markers=MARKERS, stdlib=STDLIB) == Usage(
        uses=tuple((name, "unknown") for name in names)
    )


@pytest.mark.parametrize(("loaded", "rest"), [((), "unknown"), (("numpy",), "present")])
def test_code_that_cannot_be_followed_leaves_the_rest_unknown_unless_a_run_tells(
    loaded: tuple[str, ...], rest: str
) -> None:
    imports = Imports(files=("train.py",), sites=(("scipy", "train.py:1"),), dynamic=True)
    assert assign_use(INSTALLED, imports, loaded=loaded, markers=MARKERS, stdlib=STDLIB).uses == (
        ("numpy", "required"),
        ("pytest", rest),
        ("scikit-learn", rest),
        ("scipy", "imported"),
        ("tqdm", rest),
    )


def test_what_nothing_provides_is_a_problem_once_for_each_top_level_name() -> None:
    imports = Imports(
        files=("train.py",),
        sites=(
            ("xgboost.sklearn", "train.py:7"),
            ("xgboost", "train.py:8"),
            ("catboost", "a.py:1"),
            ("json", "a.py:2"),
        ),
    )
    assert assign_use((), imports, markers=MARKERS, stdlib=STDLIB) == Usage(
        problems=(
            Problem(
                "use.module-not-found", "module:catboost", "imported by a.py:1, provided by no installed distribution"
            ),
            Problem(
                "use.module-not-found",
                "module:xgboost",
                "imported by train.py:7, provided by no installed distribution",
            ),
        )
    )


def test_a_requirement_that_cannot_be_read_is_named() -> None:
    installed = (Installed(name="old", files=("old.py",), requires=("numpy (>=1.*)",)), Installed(name="numpy"))
    usage = assign_use(installed, Imports(sites=(("old", "train.py:1"),)), markers=MARKERS, stdlib=STDLIB)
    assert usage.uses == (("numpy", "required"), ("old", "imported"))
    assert usage.problems == (
        Problem("use.unreadable-requirement", "package:old", "Requires-Dist cannot be read: numpy (>=1.*)"),
    )


def test_imports_as_they_are_traced() -> None:
    files = {"train.py": b"import os\nfrom features import make\n", "features.py": b"from tqdm import tqdm\n"}
    imports = trace_imports(("train.py",), files.get, roots=("",))
    assert assign_use(INSTALLED, imports, markers=MARKERS, stdlib=STDLIB).reasons == (
        ("tqdm", "imported by features.py:1"),
    )
