"""What no requirements file may hold: every line that cannot be read is named, and no secret of it is shown."""

import pytest

from lineage.dependencies.pip.entries import MAX_LENGTH
from lineage.dependencies.pip.reading import MAX_FILES, parse_requirements
from lineage.errors import InputError

HASH = "has a hash that is none: write sha256:, sha384: or sha512: and its hexadecimal digits"
SEVERAL = "names several things, of which pip reads only one\n  write each on its own line"
FILES = "names several files, of which pip reads only one\n  write each on its own line"
BEHIND = "has words behind its options, which pip leaves out"
NOT_EDITABLE = "is an editable requirement that is neither a path nor a repository with a name"
CONFLICT = "is a conflict marker\n  take one side whole, or lock again"
ADDRESS = "includes an address, which is not fetched\n  include a file that lies beside it"
PATH = "includes a path that cannot be read: empty, not printable, or with a variable"

LINES = [
    ("numpy=1.26.4", "is not a requirement that can be read: 'numpy=1.26.4'"),
    ("numpy scipy", "is not a requirement that can be read: 'numpy scipy'"),
    ("numpy ; python_version", "is not a requirement that can be read: 'numpy ; python_version'"),
    ("numpy ; when == 'x'", "is not a requirement that can be read: \"numpy ; when == 'x'\""),
    ("numpy ; " + "(" * 9000, "is not a requirement that can be read: '" + ("numpy ; " + "(" * 72) + "'"),
    ("ada:secret@example.org", "is not a requirement that can be read"),
    ("https://ada:secret@example.org/secret.whl", "is not a requirement that can be read"),
    ("https://ada:secret@[example.org/a.zip", "is not a requirement that can be read"),
    ("${SECRET}==1", "is not a requirement that can be read"),
    ("a" * (MAX_LENGTH + 1), f"has a requirement of more than {MAX_LENGTH} characters"),
    ("https://example.org/a.zip#egg=a==1", "has an #egg= that is no name"),
    ("https://example.org/a.zip#egg=", "has an #egg= that is no name"),
    ("https://example.org/a.zip#egg=a[b]c", "has an #egg= that is no name"),
    ("https://example.org/a.zip#egg=a[/]", "has an #egg= that is no name"),
    ("https://example.org/a.zip#sha256=12", HASH),
    ("scipy @ https://example.org/numpy-1.0-py3-none-any.whl", "names scipy, but its file is numpy"),
    ("a==1 --hash=sha256:12", HASH),
    ("a==1 --hash=md5:" + "a" * 32, HASH),
    ("a==1 --hash=sha256:" + "g" * 64, HASH),
    ("a==1 --hash", "has no value for --hash"),
    ("a==1 --hash='sha256:", "has a quotation or a backslash that does not end"),
    ("a==1 --hash=sha256:" + "a" * 64 + " ; os_name == 'nt'", BEHIND),
    ("--hash=sha256:" + "a" * 64, "has a hash without a requirement"),
    ("a==1 -r b.txt", SEVERAL),
    ("a==1 -e ./b", SEVERAL),
    ("-e ./a -e ./b", SEVERAL),
    ("-r empty.txt -c empty.txt", FILES),
    ("-r empty.txt empty.txt", BEHIND),
    ("-r -- empty.txt", BEHIND),
    ("--pre -", BEHIND),
    ("--pre=secret", "has an option that is not known here: '--pre'"),
    ("--index=https://ada:secret@example.org", "has an option that is not known here: '--index'"),
    ("--secret:ada@example.org", "has an option that is not known here: '--secret'"),
    ("--" + "x" * 99, "has an option that is not known here: '--" + "x" * 38 + "'"),
    ("-khttps://ada:secret@example.org", "has an option that is not known here: '-k'"),
    ("-e fraud==1", NOT_EDITABLE),
    ("-e https://example.org/a.zip#egg=a", NOT_EDITABLE),
    ("-e git+https://example.org/a", NOT_EDITABLE),
    ("<<<<<<< ours", CONFLICT),
    ("||||||| base", CONFLICT),
    ("=======", CONFLICT),
    (">>>>>>> theirs", CONFLICT),
    ("-r", "has no value for --requirement"),
    ("-r ''", PATH),
    ("-r ${PLACE}/a.txt", PATH),
    ("-r a\x07.txt", PATH),
    ("-r https://ada:secret@example.org/a.txt", ADDRESS),
    ("-c file:///secret/a.txt", ADDRESS),
    ("-r /etc/requirements.txt", "includes /etc/requirements.txt, which leads out of the repository"),
    ("-r ../../a.txt", "includes ../../a.txt, which leads out of the repository"),
    ("-r ..", "includes ., which does not exist"),
    ("-r ../..", "includes ../.., which leads out of the repository"),
    ("-r missing.txt", "includes deploy/missing.txt, which does not exist"),
    ("-c requirements.txt", "includes deploy/requirements.txt, which includes this file"),
    ("-r ./x/../../deploy/requirements.txt", "includes deploy/requirements.txt, which includes this file"),
    ("-r locked.txt", "includes deploy/locked.txt: requirements file cannot be read: Permission denied"),
]


