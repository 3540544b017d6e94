"""Requirements files by meaning: their rows, places and groups, and which of them are locks."""

import pytest

from lineage.model.declarations import Declarations, Dependency
from lineage.portable.environment import Unknown
from tests.support.declared import declared, refused, rows

HASH = "--hash=sha256:" + "a" * 64
OTHER = "--hash=sha256:" + "b" * 64
COMMIT = "0123456789" * 4


def one(line: str) -> Dependency:
    [row] = rows("requirements.txt", f"{line}\n")
    return row


def exact(name: str, version: str, **fields: object) -> Dependency:
    return Dependency(name=name, version=version, specifier=f"=={version}", written=f"=={version}", line=1, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("numpy", Dependency(name="numpy", line=1)),
        ("numpy==1.26.4", exact("numpy", "1.26.4")),
        ("  NumPy [ b , A_x ] == 1.26.4 # why", exact("numpy", "1.26.4", extras=("a-x", "b"))),
        (f"numpy==1.26.4 {HASH} \\\n  {OTHER}", exact("numpy", "1.26.4")),
        ("numpy==1.26.4 --config-settings 'a=b' --no-binary=x", exact("numpy", "1.26.4")),
        ("torch==2.1.0+cu121", exact("torch", "2.1.0+cu121")),
        ("six===1.16-x", Dependency(name="six", version="1.16-x", specifier="===1.16-x", written="===1.16-x", line=1)),
        ("a == 1.*", Dependency(name="a", specifier="==1.*", written="==1.*", line=1)),
        ("a (>=1, <2)", Dependency(name="a", specifier="<2,>=1", written=">=1,<2", line=1)),
        ("a >=1,>=1, !=1.5", Dependency(name="a", specifier="!=1.5,>=1", written=">=1,>=1,!=1.5", line=1)),
        (
            "a==1;python_version<'3.9' and os.name=='nt'",
            exact("a", "1", marker='python_version < "3.9" and os_name == "nt"'),
        ),
        (
            "fraud @ git+https://ada:secret@example.org/acme/fraud.git@v1#subdirectory=py",
            Dependency(name="fraud", origin="git+https://example.org/acme/fraud.git@v1#subdirectory=py", line=1),
        ),
        (
            f"-e git+https://example.org/acme/fraud.git@{COMMIT}#egg=Fraud_Lib",
            Dependency(name="fraud-lib", origin=f"git+https://example.org/acme/fraud.git@{COMMIT}", line=1),
        ),
        (
            "https://example.org/torch-2.1.0%2Bcpu-cp311-cp311-linux_x86_64.whl ; os_name == 'posix'",
            Dependency(
                name="torch",
                version="2.1.0+cpu",
                origin="https://example.org/torch-2.1.0%2Bcpu-cp311-cp311-linux_x86_64.whl",
                marker='os_name == "posix"',
                line=1,
            ),
        ),
        (
            "https://example.org/fraudlib-1.0.tar.gz",
            Dependency(name="fraudlib", version="1.0", origin="https://example.org/fraudlib-1.0.tar.gz", line=1),
        ),
        (
            "./wheels/fraud_lib-1.0-py3-none-any.whl",
            Dependency(name="fraud-lib", version="1.0", origin="path:./wheels/fraud_lib-1.0-py3-none-any.whl", line=1),
        ),
        ("-e .", Dependency(name="", origin="path:.", is_own=True, line=1)),
        ("-e ./part[gpu]", Dependency(name="part", origin="path:./part", extras=("gpu",), is_own=True, line=1)),
        ("--editable=part/", Dependency(name="part", origin="path:./part", is_own=True, line=1)),
        ("part @ file:./libs/part", Dependency(name="part", origin="path:./libs/part", is_own=True, line=1)),
        (
            "numpy @ file:///home/conda/numpy-1.26.4-cp311-cp311-linux_x86_64.whl",
            Dependency(name="numpy", version="1.26.4", origin="local", line=1),
        ),
        ("numpy @ file:///tmp/build/work", Dependency(name="numpy", origin="local", line=1)),
        (
            "numpy=1.26.4=py311h64a7726_0",
            Dependency(
                name="numpy",
                version="1.26.4",
                specifier="==1.26.4",
                written="=1.26.4",
                label="py311h64a7726_0",
                manager="conda",
                line=1,
            ),
        ),
        (
            "six=1.16.0=pypi_0",
            Dependency(name="six", version="1.16.0", specifier="==1.16.0", written="=1.16.0", line=1),
        ),
    ],
)
def test_a_line_means(line: str, expected: Dependency) -> None:
    assert one(line) == expected


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("git+https://example.org/acme/Fraud_Lib.git@main", "fraud-lib"),
        ("git+https://example.org/acme/fraudlib@" + COMMIT, "fraudlib"),
        ("https://example.org/acme/fraudlib/archive/refs/heads/main.zip", "fraudlib"),
        ("https://example.org/acme/fraudlib/zipball/master", "fraudlib"),
        ("https://example.org/main.zip", "main"),
    ],
)
def test_what_names_no_package_is_called_by_its_address_and_told(line: str, name: str) -> None:
    found = declared("requirements.txt", line)

    assert [row.name for row in found.dependencies] == [name]
    assert found.unknown == (Unknown("packages", "requirements.txt:1 installs what it does not name"),)


