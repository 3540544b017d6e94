"""Programs planted wherever a repository can name one: no command runs any of them; the user's own stay in force."""

import os
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import click
import pytest

from lineage.cli.group import group
from lineage.hooking.answer import HOOKS
from tests.support.gitrepos import AUTHOR
from tests.support.projects import git, run_lineage, script, surroundings, write
from tests.support.retrained import BASE, Ground, head, make_ground

GIT_HOOKS = (
    *("applypatch-msg", "pre-commit", "prepare-commit-msg", "commit-msg", "post-commit", "pre-merge-commit"),
    *("post-merge", "post-checkout", "pre-push", "pre-rebase", "reference-transaction", "post-index-change"),
    *("post-rewrite", "pre-auto-gc", "fsmonitor-watchman", "push-to-checkout", "update", "pre-receive", "post-update"),
)
KEYS = {
    "core.fsmonitor": "fsmonitor",
    "filter.evil.clean": "clean",
    "filter.evil.smudge": "smudge",
    "filter.a=b.clean": "odd-clean",
    "filter.a=b.smudge": "odd-smudge",
    "filter.long.process": "process",
    "diff.evil.textconv": "textconv",
    "diff.external": "diff",
    "core.sshCommand": "ssh",
    "core.askPass": "askpass",
    "core.gitProxy": "proxy",
    "credential.helper": "helper",
    "credential.{address}.helper": "address-helper",
    "core.alternateRefsCommand": "alternates",
    "remote.origin.uploadpack": "uploadpack",
    "remote.origin.receivepack": "receivepack",
    "uploadpack.packObjectsHook": "pack-objects",
    "core.editor": "editor",
    "sequence.editor": "sequence-editor",
    "core.pager": "pager",
    "gpg.program": "gpg",
}
"""key of the repository's own configuration → the trap that it names"""
SETTINGS = {"protocol.ext.allow": "always", "commit.gpgSign": "true", "filter.evil.required": "true"}
ATTRIBUTES = b"*.py filter=evil diff=evil\n*.txt filter=a=b\n*.md filter=long\n"
ASKED = (
    *("status", "config", "rev-parse", "ls-files", "ls-tree", "cat-file", "rev-list", "diff-index", "hash-object"),
    *("fetch", "ls-remote", "worktree", "checkout", "update-ref", "index-pack", "bundle", "remote"),
)
PROVED = {
    *("fsmonitor", "clean", "smudge", "odd-clean", "odd-smudge", "process", "textconv", "diff", "ssh", "askpass"),
    *("proxy", "helper", "address-helper", "alternates", "uploadpack", "editor", "gpg", "ext", "vcs"),
    *("hook reference-transaction", "hook post-index-change", "hook pre-commit", "hook post-checkout"),
}
"""The traps that git falls into as its user types it; pagers need a terminal, and git takes care of the others."""
OWN = {"core.sshCommand": "ssh", "credential.helper": "helper"}
"""What the user's own configuration names."""


