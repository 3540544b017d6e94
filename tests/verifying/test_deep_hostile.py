"""``--deep`` on environments that were made to fool it, hold it up or lead it astray."""

import hashlib
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lineage.portable.compare import Change
from lineage.portable.environment import Unknown
from lineage.verifying import unowned_search
from lineage.verifying.installed_files import compare_files
from tests.support import projects
from tests.support.projects import SOURCE, python_of, site_packages
from tests.support.recording import source

ROW = "sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0"
"""Of an empty file."""

EMPTY = hashlib.sha256(b"").hexdigest()[:12]
FIRST = hashlib.sha256(b'__version__ = "1.26.4"\n').hexdigest()[:12]


@pytest.fixture
def target(environment: Path, tmp_path: Path) -> Path:
    return projects.copy(environment, tmp_path / "target")


def found(target: Path, uses: dict[str, str] | None = None) -> tuple[tuple[Change, ...], tuple[Unknown, ...], int]:
    """All that is said of a target, whatever a policy would make of it."""
    known = {"numpy": "imported"} if uses is None else uses
    comparison = compare_files(source(target).examine(), known, known.__contains__)
    return comparison.changes, comparison.unknown, dict(comparison.checked)["installed"]


def list_also(target: Path, *rows: str) -> None:
    record = site_packages(target) / "numpy-1.26.4.dist-info/RECORD"
    record.write_text(record.read_text() + "".join(f"{row}\n" for row in rows))


def changed(observed: str, path: str = "numpy/__init__.py", recorded: str = FIRST) -> tuple[Change, ...]:
    detail = f"{path} differs from its RECORD"
    return (Change("package:numpy", "package-file", recorded, observed, "build", "imported", detail),)


def fifo(path: Path) -> None:
    os.mkfifo(path)


def link_to_a_fifo(path: Path) -> None:
    fifo(path.with_name("pipe"))
    path.symlink_to("pipe")


def loop(path: Path) -> None:
    path.symlink_to("more.py")
    path.with_name("more.py").symlink_to(path.name)