@pytest.mark.parametrize("text", ["-e ../part", "../part", "/somewhere/part", "C:/part", "-e ${HOME}/part", "-e .."])
def test_a_place_outside_of_the_repository_is_no_part_of_it(text: str) -> None:
    found = declared("requirements.txt", text)

    assert [(row.origin, row.is_own) for row in found.dependencies] == [("local", False)]


def test_a_part_is_looked_for_from_the_file_that_names_it() -> None:
    assert declared("services/requirements.txt", "-e ../part").dependencies == (
        Dependency(name="part", origin="path:../part", is_own=True, line=1),
    )


def test_layout_is_no_meaning() -> None:
    plain = b"numpy==1.26.4 ; python_version < '3.9'\nscipy>=1,<2\n"
    other = (
        "\ufeff# all\r\n--index-url https://ada:secret@example.org/simple\r\n"
        f'scipy <2 , >=1 # range\r\n\r\nNumPy == 1.26.4;python_version<"3.9" \\\r\n    {HASH}\r\n'
    ).encode()

    def meaning(content: bytes) -> list[tuple[str, str | None, str, str]]:
        return [(row.name, row.version, row.specifier, row.marker) for row in rows("requirements.txt", content)]

    assert meaning(plain) == meaning(other)


def test_included_files_keep_their_place() -> None:
    files = {"requirements/base.in": "numpy>=1\n-c ../constraints.txt\n", "constraints.txt": "\nnumpy==1.26.4\n"}

    assert declared("requirements/gpu.in", "-r base.in\ntorch\n", files) == Declarations(
        path="requirements/gpu.in",
        form="requirements",
        files=("constraints.txt", "requirements/base.in", "requirements/gpu.in"),
        dependencies=(
            Dependency(
                name="numpy",
                version="1.26.4",
                specifier="==1.26.4",
                written="==1.26.4",
                file="constraints.txt",
                line=2,
            ),
            Dependency(name="numpy", specifier=">=1", written=">=1", file="requirements/base.in", line=1),
            Dependency(name="torch", line=2),
        ),
    )


def test_the_name_of_a_file_tells_what_its_rows_are_for() -> None:
    files = {"requirements.txt": "numpy\n", "requirements-dev.txt": "pytest\n"}

    dev = rows("requirements-dev.txt", "-r requirements.txt\npytest\n", files)
    main = rows("requirements.txt", "-r requirements-dev.txt\nnumpy\n", files)

    assert [(row.name, row.group) for row in dev] == [("numpy", "main"), ("pytest", "dev")]
    assert [(row.name, row.group) for row in main] == [("numpy", "main"), ("pytest", "main")]


