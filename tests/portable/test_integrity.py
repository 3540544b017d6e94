"""Rows of RECORD, and what a file that differs from its row means."""

import base64
import hashlib

import pytest

from lineage.portable.compare import Change
from lineage.portable.integrity import (
    MAX_ROWS,
    UNOWNED,
    FileDifference,
    RecordRow,
    changed,
    is_compiled,
    is_distributors,
    is_script,
    linked,
    package_changes,
    place_of,
    read_rows,
    replaced,
)

HEX = {name: hashlib.new(name, b"content").hexdigest() for name in ("sha256", "sha384", "sha512", "md5", "sha1")}


def urlsafe(name: str) -> str:
    return base64.urlsafe_b64encode(bytes.fromhex(HEX[name])).rstrip(b"=").decode()


HASHES = [
    ("sha256, base 64 without padding", f"sha256={urlsafe('sha256')}", ("sha256", HEX["sha256"])),
    ("sha256, padded", f"sha256={urlsafe('sha256')}=", ("sha256", HEX["sha256"])),
    ("sha256, hexadecimal", f"sha256={HEX['sha256']}", ("sha256", HEX["sha256"])),
    ("sha256, hexadecimal in capitals", f"sha256={HEX['sha256'].upper()}", ("sha256", HEX["sha256"])),
    ("sha384", f"sha384={urlsafe('sha384')}", ("sha384", HEX["sha384"])),
    ("sha512", f"sha512={urlsafe('sha512')}", ("sha512", HEX["sha512"])),
    ("md5", f"md5={urlsafe('md5')}", ("", "")),
    ("sha1", f"sha1={urlsafe('sha1')}", ("", "")),
    ("an algorithm that takes a length", "shake_128=00", ("", "")),
    ("too short", f"sha256={urlsafe('md5')}", ("", "")),
    ("not base 64", "sha256=" + "!" * 43, ("", "")),
    ("without a name", urlsafe("sha256"), ("", "")),
    ("nothing", "", ("", "")),
]


@pytest.mark.parametrize(("_name", "written", "expected"), HASHES, ids=[row[0] for row in HASHES])
def test_a_hash_proves_something_or_nothing(_name: str, written: str, expected: tuple[str, str]) -> None:
    assert read_rows(f"a.py,{written},7\n".encode()) == [RecordRow("a.py", *expected)]


RECORDS = [
    ("in order", b"b.py,,\na.py,,\n", ["b.py", "a.py"]),
    ("CRLF, empty lines, no end of line", b"a.py,,\r\n\r\nb.py,,", ["a.py", "b.py"]),
    ("quoted", b'"a, b.py",,\n"say ""x"".py",,\nc.py,,\n', ["a, b.py", 'say "x".py', "c.py"]),
    ("quoted, with empty lines", b'\n"a, b.py",,\r\n\r\nc.py,,\n', ["a, b.py", "c.py"]),
    ("a comma without quotes", b"a, b.py,,\n", ["a, b.py"]),
    ("backslashes", b"pkg\\a.py,,\n", ["pkg/a.py"]),
    ("not UTF-8", b"caf\xe9.py,,\n", ["caf\udce9.py"]),
    ("nothing", b"", []),
]


@pytest.mark.parametrize(("_name", "record", "paths"), RECORDS, ids=[row[0] for row in RECORDS])
def test_the_files_of_a_record(_name: str, record: bytes, paths: list[str]) -> None:
    assert [row.path for row in read_rows(record)] == paths


BROKEN = [
    ("two fields", b"a.py,\n", "not path,hash,size: 'a.py,'"),
    ("two fields among quoted ones", b'"a.py",,\nb.py,\n', "not path,hash,size: 'b.py,'"),
    ("a field without end", b'"' + b"x" * 200000 + b",,\n", "field larger than field limit (131072)"),
    ("endless", b"a,,\n" * (MAX_ROWS + 1), "it lists more than 200000 files"),
]


@pytest.mark.parametrize(("_name", "record", "message"), BROKEN, ids=[row[0] for row in BROKEN])
def test_what_is_no_record_is_refused(_name: str, record: bytes, message: str) -> None:
    with pytest.raises(ValueError) as caught:
        read_rows(record)

    assert str(caught.value) == message


