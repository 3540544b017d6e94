"""A repository in which everything names a program: each leaves a mark where it is run."""

import os
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import click

from lineage.cli.group import group
from lineage.hooking.answer import HOOKS
from tests.support.gitrepos import AUTHOR
from tests.support.projects import git, script, surroundings, write
from tests.support.retrained import BASE, Ground, moved

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
    "gpg.ssh.program": "gpg-ssh",
    "gpg.ssh.defaultKeyCommand": "gpg-key",
    "merge.evil.driver": "merge-driver",
    "diff.evil.command": "diff-command",
    "difftool.evil.cmd": "difftool",
    "mergetool.evil.cmd": "mergetool",
    "interactive.diffFilter": "diff-filter",
    "trailer.sign.command": "trailer",
    "trailer.sign.cmd": "trailer-cmd",
    "tar.evil.command": "tar",
    "browser.evil.cmd": "browser",
    "pager.log": "log-pager",
    "gc.recentObjectsHook": "gc-hook",
    "hook.evil.command": "configured-hook",
    "imap.tunnel": "tunnel",
    "submodule.sub.update": "submodule",
}
"""key of the repository's own configuration → the trap that it names"""
SETTINGS = {
    "hook.evil.event": "reference-transaction",
    "init.templateDir": "template",
    "protocol.ext.allow": "always",
    "commit.gpgSign": "true",
    "filter.evil.required": "true",
}
ATTRIBUTES = b"*.py filter=evil diff=evil merge=evil\n*.txt filter=a=b\n*.md filter=long\n"
ASKED = (
    *("status", "config", "rev-parse", "ls-files", "ls-tree", "cat-file", "rev-list", "diff-index", "hash-object"),
    *("fetch", "ls-remote", "worktree", "checkout", "update-ref", "index-pack", "bundle", "remote"),
)
PROGRAMS = ("git", "python", "python3", "dvc", "ssh", "sh", "pip", "lineage", "hostname", "ldd")
"""Programs that lie in the checkout, which PATH leads to."""
MODULES = (
    *("conftest", "sitecustomize", "usercustomize", "click", "setup", "backend", "noxfile", "pathspec", "gitdb"),
    *("yaml", "packaging", "tomlkit", "hydra_plugins"),
)
TEXTS = {
    "pyproject.toml": b'[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n',
    "setup.cfg": b"[options]\npy_modules = setup\n[aliases]\ntest = setup\n",
    "pip.conf": b"[global]\npython = ./python\n",
    "evil.pth": b"import sitecustomize\n",
    ".gitmodules": b'[submodule "sub"]\n\tpath = sub\n\turl = ext::{trap}\n',
    ".gitconfig": b"[core]\n\tsshCommand = {trap}\n\tfsmonitor = {trap}\n",
    ".lfsconfig": b"[lfs]\n\tcustomtransfer.x.path = {trap}\n",
    ".env": b"PATH=.\nPYTHONPATH=.\nGIT_SSH_COMMAND={trap}\nGIT_EXTERNAL_DIFF={trap}\n",
    ".envrc": b"{trap}\n",
    ".dvc/config": b"[core]\n\tremote = x\n[hydra]\n\tplugins_path = .\n"
    b"['remote \"x\"']\n\turl = ssh://nowhere.invalid/x\n\task_password = true\n",
    ".pre-commit-config.yaml": b"repos:\n- repo: local\n  hooks: [{id: x, name: x, language: system, entry: {trap}}]\n",
    "Makefile": b"all:\n\t{trap}\n",
}
"""What names programs in a checkout; ``{trap}`` stands for one."""

INCLUDES = {"include.path": "more", "includeIf.onbranch:main.path": "on-main"}
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
        env = surroundings({**self.env, "PATH": self.env["PATH"].removeprefix(f".{os.pathsep}")})
        subprocess.run(["git", *arguments], cwd=self.root, env=env, stdin=subprocess.DEVNULL, capture_output=True)


@contextmanager
def refusing() -> Iterator[str]:
    """The address of a server that refuses everybody."""
    server = HTTPServer(("127.0.0.1", 0), _Refuses)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/x.git"
    server.shutdown()
    thread.join()
    server.server_close()


