"""``[tool.pdm]`` as pdm before 1.0 wrote it."""

from lineage.model.declarations import Declarations, Dependency
from lineage.portable.environment import Unknown
from tests.support.declared import declared, refused

WHOLE = """\
[tool.pdm]
python_requires = ">=3.7"
[tool.pdm.dependencies]
click = "*"
pip = "<21.0,>=20.0"
Six = {version = "==1.15.0", marker = "os_name == 'nt'", extras = ["x"]}
"o ne" = "*"
two = {version = 1}

[tool.pdm.dev-dependencies]
pytest = "*"
lists = ["black"]

[tool.pdm.gpu-dependencies]
cupy = {git = "https://example.org/cupy", ref = "v8"}
"""


def test_a_whole_file() -> None:
    assert declared("pyproject.toml", WHOLE) == Declarations(
        path="pyproject.toml",
        form="pyproject",
        files=("pyproject.toml",),
        python=">=3.7",
        python_line=2,
        dependencies=(
            Dependency(name="black", group="dev", line=12),
            Dependency(name="click", written="*", line=4),
            Dependency(name="cupy", origin="git+https://example.org/cupy@v8", group="extra:gpu", line=15),
            Dependency(name="pip", specifier="<21.0,>=20.0", written="<21.0,>=20.0", line=5),
            Dependency(name="pytest", written="*", group="dev", line=11),
            Dependency(
                name="six",
                version="1.15.0",
                specifier="==1.15.0",
                written="==1.15.0",
                extras=("x",),
                marker='os_name == "nt"',
                line=6,
            ),
        ),
        unknown=(
            Unknown("package:two", "pyproject.toml:8 has a version that is no text"),
            Unknown("packages", "pyproject.toml:7 has a name that is none: 'o ne'"),
        ),
    )


def test_a_value_of_another_type_is_refused() -> None:
    content = "[tool.pdm.dependencies]\na = 1\n"

    assert refused("pyproject.toml", content) == "pyproject.toml:2: tool.pdm.dependencies.a: is not a table"