class _Refuses(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="x"')
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    ground: Ground
    other: str
    """a commit that only the remote has"""
    remotes: dict[str, str]
    env: dict[str, str]
    log: Path
    users: Path

    @property
    def root(self) -> Path:
        return self.ground.root

    def marks(self, log: Path | None = None) -> set[str]:
        """The traps that were sprung since the last time."""
        path = log or self.log
        found = set(path.read_text().splitlines()) if path.exists() else set()
        path.unlink(missing_ok=True)
        return found

    def typed(self, *arguments: str) -> None:
        """``git ARGUMENTS`` as the user types it, whatever becomes of it."""
        env = surroundings(self.env)
        subprocess.run(["git", *arguments], cwd=self.root, env=env, stdin=subprocess.DEVNULL, capture_output=True)


@pytest.fixture
def address() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Refuses)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/x.git"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def planted(tmp_path: Path, address: str) -> Planted:
    ground = make_ground(tmp_path)
    root, log, users = ground.root, tmp_path / "marks", tmp_path / "users"
    ground.change({".gitattributes": ATTRIBUTES, "README.md": b"x\n", "hooks/keep": b""}, "Describe")
    git(tmp_path, "clone", "--quiet", "--bare", str(root), "remote.git")
    remote = tmp_path / "remote.git"
    other = git(remote, *AUTHOR, "commit-tree", "-p", "HEAD", "-m", "Other", "HEAD^{tree}")
    git(remote, "update-ref", "refs/heads/other", other)
    ground.bump()
    git(tmp_path, "clone", "--quiet", "--bare", str(root), "alternate.git")
    (root / ".git/objects/info/alternates").write_text(f"{tmp_path}/alternate.git/objects\n")

    def trap(name: str, *more: str) -> str:
        return str(script(tmp_path / "traps" / name.replace(" ", "-"), f"echo '{name}' >>'{log}'", *more))

    def own(name: str) -> str:
        return str(script(tmp_path / "own" / name, f"echo '{name}' >>'{users}'", "exit 1"))

    for name in GIT_HOOKS:
        script(root / ".git/hooks" / name, f"echo 'hook {name}' >>'{log}'")
        script(root / "hooks" / name, f"echo 'hook {name}' >>'{log}'")
    trap("vcs", "exit 1")
    (tmp_path / "traps/vcs").rename(tmp_path / "traps/git-remote-evil")
    write(tmp_path, {"gitconfig": b""})
    for key, name in OWN.items():
        git(root, "config", "--file", str(tmp_path / "gitconfig"), key, own(name))
    remotes = {
        "origin": remote.as_uri(),
        "far": "ssh://nowhere.invalid/x.git",
        "odd": f"ext::{trap('ext', 'exit 1')}",
        "plain": "git://127.0.0.1:9/x.git",
        "web": address,
        "evil": "x",
    }
    for name, value in remotes.items():
        git(root, "config", f"remote.{name}.url", value)
    git(root, "config", "remote.evil.vcs", "evil")
    # Half of them are included: that counts as the repository's own too.
    git(root, "config", "include.path", "more")
    for number, (key, name) in enumerate(KEYS.items()):
        ends = "exit 1" if name in ("uploadpack", "process", "proxy", "gpg") else "exec cat" if "filter" in key else ""
        where = ("--file", ".git/more") if number % 2 else ("--local",)
        git(root, "config", *where, key.format(address=address), trap(name, ends))
    for name in ASKED:
        git(root, "config", f"alias.{name}", f"!{trap(f'alias {name}')}")
    for key, value in SETTINGS.items():
        git(root, "config", key, value)
    env = {
        "GIT_CONFIG_GLOBAL": str(tmp_path / "gitconfig"),
        "GIT_TERMINAL_PROMPT": "0",
        "PATH": f"{tmp_path / 'traps'}{os.pathsep}{os.environ['PATH']}",
    }
    log.unlink(missing_ok=True)
    return Planted(ground=ground, other=other, remotes=remotes, env=env, log=log, users=users)


def commands(start: click.Group = group, before: str = "") -> Iterator[str]:
    """Every command and subcommand, by its words."""
    context = click.Context(start)
    for name in start.list_commands(context):
        command = start.get_command(context, name)
        words = f"{before} {name}".strip()
        if isinstance(command, click.Group):
            yield from commands(command, words)
        else:
            yield words


def table(planted: Planted) -> dict[str, list[tuple[str, ...]]]:
    """Command → the arguments that it is called with, in this order."""
    place, old = planted.root.parent, str(planted.ground.environments / "old/bin/python")
    bundle, message = str(place / "one.bundle"), str(place / "message")
    line = f"refs/heads/main {git(planted.root, 'rev-parse', 'HEAD')} refs/heads/main {'0' * 40}\n"
    (place / "message").write_text("Train\n")
    (place / "pushed").write_text(line)
    words = {"prepare-commit-msg": (message,), "pre-push": ("origin", planted.remotes["origin"])}
    return {
        "init": [("--ci", "none")],
        "run": [("--model", "models/base.pkl", "--", old, "base.py")],
        "capture": [("models/base.pkl", "--from", f"python:{old}", "--bundle", bundle)],
        "show": [
            *((BASE,), (f"HEAD:{BASE}",), (BASE, "--problems"), (BASE, "--problems", "--remote")),
            (BASE, "--bundle", f"{bundle}2"),
        ],
        "verify": [(BASE, "--against", old), (f"HEAD:{BASE}", "--against", old, "--no-weights")],
        "check": [(), ("HEAD~1..HEAD",), ("--staged",), ("--worktree",), (f"{planted.other}..HEAD", "--fetch")],
        "accept": [("models/rank", "package:numpy", "--because", "It is tried")],
        "retrain": [("--dry-run",), ("models/base", "--in", str(place / "linked"), "--in-env", f"python:{old}")],
        "diff": [(BASE, f"HEAD:{BASE}")],
        "import": [(f"bundle:{bundle}", "--force")],
        "log": [(), ("models/base",)],
        "hook install": [(), ("pre-commit", "--block")],
        "hook run": [(name, *words.get(name, ())) for name in HOOKS],
        "hook uninstall": [()],
    }


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
    git(planted.root, "config", "--unset", "remote.origin.uploadpack")
    planted.typed("fetch", "origin", "other")
    planted.typed("-c", "filter.long.process=", "checkout", "--force", "HEAD~1")
    write(planted.root, {"README.md": b"y\n"})
    planted.typed("add", "README.md")
    assert PROVED - planted.marks() == set()
