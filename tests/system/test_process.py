"""Child processes: both streams drained, an end to every wait, and nothing of them left."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lineage.errors import InputError, LineageError, ObservationError
from lineage.system.exchange import Answers
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
    done = child.finish(600)

    assert done == Completed(status=0, stdout=b"", stderr=b"")
    assert ended(int((tmp_path / "pid").read_text()))


ESCAPED = """
import subprocess, sys, time
sleeping = "import os, time; print(os.getpid(), flush=True); time.sleep(600)"
starting = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', sys.argv[1]], start_new_session=True)"
subprocess.Popen([sys.executable, "-c", starting, sleeping]).wait()
print("said", flush=True)
"""


@pytest.mark.parametrize("rest", ["", "time.sleep(600)"])
def test_what_left_the_session_and_holds_the_pipe_ends_too(rest: str, tmp_path: Path) -> None:
    code = ESCAPED + rest
    child = start([sys.executable, "-c", code], env=os.environ, cwd=tmp_path)
    if rest:
        with pytest.raises(ObservationError):
            child.finish(3)
    else:
        assert b"said\n" in child.finish(600).stdout

    holding = [one for one in Path("/proc").glob("[0-9]*/cmdline") if str(tmp_path).encode() in directory(one.parent)]
    assert holding == []


def directory(process: Path) -> bytes:
    try:
        return os.fsencode((process / "cwd").readlink())
    except OSError:
        return b""


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_child_that_says_too_much_is_ended(stream: str, tmp_path: Path) -> None:
    path = script(tmp_path / "endless", f"exec yes{' >&2' if stream == 'stderr' else ''}")
    child = start([str(path)], env=os.environ, cwd=tmp_path)

    with pytest.raises(ObservationError) as caught:
        child.finish(600, most=1 << 20)

    assert str(caught.value) == f"{path}: said more than 1 MiB: it was ended"


def test_what_is_given_and_what_is_said_do_not_wait_for_each_other(tmp_path: Path) -> None:
    given = b"x" * 500_000

    done = run(["cat"], env=os.environ, cwd=tmp_path, timeout_s=30, given=given)
    refused = run(["true"], env=os.environ, cwd=tmp_path, timeout_s=30, given=given)

    assert (done.stdout, refused.status) == (given, 0)


def test_a_child_that_closes_its_streams_is_still_waited_for(tmp_path: Path) -> None:
    assert ran("import os, time; os.close(1); os.close(2); time.sleep(0.3); os._exit(7)", tmp_path).status == 7
    with pytest.raises(ObservationError):
        ran("import os, time; os.close(1); os.close(2); time.sleep(600)", tmp_path, timeout_s=1)


def test_answers_come_bit_by_bit_and_are_not_waited_for_without_end(tmp_path: Path) -> None:
    code = "import sys; print('5'); sys.stdout.write(sys.stdin.readline() * 2); print('end', flush=True); input()"
    words = [sys.executable, "-c", code]
    process = subprocess.Popen(words, bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=tmp_path)
    asked = Answers(process, 1.0)
    asked.ask(b"four\n")

    assert (asked.line(), asked.take(7), asked.line(), asked.line()) == (b"5\n", b"four\nfo", b"ur\n", b"end\n")
    with pytest.raises(TimeoutError):
        asked.line()
    asked.end()
    assert ended(process.pid)


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
