"""How ``lineage run`` ends: as its command does."""

import os
import signal
from pathlib import Path

import pytest

from tests.support.projects import script, write
from tests.support.wrapped import SETUP_FAILED, Outcome, below_run, both, kept_runs, manifests, outcome

STATUSES = (1, 2, 3, 4, 64, 125, 126, 127, 128, 129, 130, 137, 143, 255)
SIGNALS = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM, signal.SIGPIPE)
LETHAL = sorted(
    {signal.Signals(number) for number in range(1, 32)}
    - {signal.SIGCHLD, signal.SIGCONT, signal.SIGURG, signal.SIGWINCH}
    - {signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU}
)
"""Those that end a process that does nothing about them."""


def is_as_bare(command: list[str], project: Path, *expected: int) -> None:
    bare, wrapped = both(command, project)
    assert wrapped == bare
    assert bare.code in expected
    assert (kept_runs(project), manifests(project)) == ([], [])


@pytest.mark.parametrize("status", STATUSES)
def test_status(status: int, project: Path) -> None:
    is_as_bare(["sh", "-c", f"echo made >models/new.pkl; exit {status}"], project, status)


@pytest.mark.parametrize("number", SIGNALS, ids=lambda one: one.name)
def test_signal(number: signal.Signals, project: Path) -> None:
    is_as_bare(["sh", "-c", f"ulimit -c 0; echo made >models/new.pkl; kill -{number} $$"], project, -number)


@pytest.mark.slow
@pytest.mark.parametrize("status", sorted({*range(1, 256)} - {*STATUSES}))
def test_every_status(status: int, project: Path) -> None:
    is_as_bare(["sh", "-c", f"exit {status}"], project, status)


@pytest.mark.slow
@pytest.mark.parametrize("number", [*LETHAL, *range(34, 65)])
def test_every_signal(number: int, project: Path) -> None:
    is_as_bare(["sh", "-c", f"ulimit -c 0; kill -{number} $$"], project, -number)


@pytest.mark.parametrize("number", [signal.SIGCHLD, signal.SIGCONT, signal.SIGURG, signal.SIGWINCH])
def test_signals_that_end_nothing(number: signal.Signals, project: Path) -> None:
    is_as_bare(["sh", "-c", f"kill -{number} $$; exit 3"], project, 3)


def shells(words: list[str], project: Path) -> tuple[Outcome, Outcome]:
    """A command as ``sh`` runs it, and below us."""
    return outcome(["sh", "-c", '"$@"', "sh", *words], project), outcome(below_run(words), project)


@pytest.mark.parametrize(
    ("name", "code", "reason"),
    [
        ("absent-command", 127, "No such file or directory"),
        ("./absent", 127, "No such file or directory"),
        ("./train.py/x", 127, "Not a directory"),
        ("", 127, "No such file or directory"),
        ("./train.py", 126, "Permission denied"),
        ("./models", 126, "Permission denied"),
        ("./no-interpreter", 127, "No such file or directory"),
        ("./" + "n" * 300, 126, "File name too long"),
    ],
)
def test_what_cannot_be_started(name: str, code: int, reason: str, project: Path) -> None:
    script(project / "no-interpreter").write_text("#!/nowhere/sh\n")
    bare, wrapped = shells([name, "x"], project)

    assert wrapped == Outcome(code, b"", f"lineage: error: {name}: {reason}\n".encode())
    assert bare.code in (code, 127)  # shells differ for a name that is too long
    assert kept_runs(project) == []


def test_a_script_without_an_interpreter_line(project: Path) -> None:
    write(project, {"bin/plain": b'echo "$0" "$@"; exit 3\n', "bin/other": b""})
    (project / "bin/plain").chmod(0o755)
    command = ["sh", "-c", 'PATH="$PWD/bin:$PATH" exec "$@"', "sh"]

    for words in (["./bin/plain", "a b"], ["plain", "a b"]):
        bare = outcome([*command, *words], project)
        wrapped = outcome([*command, *below_run(words)], project)
        assert (wrapped, wrapped.code) == (bare, 3)


