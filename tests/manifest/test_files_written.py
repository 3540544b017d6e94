"""Writing a manifest: whole, over no foreign file, with the user's labels and comments kept."""

import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import pytest

from lineage.errors import InputError, StoreError
from lineage.manifest.files import read_manifest, write_manifest
from lineage.manifest.values import plain_table
from lineage.model.manifest import Manifest, StoredManifest, freeze
from tests.support.documents import FULL
from tests.support.projects import surroundings

PLAIN = replace(FULL, labels=freeze({}))
LATER = datetime(2027, 1, 1, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "fraud.pkl.lineage.toml"


def state(path: Path) -> tuple[bytes, int, int]:
    seen = path.stat()
    return path.read_bytes(), seen.st_mtime_ns, seen.st_ino


def failure(manifest: Manifest, path: Path) -> InputError:
    with pytest.raises(InputError) as caught:
        write_manifest(manifest, path)
    return caught.value


def test_what_is_written_is_what_stands_there(path: Path) -> None:
    stored, changed = write_manifest(FULL, path)

    assert changed
    assert stored == StoredManifest(manifest=FULL, id=stored.id, path=str(path))
    assert read_manifest(path) == stored
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_equal_content_leaves_the_file_untouched(path: Path) -> None:
    first, _ = write_manifest(FULL, path)
    before = state(path)

    again = replace(FULL, created=LATER, tool="newer 2.0", parent=None, labels=freeze({}))

    assert write_manifest(again, path) == (first, False)
    assert state(path) == before


def test_a_package_is_one_changed_line(path: Path) -> None:
    write_manifest(FULL, path)
    before = path.read_text().splitlines()
    numpy, yaml = FULL.environment.packages
    environment = FULL.environment._replace(packages=(numpy._replace(version="2.0.1"), yaml))

    assert write_manifest(replace(FULL, environment=environment), path)[1]
    after = path.read_text().splitlines()
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert [old.partition(" ")[0] for old, _ in changed] == ["id", "numpy"]
    assert changed[1][1] == changed[1][0].replace("1.26.4", "2.0.1")


def test_labels_survive_and_those_of_the_capture_win(path: Path) -> None:
    write_manifest(replace(FULL, labels=freeze({"line": "A", "owner": "ada"})), path)

    write_manifest(replace(FULL, name="new", labels=freeze({"line": "B", "x": 1})), path)
    assert read_manifest(path).manifest.labels == {"line": "B", "owner": "ada", "x": 1}

    write_manifest(replace(PLAIN, name="newer"), path)
    assert read_manifest(path).manifest == replace(
        FULL, name="newer", labels=freeze({"line": "B", "owner": "ada", "x": 1})
    )


def test_a_new_label_alone_is_written_and_the_id_stays(path: Path) -> None:
    first, _ = write_manifest(PLAIN, path)

    second, changed = write_manifest(FULL, path)

    assert changed
    assert (second.id, second.manifest) == (first.id, FULL)


def test_comments_survive(path: Path) -> None:
    write_manifest(FULL, path)
    text = path.read_text()
    for old, new in {
        'schema = "1.0"': '# on top\nschema = "1.0" # behind',
        "[labels]": "# mine\n[labels]",
        "numpy = {": "# pinned because of #42\nnumpy = {",
    }.items():
        assert old in text
        text = text.replace(old, new)
    path.write_text(text + "\n# the end\n")

    assert write_manifest(replace(FULL, name="new"), path)[1]

    found = [line for line in path.read_text().splitlines() if "#" in line]
    assert found == ["# on top", 'schema = "1.0" # behind', "# mine", "# pinned because of #42", "# the end"]
    assert read_manifest(path).manifest == replace(FULL, name="new")


FOREIGN = {
    b"": 'schema: is missing or not a text like "1.0": this is no manifest',
    b"[tool.other]\na = 1\n": 'schema: is missing or not a text like "1.0": this is no manifest',
    b"\x80\x04weights": "is not UTF-8",
    b"schema = '9.0'\n": "schema 9.0 cannot be read by this version, which reads 1.0",
    b"<<<<<<< HEAD\n": "is not TOML: Invalid statement",
}


@pytest.mark.parametrize("content", FOREIGN)
def test_a_foreign_file_is_refused_and_untouched(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    before = state(path)

    error = failure(FULL, path)

    assert error.message == f"what stands there is not replaced: {FOREIGN[content]}"
    assert (error.where or "").startswith(str(path))
    assert error.hint == "move it away, or name another file with -o"
    assert state(path) == before


def test_an_edited_manifest_is_not_replaced(path: Path) -> None:
    write_manifest(FULL, path)
    path.write_text(path.read_text().replace("1.26.4", "1.26.5"))
    before = state(path)

    assert "it was edited after capture" in failure(FULL, path).message
    assert state(path) == before


def test_a_pipe_or_a_directory_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "directory").mkdir()

    assert failure(FULL, tmp_path / "pipe").message == "manifest must be a regular file"
    assert failure(FULL, tmp_path / "directory").message == "manifest cannot be read: Is a directory"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["directory", "pipe"]


def test_a_directory_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    for parent in (tmp_path / "absent", tmp_path / ("x" * 300)):
        error = failure(FULL, parent / "a.lineage.toml")

        assert str(error) == f"{parent}: the directory does not exist\n  make it first"
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_no_file_can_have(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 300 + ".lineage.toml")

    with pytest.raises(StoreError) as caught:
        write_manifest(FULL, path)

    assert str(caught.value) == f"{path}: cannot be written: File name too long"


VALUES: dict[str, Any] = {
    "nan": float("nan"),
    "infinite": float("-inf"),
    "text": "\x00\x1b\r\n\"\"\"'''\\ \x7f\x85\u2028ä",
    'key "with"\n.everything\x00': 1,
    "large": 2**100,
    "lists": [[{"a": [{"b": 1}]}], [], [1, "x", {}], {}],
    "tables": [{"a": 1}, {"a": {"b": {}}}],
    "empty": {},
}


def test_every_value_that_plain_values_may_have_is_carried(path: Path) -> None:
    table = plain_table(VALUES, "--params")

    stored, _ = write_manifest(replace(FULL, params=table, metrics=table), path)

    assert repr(sorted(read_manifest(path).manifest.params.items())) == repr(sorted(table.items()))
    assert read_manifest(path).id == stored.id


def test_the_deepest_values_are_carried(path: Path) -> None:
    for nest in (lambda inner: [inner], lambda inner: {"k": inner}):
        value: object = 1
        for _ in range(11):
            value = nest(value)
        manifest = replace(FULL, params=plain_table({"k": value}, "--params"), labels=freeze({}))

        path.unlink(missing_ok=True)
        write_manifest(manifest, path)
        assert read_manifest(path).manifest == manifest


def test_a_value_that_toml_would_change_is_refused(path: Path) -> None:
    manifest = replace(FULL, params=freeze({"a.b": [{"at": 1}, {"at": time(1, 2, tzinfo=UTC)}]}))

    key = 'params."a.b"[1].at'
    assert str(failure(manifest, path)) == f"{path}: {key}: is a value that TOML cannot carry unchanged"
    assert list(path.parent.iterdir()) == []


def test_what_looks_like_a_secret_is_not_published(path: Path) -> None:
    token = "gh" + "p_" + "a" * 36

    error = failure(replace(FULL, labels=freeze({"token": token})), path)
    assert str(error) == (
        f"{path}: labels.token looks like a GitHub token: nothing was written\n"
        "  take it out of the labels, metrics or parameters"
    )
    assert list(path.parent.iterdir()) == []

    write_manifest(FULL, path)
    path.write_text(f"# {token}\n{path.read_text()}")
    before = state(path)
    error = failure(replace(FULL, name="new"), path)
    assert str(error) == (
        f"{path}: line 1 looks like a GitHub token: nothing was written\n"
        "  take it out of the comments of the file that stands there"
    )
    assert state(path) == before


WRITING = """
import sys
from dataclasses import replace
from pathlib import Path
from lineage.model.manifest import freeze
from lineage.manifest.files import write_manifest
from tests.support.documents import FULL
for number in range(10):
    write_manifest(replace(FULL, labels=freeze({f"{sys.argv[2]}-{number}": number})), Path(sys.argv[1]))
"""


def test_writers_at_the_same_time_lose_no_label(path: Path) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITING, str(path), str(name)], env=surroundings(), cwd=path.parent)
        for name in range(4)
    ]

    assert [writer.wait() for writer in writers] == [0, 0, 0, 0]
    expected = {f"{name}-{number}": number for name in range(4) for number in range(10)}
    assert read_manifest(path).manifest.labels == expected
    assert [one.name for one in path.parent.iterdir()] == [path.name]
