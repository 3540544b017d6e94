"""``lineage.capturing.use.rules``: every rule on one small environment."""

import pytest

from lineage.capturing.use.rules import Clues, Usage, assign_use
from lineage.code.imports import Imports, trace_imports
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
    clues = Clues(loaded=("numpy", "scipy", "tqdm"), is_whole=True)
    usage = assign_use(INSTALLED, IMPORTS, clues=clues, markers=MARKERS, stdlib=STDLIB)
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
    assert assign_use(INSTALLED, None, markers=MARKERS, stdlib=STDLIB) == Usage(
        uses=tuple((name, "unknown") for name in names)
    )


DYNAMIC = Imports(files=("train.py",), sites=(("scipy", "train.py:1"),), dynamic=True)


@pytest.mark.parametrize(
    ("imports", "clues", "uses"),
    [
        (DYNAMIC, Clues(), ("required", "unknown", "unknown", "imported", "unknown")),
        # Something was loaded, but not who asked for it: it may have been the code itself.
        (
            DYNAMIC,
            Clues(loaded=("tqdm",), is_whole=True),
            ("required", "present", "present", "imported", "unknown"),
        ),
        (
            DYNAMIC,
            Clues(loaded=("tqdm",), is_whole=True, knows_importers=True),
            ("required", "present", "present", "imported", "loaded"),
        ),
        (
            DYNAMIC,
            Clues(loaded=("tqdm",), knows_importers=True),
            ("required", "unknown", "unknown", "imported", "loaded"),
        ),
        (
            None,
            Clues(loaded=("tqdm", "scipy"), imported=(("scipy", "a.py"),), is_whole=True, knows_importers=True),
            ("required", "present", "present", "imported", "loaded"),
        ),
        (None, Clues(loaded=("tqdm",), is_whole=True), ("present", "present", "present", "present", "unknown")),
    ],
)
def test_what_a_run_tells_settles_what_the_code_does_not(
    imports: Imports | None, clues: Clues, uses: tuple[str, ...]
) -> None:
    names = ("numpy", "pytest", "scikit-learn", "scipy", "tqdm")
    found = assign_use(INSTALLED, imports, clues=clues, markers=MARKERS, stdlib=STDLIB)
    assert found.uses == tuple(zip(names, uses, strict=True))


def test_weights_before_served_before_imported_and_each_pulls_in_what_it_requires() -> None:
    clues = Clues(
        named=(("scipy.sparse", "models/m.pkl"), ("json", "models/m.pkl"), ("gone.x", "models/m.pkl")),
        served={"tqdm": ("tqdm", "tqdm.auto"), "scipy": ("scipy",)},
        imported=(("sklearn.base", "train.py"), ("tqdm", "train.py")),
        loaded=("scikit-learn", "scipy", "numpy", "tqdm"),
        is_whole=True,
        knows_importers=True,
    )
    assert assign_use(INSTALLED, None, clues=clues, markers=MARKERS, stdlib=STDLIB) == Usage(
        uses=(
            ("numpy", "required"),
            ("pytest", "present"),
            ("scikit-learn", "imported"),
            ("scipy", "weights"),
            ("tqdm", "served"),
        ),
        modules=(("scikit-learn", ("sklearn",)), ("scipy", ("scipy",)), ("tqdm", ("tqdm",))),
        reasons=(
            ("numpy", "required by scikit-learn"),
            ("scikit-learn", "imported by train.py"),
            ("scipy", "named in models/m.pkl"),
            ("tqdm", "loaded when the model was served"),
        ),
        problems=(
            Problem(
                "weights.module-not-found",
                "module:gone",
                "named in models/m.pkl, provided by no installed distribution",
            ),
        ),
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
