"""Which build is installed: the identity of a RECORD, whoever wrote it."""

import hashlib
import re
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.portable.identity import record_identity
from tests.support.projects import python_of, site_packages
from tests.support.wheels import DATA, FILES, INFO, build_wheel, record_of

UV = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))

INSTALLER_FILES = (
    "RECORD",
    "RECORD.jws",
    "RECORD.p7s",
    "INSTALLER",
    "REQUESTED",
    "direct_url.json",
    "provenance_url.json",
    "uv_cache.json",
    "uv_build.json",
)


def identity(*lines: str) -> str:
    """What the contract says: the sha256 of the sorted lines ``path,hash``."""
    return "sha256:" + hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def from_wheel(wheel: Path) -> str | None:
    with zipfile.ZipFile(wheel) as archive:
        return record_identity(archive.read(f"{INFO}/RECORD"))


def installed_record(environment: Path) -> bytes:
    return (site_packages(environment) / INFO / "RECORD").read_bytes()


def test_the_wheel_s_own_record_is_what_the_contract_says(from_wheel: str | None) -> None:
    rows = record_of(FILES).decode().replace('"', "").splitlines()[:-1]

    assert from_wheel == identity(*(row.rpartition(",")[0] for row in rows if not row.startswith(DATA)))


@pytest.mark.parametrize("options", [(), ("--no-compile",)])
def test_pip_s_install_has_the_wheel_s_identity(
    wheel: Path, from_wheel: str | None, tmp_path: Path, options: tuple[str, ...]
) -> None:
    venv.EnvBuilder(with_pip=False).create(tmp_path / "env")
    command = [sys.executable, "-m", "pip", "--python", str(python_of(tmp_path / "env")), "install"]
    subprocess.run([*command, "--no-index", "--quiet", *options, str(wheel)], check=True, capture_output=True)

    record = installed_record(tmp_path / "env")
    assert record_identity(record) == from_wheel
    assert (b".pyc" in record) == (not options)
    assert b"INSTALLER" in record
    assert b"direct_url.json" in record
    assert b"../bin/small-script" in record


@pytest.mark.skipif(UV is None, reason="uv is not installed")
def test_uv_s_install_has_the_wheel_s_identity(wheel: Path, from_wheel: str | None, tmp_path: Path) -> None:
    venv.EnvBuilder(with_pip=False).create(tmp_path / "env")
    command = [str(UV), "pip", "install", "--python", str(python_of(tmp_path / "env")), "--no-cache", "--offline"]
    subprocess.run([*command, str(wheel)], check=True, capture_output=True)

    record = installed_record(tmp_path / "env")
    assert record_identity(record) == from_wheel
    assert record.count(b"\n") > len(FILES)


def test_one_byte_of_one_file_is_another_identity(from_wheel: str | None) -> None:
    changed = record_of({**FILES, "small_wheel/empty.py": b"\n"})

    assert record_identity(changed) not in (from_wheel, None)


ROWS = st.lists(
    st.tuples(
        st.from_regex(r"[a-z]{1,4}(/[a-z ,\"]{1,4}){0,2}\.py", fullmatch=True), st.sampled_from(["", "sha256=x"])
    ),
    min_size=1,
    max_size=8,
)


def written(rows: list[tuple[str, str]], *, quoted: bool, newline: str) -> bytes:
    lines = []
    for path, digest in rows:
        needs = quoted or "," in path or '"' in path
        field = '"{}"'.format(path.replace('"', '""')) if needs else path
        lines.append(f"{field},{digest},7")
    return (newline.join(lines) + newline).encode()


@given(rows=ROWS, data=st.data())
def test_order_quotes_and_line_ends_do_not_matter(rows: list[tuple[str, str]], data: st.DataObject) -> None:
    expected = identity(*(f"{path},{digest}" for path, digest in rows))
    shuffled = data.draw(st.permutations(rows))
    quoted, newline = data.draw(st.booleans()), data.draw(st.sampled_from(["\n", "\r\n"]))

    assert record_identity(written(shuffled, quoted=quoted, newline=newline)) == expected


@pytest.mark.parametrize("quote", ["", '"'])
@pytest.mark.parametrize(
    "path",
    [
        "../../../bin/a",
        "..\\..\\Scripts\\a.exe",
        "/usr/share/a.txt",
        "a/__pycache__/b.cpython-311.pyc",
        "a.pyc",
        f"{DATA}/scripts/a",
        f"{DATA}/purelib/a/b.py",
        *(f"{INFO}/{name}" for name in INSTALLER_FILES),
    ],
)
def test_left_out_is_what_differs_between_installs(path: str, quote: str) -> None:
    row = f"{quote}{path}{quote},sha256=x,1\n".encode()

    assert record_identity(b"a.py,sha256=y,1\n" + row) == identity("a.py,sha256=y")
    assert record_identity(row) is None


