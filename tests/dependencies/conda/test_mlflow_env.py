"""python_env.yaml of MLflow."""

from dataclasses import replace

from lineage.model.declarations import Declarations, Dependency
from lineage.portable.environment import Unknown
from tests.support.declared import declared, refused

WHOLE = """\
python: 3.11.7
build_dependencies:
- pip==24.0
- setuptools
dependencies:
- -r requirements.txt
- flask==3.0
"""


def test_a_whole_file() -> None:
    found = declared("model/python_env.yaml", WHOLE, {"model/requirements.txt": "numpy==1.26.4\n"})

    numpy = Dependency(name="numpy", version="1.26.4", specifier="==1.26.4", written="==1.26.4", line=1)
    assert found == Declarations(
        path="model/python_env.yaml",
        form="python_env.yaml",
        dependencies=(
            Dependency(name="flask", version="3.0", specifier="==3.0", written="==3.0", line=7),
            replace(numpy, file="model/requirements.txt"),
            Dependency(name="pip", version="24.0", specifier="==24.0", written="==24.0", group="build", line=3),
            Dependency(name="setuptools", group="build", line=4),
        ),
        python="3.11.7",
        python_line=1,
        files=("model/python_env.yaml", "model/requirements.txt"),
    )


def test_a_python_that_is_none_is_unknown() -> None:
    found = declared("python_env.yaml", "python: latest\n")

    assert (found.python, found.unknown) == (
        None,
        (Unknown("python", "python_env.yaml chooses 'latest', which is no version"),),
    )


def test_another_shape_is_refused() -> None:
    message = "python_env.yaml: dependencies: is not a list\n  log the model again"
    assert refused("python_env.yaml", "dependencies: {a: b}\n") == message
    assert refused("python_env.yaml", "- a\n") == "python_env.yaml: the file: is not a table\n  log the model again"
