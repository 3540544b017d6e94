"""Files of projects that are damaged or made to take time: rows or a refusal come back, soon."""

import random
from collections.abc import Mapping

import pytest

from lineage.errors import InputError
from lineage.model.declarations import Declarations
from tests.support.declared import declared
from tests.support.patience import little_work

PYPROJECT = """\
[build-system]
requires = ["hatchling"]
[project]
name = "fraud"
requires-python = ">=3.10"
dynamic = ["optional-dependencies"]
dependencies = ["numpy>=1.20; python_version < '3.12'", "torch @ git+https://example.org/torch@v1"]
[dependency-groups]
dev = [{include-group = "test"}, "ruff"]
test = ["pytest"]
[tool.setuptools.dynamic]
optional-dependencies.gpu = {file = ["requirements.txt"]}
[tool.poetry.dependencies]
python = "^3.9"
pandas = [{version = "^2.0 || ^3.0", python = ">=3.9"}, "1.5"]
a = {path = "../a", optional = true, markers = "os_name == 'nt'"}
[tool.poetry.extras]
x = ["a"]
[tool.uv.sources]
torch = [{index = "cpu", marker = "os_name == 'nt'"}, {url = "https://example.org/torch-2.1-py3-none-any.whl"}]
[tool.hatch.envs.default]
dependencies = ["coverage"]
"""
CFG = """\
[options]
python_requires = >=3.8
install_requires =
  numpy>=1 ; os_name == 'nt'
[options.extras_require]
x = file: requirements.txt
"""
SCRIPT = """\
V = '1'
r = ['a>=' + V, f'b=={V}'] + open('requirements.txt').read().split()
setup(install_requires=r, **dict(extras_require={'x': r}))
"""
LIST = f"""\
-r more.txt
-c more.txt
numpy==1.26.4 ; os_name == 'nt' \\
  --hash=sha256:{"a" * 64}
-e ./a#egg=b
b @ https://example.org/b.zip
"""
FILES = {"requirements.txt": "numpy==1.26.4\n", "more.txt": "scipy\n"}
GIVEN = {"pyproject.toml": PYPROJECT, "setup.cfg": CFG, "setup.py": SCRIPT, "requirements.in": LIST}


def read(path: str, content: bytes, files: Mapping[str, str | bytes]) -> Declarations | None:
    """What is read, ``None`` where it is refused; every other exception is a defect."""
    try:
        return declared(path, content, files)
    except InputError as error:
        assert error.where
        return None


@pytest.mark.parametrize("path", sorted(GIVEN))
def test_a_damaged_file_is_read_or_refused(path: str) -> None:
    whole = GIVEN[path].encode()
    dice = random.Random(path)
    found = []
    for _ in range(300):
        at = dice.randrange(len(whole))
        swapped = dice.choice([b"\"'[]{}=,;:#@()\n\\ \0\xff<>-*|^~"[i : i + 1] for i in range(27)])
        upto = dice.randrange(len(whole))
        found += [
            read(path, whole[:at], FILES),
            read(path, whole[:at] + swapped + whole[at + 1 :], FILES),
            read(path, whole[: min(at, upto)] + whole[max(at, upto) :], FILES),
        ]

    assert any(one is None for one in found) and any(one is not None and one.dependencies for one in found)


@pytest.mark.parametrize(
    "value", ["1", "'x'", "[1]", "[[]]", "{a = 1}", "true", "[{}]", "1979-05-27", "{a = []}", "[[[]]]"]
)
def test_a_value_of_any_type_is_read_or_refused(value: str) -> None:
    keys = [
        *("project", "project.dependencies", "project.optional-dependencies", "project.dynamic", "project.name"),
        *("project.optional-dependencies.x", "project.requires-python", "build-system", "build-system.requires"),
        *("dependency-groups", "dependency-groups.x", "tool", "tool.poetry", "tool.poetry.dependencies"),
        *("tool.poetry.dependencies.x", "tool.poetry.dependencies.python", "tool.poetry.group", "tool.poetry.group.x"),
        *("tool.poetry.group.x.dependencies", "tool.poetry.extras", "tool.poetry.extras.x", "tool.pdm"),
        *("tool.poetry.dev-dependencies", "tool.pdm.dev-dependencies", "tool.pdm.dev-dependencies.x", "tool.uv"),
        *("tool.uv.sources", "tool.uv.sources.x", "tool.uv.dev-dependencies", "tool.hatch.envs", "tool.hatch.envs.x"),
        *("tool.hatch.envs.x.dependencies", "tool.setuptools.dynamic", "tool.setuptools", "tool.flit.metadata"),
        "tool.hatch.metadata.hooks.requirements_txt",
    ]
    for key in keys:
        content = f"{key} = {value}\n" + ("" if key.startswith("project") else "project.dynamic = ['dependencies']\n")
        read("pyproject.toml", content.encode(), {})


def numbered(count: int, template: str, ends: str = "\n") -> str:
    return "".join(template.format(n) + ends for n in range(count))


HOSTILE = {
    "many requirements": ("requirements.txt", numbered(10_000, "package-{}==1.{}.0".replace("{}", "{0}"))),
    "many files": ("requirements.txt", numbered(15_000, "-r r{0}.txt")),
    "a long line": ("requirements.txt", "a" * 2_000_000),
    "many brackets": ("requirements.txt", "a[" * 100_000),
    "many spaces": ("requirements.txt", "a" + " " * 500_000 + "b"),
    "many dependencies": (
        "pyproject.toml",
        "[project]\ndependencies = [\n" + numbered(10_000, '"package-{0}==1.{0}.0",') + "]",
    ),
    "equal dependencies": ("pyproject.toml", "[project]\ndependencies = [\n" + '"numpy==1.0",\n' * 10_000 + "]"),
    "many groups": ("pyproject.toml", "[dependency-groups]\n" + numbered(7500, 'g{0} = ["a"]')),
    "many inline": (
        "pyproject.toml",
        "[tool.poetry]\ndependencies = {" + numbered(10_000, 'a{0} = "^1"', ",") + 'z = "1"}',
    ),
    "a long value": ("setup.cfg", "[options]\ninstall_requires =\n" + numbered(10_000, "  package-{0}==1.{0}.0")),
    "many semicolons": ("setup.cfg", "[options]\ninstall_requires = " + "a;" * 25_000),
    "a long list": ("setup.py", "setup(install_requires=[" + numbered(10_000, "'package-{0}==1.{0}.0'", ",") + "])"),
    "a long sum": ("setup.py", "setup(install_requires=" + "+".join(["['a']"] * 900) + ")"),
    "many names": (
        "setup.py",
        numbered(10_000, "a{0} = open('a{0}.txt')") + "setup(install_requires=[" + numbered(10_000, "a{0}", ",") + "])",
    ),
    "many bars": ("pyproject.toml", "[tool.poetry.dependencies]\na = '" + "|" * 20_000 + "'"),
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_no_file_takes_long(name: str) -> None:
    path, content = HOSTILE[name]

    with little_work():
        read(path, content.encode(), {})