@pytest.mark.parametrize(
    "path",
    [
        "INSTALLER",
        "a/INSTALLER",
        "a/RECORD",
        "a.pycx",
        "a..py",
        "a/b.data/c.py",
        "b.data",
        f"{INFO}/METADATA",
        f"{INFO}/licenses/RECORD",
        f"{INFO}/top_level.txt",
    ],
)
def test_kept_is_everything_else(path: str) -> None:
    assert record_identity(f"{path},sha256=x,1\n".encode()) == identity(f"{path},sha256=x")


def test_bytes_that_are_not_utf_8_are_kept() -> None:
    expected = "sha256:" + hashlib.sha256(b"\xff.py,sha256=x").hexdigest()

    assert record_identity(b"\xff.py,sha256=x,1\n") == expected
    assert record_identity(b'"\xff.py",sha256=x,1\n') == expected


@pytest.mark.parametrize("record", [b"", b"\n\r\n", f"{INFO}/RECORD,,\n".encode(), b'"a.pyc",,\n\n'])
def test_a_record_of_nothing_has_no_identity(record: bytes) -> None:
    assert record_identity(record) is None


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (b"a.py\n", "not path,hash,size: b'a.py'"),
        (b"a.py,sha256=x\n", "not path,hash,size: b'a.py,sha256=x'"),
        (b'"a.py",sha256=x\n', "not path,hash,size: 'a.py,sha256=x'"),
        (b'"a.py",sha256=x,1,2\n', "not path,hash,size: 'a.py,sha256=x,1,2'"),
        (b"a.py,sha256=x,1\rb.py,sha256=x,1\n", "a carriage return in a row"),
        (b"a.py,sha256=x,1\r", "a carriage return in a row"),
        (b"a/../../x.py,sha256=x,1\n", "a path that leads up again: b'a/../../x.py,sha256=x,1'"),
        (b'"a,b/../x.py",,\n', """a path that leads up again: b'"a,b/../x.py",,'"""),
        (b"x.data/..,,\n", "a path that leads up again: b'x.data/..,,'"),
        (b"a\\..\\x.py,,\r\n", "a path that leads up again: b'a\\\\..\\\\x.py,,\\r'"),
        (b"../b/../x.py,,\n", "a path that leads up again: b'../b/../x.py,,'"),
        (b"/b/../x.py,,\n", "a path that leads up again: b'/b/../x.py,,'"),
        (b"x" * 200 + b"\n", f"not path,hash,size: {b'x' * 80!r}"),
    ],
)
def test_a_row_that_is_none_is_an_error(record: bytes, message: str) -> None:
    with pytest.raises(ValueError) as caught:
        record_identity(record)

    assert str(caught.value) == message


def test_a_field_beyond_the_limit_of_csv_is_an_error() -> None:
    with pytest.raises(ValueError) as caught:
        record_identity(b'"' + b"a" * 200_000 + b'",sha256=x,1\n')

    assert str(caught.value) == "field larger than field limit (131072)"


PIECES = st.sampled_from(
    [
        *("a.py", "a.pyc", "x.dist-info/", "x.data/", "RECORD", "INSTALLER", "../", "/", "..\\", ".", ".d", ".pyc,"),
        *("b/", "\xe9", "\x85", "\x0c", " ", ",sha256=x,1\n", ",sha256=x,1\n", ",,\n", ",\n", "\n", "\r\n", "\r"),
    ]
)


def plainly(record: bytes) -> str | None:
    """The rules, row by row."""
    kept = []
    if b"\r" in record.replace(b"\r\n", b"\n"):
        raise ValueError("a carriage return in a row")
    for row in record.split(b"\n"):
        parts = row.rsplit(b",", 2)[0].replace(b"\\", b"/").split(b"/")
        while parts[:1] == [b".."]:
            parts.pop(0)
        if b".." in parts:
            raise ValueError(f"a path that leads up again: {row[:80]!r}")
    for row in record.splitlines():
        if not row:
            continue
        if row.count(b",") < 2:
            raise ValueError(f"not path,hash,size: {row[:80]!r}")
        path, digest, _ = row.rsplit(b",", 2)
        directory, _, name = path.rpartition(b"/")
        outside = path.startswith((b"/", b"../", b"..\\"))
        of_the_installer = directory.endswith(b".dist-info") and name.decode("latin-1") in INSTALLER_FILES
        is_spread = (
            path.partition(b"/")[0].endswith(b".data") and b"/" in path and not directory.endswith(b".dist-info")
        )
        if not (outside or of_the_installer or is_spread or path.endswith(b".pyc")):
            kept.append(path + b"," + digest)
    return "sha256:" + hashlib.sha256(b"\n".join(sorted(kept))).hexdigest() if kept else None


@given(pieces=st.lists(PIECES, max_size=14))
def test_a_record_without_quotes_is_read_as_its_rules_say(pieces: list[str]) -> None:
    record = "".join(pieces).encode("latin-1")
    try:
        expected: str | None = plainly(record)
    except ValueError as error:
        with pytest.raises(ValueError, match=f"^{re.escape(str(error))}$"):
            record_identity(record)
    else:
        assert record_identity(record) == expected