@pytest.mark.parametrize(
    ("content", "is_lock"),
    [
        (f"a==1 {HASH}\nb==2 {OTHER}\n", True),
        (f"a==1 {HASH}\nb==2\n", False),
        (f"a==1 {HASH}\nb>=2 {HASH}\n", False),
        ("a==1\nb==2\n", False),
        ("#\n# This file is autogenerated by pip-compile with Python 3.11\n#\na==1\n-e .\n", True),
        ("# This file was autogenerated by uv via the following command:\na==1\n", True),
        ("# This file is autogenerated by pip-compile\na==1\nb\n", False),
        ("# This file is autogenerated by pip-compile\na==1\nb=1\n", False),
        ("# This file is autogenerated by pip-compile\n", False),
        ("# This file is autogenerated by pip-compile\n-e .\n", False),
        ("\n" * 3000 + "# This file is autogenerated by pip-compile\na==1\n", False),
    ],
)
def test_it_is_a_lock_where_a_tool_made_it_and_all_is_exact(content: str, is_lock: bool) -> None:
    assert declared("requirements.txt", content).is_lock is is_lock


def test_a_line_that_cannot_be_read_is_unknown_by_itself() -> None:
    content = "numpy==\n-e scipy==1\n--typo\n=1\na==1\n-r missing.txt\n-r ../../x.txt\n-r bad.txt\n"

    assert declared("requirements.txt", content, {"bad.txt": "torch<\n"}) == Declarations(
        path="requirements.txt",
        form="requirements",
        files=("bad.txt", "requirements.txt"),
        dependencies=(Dependency(name="a", version="1", specifier="==1", written="==1", line=5),),
        unknown=(
            Unknown("package:numpy", "requirements.txt:1 is not a requirement that can be read: 'numpy=='"),
            Unknown(
                "package:scipy",
                "requirements.txt:2 is an editable requirement that is neither a path nor a repository with a name",
            ),
            Unknown("package:torch", "bad.txt:1 is not a requirement that can be read: 'torch<'"),
            Unknown("packages", "requirements.txt:3 has an option that is not known here: '--typo'"),
            Unknown("packages", "requirements.txt:4 is not a requirement that can be read: '=1'"),
            Unknown("packages", "requirements.txt:6 includes missing.txt, which does not exist"),
            Unknown("packages", "requirements.txt:7 includes ../../x.txt, which leads out of the repository"),
        ),
    )


def test_a_line_of_an_export_of_conda_keeps_its_place() -> None:
    files = {"more.txt": "six=1.16.0=pyh_0\n"}

    [row] = rows("requirements.txt", "-r more.txt\n", files)

    assert (row.name, row.file, row.line, row.group) == ("six", "more.txt", 1, "main")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            "a==1\n<<<<<<< HEAD\nb==1\n=======\nb==2\n>>>>>>> x\n",
            "requirements.txt:2: is a conflict marker\n  take one side whole, or lock again",
        ),
        (b"a==1\n\xff\n", "requirements.txt:2: is not UTF-8\n  save it as UTF-8"),
        (
            "a==1\n-r requirements.txt\n",
            "requirements.txt:2: includes requirements.txt, which includes this file",
        ),
        ("-r more.txt\n", "more.txt:1: includes requirements.txt, which includes this file"),
    ],
)
def test_a_file_that_is_broken_is_refused(content: str | bytes, message: str) -> None:
    assert refused("requirements.txt", content, {"more.txt": "-r requirements.txt\n"}) == message


@pytest.mark.parametrize(
    "line", ["-r file:more/base%20one.txt", "--requirement=FILE:./more/base%20one.txt", "-c file:more/base%20one.txt"]
)
def test_an_include_may_have_the_scheme_of_files(line: str) -> None:
    found = rows("requirements.txt", f"{line}\n", {"more/base one.txt": "numpy==1.26.4\n"})

    assert [(row.name, row.version, row.file) for row in found] == [("numpy", "1.26.4", "more/base one.txt")]


def test_a_file_of_one_machine_is_no_part_of_the_repository() -> None:
    found = declared("requirements.txt", "-r file:///app/base.txt\n-r file:../base.txt\n", {"app/base.txt": "numpy\n"})

    assert found.unknown == (
        Unknown("packages", "requirements.txt:1 includes an address, which is not fetched"),
        Unknown("packages", "requirements.txt:2 includes file:../base.txt, which leads out of the repository"),
    )
