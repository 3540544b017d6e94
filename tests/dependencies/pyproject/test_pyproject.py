"""pyproject.toml by the standards: PEP 621, 735 and 518, and dependencies that it leaves to files."""

import pytest

from lineage.dependencies.pyproject.pyproject import declarations
from lineage.errors import InputError
from lineage.model.declarations import Declarations, Dependency
from lineage.portable.environment import Unknown
from tests.support.declared import declared, parsed, refused, rows

WHOLE = """\
[build-system]
requires = ["hatchling>=1.27"]  # "hatchling"

[project]
name = "Fraud_Model"
requires-python = ">=3.10"
dependencies = [
    # "numpy==1"
    "NumPy >= 1.20, <2; python_version < \\"3.12\\"",
    'numpy>=2; python_version >= "3.12"', "torch",
    "part @ file:./libs/part",
    "bad=1",
]

[project.optional-dependencies]
Test = ["pytest", "fraud-model[gpu]"]
GPU_x = ["torch[x,Y]==2.1.0+cu121"]

[dependency-groups]
dev = [{ include-group = "Test" }, "ruff"]
test = [
    "pytest",
    "hypothesis>=6",
]
"""


def test_a_whole_project() -> None:
    assert declared("api/pyproject.toml", WHOLE) == Declarations(
        path="api/pyproject.toml",
        form="pyproject",
        files=("api/pyproject.toml",),
        python=">=3.10",
        python_line=6,
        dependencies=(
            Dependency(name="fraud-model", extras=("gpu",), group="test", line=16, is_own=True),
            Dependency(name="hatchling", specifier=">=1.27", written=">=1.27", group="build", line=2),
            Dependency(name="hypothesis", specifier=">=6", written=">=6", group="dev", line=23),
            Dependency(name="hypothesis", specifier=">=6", written=">=6", group="test", line=23),
            Dependency(
                name="numpy", specifier="<2,>=1.20", written=">=1.20,<2", marker='python_version < "3.12"', line=9
            ),
            Dependency(name="numpy", specifier=">=2", written=">=2", marker='python_version >= "3.12"', line=10),
            Dependency(name="part", origin="path:./libs/part", line=11, is_own=True),
            Dependency(name="pytest", group="dev", line=22),
            Dependency(name="pytest", group="test", line=16),
            Dependency(name="pytest", group="test", line=22),
            Dependency(name="ruff", group="dev", line=20),
            Dependency(
                name="torch",
                version="2.1.0+cu121",
                specifier="==2.1.0+cu121",
                written="==2.1.0+cu121",
                extras=("x", "y"),
                group="extra:gpu-x",
                line=17,
            ),
            Dependency(name="torch", line=10),
        ),
        unknown=(Unknown("package:bad", "api/pyproject.toml:12 is not a requirement that can be read: 'bad=1'"),),
    )


def test_a_project_that_asks_for_nothing() -> None:
    expected = Declarations(path="pyproject.toml", form="pyproject", files=("pyproject.toml",))

    assert declared("pyproject.toml", "") == expected
    assert declared("pyproject.toml", "[tool.ruff]\nline-length = 120\n[project]\nname = 'a'\n") == expected


def test_spelling_is_no_meaning() -> None:
    one = '[project]\ndependencies = ["numpy>=1,<2", "scipy"]\n[dependency-groups]\ndev = ["ruff"]\n'
    two = "dependency-groups.dev = [ 'ruff', ]\nproject = {dependencies = ['''SciPy''', \"numpy <2, >= 1\"]} # x\n"

    def meaning(content: str) -> list[tuple[str, str, str]]:
        return [(row.name, row.specifier, row.group) for row in rows("pyproject.toml", content)]

    assert meaning(one) == meaning(two) == [("numpy", "<2,>=1", "main"), ("ruff", "", "dev"), ("scipy", "", "main")]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ('[project]\ndescription = """\n[é]\n"""\ndependencies = [\n"numpy"]', 6),
        ('[project]\ndependencies = ["nump\\u0079"]', 2),
        ('[project]\n"dependencie\\u0073" = ["nump\\u0079"]', 1),
        ('"projec\\u0074" = {dependencies = ["nump\\u0079"]}', 0),
        ('[project]\ndependencies = ["numpy"]\n[project.optional-dependencies]\na = ["numpy"]', 2),
        ("project.name = 'numpy'\nproject.dependencies = [\n'numpy']", 3),
        ('[[x]]\ny = "numpy"\n[project]\ndependencies = [\n  "numpy" # "numpy"\n]', 5),
    ],
)
def test_the_line_is_where_a_user_would_look(content: str, line: int) -> None:
    assert next(row.line for row in rows("pyproject.toml", content) if row.group == "main") == line


