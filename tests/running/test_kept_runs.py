"""Where watched runs are kept until their models are captured."""

import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lineage.errors import InputError, StoreError
from lineage.model.manifest import freeze
from lineage.model.run import AskedCapture, Run, Session, Unwatched
from lineage.running.kept_runs import (
    ask_capture,
    asked_captures,
    find_run,
    keep_run,
    opened_run,
    own_runs_directory,
    read_run,
    remove_run,
    runs_directory,
)
from tests.support.projects import surroundings

NOW = datetime(2026, 11, 20, 21, 33, 5, tzinfo=UTC)
RUN = Run(
    id="20261120-213305-abcdef",
    command=("python", "train.py", "\udcff"),
    redacted=False,
    directory=".",
    head="0" * 40,
    started=NOW,
    seconds=1.5,
    written=("models/fraud.pkl",),
    unwatched=(Unwatched(pid=7, program="python3", reason="-I"),),
)
HOLDER = """
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from lineage.running.kept_runs import opened_run
with opened_run(Path(sys.argv[1]), datetime.now(UTC)) as place:
    print(place.name, flush=True)
    sys.stdin.read()
"""


def names(directory: Path) -> list[str]:
    return sorted(one.name for one in directory.iterdir())


def test_a_run_that_completed(tmp_path: Path) -> None:
    with opened_run(runs_directory(tmp_path), NOW) as place:
        keep_run(place, RUN)

    assert place.parent == tmp_path / "lineage" / "runs"
    assert place.name.startswith("20261120-213305-")
    assert find_run([place.parent / "none", place.parent], place.name) == place
    assert read_run(place) == RUN
    remove_run(place)
    assert names(place.parent) == []


def test_what_a_run_left_that_did_not_complete_is_removed_by_the_next(tmp_path: Path) -> None:
    with opened_run(tmp_path, NOW) as left:
        pass
    with opened_run(tmp_path, NOW) as completed:
        keep_run(completed, RUN)
    (tmp_path / "of the user").mkdir()
    (tmp_path / "20261120-213305-unlike").mkdir()

    with opened_run(tmp_path, NOW) as place:
        found = names(tmp_path)

    assert left.name not in found
    assert found == sorted([completed.name, place.name, "of the user", "20261120-213305-unlike"])


def test_what_was_killed_before_it_was_held_is_removed_and_what_cannot_be_asked_stays(tmp_path: Path) -> None:
    unheld, unlike = (tmp_path / f"20261120-213305-{digits}" for digits in ("000001", "000002"))
    unheld.mkdir()
    (unlike / "held").mkdir(parents=True)

    with opened_run(tmp_path, NOW) as place:
        assert names(tmp_path) == sorted([unlike.name, place.name])


