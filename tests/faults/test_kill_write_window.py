"""A writer that is killed, or meets an error, at any system call of its write window loses and tears nothing."""

import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from lineage.manifest.files import read_manifest, write_manifest
from lineage.model.manifest import freeze
from tests.support import projects, strace
from tests.support.documents import FULL
from tests.support.projects import MANIFEST, MODEL, command_line, python_of
from tests.support.recording import recorded
from tests.support.strace import Call, inject, trace

pytestmark = pytest.mark.skipif(strace.refusal() != "", reason=strace.refusal())

NAME = "fraud.pkl.lineage.toml"
WRITER = """
import sys
from dataclasses import replace
from pathlib import Path
from lineage.cli.exits import of_error
from lineage.errors import LineageError
from lineage.manifest.files import write_manifest
from tests.support.documents import FULL
try:
    write_manifest(replace(FULL, name="new"), Path(sys.argv[1]))
except LineageError as error:
    print(error, file=sys.stderr)
    sys.exit(of_error(error))
"""
COMMAND = [sys.executable, "-P", "-c", WRITER, NAME]
ERRORS = {"EIO": "Input/output error", "ENOSPC": "No space left on device", "EACCES": "Permission denied"}
ERRORS["EINTR"] = "Interrupted system call"
KEPT = f"{NAME}: cannot be written: "
REPLACED = f"{NAME}: is replaced, but may not outlive a crash: its directory cannot be synced: "


def leftovers(directory: Path) -> list[str]:
    return sorted(one.name for one in directory.iterdir() if one.name.endswith(".tmp"))


def window(calls: tuple[Call, ...]) -> tuple[Call, ...]:
    """From the creation of the temporary file to the end of the lock: everything that makes the new file."""
    first = next(
        i for i, call in enumerate(calls) if call.name == "openat" and re.search(r"\.tmp\", O_RDWR", call.text)
    )
    lock = next(call.text.partition("flock(")[2].partition(",")[0] for call in calls if call.name == "flock")
    last = next(i for i, call in enumerate(calls) if i > first and call.text.startswith(f"close({lock})"))
    return calls[first : last + 1]


class Writing:
    """A manifest that stands, and a process that writes another one over it."""

    def __init__(self, base: Path) -> None:
        self.log = base / "trace"
        self.directory = base / "models"
        self.directory.mkdir()
        self.path = self.directory / NAME
        write_manifest(replace(FULL, name="old"), self.path)
        self.path.write_bytes(b"# a comment of the user\n" + self.path.read_bytes())
        self.old = self.path.read_bytes()
        traced = trace(COMMAND, self.directory, self.log)
        assert (traced.code, traced.stderr) == (0, "")
        self.new = self.path.read_bytes()
        assert self.old != self.new
        self.calls = traced.calls
        self.window = window(traced.calls)

    def inject(self, call: Call, what: str) -> strace.Traced:
        """One run that begins with the old file."""
        self.path.write_bytes(self.old)
        return inject(COMMAND, self.directory, self.log, call, what)

    def is_whole(self) -> bool:
        content = self.path.read_bytes()
        return content in (self.old, self.new) and read_manifest(self.path).manifest.name in ("old", "new")


@pytest.fixture(scope="module")
def writing(tmp_path_factory: pytest.TempPathFactory) -> Writing:
    return Writing(tmp_path_factory.mktemp("writing"))


def test_the_window_is_the_one_that_is_meant(writing: Writing) -> None:
    names = [call.name for call in writing.window]

    assert [name for name in names if name in ("openat", "write", "fchmod", "fsync", "rename", "close")] == [
        *("openat", "write", "fchmod", "fsync", "close", "rename", "openat", "fsync", "close", "close")
    ]


def test_a_kill_at_every_call_of_the_window(writing: Writing) -> None:
    killed = left = 0
    contents = set()
    for call in writing.window:
        ended = writing.inject(call, "signal=SIGKILL")
        assert (ended.code, ended.was_killed, len(ended.calls)) == (-9, True, call.number), call
        killed += 1
        assert writing.is_whole(), call
        assert "Traceback" not in ended.stderr
        contents.add(writing.path.read_bytes())
        left += len(leftovers(writing.directory))

        assert trace(COMMAND, writing.directory, writing.log).code == 0, call
        assert (writing.path.read_bytes(), leftovers(writing.directory)) == (writing.new, []), call

    assert killed == len(writing.window) >= 12
    assert contents == {writing.old, writing.new}
    assert left >= 8


