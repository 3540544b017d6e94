"""Lists of exact conda packages: ``@EXPLICIT``, and what ``conda list --export`` writes."""

import pytest

from lineage.dependencies.forms import form_of
from lineage.model.declarations import Declarations, Dependency
from lineage.portable.environment import Unknown
from tests.support.declared import declared, refused

AT = "https://conda.example.org/main"
WHOLE = f"""\
# platform: linux-64
@EXPLICIT
{AT}/linux-64/numpy-1.26.4-py311h_0.conda#0123456789abcdef0123456789abcdef
{AT}/noarch/_pyyaml_env-6.0-pyh_1.tar.bz2

{AT}/linux-64/python-3.11.7-hab_0_cpython.conda
# pip torch @ https://wheels.example.org/torch-2.1.0-py3-none-any.whl \\
# pip what @ https://wheels.example.org/what.bin
  ./local.txt
"""


def package(name: str, version: str, label: str, line: int, manager: str = "conda") -> Dependency:
    return Dependency(
        name=name, version=version, specifier=f"=={version}", label=label, line=line, manager=manager, group="main"
    )


def test_a_whole_list() -> None:
    path = "locks/conda-linux-64.lock"
    assert declared(path, WHOLE) == Declarations(
        path=path,
        form="conda-explicit",
        is_lock=True,
        dependencies=(
            package("numpy", "1.26.4", "py311h_0", 3),
            package("pyyaml-env", "6.0", "pyh_1", 4),
            package("torch", "2.1.0", "", 7, "pypi"),
        ),
        python="3.11.7",
        python_line=6,
        files=(path,),
        unknown=(
            Unknown("package:what", f"{path}:8 names no version of what"),
            Unknown("packages", f"{path}:9 is no package of conda: 'local.txt'"),
        ),
    )


def test_an_exported_list() -> None:
    text = "# platform: win-64\nnumpy=1.26.4=py311h_0\npython=3.11.7=h_0\nflask=3.0=pypi_0\nbad name\n"
    found = declared("spec-file.txt", text)

    assert [(one.name, one.version, one.label, one.manager) for one in found.dependencies] == [
        ("flask", "3.0", "", "pypi"),
        ("numpy", "1.26.4", "py311h_0", "conda"),
    ]
    assert (found.python, found.python_line) == ("3.11.7", 3)
    assert found.unknown == (Unknown("packages", "spec-file.txt:5 is no package of conda: 'bad'"),)


@pytest.mark.parametrize("text", ["", "a list of words\n", "numpy==1.26\n", "# @EXPLICIT\n", "words\n@EXPLICIT\n"])
def test_other_contents_declare_nothing(text: str) -> None:
    assert declared("conda-linux-64.lock", text) == Declarations(
        path="conda-linux-64.lock", form="conda-explicit", files=("conda-linux-64.lock",)
    )


def test_a_list_may_be_called_requirements() -> None:
    found = declared("requirements.txt", f"@EXPLICIT\n{AT}/linux-64/numpy-1.26.4-h_0.conda\n")

    assert found.dependencies == (package("numpy", "1.26.4", "h_0", 2),)


def test_a_conflict_is_refused() -> None:
    text = "@EXPLICIT\n<<<<<<< ours\n"
    assert refused("conda.lock", text) == "conda.lock:2: is a conflict marker\n  take one side whole"


@pytest.mark.parametrize(
    "path",
    [
        *("conda-linux-64.lock", "conda-osx-arm64.txt", "env/environment-linux-64.lock", "a/x.linux-64.pin.txt"),
        *("explicit.txt", "my-explicit.lock", "spec-file.txt", "spec_file.txt", "conda.lock", "conda_pinned.txt"),
    ],
)
def test_names_of_lists(path: str) -> None:
    form = form_of(path)

    assert form is not None and form.FORM == "conda-explicit"


@pytest.mark.parametrize(
    "path", ["notes.txt", "Cargo.lock", "yarn.lock", "robots.txt", "spinning.txt", "inspect.txt", "x/linux.txt"]
)
def test_other_names(path: str) -> None:
    assert form_of(path) is None
