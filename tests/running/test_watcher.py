"""The watcher's directory: what is laid out, where it cannot be, and how much of it is ever read."""

import os
from pathlib import Path

import pytest

from lineage.errors import StoreError
from lineage.running import watcher as watching
from lineage.running.watcher import Watch, prepare, record_files


def test_everything_that_a_process_needs_is_laid_out(tmp_path: Path) -> None:
    watch = prepare(tmp_path / "run", tmp_path)

    files = sorted(path.relative_to(tmp_path).as_posix() for path in (tmp_path / "run").rglob("*"))
    parts = [f"run/parts/{name}.py" for name in sorted(watching.PARTS)]
    assert files == ["run/parts", *parts, "run/parts/roots", "run/records", "run/site", "run/site/sitecustomize.py"]
    assert watch == Watch(directory=tmp_path / "run")


def test_a_root_that_is_a_link_counts_by_both_names(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")

    prepare(tmp_path / "run", tmp_path / "link")

    roots = (tmp_path / "run" / "parts" / "roots").read_bytes().split(b"\0")
    assert roots == [os.fsencode(tmp_path / "link"), os.fsencode(tmp_path / "real")]


def test_the_environment_is_the_callers_but_for_the_first_of_its_path() -> None:
    watch = Watch(directory=Path("/run"))

    assert watch.environment({"A": "1"}) == {"A": "1", "PYTHONPATH": "/run/site"}
    assert watch.environment({"PYTHONPATH": ""}) == {"PYTHONPATH": "/run/site"}
    assert watch.environment({"PYTHONPATH": "a:/b"}) == {"PYTHONPATH": "/run/site:a:/b"}


def test_a_directory_that_cannot_stand_on_the_path_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        prepare(tmp_path / "a:b", tmp_path)

    assert str(caught.value) == (
        f"{tmp_path / 'a:b'}: cannot stand on PYTHONPATH: there is ':' or a line end in it\n"
        "  use a directory without such a character in its path"
    )


def test_a_directory_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(StoreError) as caught:
        prepare(tmp_path / "file", tmp_path)

    assert str(caught.value) == f"{tmp_path / 'file'}: cannot be written: Not a directory"


def test_records_are_regular_files_by_name(tmp_path: Path) -> None:
    records = tmp_path / "records"
    records.mkdir()
    (records / "2-b.log").write_bytes(b"two")
    (records / "1-a.log").write_bytes(b"one")
    (records / "3-c.txt").write_bytes(b"not one")
    (records / "4-d.log").symlink_to(records / "1-a.log")
    (records / "5-e.log").mkdir()
    os.mkfifo(records / "6-f.log")

    assert list(record_files(tmp_path)) == [("1-a.log", b"one"), ("2-b.log", b"two"), ("6-f.log", b"")]
    assert list(record_files(tmp_path / "nothing")) == []


def test_a_huge_record_is_cut(tmp_path: Path) -> None:
    (tmp_path / "records").mkdir()
    with (tmp_path / "records" / "1-a.log").open("wb") as file:
        file.truncate(watching.MOST_RECORD_BYTES + 5)

    ((_, content),) = record_files(tmp_path)
    assert len(content) == watching.MOST_RECORD_BYTES
