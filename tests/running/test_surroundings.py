"""What a command inherits: the same bare and below ``lineage run``."""

import os
import re
from pathlib import Path

import pytest

from tests.support.projects import undisturbed
from tests.support.wrapped import below_run, both, outcome

STATUS = "Umask|SigBlk|SigIgn|SigCgt|CapInh|CapEff|CapBnd|Uid|Gid|Groups|NoNewPrivs|Seccomp|Cpus_allowed|NSsid|NSpgid"
LOOK = f"""
cat /proc/self/status | grep -E '^({STATUS}):'
cat /proc/self/limits /proc/self/oom_score_adj
nice; pwd -P; tty; readlink /proc/self/cwd /proc/self/root; cut -d' ' -f5,6,7,8 /proc/self/stat; cat /proc/self/cgroup
ls /proc/self/fd; cat <&3
exit 3
"""
SETUPS = {
    "plain": "",
    "umask": "umask 027",
    "limits": "ulimit -n 77 && ulimit -c 0 && ulimit -s 4096 && ulimit -t 500",
    "ignored": "trap '' HUP INT QUIT USR1 TERM TSTP TTIN TTOU WINCH",
    "ignored children": "trap '' CHLD",
    "directory": "cd models",
    "closed": "exec 0<&- 7>&1",
}
PREFIXES = {
    "nice": ["nice", "-n", "5"],
    "nohup": ["nohup"],
    "blocked": ["env", "--block-signal=TERM,INT,USR1,RTMIN"],
    "taskset": ["taskset", "-c", "0"],
}


@pytest.fixture
def handed(tmp_path: Path) -> str:
    """Makes a file the descriptor 3."""
    (tmp_path / "handed").write_bytes(b"handed over\n")
    return f"exec 3<'{tmp_path}/handed'"


@pytest.mark.parametrize("setup", SETUPS.values(), ids=SETUPS)
def test_as_the_caller_set_it(setup: str, project: Path, handed: str) -> None:
    bare, wrapped = both(["sh", "-c", LOOK], project, setup=" && ".join(filter(None, [handed, setup])))

    assert wrapped == bare
    assert (bare.code, bare.stdout[-12:], bare.stderr) == (3, b"handed over\n", b"")


@pytest.mark.parametrize("prefix", PREFIXES.values(), ids=PREFIXES)
def test_as_another_program_set_it(prefix: list[str], project: Path, handed: str) -> None:
    command = ["sh", "-c", LOOK]
    bare = outcome([*prefix, *command], project, setup=handed)
    wrapped = outcome([*prefix, *below_run(command)], project, setup=handed)

    assert (wrapped.code, wrapped.stdout) == (bare.code, bare.stdout)
    assert (bare.code, bare.stdout[-12:]) == (3, b"handed over\n")


def test_a_broken_pipe_ends_the_command_even_where_the_caller_ignored_it(project: Path) -> None:
    """Python ignores SIGPIPE from its start on, so what the caller did cannot be seen any more."""
    command = ["grep", "SigIgn", "/proc/self/status", "/nowhere"]
    ignoring = ["env", "--ignore-signal=PIPE"]

    bare, wrapped = (
        int(outcome([*ignoring, *one], project).stdout.split()[-1], 16) for one in (command, below_run(command))
    )

    assert (bare ^ wrapped, bare & 1 << 12) == (1 << 12, 1 << 12)


@pytest.mark.parametrize(
    "given",
    [
        {"PATH": os.defpath},
        {"PATH": os.defpath, "LC_ALL": "C", "GIT_DIR": ".git", "EMPTY": "", "LINES": "a\nb", "PYTHONPATH": "/none"},
        {"PATH": os.defpath, "LANG": "C", "GIT_INDEX_FILE": "x", "GIT_PYTHON_REFRESH": "q", "PYTHONHASHSEED": "0"},
    ],
    ids=["bare", "C", "git"],
)
def test_variables(given: dict[str, str], project: Path) -> None:
    """Equal but for what PYTHONPATH begins with."""
    command = ["sh", "-c", "env -0; exit 3"]
    prefix = ["env", "-i", *(f"{name}={value}" for name, value in given.items()), "BYTES=\udcff"]
    source = undisturbed()["PYTHONPATH"]
    wrapped_command = below_run(command)
    program = (
        f"import sys; sys.path.insert(0, {source!r}); from lineage.cli.main import main; main({wrapped_command[4:]})"
    )
    python = [wrapped_command[0], "-P", "-c", program]

    bare, wrapped = (outcome([*prefix, *one], project) for one in (command, python))

    assert (bare.code, wrapped.code, wrapped.stderr) == (3, 3, b"")
    expected, found = (
        {one.partition(b"=")[0]: one for one in each.stdout.split(b"\0") if one} for each in (bare, wrapped)
    )
    before = expected.pop(b"PYTHONPATH", b"")
    after = found.pop(b"PYTHONPATH")
    assert re.fullmatch(rb"PYTHONPATH=[^:]*/lineage/runs/[0-9a-f-]+/site" + (b":/none" if before else b""), after)
    assert found == expected
    assert b"BYTES=\xff" in expected.values()


def test_arguments(project: Path) -> None:
    """As they are, ours among them, and bytes that are no text."""
    words = ["", "--model", "x", "--help", "--", "-q", "--", "a b", "*", "$HOME", "\n", "\udcff", "-o"]
    command = ["sh", "-c", 'printf "%s\\0" "$0" "$@"; exit 3', *words]

    bare, wrapped = both(command, project)

    assert wrapped == bare
    assert bare.stdout == b"".join(os.fsencode(word) + b"\0" for word in words)


def test_a_command_without_the_dashes(project: Path) -> None:
    command = ["sh", "-c", 'echo "$@"; exit 3', "sh", "--", "-q", "--help"]
    wrapped = below_run(command)
    wrapped.remove("--")

    assert outcome(wrapped, project) == outcome(command, project)
