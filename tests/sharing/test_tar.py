"""Tars of plain files: what is written, Python's tarfile reads; what is read may be anything."""

import hashlib
import io
import random
import tarfile
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lineage.errors import InputError
from lineage.sharing.tar import END, Entry, content_of, entries, header, opened, padding, pour

NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=300)


def archive(members: dict[str, bytes]) -> bytes:
    return b"".join(header(k, len(v)) + v + padding(len(v)) for k, v in members.items()) + END


@given(st.dictionaries(NAMES.filter(lambda name: not name.endswith("/")), st.binary(max_size=1500), max_size=4))
@example({"a" * 100: b"1", "b" * 101: b"2" * 512, "d/" * 80 + "ä": b""})
def test_what_is_written_is_read_again_by_us_and_by_python(members: dict[str, bytes]) -> None:
    file = io.BytesIO(archive(members))
    assert {one.name: content_of(file, one, 2000, "x") for one in entries(file, "x")} == members
    file.seek(0)
    with tarfile.open(fileobj=file) as other:
        seen = {one.name: (one.uid, one.gid, one.mode, one.mtime, one.size) for one in other.getmembers()}
    assert seen == {name: (0, 0, 0o644, 0, len(content)) for name, content in members.items()}


def test_a_size_beyond_eight_gigabytes(tmp_path: Path) -> None:
    size = 9 << 30
    with (tmp_path / "x").open("wb") as file:
        start = header("big", size)
        file.write(start)
        file.truncate(len(start) + size + len(END))
    with opened(tmp_path / "x") as found:
        assert list(entries(found, "x")) == [Entry("big", len(start), size)]


def test_bytes_that_were_altered_are_refused_or_are_content() -> None:
    whole = archive({"a": b"content", "ä" * 60: b"more"})
    chosen = random.Random(7)
    for _ in range(3000):
        spoilt = bytearray(whole)
        for _ in range(chosen.randint(1, 3)):
            spoilt[chosen.randrange(len(spoilt))] = chosen.randrange(256)
        file = io.BytesIO(spoilt[: chosen.choice((len(whole), chosen.randrange(len(whole))))])
        try:
            found = list(entries(file, "x"))
        except InputError:
            continue
        assert [(one.name[:1], one.size) for one in found] in ([("a", 7), ("ä", 4)], [("a", 7)] * 2), found


def test_a_member_is_read_in_parts() -> None:
    content = bytes(range(256)) * 9000
    file = io.BytesIO(archive({"a": content}))
    parts: list[bytes] = []
    counted: list[int] = []
    (entry,) = entries(file, "x")
    digest = pour(file, entry, "x", parts.append, counted.append)
    assert (b"".join(parts), sum(counted), len(parts)) == (content, len(content), 3)
    assert digest == hashlib.sha256(content).hexdigest()
    with pytest.raises(InputError, match=r"x: a is larger than 5 bytes"):
        content_of(file, entry, 5, "x")


def kept(info: tarfile.TarInfo, **fields: object) -> bytes:
    """A header as ``tarfile`` writes it, with other fields than ours."""
    for name, value in fields.items():
        setattr(info, name, value)
    return info.tobuf(tarfile.PAX_FORMAT)


def extended(content: bytes) -> bytes:
    """An extended header, in blocks, whose records are of any kind."""
    return kept(tarfile.TarInfo("x"), type=tarfile.XHDTYPE, size=len(content)) + content + padding(len(content))


FOREIGN: dict[str, tuple[bytes, str | tuple[str, ...]]] = {
    "time": (kept(tarfile.TarInfo("a"), mtime=1), "has a header that is not understood"),
    "owner": (kept(tarfile.TarInfo("a"), uname="root"), "has a header that is not understood"),
    "mode": (kept(tarfile.TarInfo("a"), mode=0o755), "has a header that is not understood"),
    "contiguous": (kept(tarfile.TarInfo("a"), type=tarfile.CONTTYPE), "holds something that is not a plain file: 'a'"),
    "header for no need": (extended(b"10 path=b\n") + header("a", 0), "has an extended header that is not understood"),
    "for all": (
        kept(tarfile.TarInfo("g"), type=tarfile.XGLTYPE) + header("a", 0),
        "has a header that is not understood",
    ),
    "long name": (
        tarfile.TarInfo("a" * 120).tobuf(tarfile.GNU_FORMAT) + header("a", 0),
        "is not a bundle of lineage",
    ),
    "headers of headers": (extended(b"") * 5000 + header("a", 0), "has a header that is not understood"),
    "long header": (extended(b"1" * (8 << 10) + b"1"), "has a header that is too large"),
    # a number of 8,192 digits: refused by int() or, since Python 3.13, by tarfile, for which it is the end
    "digits": (
        extended(b"1" * (8 << 10)) + header("a", 0),
        ("has a header that is not understood", "has more behind its end"),
    ),
    "no UTF-8": (header("ä" * 4, 0).replace("ä".encode(), b"\xff\xfe"), "has a header that is not understood"),
    "sparse map": (
        extended(b"22 GNU.sparse.major=1\n22 GNU.sparse.minor=0\n") + header("a", 512) + b"9" * 512,
        "has a header that is not understood",
    ),
}


@pytest.mark.parametrize("case", FOREIGN)
def test_a_header_that_is_not_one_of_ours_is_refused(case: str) -> None:
    blocks, message = FOREIGN[case]
    with pytest.raises(InputError) as caught:
        list(entries(io.BytesIO(header("before", 0) * (case != "long name") + blocks + END), "x"))
    assert str(caught.value).removeprefix("x: ").startswith(message)