def listening(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # the name of a socket has no more than 107 bytes
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(path.name)
    finally:
        os.chdir(here)


def through_a_file(path: Path) -> None:
    path.parent.rmdir()
    path.parent.write_bytes(b"")


REPLACED: list[tuple[str, Callable[[Path], None]]] = [
    ("a FIFO", fifo),
    ("a socket", listening),
    ("a device", lambda path: path.symlink_to("/dev/zero")),
    ("a FIFO", link_to_a_fifo),
    ("a directory", Path.mkdir),
    ("a link that leads nowhere", lambda path: path.symlink_to("gone")),
    ("missing", through_a_file),
]


@pytest.mark.parametrize(("kind", "put"), REPLACED, ids=[f"{i} {row[0]}" for i, row in enumerate(REPLACED)])
def test_what_is_no_file_is_named_and_never_read(kind: str, put: Callable[[Path], None], target: Path) -> None:
    path = site_packages(target) / "numpy/__init__.py"
    path.unlink()
    put(path)

    changes, unknown, number = found(target)

    assert (changes, unknown, number) == (changed(kind), (), 15)


def test_links_in_a_circle_end(target: Path) -> None:
    site = site_packages(target)
    (site / "numpy/__init__.py").unlink()
    loop(site / "numpy/__init__.py")
    (site / "numpy/deep").symlink_to(".")
    list_also(target, f"numpy/deep/deep/deep/deep.py,{ROW}")

    changes, _, _ = found(target)

    detail = "numpy/__init__.py differs from its RECORD and 5 more files"
    assert changes == (
        Change("package:numpy", "package-file", FIRST, "a link that leads nowhere", "build", "imported", detail),
    )


OUTSIDE = [
    ("absolute", "{outside}"),
    ("climbing", "../../../../outside/secret.py"),
    ("climbing from below", "numpy/../../../../../outside/secret.py"),
    ("climbing beyond the root", "../" * 40 + "{inside}"),
    ("a script", "../../../bin/secret"),
]


@pytest.mark.parametrize(("_name", "row"), OUTSIDE, ids=[row[0] for row in OUTSIDE])
@pytest.mark.skipif(not Path("/usr/bin/strace").exists(), reason="strace is not here")
def test_a_row_that_leads_out_is_never_opened(_name: str, row: str, target: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    for path in (tmp_path / "outside/secret.py", target / "bin/secret"):
        path.write_bytes(b"secret")
    outside = str(tmp_path / "outside/secret.py")
    list_also(target, f"{row.format(outside=outside, inside=outside[1:])},{ROW}")

    opened, answer = traced(target, tmp_path)

    refused = "/../" in row.lstrip("./")  # it goes down and up again: of the package nothing is known
    assert answer == f"{int(refused)} changes, {int(refused)} unknown, {12 if refused else 16} files\n"
    assert any("numpy/__init__.py" in line for line in opened) is not refused
    assert [line for line in opened if "secret" in line] == []


def traced(target: Path, tmp_path: Path) -> tuple[list[str], str]:
    """Every system call of a comparison that names a file, and what it said."""
    script = (
        "import os, sys; from pathlib import Path\n"
        "from lineage.verifying.installed_files import compare_files\n"
        "from lineage.targets.interpreter import InterpreterSource\n"
        "target = InterpreterSource(sys.argv[1], env={}).examine()\n"
        "found = compare_files(target, {'numpy': 'imported'}, lambda name: name == 'numpy')\n"
        "number = dict(found.checked)['installed']\n"
        "print(f'{len(found.changes)} changes, {len(found.unknown)} unknown, {number} files')\n"
    )
    log = tmp_path / "calls"
    command = ["strace", "-f", "-qq", "-o", str(log), "-e", "trace=%file", sys.executable, "-P", "-c", script]
    done = subprocess.run(
        [*command, str(python_of(target))],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        check=True,
    )
    return log.read_text().splitlines(), done.stdout


def test_a_row_that_leads_out_and_back_owns_nothing(target: Path) -> None:
    site = site_packages(target)
    (site / "numpy/evil.py").write_bytes(b"")
    (site / "numpy/evil.pyc").write_bytes(b"")
    list_also(target, f"../site-packages/numpy/evil.py,{ROW}", "numpy/evil.pyc,,")

    changes, unknown, _ = found(target)

    assert [(one.recorded, one.observed, one.detail) for one in changes] == [
        (None, EMPTY, "numpy/evil.py is in no RECORD and 1 more file"),
    ]
    reason = "not verifiable: RECORD lists ../site-packages/numpy/evil.py, which leads out of its directory and back"
    assert unknown == (Unknown("package:numpy", reason, use="imported"),)


def test_a_package_of_which_nothing_can_be_checked_is_not_passed_over(target: Path) -> None:
    record = site_packages(target) / "numpy-1.26.4.dist-info/RECORD"
    record.write_text("numpy/data.bin,,\nnumpy-1.26.4.dist-info/METADATA,,\nnumpy-1.26.4.dist-info/RECORD,,\n")
    (site_packages(target) / "numpy/__init__.py").unlink()

    _, unknown, _ = found(target)

    reason = "not verifiable: none of the files that its RECORD lists can be checked"
    assert unknown == (Unknown("package:numpy", reason, use="imported"),)


@pytest.mark.parametrize(("flags", "is_taken"), [(0b00, False), (0b01, True), (0b11, False)])
def test_a_cache_that_counts_whatever_its_source_says(flags: int, is_taken: bool, target: Path) -> None:
    site = site_packages(target)
    for path in ("numpy/__pycache__/__init__.cpython-311.pyc", "joblib/__pycache__/__init__.cpython-311.pyc"):
        projects.write(site, {path: b"\xa7\r\r\n" + flags.to_bytes(4, "little") + bytes(8)})
    projects.write(
        site, {"numpy/__pycache__/gone.cpython-311.pyc": b"\xa7\r\r\n\1\0\0\0", "numpy/__pycache__/a.txt": b""}
    )

    changes, unknown, _ = found(target)

    detail = "numpy/__pycache__/__init__.cpython-311.pyc is taken by Python without a look at its source"
    change = Change("package:numpy", "package-file", None, "a cache", "build", "imported", detail)
    assert (changes, unknown) == ((change,) * is_taken, ())


def test_data_beside_site_packages_is_compared_and_scripts_are_not(target: Path) -> None:
    for place in ("lib/libfast.so.1", "bin/numpy-config"):
        (target / place).write_bytes(b"altered")
    list_also(target, f"../../../lib/libfast.so.1,{ROW}", f"../../../bin/numpy-config,{ROW}")
    list_also(target, f"../../../include/gone.h,{ROW}")

    changes, unknown, number = found(target)

    detail = "../../../include/gone.h differs from its RECORD and 1 more file"
    assert (changes, unknown, number) == (
        (Change("package:numpy", "package-file", EMPTY, "missing", "build", "imported", detail),),
        (),
        17,
    )


BROKEN: list[tuple[str, Callable[[Path], object], str]] = [
    ("endless", lambda path: path.write_bytes(b"a,,\n" * 1_000_000), "it lists more than 200000 files"),
    ("no RECORD", lambda path: path.write_bytes(b"\x00" * 100), "not path,hash,size: {nulls!r}"),
    ("a FIFO", fifo, "not a regular file"),
    ("a device", lambda path: path.symlink_to("/dev/zero"), "not a regular file"),
]


@pytest.mark.parametrize(("_name", "put", "message"), BROKEN, ids=[row[0] for row in BROKEN])
def test_a_record_that_is_none_proves_nothing(
    _name: str, put: Callable[[Path], object], message: str, target: Path
) -> None:
    examination = source(target).examine()
    record = site_packages(target) / "numpy-1.26.4.dist-info/RECORD"
    record.unlink()
    put(record)

    comparison = compare_files(examination, {"numpy": "imported"}, lambda name: name == "numpy")

    reason = f"not verifiable: RECORD: {message.format(nulls=chr(0) * 80)}"
    assert comparison.unknown == (Unknown("package:numpy", reason, use="imported"),)


@pytest.mark.parametrize("path", ["a\0b.py", "numpy/" + "a" * 300 + ".py"], ids=["a null", "too long"])
def test_a_path_that_no_file_can_have(path: str, target: Path) -> None:
    list_also(target, f"{path},{ROW}")

    changes, unknown, _ = found(target)

    if "\0" in path:
        assert (changes, unknown) == (changed("missing", path, EMPTY), ())
    else:
        reason = f"not verifiable: {path} cannot be read: File name too long"
        assert (changes, unknown) == ((), (Unknown("package:numpy", reason, use="imported"),))


def test_more_files_than_anyone_reads_are_not_all_looked_at(target: Path, tmp_path: Path) -> None:
    site = site_packages(target)
    for i in range(unowned_search.MAX_FILES + 1):
        (site / f"m{i}.py").touch()

    changes, unknown, _ = found(target)

    assert unknown == (Unknown("files", "more than 10000 importable files are in no RECORD: not all were looked at"),)
    assert len(changes) == 101
    assert changes[-1].detail == "9900 more are in no RECORD"


def test_directories_without_end_are_not_all_looked_at(target: Path) -> None:
    deep = site_packages(target).joinpath(*["d"] * 70)
    deep.mkdir(parents=True)
    (deep / "a.py").touch()

    changes, unknown, _ = found(target)

    shown = "/".join(["d"] * 65)[:80]
    assert (changes, unknown) == ((), (Unknown("files", f"more than 64 directories deep: {shown}…"),))


def test_findings_have_one_order(target: Path) -> None:
    for name in ("numpy", "joblib", "plotly", "sklearn"):
        (site_packages(target) / name / "__init__.py").write_bytes(b"")
    (site_packages(target) / "b.py").touch()
    (site_packages(target) / "a.py").touch()

    first = found(target)

    assert [change.subject for change in first[0]] == [
        *("file:a.py", "file:b.py"),
        *("package:joblib", "package:numpy", "package:plotly", "package:scikit-learn"),
    ]
    assert all(found(target) == first for _ in range(5))