GROUPS = """\
[dependency-groups]
train = [
    { include-group = "base" },
    { include-group = "Gpu" },
]
gpu = ["torch", {include-group = "base"}, {include-group = "base"}]
base = ["numpy"]
"""


def test_a_group_holds_the_rows_of_those_that_it_includes() -> None:
    assert [(row.name, row.group, row.line) for row in rows("pyproject.toml", GROUPS)] == [
        ("numpy", "base", 7),
        ("numpy", "gpu", 7),
        ("numpy", "train", 7),
        ("torch", "gpu", 6),
        ("torch", "train", 6),
    ]


def test_a_row_counts_once_in_groups_that_are_for_the_same() -> None:
    content = "[dependency-groups]\nlint = ['ruff']\ndev = ['ruff', {include-group = 'lint'}]\n"

    assert [(row.name, row.group, row.line) for row in rows("pyproject.toml", content)] == [("ruff", "dev", 2)]


def test_chains_of_includes_are_bounded() -> None:
    lines = ['g0 = ["a", "b"]']
    lines += [f'g{n} = [{{include-group = "g{n - 1}"}}, "a{n}"]' for n in range(1, 400)]

    message = refused("pyproject.toml", "[dependency-groups]\n" + "\n".join(lines))

    assert message == "pyproject.toml: dependency-groups: include more than 20000 rows"


FILES = {"requirements.txt": "numpy==1.26.4\n", "dev.txt": "\nruff\n", "more/base.txt": "scipy\n"}


@pytest.mark.parametrize(
    "content",
    [
        """\
[project]
dynamic = ["version", "dependencies", "optional-dependencies"]
[tool.setuptools.dynamic]
dependencies = { file = ["requirements.txt", "more/base.txt"] }
optional-dependencies.dev = { file = "dev.txt" }
""",
        """\
[project]
dynamic = ["dependencies", "optional-dependencies"]
[tool.hatch.metadata.hooks.requirements_txt]
files = ["requirements.txt", "more/base.txt"]
[tool.hatch.metadata.hooks.requirements_txt.optional-dependencies]
dev = ["dev.txt"]
""",
    ],
)
def test_files_that_hold_the_dependencies_are_read(content: str) -> None:
    assert declared("pyproject.toml", content, FILES) == Declarations(
        path="pyproject.toml",
        form="pyproject",
        files=("dev.txt", "more/base.txt", "pyproject.toml", "requirements.txt"),
        dependencies=(
            Dependency(
                name="numpy",
                version="1.26.4",
                specifier="==1.26.4",
                written="==1.26.4",
                file="requirements.txt",
                line=1,
            ),
            Dependency(name="ruff", group="dev", file="dev.txt", line=2),
            Dependency(name="scipy", file="more/base.txt", line=1),
        ),
    )


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        ("none.txt", "reads api/none.txt, which does not exist"),
        ("/etc/passwd", "reads a file that is not in the repository"),
        ("../../x.txt", "reads a file that is not in the repository"),
        ("..", "reads ., which does not exist"),
        ("../..", "reads a file that is not in the repository"),
    ],
)
def test_a_file_that_cannot_be_read_is_unknown(file: str, reason: str) -> None:
    content = f'[project]\ndynamic = ["dependencies"]\n[tool.setuptools.dynamic]\ndependencies = {{file = "{file}"}}\n'

    assert declared("api/pyproject.toml", content).unknown == (Unknown("packages", f"api/pyproject.toml:4 {reason}"),)


