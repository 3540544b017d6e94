"""The Python processes below a command, seen from outside."""

import itertools
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lineage.model.run import Unwatched
from lineage.running.descendants import Descendants, option_in_the_way
from tests.support.projects import undisturbed

WAITS = "import sys; sys.stdin.read()"
PROGRAM = Path(os.path.realpath(sys.executable)).name


@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        ("train.py -I", None),
        ("-I train.py", "-I"),
        ("-BE -m train", "-E"),
        ("-S", "-S"),
        ("-c -I", None),
        ("-m -I", None),
        ("-W -I train.py", None),
        ("-Werror -I train.py", "-I"),
        ("-X dev -uS train.py", "-S"),
        ("-cprint() -I", None),
        ("- -I", None),
        ("-- -I", None),
        ("--check-hash-based-pycs -E", "-E"),
        ("", None),
    ],
)
def test_options_in_the_way(arguments: str, option: str | None) -> None:
    assert option_in_the_way([word.encode() for word in arguments.split()]) == option


def looked(command: list[str], site: str, **variables: str) -> tuple[Descendants, int]:
    """What was seen of a command that had begun to wait."""
    descendants = Descendants(site)
    with subprocess.Popen(
        [*command, "import sys; print(flush=True); sys.stdin.read()"],
        env={**undisturbed(), **variables},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        interval = descendants.look(child.pid)
        assert 0.02 <= interval <= 1.0
        child.communicate(b"")
    return descendants, child.pid


@pytest.mark.parametrize(
    ("options", "path", "reason"),
    [
        (["-I"], "/site", "-I"),
        (["-E"], "/site", "-E"),
        (["-S"], "/site", "-S"),
        ([], "/other", "environment"),
        ([], "/site/below", "environment"),
        ([], "/a:/site", "unknown"),
    ],
)
def test_why_a_process_was_not_watched(options: list[str], path: str, reason: str) -> None:
    descendants, pid = looked([sys.executable, *options, "-c"], "/site", PYTHONPATH=path)

    assert descendants.unwatched([]) == (Unwatched(pid=pid, program=PROGRAM, reason=reason),)
    assert descendants.unwatched([pid]) == ()


def test_other_programs_are_no_matter() -> None:
    descendants = Descendants("/site")
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as child:
        descendants.look(child.pid)
        child.communicate(b"")
    assert descendants.unwatched([]) == ()


def test_below_a_shell_and_forked() -> None:
    """A fork that runs nothing of its own is told by its parent's record."""
    program = "import os, sys; os.fork() and print(os.getpid(), flush=True); sys.stdin.read()"
    descendants = Descendants("/site")
    shell = ["sh", "-c", '"$0" -I -c "$1"; :', sys.executable, program]
    with subprocess.Popen(shell, env=undisturbed(), stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        first = int(child.stdout.readline())
        descendants.look(child.pid)
        child.communicate(b"")

    found = descendants.unwatched([])
    assert {one.reason for one in found} == {"-I"}
    assert first in {one.pid for one in found}


def test_a_process_that_is_gone() -> None:
    with subprocess.Popen(["true"]) as child:
        child.wait()
        descendants = Descendants("/site")
        assert descendants.look(child.pid) >= 0.02
    assert descendants.unwatched([]) == ()


def test_the_cost_of_looking(monkeypatch: pytest.MonkeyPatch) -> None:
    """At most one part in two hundred of the time, where a look takes four thousandths of a second."""
    clock = itertools.count(0.0, 0.004)
    monkeypatch.setattr("lineage.running.descendants.time.perf_counter", lambda: next(clock))

    assert Descendants("/site").look(os.getpid()) == pytest.approx(0.8)