def test_a_path_without_a_command_and_no_path_at_all(project: Path) -> None:
    write(project, {"bin/sh": b"not to be executed"})
    both_ends = both(["env", "PATH=./bin:/bin:/usr/bin", "sh", "-c", "exit 3"], project)
    assert both_ends == (Outcome(3, b"", b""), Outcome(3, b"", b""))

    python, *rest = below_run(["sh", "-c", "exit 4"])
    unset = outcome(["env", "-u", "PATH", python, *rest], project)
    assert unset == Outcome(4, b"", b"")


@pytest.mark.parametrize("depth", [1, 2])
def test_run_inside_run(depth: int, project: Path) -> None:
    command = ["sh", "-c", "cat; exit 3"]
    wrapped = command
    for _ in range(depth + 1):
        wrapped = below_run(wrapped)

    assert outcome(wrapped, project, given=b"in") == outcome(command, project, given=b"in") == Outcome(3, b"in", b"")
    assert kept_runs(project) == []


def test_make_and_shell_scripts(project: Path) -> None:
    write(project, {"Makefile": b"all: ; @echo made; exit 3\n", "train.sh": b"#!/bin/sh\nmake -s\n"})
    (project / "train.sh").chmod(0o755)

    is_as_bare(["make"], project, 2)
    is_as_bare(["./train.sh"], project, 2)


def refused(arguments: list[str], project: Path, setup: str = "") -> Outcome:
    """Nothing ran, nothing is left."""
    ended = outcome([*below_run([])[:-2], *arguments, "--", "touch", "ran"], project, setup=setup)
    assert not (project / "ran").exists()
    assert kept_runs(project) == []
    return ended


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--bogus"], "No such option '--bogus'."),
        (["--serve", "'"], "--serve: is not a command line: No closing quotation"),
        (["--serve", ""], "--serve: is empty"),
        (["--model", "a", "--model", "b", "-o", "c.lineage.toml"], "several models need a manifest each"),
        (["--label", "x"], "label"),
        (["--name", "fr\u0430ud"], "a model cannot be named 'fr\\u0430ud': it mixes letters"),
        (["--label", "a\u202eb=c"], "a label cannot be named 'a\\u202eb': it holds what cannot be seen"),
    ],
)
def test_usage_is_refused_before_anything_runs(arguments: list[str], message: str, project: Path) -> None:
    ended = refused(arguments, project)

    assert (ended.code, ended.stdout) == (2, b"")
    assert message in ended.stderr.decode()


def test_without_a_command(project: Path) -> None:
    ended = outcome(below_run([]), project)

    assert (ended.code, ended.stdout) == (2, b"")
    assert ended.stderr.endswith(b"Error: Missing argument '[--] COMMAND...'.\n")


def test_outside_of_a_repository_the_command_runs_and_nothing_is_captured(tmp_path: Path) -> None:
    ended = outcome(below_run(["touch", "ran"]), tmp_path)

    assert (ended.code, ended.stdout, (tmp_path / "ran").exists()) == (125, b"", True)
    assert b"git repository" in ended.stderr


def test_where_the_run_can_nowhere_be_recorded(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "temporary").mkdir()
    own = tmp_path / "temporary" / f"lineage-{os.getuid()}"
    own.touch()
    monkeypatch.setenv("TMPDIR", str(own.parent))
    (project / ".git" / "lineage").write_bytes(b"in the way")
    ended = refused([], project)

    assert (ended.code, ended.stdout) == (2, b"")
    message = f"lineage: error: {own}: is not a directory that only you can write: nothing is run from there\n"
    assert ended.stderr.startswith(message.encode())


def test_a_shell_that_could_not_be_set_up_is_noticed(project: Path) -> None:
    """The comparisons here would hold of nothing."""
    assert outcome(["true"], project, setup="false").code == SETUP_FAILED
