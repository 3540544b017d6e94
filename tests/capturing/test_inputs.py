"""What a model was made from: files that a run read, outputs of DVC, upstream models, limits."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from lineage.capturing.inputs import Inputs, Recorded, describe_inputs, files_of_run
from lineage.code.state import describe_repository
from lineage.git.repository import GitRepository
from lineage.model.inputs import LockedStage, RunFiles, Tracked
from lineage.model.run import Process, Run
from lineage.portable.environment import Problem
from lineage.weights.measure import tree_digest
from tests.support import projects
from tests.support.projects import MANIFEST, MODEL
from tests.support.recording import recorded


def sha256(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()


def md5(content: bytes) -> str:
    return "md5:" + hashlib.md5(content, usedforsecurity=False).hexdigest()


def described(root: Path, *read: str, stage: LockedStage | None = None, **limits: Any) -> Inputs:
    with GitRepository.open(root) as repository:
        state = describe_repository(repository, [])
    files = RunFiles(read=frozenset(read), written=frozenset(), changed=frozenset()) if read else None
    given = Recorded(manifest="new.lineage.toml", code=("train.py",), others=("requirements.txt",))
    return describe_inputs(state, given, stage, files, **limits)


def test_plain_files_are_hashed(project: Path) -> None:
    projects.write(project, {"config.yaml": b"a: 1\n", "data/a.csv": b"1\n"})

    found = described(project, "data/a.csv", "config.yaml", "train.py", "requirements.txt", ".gitignore")

    assert found == Inputs(table={"config.yaml": sha256(b"a: 1\n"), "data/a.csv": sha256(b"1\n")})
    assert list(found.table) == ["config.yaml", "data/a.csv"]


def test_outputs_of_dvc_are_recorded_as_their_pointers_have_them(tracked: Path) -> None:
    rows = {"a.csv": b"1,2\n", "deep/b.csv": b"3,4\n"}
    digest = tree_digest([(path, md5(content)[4:]) for path, content in rows.items()], "md5")

    found = described(tracked, "data/a.csv", MODEL)

    assert found == Inputs(table={"data": f"md5:{digest}.dir", MODEL: md5(projects.WEIGHTS)})
    assert f"md5: {digest}.dir" in (tracked / "data.dvc").read_text()


def test_content_that_is_not_what_the_pointer_has_is_recorded_as_it_stands(tracked: Path) -> None:
    projects.write(tracked, {MODEL: b"other"})

    detail = f"is not what {MODEL}.dvc has: recorded as it stands"
    assert described(tracked, MODEL) == Inputs(
        table={MODEL: sha256(b"other")}, problems=(Problem("inputs.not-as-tracked", MODEL, detail),)
    )


def test_an_output_without_a_digest_is_hashed(project: Path) -> None:
    projects.write(project, {"raw.csv.dvc": b"outs:\n- path: raw.csv\n", "raw.csv": b"1\n"})

    assert described(project, "raw.csv") == Inputs(table={"raw.csv": sha256(b"1\n")})


@pytest.mark.parametrize(
    ("digest", "value", "problems"),
    [
        (md5(b"1\n2\n")[4:], "md5-dos2unix:" + md5(b"1\n2\n")[4:], ()),
        (
            "0" * 31 + "f",
            sha256(b"1\r\n2\r\n"),
            (Problem("inputs.not-as-tracked", "a.csv", "is not what a.csv.dvc has: recorded as it stands"),),
        ),
    ],
)
def test_a_pointer_of_dvc_2_is_named_so(project: Path, digest: str, value: str, problems: tuple[Problem, ...]) -> None:
    pointer = f"outs:\n- md5: {digest}\n  path: a.csv\n".encode()
    projects.write(project, {"a.csv.dvc": pointer, "a.csv": b"1\r\n2\r\n"})

    assert described(project, "a.csv") == Inputs(table={"a.csv": value}, problems=problems)


def test_a_model_with_a_manifest_is_recorded_by_its_id(tracked: Path, environment: Path) -> None:
    stored = recorded(tracked, environment)

    assert described(tracked, MODEL, "data/a.csv").table[MANIFEST] == stored.id
    assert MODEL not in described(tracked, MODEL).table


def test_a_directory_with_a_manifest_is_recorded_by_its_id(tracked: Path, environment: Path) -> None:
    stored = recorded(tracked, environment, "data")

    assert described(tracked, "data/a.csv", "data/deep/b.csv") == Inputs(table={"data.lineage.toml": stored.id})


def test_a_model_that_is_not_what_its_manifest_records(tracked: Path, environment: Path) -> None:
    recorded(tracked, environment)
    projects.write(tracked, {MODEL: b"other"})

    found = described(tracked, MODEL)

    assert found.table == {MODEL: sha256(b"other")}
    detail = f"is not what {MANIFEST} records: recorded as it stands"
    assert found.problems[0] == Problem("inputs.other-weights", MODEL, detail)


def test_a_manifest_that_cannot_be_read_is_a_problem(project: Path) -> None:
    projects.write(project, {"x.lineage.toml": b"schema = 1\n", "a.csv": b"1\n", "new.lineage.toml": b"mine"})

    assert described(project, "a.csv") == Inputs(
        table={"a.csv": sha256(b"1\n")},
        problems=(Problem("inputs.manifest-unreadable", "x.lineage.toml", "cannot be read as a manifest"),),
    )


def stage(*deps: Tracked, outside: int = 0) -> LockedStage:
    return LockedStage(name="train", file="dvc.lock", deps=deps, outside=outside)


def test_dependencies_of_the_stage_stand_as_the_lock_has_them(tracked: Path, environment: Path) -> None:
    stored = recorded(tracked, environment)
    base = Tracked(path=MODEL, pointer="dvc.lock", digest=md5(projects.WEIGHTS))
    raw = Tracked(path="data/a.csv", pointer="dvc.lock", digest="md5:" + "0" * 32)
    code = Tracked(path="train.py", pointer="dvc.lock", digest="md5:" + "0" * 32)

    found = described(tracked, stage=stage(base, raw, code, outside=2))

    assert found.table == {MANIFEST: stored.id, "data/a.csv": raw.digest}
    detail = "2 dependencies of the stage train lie outside of the repository: not recorded"
    assert found.problems == (Problem("inputs.outside", "dvc.lock", detail),)


def test_a_dependency_of_earlier_bytes_is_not_the_model_of_the_manifest(tracked: Path, environment: Path) -> None:
    recorded(tracked, environment)
    base = Tracked(path=MODEL, pointer="dvc.lock", digest="md5:" + "0" * 32)

    found = described(tracked, stage=stage(base))

    assert found.table == {MODEL: base.digest}
    assert [one.code for one in found.problems] == ["inputs.other-weights"]


def test_without_a_run_and_a_stage_nothing_is_claimed(project: Path) -> None:
    projects.write(project, {"x.lineage.toml": b"not looked at"})

    assert described(project) == Inputs(table={})


def test_beyond_the_limits_is_left_out_and_said(project: Path) -> None:
    projects.write(project, {f"data/{name}.csv": b"x" * size for name, size in (("a", 9), ("b", 4), ("c", 4))})
    paths = [f"data/{name}.csv" for name in "abc"]

    by_size = described(project, *paths, most_bytes=8)
    by_number = described(project, *paths, most_entries=1)

    assert list(by_size.table) == ["data/b.csv", "data/c.csv"]
    assert by_size.problems == (
        Problem("inputs.left-out", "inputs", "1 input of 9 bytes beyond the limits, not recorded: data/a.csv"),
    )
    assert list(by_number.table) == ["data/a.csv"]


def test_an_output_beyond_the_limits_is_recorded_as_its_pointer_has_it(tracked: Path) -> None:
    detail = f"{len(projects.WEIGHTS)} bytes are too many to be read: recorded as {MODEL}.dvc has it"

    assert described(tracked, MODEL, most_bytes=1) == Inputs(
        table={MODEL: md5(projects.WEIGHTS)}, problems=(Problem("inputs.not-compared", MODEL, detail),)
    )


def test_a_directory_that_was_read_whole_is_one_entry(project: Path) -> None:
    rows = {f"{index}.png": str(index).encode() for index in range(50)}
    projects.write(project, {f"images/{path}": content for path, content in rows.items()})

    found = described(project, *(f"images/{path}" for path in rows), most_entries=1)

    digest = tree_digest([(path, sha256(content)[7:]) for path, content in rows.items()], "sha256")
    assert found == Inputs(table={"images": f"sha256:{digest}"})


def test_what_cannot_be_recorded_is_a_problem(project: Path) -> None:
    projects.write(project, {"a\\b.csv": b"1\n", "caf\udce9.csv": b"1\n"})

    found = described(project, "a\\b.csv", "caf\udce9.csv", "gone.csv")

    name = "a name that a manifest cannot hold: not recorded"
    assert (found.table, set(found.problems)) == (
        {},
        {
            Problem("inputs.unreadable", "a\\b.csv", name),
            Problem("inputs.unreadable", "caf\\udce9.csv", name),
            Problem("inputs.unreadable", "gone.csv", "no such file or directory: not recorded"),
        },
    )


def test_the_files_of_a_run_as_its_processes_named_them(project: Path, tmp_path: Path) -> None:
    projects.write(project, {"data/a.csv": b"1\n", "late.csv": b"2\n", "train.csv": b"3\n"})
    (tmp_path / "link").symlink_to(project)
    now = datetime.now(UTC).replace(microsecond=0)
    seen = Process(
        pid=1,
        parent=0,
        forked=False,
        ended=True,
        answer={},
        sees_files=True,
        read=(str(tmp_path / "link/data/a.csv"), str(project / "gone.csv"), str(tmp_path), str(project / "late.csv")),
        written=(str(project / "out.csv"),),
    )
    dvc = replace(seen, pid=3, main="/opt/bin/dvc", read=(str(project / "train.csv"),), written=())
    module = replace(dvc, pid=4, main="/opt/lib/site-packages/dvc/__main__.py")
    old = Process(pid=2, parent=1, forked=False, ended=True, answer={})

    def run(seconds: float) -> Run:
        given: dict[str, Any] = {"id": "x", "command": ("python",), "redacted": False, "directory": ".", "head": "0"}
        return Run(**given, started=now, seconds=seconds, written=("out.csv", "other.csv"))

    found = files_of_run(project.resolve(), run(3600.0), [seen, old, dvc, module])

    assert found == RunFiles(
        read=frozenset({"data/a.csv", "late.csv"}),
        written=frozenset({"out.csv"}),
        changed=frozenset({"out.csv", "other.csv"}),
        unseeing=1,
    )
    assert files_of_run(project.resolve(), run(-3600.0), [seen]).late == {"data/a.csv", "late.csv"}
