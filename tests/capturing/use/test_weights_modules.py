"""``lineage.capturing.use.weights_modules``: what weights name, and whether they were made in this environment."""

import pytest

from lineage.capturing.use.weights_modules import (
    NamedModules,
    foreign_imports,
    loader_names,
    named_modules,
    other_writers,
)
from lineage.model.installed import Installed
from lineage.model.weights import Contents, Writer
from lineage.portable.environment import Package, Problem

INSTALLED = (
    Installed(name="scikit-learn", files=("sklearn/__init__.py",)),
    Installed(name="onnx", files=("onnx/__init__.py",)),
    Installed(name="numpy", files=("numpy/__init__.py",)),
)
PACKAGES = (
    Package("scikit-learn", "1.5.0"),
    Package("onnx", "1.16.0"),
    Package("numpy", "1.26.4"),
    Package("torch", "2.3.0+cu121"),
)


def test_modules_of_the_repository_are_its_files_and_main_is_a_problem() -> None:
    trouble = Problem("weights.partly-read", "m.pkl", "ends early")
    contents = (
        (
            "m.pkl",
            Contents(modules=("__builtin__", "__main__", "features.text", "numpy.core", "pkg"), problems=(trouble,)),
        ),
        ("n.pkl", Contents(modules=("numpy.core", "sklearn"))),
    )
    paths = {"src/features/text.py", "pkg/__init__.py", "numpy.py"}
    detail = "names what the training script itself defines: no other program can load it. Define it in a module"
    assert named_modules(contents, ("", "src"), paths) == NamedModules(
        modules=(("numpy.core", "m.pkl"), ("sklearn", "n.pkl")),
        files=("pkg/__init__.py", "src/features/text.py"),
        problems=(Problem("weights.names-main", "m.pkl", detail), trouble),
    )


def test_an_import_that_a_killed_process_did_not_place_is_the_repositorys_where_it_can_be() -> None:
    imports = (
        ("features", "src/train.py"),
        ("gone", "src/train.py"),
        ("jobs.worker", "train.py"),
        ("numpy", "src/train.py"),
    )
    paths = {"src/train.py", "src/features.py", "jobs/worker.py", "src/numpy.py"}
    assert foreign_imports(imports, INSTALLED, ("",), paths) == (("gone", "src/train.py"), ("numpy", "src/train.py"))


def test_of_the_loaders_of_a_format_the_usual_one_that_is_installed() -> None:
    contents = (
        ("a.onnx", Contents(loaders=(("onnxruntime", "onnx"), ("numpy",)))),
        ("b.cbm", Contents(loaders=(("catboost",),))),
    )
    assert loader_names(contents, INSTALLED) == (("numpy", "a.onnx"), ("onnx", "a.onnx"))


@pytest.mark.parametrize(
    ("module", "version", "detail"),
    [
        ("sklearn", "1.5.0", None),
        ("sklearn", "1.5", None),
        ("sklearn", "1.4.2", "the environment has scikit-learn 1.5.0"),
        ("xgboost", "2.0.3", "the environment has none"),
        ("torch", "2.3.0", "the environment has none"),  # nothing installed provides the module
        ("numpy", "not a version", "the environment has numpy 1.26.4"),
    ],
)
def test_weights_of_another_version(module: str, version: str, detail: str | None) -> None:
    contents = (("m.pkl", Contents(writers=(Writer(module=module, version=version, place="_version"),))),)
    said = f"_version says {module} {version}, {detail}: these weights were not made in it"
    problems = [] if detail is None else [Problem("weights.written-by-other-version", "m.pkl", said)]
    assert other_writers(contents, PACKAGES, INSTALLED) == problems


@pytest.mark.parametrize(
    ("written", "same"), [("2.3.0", True), ("2.3.0+cu121", True), ("2.3.0+cpu", False), ("2.3.1", False)]
)
def test_a_local_label_parts_versions_only_where_both_have_one(written: str, same: bool) -> None:
    installed = (*INSTALLED, Installed(name="torch", files=("torch/__init__.py",)))
    contents = (("m.pt", Contents(writers=(Writer(module="torch", version=written, place="version"),))),)
    assert (other_writers(contents, PACKAGES, installed) == []) is same


def test_a_package_that_is_provided_but_not_among_the_packages_is_no_witness() -> None:
    contents = (("m.pkl", Contents(writers=(Writer(module="numpy", version="1.0", place="p"),))),)
    detail = "p says numpy 1.0, the environment has none: these weights were not made in it"
    assert other_writers(contents, (), INSTALLED) == [Problem("weights.written-by-other-version", "m.pkl", detail)]
