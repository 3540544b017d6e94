"""mise.toml: the Python that its tools name."""

import pytest

from lineage.dependencies.forms import declared_files, is_dependency_file
from lineage.model.declarations import Declarations
from lineage.portable.environment import Unknown
from tests.support.declared import declared, refused


@pytest.mark.parametrize(
    ("text", "python", "line"),
    [
        ("[tools]\nnode = '22'\npython = '3.11.7'\n", "3.11.7", 3),
        ("[tools]\npython = ['3.12', '3.11']\n", "3.12", 2),
        ("[tools]\npython = { version = '3.11', virtualenv = '.venv' }\n", "3.11", 2),
        ("[tools]\n'core:python' = '3.13'\n", "3.13", 2),
        ("[tools.python]\nversion = '3.10'\n", "3.10", 1),
    ],
)
def test_the_python_of_the_tools(text: str, python: str, line: int) -> None:
    assert declared(".mise.toml", text) == Declarations(
        path=".mise.toml", form="mise.toml", python=python, python_line=line, files=(".mise.toml",)
    )


@pytest.mark.parametrize(
    "path", [".config/mise/config.toml", "api/.mise/config.toml", "mise/config.toml", ".config/mise.toml"]
)
def test_the_folders_of_mise(path: str) -> None:
    assert declared(path, "[tools]\npython = '3.14t'\n").python == "3.14t"


def test_other_settings_are_none_of_mise() -> None:
    assert not is_dependency_file("config.toml")
    assert not is_dependency_file("promise/config.toml")
    assert declared_files([".config/mise/config.toml", "train.py"], "") == (".config/mise/config.toml",)


@pytest.mark.parametrize("text", ["", "[tools]\nnode = '22'\n", "[env]\npython = '3'\n"])
def test_other_tools_choose_no_python(text: str) -> None:
    assert declared("mise.toml", text) == Declarations(path="mise.toml", form="mise.toml", files=("mise.toml",))


def test_what_is_no_version_is_unknown() -> None:
    found = declared("mise.toml", "[tools]\npython = 'latest'\n")

    assert (found.python, found.unknown) == (
        None,
        (Unknown("python", "mise.toml:2 chooses 'latest', which is no version"),),
    )


def test_another_type_is_refused() -> None:
    message = "mise.toml:2: tools.python: is not a version in quotes, a list of these or a table with one"
    assert refused("mise.toml", "[tools]\npython = 3.11\n") == message
