"""Requirements files as rows: every form of a requirement, what is included, and what is noted without being obeyed."""

from typing import NamedTuple

import pytest

from lineage.dependencies.pip.entries import Requirement
from lineage.dependencies.pip.reading import Reading, parse_requirements
from lineage.portable.environment import LOCAL, Problem
from lineage.redaction.addresses import REDACTED

A, B = "a" * 64, "b" * 64
COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Row(NamedTuple):
    """What a row says, for short."""

    where: str
    name: str | None
    specifier: str = ""
    pinned: str | None = None
    extras: tuple[str, ...] = ()
    marker: str = ""
    hashes: tuple[str, ...] = ()
    origin: str | None = None
    editable: bool = False
    constraint: bool = False


def told(reading: Reading) -> tuple[Row, ...]:
    return tuple(map(_told, reading.rows))


def _told(one: Requirement) -> Row:
    origin = None if one.address is None else one.address.origin
    said = (one.specifier, one.pinned, one.extras, one.marker, one.hashes, origin, one.is_editable, one.is_constraint)
    return Row(f"{one.file}:{one.line}", one.name, *said)


def parse(files: dict[str, str], where: str = "requirements.txt") -> Reading:
    def read(path: str) -> bytes | None:
        return files[path].encode() if path in files else None

    return parse_requirements(files[where].encode(), where, read)


ROWS: list[tuple[str, Row]] = [
    ("Foo_Bar", Row(where="", name="foo-bar")),
    ("numpy==1.26.4", Row(where="", name="numpy", specifier="==1.26.4", pinned="1.26.4")),
    ("numpy == 1.26.4+cu121", Row(where="", name="numpy", specifier="==1.26.4+cu121", pinned="1.26.4+cu121")),
    ("numpy===2024-a", Row(where="", name="numpy", specifier="===2024-a", pinned="2024-a")),
    ("numpy==1.26.*", Row(where="", name="numpy", specifier="==1.26.*")),
    ("numpy (>=1.2, <2)", Row(where="", name="numpy", specifier=">=1.2,<2")),
    ("numpy==1.2,>=1", Row(where="", name="numpy", specifier="==1.2,>=1", pinned="1.2")),
    ("numpy==1.2,==1.3", Row(where="", name="numpy", specifier="==1.2,==1.3")),
    ("a[x_Y, b.c]>1", Row(where="", name="a", specifier=">1", extras=("b-c", "x-y"))),
    (
        "a==1 ; python_version<'3' or  os_name=='nt'",
        Row(
            where="", name="a", specifier="==1", pinned="1", marker='python_version < "3" or os_name == "nt"'
        ),
    ),
    (
        f"a==1 --hash=sha256:{B} --hash 'sha256:{A.upper()}' --hash=sha256:{B} --hash=sha512:{A}{A}",
        Row(
            where="",
            name="a",
            specifier="==1",
            pinned="1",
            hashes=(f"sha256:{A}", f"sha256:{B}", f"sha512:{A}{A}"),
        ),
    ),
    ("a==1 --no-binary :all: -C x=y", Row(where="", name="a", specifier="==1", pinned="1")),
    (
        f"a @ git+https://example.org/a.git@{COMMIT.upper()}#egg=a&subdirectory=b/c",
        Row(where="", name="a", origin=f"git+https://example.org/a.git@{COMMIT}#subdirectory=b/c"),
    ),
    ("a@git+ssh://git@example.org/a", Row(where="", name="a", origin="git+ssh://example.org/a@HEAD")),
    ("a @ git+file:///srv/a@v1", Row(where="", name="a", origin="git+local@v1")),
    ("a @ git+https://example.org/a@feature/x", Row(where="", name="a", origin=REDACTED)),
    (
        f"a @ https://example.org/a.tar.gz?token=secret#sha256={A}",
        Row(where="", name="a", origin="https://example.org/a.tar.gz", hashes=(f"sha256:{A}",)),
    ),
    (
        "torch @ https://example.org/cpu/torch-2.1.0%2Bcpu-cp311-cp311-linux_x86_64.whl",
        Row(
            where="",
            name="torch",
            pinned="2.1.0+cpu",
            origin="https://example.org/cpu/torch-2.1.0%2Bcpu-cp311-cp311-linux_x86_64.whl",
        ),
    ),
    (
        f"https://example.org/A_b-1.0-py3-none-any.whl#sha256={A} ; os_name == 'nt'",
        Row(
            where="",
            name="a-b",
            specifier="==1.0",
            pinned="1.0",
            marker='os_name == "nt"',
            hashes=(f"sha256:{A}",),
            origin="https://example.org/A_b-1.0-py3-none-any.whl",
        ),
    ),
    ("https://example.org/a.zip#egg=A.b[d, c]", Row(where="", name="a-b", extras=("c", "d"),
                                                          origin="https://example.org/a.zip")),
    ("https://example.org/a.zip", Row(where="", name=None, origin="https://example.org/a.zip")),
    ("a @ file:///home/ada/a", Row(where="", name="a", origin=LOCAL)),
    ("a @ ./libs/a", Row(where="", name="a", origin=LOCAL)),
    ("./libs/a[b]", Row(where="", name=None, extras=("b",), origin=LOCAL)),
    ("libs/a", Row(where="", name=None, origin=LOCAL)),
    ("/srv/a-1.0-py3-none-any.whl", Row(where="", name="a", specifier="==1.0", pinned="1.0", origin=LOCAL)),
    ("a-1.0.tar.gz", Row(where="", name=None, origin=LOCAL)),
    ("-e .", Row(where="", name=None, origin=LOCAL, editable=True)),
    ("-e ./a[b,c]", Row(where="", name=None, extras=("b", "c"), origin=LOCAL, editable=True)),
    ("--editable=FILE:///srv/a#egg=a", Row(where="", name="a", origin=LOCAL, editable=True)),
    (
        f"-e git+https://example.org/a@{COMMIT}#egg=A[b]",
        Row(where="", name="a", extras=("b",), origin=f"git+https://example.org/a@{COMMIT}", editable=True),
    ),
    ("-e git://example.org/a#egg=a", Row(where="", name="a", origin="git+git://example.org/a@HEAD",
                                                 editable=True)),
    (
        "-e 'a @ git+https://example.org/a@v1 ; os_name == \"nt\"'",
        Row(
            where="", name="a", marker='os_name == "nt"', origin="git+https://example.org/a@v1", editable=True
        ),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "row"), ROWS, ids=[text[:40] for text, _ in ROWS])