def test_a_run_of_another_process_stays_while_that_lives(tmp_path: Path) -> None:
    command = [sys.executable, "-P", "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(
        command, env=surroundings(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        other = holder.stdout.readline().strip()
        with opened_run(tmp_path, NOW) as place:
            assert names(tmp_path) == sorted([other, place.name])
        holder.kill()
    with opened_run(tmp_path, NOW) as last:
        assert names(tmp_path) == [last.name]


def test_many_begin_at_once(tmp_path: Path) -> None:
    """None takes another one for a run that is over."""
    command = [sys.executable, "-P", "-c", HOLDER, str(tmp_path)]
    pipe = subprocess.PIPE
    holders = [
        subprocess.Popen(command, env=surroundings(), stdin=pipe, stdout=pipe, stderr=pipe, text=True) for _ in range(8)
    ]
    told = []
    for holder in holders:
        assert holder.stdout is not None
        told.append(holder.stdout.readline().strip())
    there = names(tmp_path)
    errors = [holder.communicate("")[1] for holder in holders]

    assert (there, errors) == (sorted(told), [""] * 8)


def test_no_place_for_runs(tmp_path: Path) -> None:
    (tmp_path / "runs").write_bytes(b"")
    with pytest.raises(StoreError) as caught, opened_run(tmp_path / "runs", NOW):
        pass
    assert str(caught.value).endswith(": the run cannot be recorded: File exists")


@pytest.mark.parametrize(
    ("kept", "hint"), [(False, "no run waits for its capture"), (True, "kept are: 20261120-213305-abcdef")]
)
def test_a_run_that_is_not_there(kept: bool, hint: str, tmp_path: Path) -> None:
    if kept:
        (tmp_path / RUN.id).mkdir()
        keep_run(tmp_path / RUN.id, RUN)
    with pytest.raises(InputError) as caught:
        find_run([tmp_path], "20261120-213305-000000")
    assert str(caught.value) == f"20261120-213305-000000: there is no such completed run\n  {hint}"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "Expecting value: line 1 column 1 (char 0)"),
        (b"[]", "another schema"),
        (b'{"schema": "9.0"}', "another schema"),
        (b'{"schema": "1.0"}', "'started'"),
    ],
)
def test_a_record_that_cannot_be_read(content: bytes, reason: str, tmp_path: Path) -> None:
    (tmp_path / "ended.json").write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_run(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path}/ended.json: the record of the run cannot be read: {reason}\n"
        "  run the training again, or capture its weights with lineage capture PATH"
    )


def asked(path: str, name: str | None = None) -> AskedCapture:
    return AskedCapture(
        paths=(path,),
        name=name,
        labels=freeze({"line": "A"}),
        metrics=freeze({"auc": 0.5}),
        params=freeze({"deep": [1]}),
    )


def test_what_processes_asked_for(tmp_path: Path) -> None:
    """In their order; of the same weights the last."""
    (tmp_path / "asked").mkdir()
    for one in (asked("/a"), asked("/b"), asked("/a", "again")):
        ask_capture(tmp_path, one)

    assert asked_captures(tmp_path) == (asked("/b"), asked("/a", "again"))


@pytest.mark.parametrize("cells", [None, (), ("import numpy", "x = '\udcff\x00'")])
def test_what_a_session_had_run_when_it_asked(tmp_path: Path, cells: tuple[str, ...] | None) -> None:
    (tmp_path / "asked").mkdir()
    numbers = tuple(range(3, 3 + len(cells or ())))
    session = Session(directory="/w", cells=cells, numbers=numbers, forgotten=2, notebook="/w/a.ipynb")
    ask_capture(tmp_path, replace(asked("/a"), session=session, snapshot=False))

    assert asked_captures(tmp_path) == (replace(asked("/a"), session=session, snapshot=False),)


def test_a_request_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "asked" / "1.toml"
    path.parent.mkdir()
    path.write_bytes(b"bogus = 1\n")
    with pytest.raises(InputError) as caught:
        asked_captures(tmp_path)
    assert str(caught.value).startswith(f"{path}: the request for a capture cannot be read: ")


def test_runs_without_a_repository_lie_where_only_we_can_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    own = tmp_path / f"lineage-{os.getuid()}"

    found = own_runs_directory(tmp_path / "a")
    assert found == own_runs_directory(tmp_path / "a") != own_runs_directory(tmp_path / "b")
    assert found.parent == own
    assert own.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("kind", ["open to all", "open to the group", "a link", "a file"])
def test_a_place_that_others_prepared_is_refused(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    own = tmp_path / f"lineage-{os.getuid()}"
    if kind == "a link":
        (tmp_path / "elsewhere").mkdir(mode=0o700)
        own.symlink_to("elsewhere")
    elif kind == "a file":
        own.touch()
    else:
        own.mkdir()
        own.chmod(0o777 if kind == "open to all" else 0o770)

    with pytest.raises(StoreError) as caught:
        own_runs_directory(tmp_path)
    assert str(caught.value) == (
        f"{own}: is not a directory that only you can write: nothing is run from there\n"
        "  remove it, or set TMPDIR to a directory of your own"
    )
