"""Child processes: both streams drained, an end to every wait, and nothing of them left."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lineage.errors import InputError, LineageError, ObservationError
from lineage.system.process import Completed, run, start
from tests.support.patience import wait_for
from tests.support.projects import script


def ran(code: str, tmp_path: Path, timeout_s: float = 30.0, **env: str) -> Completed:
    return run([sys.executable, "-c", code], env={**os.environ, **env}, cwd=tmp_path, timeout_s=timeout_s)


def failure(*argv: str, cwd: Path, timeout_s: float = 30.0) -> LineageError:
    with pytest.raises(LineageError) as caught:
        run(argv, env=os.environ, cwd=cwd, timeout_s=timeout_s)
    return caught.value


def is_running(pid: int) -> bool:
    """Whether a process is there and no mere entry of one that ended."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state not in ("Z", "X")


def ended(pid: int) -> bool:
    wait_for(lambda: not is_running(pid))
    return True


def test_a_child_that_ends_by_itself(tmp_path: Path) -> None:
    code = "import os, sys; print(os.getcwd(), os.environ['A'], repr(sys.stdin.read())); sys.exit(3)"

    done = ran(code, tmp_path, A="x")

    assert done == Completed(status=3, stdout=f"{tmp_path} x ''\n".encode(), stderr=b"")


def test_only_the_given_environment_is_seen(tmp_path: Path) -> None:
    done = run(["/usr/bin/env"], env={"ONLY": "1"}, cwd=tmp_path, timeout_s=10)

    assert done == Completed(status=0, stdout=b"ONLY=1\n", stderr=b"")


def test_a_child_that_a_signal_ends(tmp_path: Path) -> None:
    done = ran("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", tmp_path)

    assert done == Completed(status=-signal.SIGTERM, stdout=b"", stderr=b"")


def test_noise_on_both_streams_blocks_nothing(tmp_path: Path) -> None:
    code = """
import sys
for _ in range(200):
    sys.stderr.write("e" * 1000); sys.stdout.write("o" * 1000)
"""
    assert ran(code, tmp_path) == Completed(status=0, stdout=b"o" * 200_000, stderr=b"e" * 200_000)


HANGING = """
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
open("part", "w").write(f"{os.getpid()} {child.pid}")
os.rename("part", "pids")
time.sleep(600)
"""


def test_a_child_that_hangs_is_killed_with_all_that_it_started(tmp_path: Path) -> None:
    child = start([sys.executable, "-c", HANGING], env=os.environ, cwd=tmp_path)
    wait_for((tmp_path / "pids").exists)
    with pytest.raises(ObservationError) as caught:
        child.finish(0.5)

    assert str(caught.value) == f"{sys.executable}: did not answer within 0.5 seconds"
    pids = [int(pid) for pid in (tmp_path / "pids").read_text().split()]
    assert len(pids) == 2
    assert [pid for pid in pids if not ended(pid)] == []


def test_a_child_that_ignores_signals_is_killed_too(tmp_path: Path) -> None:
    path = script(tmp_path / "stubborn", "trap '' INT TERM HUP; touch deaf", "sleep 600")
    child = start([str(path)], env=os.environ, cwd=tmp_path)
    wait_for((tmp_path / "deaf").exists)
    with pytest.raises(ObservationError) as caught:
        child.finish(0.5)

    assert str(caught.value) == f"{path}: did not answer within 0.5 seconds"


LEAVING = """
import subprocess, sys
with open("out", "w") as out:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], stdout=out, stderr=out)
print(child.pid)
"""


def test_what_a_child_leaves_running_ends_with_it(tmp_path: Path) -> None:
    done = ran(LEAVING, tmp_path)

    assert done.status == 0
    assert ended(int(done.stdout))


def test_an_orphan_that_holds_the_pipe_is_not_waited_for(tmp_path: Path) -> None:
    path = script(tmp_path / "leaving", "sleep 600 &", "echo $! > part; mv part pid", "exit 0")

    child = start([str(path)], env=os.environ, cwd=tmp_path)
    wait_for((tmp_path / "pid").exists)
    with pytest.raises(ObservationError) as caught:
        child.finish(0.5)

    assert str(caught.value) == f"{path}: did not answer within 0.5 seconds"
    assert ended(int((tmp_path / "pid").read_text()))


def test_an_interrupt_leaves_no_child(tmp_path: Path) -> None:
    code = f"""
import os
from pathlib import Path
from lineage.system.process import run
try:
    run([{sys.executable!r}, "-c", {HANGING!r}], env=os.environ, cwd=Path("."), timeout_s=600)
except KeyboardInterrupt:
    print("interrupted")
"""
    source = str(Path(sys.modules[run.__module__].__file__ or "").parents[2])
    env = {**os.environ, "PYTHONPATH": source}
    with subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path, env=env, stdout=subprocess.PIPE) as parent:
        wait_for((tmp_path / "pids").exists)
        parent.send_signal(signal.SIGINT)
        assert parent.communicate()[0] == b"interrupted\n"

    assert [pid for pid in map(int, (tmp_path / "pids").read_text().split()) if not ended(pid)] == []


def test_what_cannot_be_started(tmp_path: Path) -> None:
    plain, garbage = tmp_path / "plain", tmp_path / "garbage"
    plain.write_bytes(b"")
    garbage.write_bytes(b"\x00\x01\x02")
    garbage.chmod(0o755)

    for argv, reason in {
        str(tmp_path / "absent"): "No such file or directory",
        str(plain): "Permission denied",
        str(tmp_path): "Permission denied",
        str(garbage): "Exec format error",
        "a\0b": "embedded null byte",
    }.items():
        error = failure(argv, cwd=tmp_path)
        assert isinstance(error, InputError)
        assert (error.message, error.where) == (f"cannot be started: {reason}", argv)


def test_a_directory_that_is_not_there(tmp_path: Path) -> None:
    error = failure(sys.executable, cwd=tmp_path / "absent")

    assert str(error) == f"{sys.executable}: cannot be started: No such file or directory"


@pytest.mark.parametrize(
    ("stderr", "expected"),
    [
        (b"", ""),
        (b"\n \n", ""),
        (b"first\nlast line\n\n", "last line"),
        (b"a\r\nb\r\n", "b"),
        (b"\x1b[31mred\xff\x07", "?[31mred\ufffd?"),
        (b"x" * 5000, "x" * 200),
        (b"early\n" + b"y" * 5000 + b"\nlate", "late"),
    ],
)
def test_the_last_words_are_one_short_printable_line(stderr: bytes, expected: str) -> None:
    assert Completed(status=1, stdout=b"", stderr=stderr).last_words == expected