@pytest.mark.parametrize(
    "code", ["EINTR", "ENOSPC", *(pytest.param(one, marks=pytest.mark.slow) for one in ("EACCES", "EIO"))]
)
def test_an_error_at_every_call_of_the_window(writing: Writing, code: str) -> None:
    injected = refused = 0
    renamed = next(i for i, call in enumerate(writing.window) if call.name == "rename")
    for i, call in enumerate(writing.window):
        ended = writing.inject(call, f"error={code}")
        assert ended.was_injected, call
        injected += 1
        assert leftovers(writing.directory) == [], call
        if ended.code == 0:
            assert (writing.path.read_bytes(), ended.stderr) == (writing.new, ""), call
            continue
        refused += 1
        beginning, content = (KEPT, writing.old) if i <= renamed else (REPLACED, writing.new)
        assert (ended.code, ended.stderr) == (2, f"{beginning}{ERRORS[code]}\n"), call
        assert writing.path.read_bytes() == content, call

    assert injected == len(writing.window) >= 12
    if code == "EINTR":
        assert refused >= 1  # a rename that is interrupted is not tried again; all else is
    else:
        assert refused >= 8


def test_a_file_that_cannot_be_looked_at_is_not_taken_for_absent(writing: Writing) -> None:
    """Else its comments and labels would be lost."""
    looks = [call for call in writing.calls if call.name == "newfstatat" and f'"{NAME}"' in call.text]
    assert looks != []
    for call in looks:
        ended = writing.inject(call, "error=EIO")

        assert ended.was_injected
        assert (ended.code, ended.stderr) == (2, f"{KEPT}Input/output error\n"), call
        assert (writing.path.read_bytes(), leftovers(writing.directory)) == (writing.old, []), call


def test_only_the_temporary_files_of_this_manifest_are_swept(tmp_path: Path) -> None:
    path = tmp_path / NAME
    kept = {f".{NAME}.abc.tmp", f".other.pkl.lineage.toml.{'a' * 8}.tmp", f"{NAME}.{'a' * 8}.tmp", f".{NAME}.{'a' * 8}"}
    swept = {f".{NAME}.{'a' * 8}.tmp", f".{NAME}.ab_45678.tmp"}
    for name in kept | swept:
        (tmp_path / name).touch()
    (tmp_path / f".{NAME}.directry.tmp").mkdir()

    write_manifest(FULL, path)

    assert {one.name for one in tmp_path.iterdir()} == kept | {NAME, f".{NAME}.directry.tmp"}


@pytest.mark.slow
def test_the_whole_command(project: Path, environment: Path, tmp_path: Path) -> None:
    """A committed manifest of other content stands there; the next plain capture is as if nothing had happened."""
    recorded(project, environment, labels=freeze({"line": "A"}))
    projects.commit(project)
    path, log = project / MANIFEST, tmp_path / "trace"
    old = path.read_bytes()
    (project / MODEL).write_bytes(b"other weights")
    command = command_line("capture", MODEL, "--from", f"python:{python_of(environment)}")
    assert trace(command, project, log).code == 0
    path.write_bytes(old)
    traced = trace(command, project, log)
    assert traced.code == 0, traced.stderr
    ids = (recorded_id(old), recorded_id(path.read_bytes()))
    points = window(traced.calls)
    assert len(points) >= 12
    happened = {"signal=SIGKILL": 0, "error=EIO": 0}

    for call in points:
        for what in ("signal=SIGKILL", "error=EIO"):
            path.write_bytes(old)
            ended = inject(command, project, log, call, what)
            is_kill = what.startswith("signal")
            # The command waits for other processes: how many calls come before the window differs a little.
            if ended.calls and shape(ended.calls[call.number - 1 : call.number]) == shape([call]):
                assert (ended.was_killed, ended.was_injected) == (is_kill, not is_kill), call
                happened[what] += 1
            assert ended.code in ((-9, 0) if is_kill else (0, 2)), (call, ended.stderr)
            assert "Traceback" not in ended.stderr
            assert ended.code != 2 or f"{MANIFEST}: " in ended.stderr.splitlines()[-1]
            assert recorded_id(path.read_bytes()) in ids
            assert read_manifest(path).id == recorded_id(path.read_bytes())

            assert trace(command, project, log).code == 0
            assert (recorded_id(path.read_bytes()), leftovers(path.parent)) == (ids[1], [])

    assert min(happened.values()) >= 6, happened


def shape(calls: Sequence[Call]) -> list[str]:
    """Calls without what is random in them and what they returned."""
    return [re.sub(r"\.[a-z0-9_]{8}\.tmp|, \{.*|\) += .*", "", call.text) for call in calls]


def recorded_id(content: bytes) -> str:
    found = re.search(rb'^id = "(.*)"$', content, re.MULTILINE)
    assert found is not None
    return found[1].decode()
