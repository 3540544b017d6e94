"""What was read of blobs: had again, lost without harm, shared by two writers, bounded."""

from pathlib import Path

import pytest

from lineage.system import blobcache
from lineage.system.blobcache import BlobCache, readers_of

FILE = "manifest-rows.json"


def entered(place: Path, rows: dict[str, object], readers: str = "1") -> BlobCache:
    cache = BlobCache(place, readers)
    for key, row in rows.items():
        cache.enter("manifest", key, row)
    cache.save()
    return cache


def found(place: Path, *keys: str, readers: str = "1") -> list[object]:
    cache = BlobCache(place, readers)
    return [cache.find("manifest", key) for key in keys]


def test_what_was_entered_is_found_by_the_same_readers_only(tmp_path: Path) -> None:
    entered(tmp_path / "lineage", {"a": [1, "é"]})

    assert found(tmp_path / "lineage", "a", "b") == [[1, "é"], None]
    assert found(tmp_path / "lineage", "a", readers="2") == [None]
    assert [one.name for one in (tmp_path / "lineage").iterdir()] == [FILE]


@pytest.mark.parametrize("content", [b"", b"x", b"1 2\n{}", b"\xff\n[", None])
def test_what_is_damaged_counts_as_lost_and_is_replaced(tmp_path: Path, content: bytes | None) -> None:
    entered(tmp_path, {"a": 1})
    whole = (tmp_path / FILE).read_bytes()
    (tmp_path / FILE).write_bytes(whole[:-1] if content is None else content)

    assert found(tmp_path, "a") == [None]
    entered(tmp_path, {"b": 2})
    assert found(tmp_path, "a", "b") == [None, 2]


def test_a_row_that_is_no_json_is_lost_alone(tmp_path: Path) -> None:
    entered(tmp_path, {"a": "x", "b": 2})
    body = (tmp_path / FILE).read_bytes().partition(b"\n")[2].replace(b'"x"', b'"x')
    (tmp_path / FILE).write_bytes(BlobCache(tmp_path, "1")._head(body) + b"\n" + body)

    assert found(tmp_path, "a", "b") == [None, 2]


def test_odd_keys_and_texts_stay_in_their_line(tmp_path: Path) -> None:
    rows: dict[str, object] = {"a\tb\nc": "d\te\r\nf", "\udcff": ["\u2028"]}
    entered(tmp_path, rows)

    assert found(tmp_path, *rows) == list(rows.values())


def test_of_two_writers_none_loses_what_the_other_kept(tmp_path: Path) -> None:
    one, other = BlobCache(tmp_path, "1"), BlobCache(tmp_path, "1")
    assert (one.find("manifest", "a"), other.find("manifest", "a")) == (None, None)
    one.enter("manifest", "a", 1)
    other.enter("manifest", "b", 2)
    one.save()
    other.save()

    assert found(tmp_path, "a", "b") == [1, 2]


def test_the_oldest_go_first(tmp_path: Path) -> None:
    most = blobcache._MOST_ROWS["manifest"]
    entered(tmp_path, {str(number): number for number in range(most)})
    entered(tmp_path, {"new": 1})

    assert found(tmp_path, "0", "1", "new") == [None, 1, 1]
    assert len((tmp_path / FILE).read_bytes().splitlines()) == most + 1


def test_where_nothing_can_be_written_nothing_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    entered(tmp_path / "file", {"a": 1})
    cache = BlobCache(None, "1")
    cache.enter("manifest", "a", 1)
    cache.save()

    assert (cache.find("manifest", "a"), found(tmp_path / "file", "a")) == (None, [None])


def test_another_version_or_source_is_another_reader(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    source = tmp_path / "model" / "a.py"
    source.write_text("1\n")
    before = readers_of(tmp_path, "0.1")
    assert before == readers_of(tmp_path, "0.1") != readers_of(tmp_path, "0.2")
    source.write_text("22\n")
    assert readers_of(tmp_path, "0.1") != before