def test_a_line_is_one_row(text: str, row: Row) -> None:
    found = parse({"requirements.txt": f"\n{text}\n"})

    assert told(found) == (row._replace(where="requirements.txt:2"),)
    assert found.problems == []


SECRET = [
    ("https://ada:secret@example.org/a.zip", "https://example.org/a.zip", "lock.credentials"),
    ("https://secret@example.org/a.zip", "https://example.org/a.zip", "lock.credentials"),
    ("git+ssh://git:secret@example.org/a@v1", "git+ssh://example.org/a@v1", "lock.credentials"),
    ("https://ada:se/cret@example.org/a.zip", REDACTED, None),
    ("git+https://ada:1/secret@example.org/a.git", REDACTED, None),
    ("https://ada:se%40cret@example.org/a.zip", "https://example.org/a.zip", "lock.credentials"),
    ("https://${TOKEN}@example.org/a.zip", "https://example.org/a.zip", "lock.variable"),
    ("https://${USER_1}:${TOKEN}@example.org/a.zip", "https://example.org/a.zip", "lock.variable"),
    ("https://example.org/${TOKEN}/a.zip", REDACTED, "lock.variable"),
    ("https://${HOST}/a.zip", REDACTED, "lock.variable"),
]


@pytest.mark.parametrize(("address", "origin", "problem"), SECRET)
def test_no_secret_of_an_address_is_kept(address: str, origin: str, problem: str | None) -> None:
    found = parse({"requirements.txt": f"a @ {address}\n"})

    assert told(found) == (Row(where="requirements.txt:1", name="a", origin=origin),)
    assert [(one.code, one.subject) for one in found.problems] == ([(problem, "requirements.txt:1")] if problem else [])
    kept = repr(told(found)) + repr(found.problems)
    assert "secret" not in kept and "TOKEN" not in kept


def test_nothing_is_kept_of_other_options() -> None:
    text = (
        "-i https://ada:secret@example.org/simple --extra-index-url=https://ada:secret@example.org/other\n"
        "--find-links ./secret --trusted-host example.org --pre\n"
        "a==1 --config-settings '--global-option=secret'\n"
    )

    found = parse({"requirements.txt": text})

    assert told(found) == (Row(where="requirements.txt:3", name="a", specifier="==1", pinned="1"),)
    assert (found.problems, found.failures) == ([], [])
    assert "secret" not in repr(vars(found))


def test_files_are_included_from_where_they_are_named() -> None:
    files = {
        "deploy/requirements.txt": "a\n-r base/core.txt\n-c ../limits.txt\n--requirement='../with space.txt'\nz\n",
        "deploy/base/core.txt": "b ; os_name == 'nt'\n-c limits.txt\n",
        "deploy/base/limits.txt": "c<2\n-r more.txt\n",
        "deploy/base/more.txt": "d\n",
        "limits.txt": "\n\ne==1\n",
        "with space.txt": "f @ https://ada:secret@example.org/f.zip\n",
    }

    found = parse(files, "deploy/requirements.txt")

    assert told(found) == (
        Row(where="deploy/requirements.txt:1", name="a"),
        Row(where="deploy/base/core.txt:1", name="b", marker='os_name == "nt"'),
        Row(where="deploy/base/limits.txt:1", name="c", specifier="<2", constraint=True),
        Row(where="deploy/base/more.txt:1", name="d"),
        Row(where="limits.txt:3", name="e", specifier="==1", pinned="1", constraint=True),
        Row(where="with space.txt:1", name="f", origin="https://example.org/f.zip"),
        Row(where="deploy/requirements.txt:5", name="z"),
    )
    assert found.problems == [Problem("lock.credentials", "with space.txt:1", "its address holds credentials")]


def test_a_file_counts_once_for_what_it_is_included_as() -> None:
    files = {"requirements.txt": "-r a.txt\n-r b.txt\n-c b.txt\n", "a.txt": "-r b.txt\n", "b.txt": "c==1\n"}

    rows = told(parse(files))

    assert [(row.where, row.constraint) for row in rows] == [("b.txt:1", False), ("b.txt:1", True)]


def test_files_that_include_each_other_twice_take_no_exponential_time() -> None:
    files = {f"{i}.txt": f"-r {i + 1}.txt\n" * 2 for i in range(90)} | {"90.txt": "a==1\n"}

    assert [row.where for row in told(parse(files, "0.txt"))] == ["90.txt:1"]


def test_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERSION", "1")

    found = parse({"requirements.txt": "a @ https://example.org/${VERSION}/a.zip\n"})

    assert [row.origin for row in told(found)] == [REDACTED]