def plant(template: Ground, tmp_path: Path, address: str) -> Planted:
    """The repository of a template at another path, with all of these."""
    ground = moved(template, tmp_path / "fraud")
    root, log, users = ground.root, tmp_path / "marks", tmp_path / "users"

    def trap(name: str, *more: str) -> str:
        return str(script(tmp_path / "traps" / name.replace(" ", "-"), f"echo '{name}' >>'{log}'", *more))

    def own(name: str) -> str:
        return str(script(tmp_path / "own" / name, f"echo '{name}' >>'{users}'", "exit 1"))

    _plant_files(root, log, {name: text.replace(b"{trap}", trap(name).encode()) for name, text in TEXTS.items()})
    ground.change({".gitattributes": ATTRIBUTES, "README.md": b"x\n", "hooks/keep": b""}, "Describe")
    git(tmp_path, "clone", "--quiet", "--bare", str(root), "remote.git")
    remote = tmp_path / "remote.git"
    other = git(remote, *AUTHOR, "commit-tree", "-p", "HEAD", "-m", "Other", "HEAD^{tree}")
    git(remote, "update-ref", "refs/heads/other", other)
    ground.bump()
    git(tmp_path, "clone", "--quiet", "--bare", str(root), "alternate.git")
    (root / ".git/objects/info/alternates").write_text(f"{tmp_path}/alternate.git/objects\n")
    for place in (".git/hooks", "hooks", "template/hooks"):
        for name in GIT_HOOKS:
            script(root / place / name, f"echo 'hook {name}' >>'{log}'")
    trap("vcs", "exit 1")
    (tmp_path / "traps/vcs").rename(tmp_path / "traps/git-remote-evil")
    (tmp_path / "gitconfig").write_text("".join(_setting(key, own(name)) for key, name in OWN.items()))
    remotes = {
        "origin": remote.as_uri(),
        "far": "ssh://nowhere.invalid/x.git",
        "odd": f"ext::{trap('ext', 'exit 1')}",
        "plain": "git://127.0.0.1:9/x.git",
        "web": address,
        "evil": "x",
    }
    git(root, "config", "remote.origin.url", remotes["origin"])
    rows = {f"remote.{name}.url": url for name, url in remotes.items() if name != "origin"}
    rows |= {"remote.evil.vcs": "evil", **SETTINGS, **INCLUDES}
    rows |= {f"alias.{name}": f"!{trap(f'alias {name}')}" for name in ASKED}
    # Two thirds of them are included: that counts as the repository's own too.
    files = dict.fromkeys(("config", *INCLUDES.values()), "")
    files["config"] = (root / ".git/config").read_text() + "".join(_setting(*one) for one in rows.items())
    for number, (key, name) in enumerate(KEYS.items()):
        ends = "exit 1" if name in ("uploadpack", "process", "proxy", "gpg") else "exec cat" if "filter" in key else ""
        value = ("!" if key.startswith("submodule") else "") + trap(name, ends)
        files[[*files][number % len(files)]] += _setting(key.format(address=address), value)
    for path, text in files.items():
        (root / ".git" / path).write_text(text)
    env = {
        "GIT_CONFIG_GLOBAL": str(tmp_path / "gitconfig"),
        "GIT_TERMINAL_PROMPT": "0",
        "PATH": os.pathsep.join([".", str(tmp_path / "traps"), os.environ["PATH"]]),
    }
    log.unlink(missing_ok=True)
    return Planted(ground=ground, other=other, remotes=remotes, env=env, log=log, users=users)


def _plant_files(root: Path, log: Path, texts: Mapping[str, bytes]) -> None:
    """Modules, programs, and texts that name some, of the checkout; committed with the rest."""
    mark = "with open({log!r}, 'a') as log:\n    print('module {name}', file=log)\n"
    for number, name in enumerate(MODULES):
        path = f"{name}/__init__.py" if number % 2 else f"{name}.py"
        write(root, {path: mark.format(log=str(log), name=name).encode()})
    for name in PROGRAMS:
        script(root / (f"bin/{name}" if (root / name).is_dir() else name), f"echo 'program {name}' >>'{log}'", "exit 1")
    write(root, texts)


def _setting(key: str, value: str) -> str:
    section, _, rest = key.partition(".")
    inner, _, name = rest.rpartition(".")
    return f'[{section} "{inner}"]\n\t{name} = "{value}"\n' if inner else f'[{section}]\n\t{name} = "{value}"\n'


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


CHEAP = ("init", "capture", "show", "verify", "check", "accept", "due", "diff", "log", "hook install")
"""Commands that run nothing of the user's."""


def table(planted: Planted) -> dict[str, list[tuple[str, ...]]]:
    """Command → the arguments that it is called with, in this order."""
    place, old = planted.root.parent, str(planted.ground.environments / "old/bin/python")
    bundle, message, live = (str(place / name) for name in ("one.bundle", "message", "live.json"))
    line = f"refs/heads/main {git(planted.root, 'rev-parse', 'HEAD')} refs/heads/main {'0' * 40}\n"
    (place / "live.json").write_text("[]")
    (place / "message").write_text("Train\n")
    (place / "pushed").write_text(line)
    words = {"prepare-commit-msg": (message,), "pre-push": ("origin", planted.remotes["origin"])}
    return {
        "init": [("--ci", "none")],
        "run": [("--model", "models/base.pkl", "--", old, "base.py")],
        "capture": [("models/base.pkl", "--from", f"python:{old}", "--bundle", bundle, "--force")],
        "show": [
            *((BASE,), (f"HEAD:{BASE}",), (BASE, "--problems"), (BASE, "--problems", "--remote")),
            (BASE, "--bundle", f"{bundle}2"),
        ],
        "verify": [(BASE, "--against", old), (f"HEAD:{BASE}", "--against", old, "--no-weights")],
        "check": [
            (),
            ("HEAD~1..HEAD",),
            ("--staged",),
            ("--worktree",),
            ("--metrics", live),
            (f"{planted.other}..HEAD", "--fetch"),
        ],
        "accept": [("models/rank", "package:numpy", "--because", "It is tried")],
        "due": [("models/rank", "--because", "It is tried")],
        "retrain": [("--dry-run",), ("models/base", "--in", str(place / "linked"), "--in-env", f"python:{old}")],
        "diff": [(BASE, f"HEAD:{BASE}")],
        "import": [(f"bundle:{bundle}", "--force")],
        "log": [(), ("models/base",)],
        "hook install": [(), ("pre-commit", "--block")],
        "hook run": [(name, *words.get(name, ())) for name in HOOKS],
        "hook uninstall": [()],
    }