PLACES = [
    ("a/b.py", "/env/lib/site/a/b.py"),
    ("a/../../site/b.py", "/env/lib/site/b.py"),
    ("../../bin/x", "/env/bin/x"),
    ("../../../../etc/passwd", "/etc/passwd"),
    ("/etc/passwd", "/etc/passwd"),
    ("/env/lib/site/b.py", "/env/lib/site/b.py"),
]


@pytest.mark.parametrize(("row", "place"), PLACES)
def test_where_a_row_leads(row: str, place: str) -> None:
    assert place_of("/env/lib/site", row) == place


def test_scripts_and_the_directories_of_a_distributor_are_known_by_their_place() -> None:
    places = ("/env/bin/x", "/env/Scripts/x", "/env/binary", "/env/share/bin/x")
    assert [is_script(place, "/env") for place in places] == [True, True, False, False]
    sites = ("/usr/lib/python3/dist-packages", "/usr/local/lib/python3.11/dist-packages", "/usr/lib/site-packages")
    assert [is_distributors(site) for site in sites] == [True, False, False]


@pytest.mark.parametrize(
    ("path", "expected"), [("a/__pycache__/b.cpython-311.pyc", True), ("a/b.pyc", False), ("a/__pycache__", False)]
)
def test_only_the_interpreters_own_cache_is_compiled(path: str, expected: bool) -> None:
    assert is_compiled(path) is expected


ROW = RecordRow("numpy/a.py", "sha256", "0123456789abcdef" * 4)
OTHER = "fedcba9876543210" * 4
CERTIFICATES = "certificates are often replaced in place"
CONTENT = "the content it leads to is the recorded one"


def test_what_differs_is_kept_short() -> None:
    assert [
        changed("numpy/a.py", ROW, OTHER),
        changed("certifi/cacert.pem", ROW, OTHER),
        changed("numpy/not_cacert.pem", ROW, OTHER),
        replaced("numpy/a.py", ROW, "missing"),
        replaced("certifi/cacert.pem", ROW, "missing"),
        linked("numpy/a.py", ROW),
    ] == [
        FileDifference("numpy/a.py", "differs from its RECORD", "0123456789ab", "fedcba987654", ""),
        FileDifference("certifi/cacert.pem", "differs from its RECORD", "0123456789ab", "fedcba987654", CERTIFICATES),
        FileDifference("numpy/not_cacert.pem", "differs from its RECORD", "0123456789ab", "fedcba987654", ""),
        FileDifference("numpy/a.py", "differs from its RECORD", "0123456789ab", "missing", ""),
        FileDifference("certifi/cacert.pem", "differs from its RECORD", "0123456789ab", "missing", ""),
        FileDifference("numpy/a.py", "is a link out of the environment", "0123456789ab", "a link", CONTENT),
    ]


def test_a_package_is_one_change_and_each_honest_reason_one_more() -> None:
    differences = [
        linked("numpy/z.py", ROW),
        replaced("numpy/c.py", ROW, "missing"),
        FileDifference("numpy/b.py", UNOWNED, None, "fedcba987654"),
        changed("numpy/cacert.pem", ROW, OTHER),
        changed("numpy/a.py", ROW, OTHER),
        linked("numpy/y.py", ROW),
    ]

    found = package_changes("numpy", "weights", differences)

    subject, code, recorded = "package:numpy", "package-file", "0123456789ab"
    a, cacert = "numpy/a.py differs from its RECORD", "numpy/cacert.pem differs from its RECORD"
    y = "numpy/y.py is a link out of the environment"
    assert found == [
        Change(subject, code, recorded, "fedcba987654", "build", "weights", f"{a} and 2 more files"),
        Change(subject, code, recorded, "fedcba987654", "none", "weights", f"{cacert}: {CERTIFICATES}"),
        Change(subject, code, recorded, "a link", "none", "weights", f"{y} and 1 more file: {CONTENT}"),
    ]
    assert package_changes("numpy", "weights", reversed(differences)) == found
    assert package_changes("numpy", "weights", []) == []
