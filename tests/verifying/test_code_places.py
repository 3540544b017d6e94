"""``lineage.verifying.code_places``: what is installed together, and where."""

import pytest

from lineage.verifying.code_places import Unit, units_of


@pytest.mark.parametrize(
    ("recorded", "known", "units"),
    [
        ((), (), ()),
        (("train.py",), (), (Unit("train.py", ("train.py",), False, ("train.py",)),)),
        (
            ("src/features.py",),
            (),
            (Unit("src/features.py", ("src/features.py",), False, ("src/features.py", "features.py")),),
        ),
        (
            ("src/fraudlib/__init__.py", "src/fraudlib/deep/load.py", "train.py"),
            ("src/fraudlib/deep/__init__.py",),
            (
                Unit("src/fraudlib", ("src/fraudlib/__init__.py", "src/fraudlib/deep/load.py"), True,
                     ("src/fraudlib", "fraudlib")),
                Unit("train.py", ("train.py",), False, ("train.py",)),
            ),
        ),
        (
            ("libs/a/src/acme/fraud/load.py",),
            ("libs/a/pyproject.toml", "libs/a/src/acme/fraud/__init__.py"),
            (Unit("libs/a/src/acme/fraud", ("libs/a/src/acme/fraud/load.py",), True,
                  ("libs/a/src/acme/fraud", "src/acme/fraud", "acme/fraud", "fraud")),),
        ),
        (
            ("fraudlib/__init__.py", "fraudlib/plugins/load.py"),
            (),
            (Unit("fraudlib", ("fraudlib/__init__.py", "fraudlib/plugins/load.py"), True, ("fraudlib",)),),
        ),
        (
            ("training/features.py", "training/steps/load.py"),
            (),
            (
                Unit("training/features.py", ("training/features.py",), False, ("training/features.py", "features.py")),
                Unit("training/steps/load.py", ("training/steps/load.py",), False,
                     ("training/steps/load.py", "steps/load.py")),
            ),
        ),
        (
            ("a/features.py", "train.py"),
            (),
            (
                Unit("a/features.py", ("a/features.py",), False, ("a/features.py",)),
                Unit("train.py", ("train.py",), False, ("train.py",)),
            ),
        ),
        (("a/__init__.py",), ("__init__.py",), (Unit("a", ("a/__init__.py",), True, ("a",)),)),
    ],
    ids=["nothing", "a script", "sources", "a package", "a namespace", "no package inside of one", "one directory",
         "several directories", "a package that is the repository"],
)  # fmt: skip
def test_what_lies_together_and_where_it_may(
    recorded: tuple[str, ...], known: tuple[str, ...], units: tuple[Unit, ...]
) -> None:
    assert units_of(recorded, known) == units
