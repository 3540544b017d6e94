"""Programs planted wherever a repository can name one: no command runs any of them; the user's own stay in force."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.called import call_lineage
from tests.support.planted import (
    CHEAP,
    GIT_HOOKS,
    KEYS,
    MODULES,
    PROGRAMS,
    TEXTS,
    Planted,
    commands,
    plant,
    refusing,
    table,
)
from tests.support.projects import git, run_lineage, surroundings, write
from tests.support.retrained import Ground, head, make_ground

PROVED = {
    *("fsmonitor", "clean", "smudge", "odd-clean", "odd-smudge", "process", "textconv", "diff", "ssh", "askpass"),
    *("proxy", "helper", "address-helper", "alternates", "uploadpack", "editor", "gpg", "ext", "vcs"),
    *("program git", "program python3", "module click", "module sitecustomize"),
    *("hook reference-transaction", "hook post-index-change", "hook pre-commit", "hook post-checkout"),
}
"""The traps that git falls into as its user types it; pagers need a terminal, and git takes care of the others."""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return make_ground(tmp_path_factory.mktemp("template"))


@pytest.fixture
def planted(template: Ground, tmp_path: Path) -> Iterator[Planted]:
    with refusing() as address:
        yield plant(template, tmp_path, address)


def sprung(planted: Planted) -> dict[str, set[str]]:
    """Command line → the traps that it sprang, of all commands."""
    found = {}
    for command, lines in table(planted).items():
        for line in lines:
            ended = run_lineage(*command.split(), *line, cwd=planted.root, env=planted.env)
            assert "Traceback" not in ended.stderr, ended.stderr
            found[" ".join((command, *line))] = planted.marks()
    return {line: marks for line, marks in found.items() if marks}


def test_every_command_is_tried(planted: Planted) -> None:
    assert set(commands()) == table(planted).keys()


def test_they_are_enough() -> None:
    assert len(KEYS) + len(GIT_HOOKS) + len(PROGRAMS) + len(MODULES) + len(TEXTS) >= 50


def test_cheap_commands_run_nothing_that_a_repository_names(
    planted: Planted, capfd: pytest.CaptureFixture[str]
) -> None:
    """Within this process: what they ask git is the same."""
    found, lines = {}, table(planted)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in planted.env.items():
            patch.setenv(name, value)
        for command in CHEAP:
            words = [*command.split(), *lines[command][0]]
            code = call_lineage(*words, cwd=planted.root)
            found[" ".join(words)] = planted.marks()
            assert code in (0, 1), (words, capfd.readouterr())
    assert {line: marks for line, marks in found.items() if marks} == {}


@pytest.mark.slow
def test_no_command_runs_what_a_repository_names(planted: Planted) -> None:
    write(planted.root, {"base.py": (planted.root / "base.py").read_bytes() + b"\n", "features.py": b""})
    assert sprung(planted) == {}
    assert planted.marks(planted.users) == {"ssh", "helper"}

    # The linked work tree is there now, and HEAD moves on.
    git(planted.root, "config", "core.hooksPath", "hooks")
    off = ("-c", "filter.long.process=")
    git(planted.root, *off, "commit", "--quiet", "--no-gpg-sign", "--allow-empty", "-m", "Go on")
    git(planted.root.parent / "linked", *off, "reset", "--quiet", "--hard")
    assert "hook pre-commit" in planted.marks()
    assert sprung(planted) == {}
    assert git(planted.root.parent / "linked", "-c", "core.fsmonitor=false", "rev-parse", "HEAD") == head(planted.root)


def test_nor_does_fetching_from_any_kind_of_address(planted: Planted) -> None:
    for name, url in planted.remotes.items():
        git(planted.root, "config", "remote.origin.url", url)
        if name == "evil":
            git(planted.root, "config", "remote.origin.vcs", "evil")
        ended = run_lineage("check", f"{'1' * 40}..HEAD", "--fetch", cwd=planted.root, env=planted.env)
        assert (ended.code, planted.marks()) == (2 if name == "origin" else 3, set()), name
        told = "core.sshCommand" in ended.stderr and "not followed; --trust-config does" in ended.stderr
        assert told == (name != "origin"), "origin answers, without what was asked for"
    assert planted.marks(planted.users) == {"ssh", "helper"}


def test_the_traps_work(planted: Planted) -> None:
    write(planted.root, {"base.py": b"\n", "requirements.txt": b"\n"})
    for words in (
        *(("diff",), ("diff", "--no-ext-diff"), ("status",), ("add", "base.py", "requirements.txt")),
        *(("commit", "--quiet", "--no-gpg-sign"), ("commit", "--quiet", "--allow-empty", "-m", "Signed")),
    ):
        planted.typed("-c", "filter.long.process=", *words)  # git itself ends where such a filter does
    for name in planted.remotes:
        planted.typed("fetch", name)
    planted.typed("fetch", "--upload-pack=git-upload-pack", "origin", "other")
    for revision in ("HEAD~1", "main"):
        planted.typed("-c", "filter.long.process=", "checkout", "--force", revision)
    write(planted.root, {"README.md": b"y\n"})
    planted.typed("add", "README.md")
    env = surroundings({**planted.env, "PYTHONPATH": "."})
    for program in (["git", "status"], ["python3"], [sys.executable, "-c", "import click, yaml"]):
        subprocess.run(program, cwd=planted.root, env=env, capture_output=True)
    assert PROVED - planted.marks() == set()