def read(path: str) -> bytes | None:
    if path == "deploy/locked.txt":
        raise InputError("requirements file cannot be read: Permission denied", where="/secret/deploy/locked.txt")
    return b"" if path == "deploy/empty.txt" else None


def parse(files: dict[str, str]) -> None:
    parse_requirements(
        files["requirements.txt"].encode(),
        "requirements.txt",
        lambda path: files[path].encode() if path in files else None,
    )


@pytest.mark.parametrize(("line", "message"), LINES, ids=[line[:40] for line, _ in LINES])
def test_a_line_is_refused_by_file_and_line(line: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_requirements(f"\n{line}\n".encode(), "deploy/requirements.txt", read)

    assert str(caught.value) == f"deploy/requirements.txt:2: {message}"


@pytest.mark.parametrize(
    ("narrower", "message"),
    [
        ("-e ./a", "narrower.txt:1: is no constraint: it is editable"),
        ("./a", "narrower.txt:1: is no constraint: it names no package"),
        ("-r requirements.txt", "narrower.txt:1: includes requirements.txt, which includes this file"),
        ("-c ./narrower.txt", "narrower.txt:1: includes narrower.txt, which includes this file"),
    ],
)
def test_a_line_of_an_included_file_is_named_there(narrower: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        parse({"requirements.txt": "a==1\n-c narrower.txt\n", "narrower.txt": narrower})

    assert str(caught.value) == message


def test_all_lines_that_cannot_be_read_are_named_at_once() -> None:
    files = {"requirements.txt": "a=1\nb==2\n-r more.txt\n--typo\n=======\n", "more.txt": "c=3\n"}

    with pytest.raises(InputError) as caught:
        parse(files)

    assert str(caught.value) == (
        "requirements.txt: cannot be read:\n"
        "  requirements.txt:1: is not a requirement that can be read: 'a=1'\n"
        "  more.txt:1: is not a requirement that can be read: 'c=3'\n"
        "  requirements.txt:4: has an option that is not known here: '--typo'\n"
        "  requirements.txt:5: is a conflict marker\n"
        "  take one side whole, or lock again"
    )


def test_no_more_than_a_screen_of_lines_is_named() -> None:
    with pytest.raises(InputError) as caught:
        parse({"requirements.txt": "a=1\n" * 100_000})

    lines = str(caught.value).splitlines()
    assert (len(lines), lines[20], lines[21]) == (
        22,
        "  requirements.txt:20: is not a requirement that can be read: 'a=1'",
        "  … and more",
    )


def test_a_file_that_is_not_utf8_is_named_with_its_line() -> None:
    with pytest.raises(InputError) as caught:
        parse_requirements(b"-r more.txt\n", "requirements.txt", lambda _: b"a==1\nb\xff")

    assert str(caught.value) == "more.txt:2: is not UTF-8\n  save it as UTF-8"


def test_an_endless_chain_of_files_ends() -> None:
    with pytest.raises(InputError) as caught:
        parse_requirements(b"-r 1.txt\n", "0.txt", lambda path: f"-r {int(path[:-4]) + 1}.txt\n".encode())

    assert str(caught.value) == (
        f"{MAX_FILES}.txt:1: includes {MAX_FILES + 1}.txt: more than {MAX_FILES} files are included"
    )
