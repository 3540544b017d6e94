"""The real pre-commit: our hooks as one of its repositories, and its own hook beside ours in either order."""

import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tests.support.checked import fraud
from tests.support.gitrepos import commit, git
from tests.support.hooked import BUMPED, LINE, TRAILER, committed, install, message, staged, typed
from tests.support.projects import SOURCE, Ended, run_lineage, script, surroundings

pytestmark = pytest.mark.slow

PARTS = (
    "lineage",
    "lineage_script.py",
    "hooks",
    "templates",
    "pyproject.toml",
    "README.md",
    "LICENSE",
    ".pre-commit-hooks.yaml",
)
OFFLINE = {"PIP_NO_INDEX": "1", **dict.fromkeys(("http_proxy", "https_proxy", "ALL_PROXY"), "http://127.0.0.1:9")}
LOCAL = b"""repos:
- repo: local
  hooks:
  - {id: own, name: own, entry: sh -c 'echo seen >>seen.log', language: system, always_run: true, pass_filenames: false}
"""


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment that has pre-commit."""
    place = tmp_path_factory.mktemp("framework") / "env"
    venv.EnvBuilder(with_pip=True).create(place)
    words = [str(place / "bin" / "python"), "-m", "pip", "install", "-qq", "pre-commit>=4"]
    subprocess.run(words, check=True, capture_output=True)
    return place / "bin"


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This project as a repository to install hooks from."""
    root = tmp_path_factory.mktemp("published") / "lineage"
    for part in PARTS:
        place = root / part
        place.parent.mkdir(parents=True, exist_ok=True)
        if (SOURCE / part).is_dir():
            shutil.copytree(SOURCE / part, place, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(SOURCE / part, place)
    git(root, "init", "--quiet")
    commit(root, {})
    return root


def framework(root: Path, programs: Path, *words: str, env: dict[str, str] | None = None) -> Ended:
    known = surroundings({"PATH": f"{programs}:/usr/bin:/bin", **(env or {})})
    if env is None or "PYTHONPATH" not in env:
        known.pop("PYTHONPATH")
    done = subprocess.run([programs / "pre-commit", *words], cwd=root, env=known, capture_output=True, check=False)
    return Ended(code=done.returncode, stdout=done.stdout.decode(), stderr=done.stderr.decode())


def config(published: Path, name: str) -> bytes:
    rev = git(published, "rev-parse", "HEAD")
    return f"repos:\n- repo: {published}\n  rev: {rev}\n  hooks:\n  - id: {name}\n".encode()


@pytest.mark.parametrize("name", ["lineage-check", "lineage-check-system"])
def test_our_hooks_in_the_framework(name: str, programs: Path, published: Path, tmp_path: Path) -> None:
    root = fraud(tmp_path / "fraud")
    git(tmp_path, "init", "--quiet", "--bare", "remote.git")
    git(root, "remote", "add", "origin", str(tmp_path / "remote.git"))
    commit(root, {".pre-commit-config.yaml": config(published, name)})
    own = tmp_path / "programs"
    env = {"PRE_COMMIT_HOME": str(tmp_path / "store"), "PATH": f"{own}:{programs}:/usr/bin:/bin", "PYTHONPATH": ""}
    if name.endswith("system"):
        script(own / "lineage", f'PYTHONPATH={SOURCE} exec {sys.executable} -P -m lineage "$@"')
    stages = ("--hook-type", "pre-commit", "--hook-type", "pre-push")
    assert framework(root, programs, "install", "--install-hooks", *stages, env=env).code == 0
    offline = {**env, **OFFLINE}
    typed(root, "push", "--quiet", "origin", "HEAD:main", env=offline)

    assert typed(root, "push", "--quiet", "origin", "main", env=offline).code == 0
    assert framework(root, programs, "run", "--all-files", env=offline).code == 0
    staged(root, {"requirements.txt": BUMPED})
    code, said = committed(root, "-m", "Bump", env=offline)
    assert (code, LINE.strip() in said) == (1, True), said
    git(root, "commit", "--quiet", "--no-verify", "-m", "Bump")
    ended = typed(root, "push", "--quiet", "origin", "main", env=offline)
    assert (ended.code, LINE.strip() in ended.stdout + ended.stderr) == (1, True), ended
    assert typed(root, "push", "--quiet", "--no-verify", "origin", "main", env=offline).code == 0


@pytest.mark.parametrize("order", ["ours first", "ours last"])
def test_both_hooks_run_in_either_order_and_go_again(order: str, programs: Path, tmp_path: Path) -> None:
    root = fraud(tmp_path / "fraud")
    commit(root, {".pre-commit-config.yaml": LOCAL, ".gitignore": b"seen.log\n"})
    env = {"PRE_COMMIT_HOME": str(tmp_path / "store"), "PATH": f"{programs}:/usr/bin:/bin"}
    hooks = root / ".git" / "hooks"
    before = {one.name: one.read_bytes() for one in hooks.iterdir()}
    if order == "ours first":
        install(root)
        assert framework(root, programs, "install", env=env).code == 0
    else:
        assert framework(root, programs, "install", env=env).code == 0
        install(root)
    install(root)

    code, said = committed(staged(root, {"requirements.txt": BUMPED}), "-m", "Bump", env=env)

    assert (code, said.count(LINE), message(root)) == (0, 1, f"Bump\n\n{TRAILER}")
    assert (root / "seen.log").read_text() == "seen\n"

    assert framework(root, programs, "uninstall", env=env).code == 0
    staged(root, {"requirements.txt": BUMPED.replace(b"1.5.0", b"2.0")})
    code, said = committed(root, "--amend", "-m", "More", env=env)
    assert (code, said.count("models/fraud is due")) == (0, 1)
    assert run_lineage("hook", "uninstall", cwd=root).code == 0
    framework(root, programs, "uninstall", env=env)
    assert {one.name: one.read_bytes() for one in hooks.iterdir()} == before


def test_ours_can_go_first_where_the_framework_stands_before_it(programs: Path, tmp_path: Path) -> None:
    root = fraud(tmp_path / "fraud")
    install(root)
    env = {"PRE_COMMIT_HOME": str(tmp_path / "store")}
    framework(root, programs, "install", env=env)
    framed = (root / ".git/hooks/pre-commit").read_bytes()

    assert run_lineage("hook", "uninstall", "pre-commit", cwd=root).stdout == "removed  pre-commit\n"
    assert (root / ".git/hooks/pre-commit").read_bytes() == framed
    assert not (root / ".git/hooks/pre-commit.legacy").exists()