def test_a_link_that_leads_out_of_the_repository_is_unknown() -> None:
    def read(path: str) -> bytes | None:
        if path.startswith("setup."):
            return None
        raise InputError("is a link that leads out of the repository")

    settings = {"dynamic": {"dependencies": {"file": "requirements.txt"}}}
    document = {"project": {"dynamic": ["dependencies"]}, "tool": {"setuptools": settings}}

    assert declarations("pyproject.toml", document, b"", read).unknown == (
        Unknown("packages", "pyproject.toml reads requirements.txt: is a link that leads out of the repository"),
    )


DYNAMIC = '[project]\nname = "a"\ndynamic = ["dependencies"]\n'


def test_dependencies_that_a_program_makes_are_unknown() -> None:
    assert declared("pyproject.toml", DYNAMIC).unknown == (
        Unknown("packages", "pyproject.toml:3 leaves its dependencies to a program"),
    )
    assert declared("pyproject.toml", DYNAMIC, {"setup.py": ""}).unknown == ()
    assert declared("pyproject.toml", DYNAMIC, {"setup.cfg": ""}).unknown == ()
    assert declared("pyproject.toml", DYNAMIC + "[tool.poetry.dependencies]\npython = '*'\n").unknown == ()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("project = 1", "pyproject.toml:1: project: is not a table"),
        ("[project]\ndependencies = 'a'", "pyproject.toml:2: project.dependencies: is not a list of texts"),
        ("[project]\ndependencies = [1]", "pyproject.toml:2: project.dependencies: is not a list of texts"),
        ("[project]\n\nrequires-python = 3", "pyproject.toml:3: project.requires-python: is not a text"),
        (
            "[project.optional-dependencies]\na = {}",
            "pyproject.toml:2: project.optional-dependencies.a: is not a list of texts",
        ),
        ("[[build-system]]", "pyproject.toml:1: build-system: is not a table"),
        ("[dependency-groups]\na = 'b'", "pyproject.toml:2: dependency-groups.a: is not a list"),
        (
            "[dependency-groups]\na = [{include-group = 1}]",
            "pyproject.toml:2: dependency-groups.a: is not a list of requirements and of tables with include-group",
        ),
        (
            "[dependency-groups]\na = [{include-group = 'b'}]",
            "pyproject.toml:2: dependency-groups.a: includes b, which is no group",
        ),
        (
            "[dependency-groups]\na = [{include-group = 'a'}]",
            "pyproject.toml:2: dependency-groups.a: its includes go in a circle",
        ),
        (
            "[dependency-groups]\nc = ['x']\na = [{include-group = 'b'}]\nb = [{include-group = 'A'}]",
            "pyproject.toml:3: dependency-groups.a: its includes go in a circle",
        ),
        (
            "[dependency-groups]\na_b = []\nA-b = []",
            "pyproject.toml:3: dependency-groups.A-b: is not a group of its own: a_b has the same name",
        ),
        ("[project]\ndependencies = [\n<<<<<<< HEAD", "pyproject.toml:3:1: is not TOML: Invalid value"),
    ],
)
def test_what_is_no_project_is_refused(content: str, message: str) -> None:
    assert refused("pyproject.toml", content).split("\n")[0] == message


def test_a_document_that_is_no_table_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        declarations("pyproject.toml", [], b"", lambda _: None)

    assert str(caught.value) == "pyproject.toml: is not a TOML document"


def test_no_other_file_is_looked_for_where_all_is_told_here() -> None:
    content = '[project]\nname = "fraud"\ndynamic = ["version"]\ndependencies = ["a"]\n'
    asked: list[str] = []
    declarations("pyproject.toml", parsed("toml", "pyproject.toml", content.encode()), b"", asked.append)
    assert asked == []
