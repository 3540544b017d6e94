"""``--trust-config``: what the repository's own configuration names is run only with it; data is in force without."""

import os
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.support.checked import LOCK, fraud
from tests.support.gitrepos import commit, git
from tests.support.hooked import hooked, install, snapshotted, typed
from tests.support.projects import run_lineage, script
from tests.support.retrained import BASE, make_ground

LOGIN = "Authorization: Basic eDp0b2tlbg=="
NOT_FOLLOWED = "of the repository's configuration was not followed; --trust-config does"


class _Serves(BaseHTTPRequestHandler):
    """Git's own server behind a login."""

    place: Path

    def do_GET(self) -> None:
        if f"Authorization: {self.headers['Authorization']}" != LOGIN:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="x"')
            self.end_headers()
            return
        url = urlsplit(self.path)
        given = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        env = {
            "GIT_PROJECT_ROOT": str(self.place),
            "GIT_HTTP_EXPORT_ALL": "1",
            "REQUEST_METHOD": self.command,
            "PATH_INFO": url.path,
            "QUERY_STRING": url.query,
            "CONTENT_LENGTH": str(len(given)),
            "CONTENT_TYPE": self.headers.get("Content-Type") or "",
            "GIT_PROTOCOL": self.headers.get("Git-Protocol") or "",
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding") or "",
        }
        done = subprocess.run(["git", "http-backend"], env={**os.environ, **env}, input=given, capture_output=True)
        head, _, body = done.stdout.partition(b"\r\n\r\n")
        rows = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        self.send_response(int(rows.pop("Status", "200").split()[0]))
        for name, value in rows.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Here", (_Serves,), {"place": tmp_path}))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/fraud/.git"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A shallow clone of a repository with a model, as a CI job has it."""
    root = fraud(tmp_path / "fraud")
    git(root, "config", "uploadpack.allowAnySHA1InWant", "true")
    commit(root, {"uv.lock": LOCK + b"\n"})
    git(tmp_path, "clone", "--quiet", "--depth=1", root.as_uri(), "clone")
    return tmp_path / "clone"


def fetched(clone: Path, *options: str) -> tuple[int, str]:
    base = git(clone.parent / "fraud", "rev-parse", "HEAD~1")
    ended = run_lineage("check", f"{base}..HEAD", "--fetch", *options, cwd=clone)
    return ended.code, ended.stderr


def test_a_ci_checkout_fetches_by_the_header_of_its_own_configuration(clone: Path, address: str) -> None:
    git(clone, "config", "remote.origin.url", "ci:fraud")
    git(clone, "config", f"url.{address}.insteadOf", "ci:fraud")
    assert fetched(clone)[0] == 2

    git(clone, "config", f"http.{address.partition('/fraud')[0]}/.extraheader", LOGIN)
    assert fetched(clone)[0] == 0


def test_a_login_that_is_refused_names_the_key(clone: Path, address: str, tmp_path: Path) -> None:
    git(clone, "config", "remote.origin.url", address)
    helper = script(tmp_path / "helper", "echo username=x", "echo password=token")
    git(clone, "config", "credential.helper", str(helper))

    code, stderr = fetched(clone)
    assert (code, f"credential.helper {NOT_FOLLOWED}" in stderr) == (3, True)
    assert fetched(clone, "--trust-config")[0] == 0


def test_so_does_an_ssh_command(clone: Path, tmp_path: Path) -> None:
    git(clone, "config", "remote.origin.url", f"ssh://nowhere.invalid{tmp_path}/fraud/.git")
    git(clone, "config", "core.sshCommand", str(script(tmp_path / "ssh", 'for last; do :; done; eval "$last"')))

    code, stderr = fetched(clone)
    assert (code, f"core.sshCommand {NOT_FOLLOWED}" in stderr) == (3, True)
    assert fetched(clone, "--trust-config")[0] == 0


def test_a_remote_is_asked_by_it_too(tmp_path: Path) -> None:
    root = make_ground(tmp_path).root
    git(tmp_path, "clone", "--quiet", "--bare", str(root), "remote.git")
    git(root, "config", "remote.origin.url", f"ssh://nowhere.invalid{tmp_path}/remote.git")
    git(root, "config", "core.sshCommand", str(script(tmp_path / "ssh", 'for last; do :; done; eval "$last"')))
    asked = ("show", BASE, "--problems", "--remote")

    ended = run_lineage(*asked, cwd=root)
    assert (ended.code, f"core.sshCommand {NOT_FOLLOWED}" in ended.stdout) == (3, True)
    ended = run_lineage(*asked, "--trust-config", cwd=root)
    assert ended.code != 3
    assert "code." not in ended.stdout


def test_a_hook_before_a_push_asks_by_it_where_it_was_installed_so(tmp_path: Path) -> None:
    root = hooked(tmp_path / "fraud", "pre-push")
    made = snapshotted(root)
    git(tmp_path, "init", "--quiet", "--bare", "remote.git")
    git(root, "remote", "add", "origin", f"ssh://nowhere.invalid{tmp_path}/remote.git")
    git(root, "config", "core.sshCommand", str(script(tmp_path / "ssh", 'for last; do :; done; eval "$last"')))
    push = ("push", "--quiet", "origin", "main")

    ended = typed(root, *push, "--dry-run")
    told = f"the remote: does not answer; core.sshCommand {NOT_FOLLOWED}; lineage hook install --trust-config pre-push"
    assert (ended.code, ended.stderr) == (0, f"lineage: pre-push: nothing is judged: {told}\n")
    assert install(root, "--trust-config", "pre-push").stdout == "updated  pre-push\n"
    ended = typed(root, *push)
    assert (ended.code, f"git push origin refs/lineage/{made}" in ended.stderr) == (0, True)


def test_a_filter_makes_the_files_of_a_linked_work_tree_only_with_it(tmp_path: Path) -> None:
    ground = make_ground(tmp_path)
    ground.change({".gitattributes": b"*.md filter=upper\n", "README.md": b"small\n"}, "Describe")
    git(ground.root, "config", "filter.upper.smudge", "tr a-z A-Z")
    old = f"python:{ground.environments}/old/bin/python"

    for place, options, text, told in (("one", (), "small\n", True), ("two", ("--trust-config",), "SMALL\n", False)):
        words = ("retrain", "models/base", "--in", str(tmp_path / place), *options, "--in-env", old)
        ended = run_lineage(*words, cwd=ground.root)
        assert (f"filter.upper.smudge {NOT_FOLLOWED}" in ended.stderr) == told, ended.stderr
        assert (tmp_path / place / "README.md").read_text() == text


@pytest.mark.parametrize(
    "command", ["check", "show models/base.pkl.lineage.toml --problems", "retrain", "hook install pre-commit"]
)
def test_it_goes_with_what_it_concerns(command: str, project: Path) -> None:
    ended = run_lineage(*command.split(), "--trust-config", cwd=project)

    assert ended.code == 2
    assert "--trust-config goes with" in ended.stderr
