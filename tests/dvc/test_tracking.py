import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import lineage
from lineage.dvc.tracking import TrackedOutput, dvc_output
from lineage.errors import RepositoryError
from lineage.weights.measure import measure

PIPELINE = b"""\
stages:
  train:
    wdir: work
    cmd: python -c "open('z.pkl', 'w').write('z')"
    outs:
    - z.pkl
"""


def run(root: Path, *command: str) -> str:
    environment = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(root.parent),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "DVC_NO_ANALYTICS": "1",
        "DVC_SITE_CACHE_DIR": str(root.parent / "site"),
    }
    done = subprocess.run(command, cwd=root, env=environment, check=True, capture_output=True, text=True)
    return done.stdout


def git(root: Path, *arguments: str) -> str:
    return run(root, "git", "-c", "user.name=a", "-c", "user.email=a@example.org", *arguments)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("tracking") / "repo"
    (root / "models" / "sub").mkdir(parents=True)
    (root / "pipe" / "work").mkdir(parents=True)
    (root / "one.pkl").write_bytes(b"one")
    (root / "models" / "a.bin").write_bytes(b"a")
    (root / "models" / "sub" / "b.bin").write_bytes(b"b")
    (root / "pipe" / "dvc.yaml").write_bytes(PIPELINE)
    (root / "pipe" / "work" / "keep").touch()
    git(root, "init", "-q")
    run(root, sys.executable, "-m", "dvc", "init", "-q")
    run(root, sys.executable, "-m", "dvc", "add", "-q", "one.pkl", "models")
    run(root, sys.executable, "-m", "dvc", "repro", "-q", "-P")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "all")
    return root


@pytest.fixture
def repository(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DVC_SITE_CACHE_DIR", str(tmp_path / "site"))
    monkeypatch.setenv("DVC_NO_ANALYTICS", "1")
    root = tmp_path / "repo"
    shutil.copytree(template, root, symlinks=True)
    return root


def tracked(pointer: str, md5: str | None, in_cache: bool = True, unknown: str = "") -> TrackedOutput:
    return TrackedOutput(pointer=pointer, md5=md5, algorithm="md5", in_cache=in_cache, unknown=unknown)


@pytest.mark.parametrize(
    ("path", "pointer"),
    [
        ("one.pkl", "one.pkl.dvc"),
        ("models", "models.dvc"),
        ("models/sub", "models.dvc"),
        ("models/sub/b.bin", "models.dvc"),
        ("pipe/work/z.pkl", "pipe/dvc.lock"),
    ],
)
def test_what_is_tracked_has_the_digest_that_we_measure(repository: Path, path: str, pointer: str) -> None:
    assert dvc_output(repository, path) == tracked(pointer, measure(repository, path).md5)
    assert git(repository, "status", "--porcelain") == ""


@pytest.mark.parametrize("path", ["pipe/dvc.yaml", "nothing", "one.pkl/x", "model", "pipe", "pipe/work"])
def test_what_is_not_tracked(repository: Path, path: str) -> None:
    assert dvc_output(repository, path) is None


def test_a_repository_without_dvc(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    assert dvc_output(tmp_path, "one.pkl") is None


def test_a_new_file_in_a_tracked_directory_has_no_digest_yet(repository: Path) -> None:
    (repository / "models" / "new.bin").write_bytes(b"new")
    assert dvc_output(repository, "models/new.bin") == tracked("models.dvc", None, False, "new")


def test_an_emptied_cache(repository: Path) -> None:
    directory = measure(repository, "models").md5
    shutil.rmtree(repository / ".dvc" / "cache")

    one = hashlib.md5(b"one").hexdigest()
    assert dvc_output(repository, "one.pkl") == tracked("one.pkl.dvc", one, in_cache=False)
    assert dvc_output(repository, "models") == tracked("models.dvc", directory, in_cache=False)
    assert dvc_output(repository, "models/a.bin") == tracked("models.dvc", None, False, "unlisted")


def test_one_file_of_a_directory_missing_from_the_cache(repository: Path) -> None:
    directory, digest = measure(repository, "models").md5, hashlib.md5(b"b").hexdigest()
    (repository / ".dvc" / "cache" / "files" / "md5" / digest[:2] / digest[2:]).unlink()

    assert dvc_output(repository, "models") == tracked("models.dvc", directory, in_cache=False)
    assert dvc_output(repository, "models/sub/b.bin") == tracked("models.dvc", digest, in_cache=False)
    assert dvc_output(repository, "models/a.bin") == tracked("models.dvc", hashlib.md5(b"a").hexdigest())


def test_the_cache_is_not_touched_even_where_it_is_wrong(repository: Path) -> None:
    digest = hashlib.md5(b"one").hexdigest()
    entry = repository / ".dvc" / "cache" / "files" / "md5" / digest[:2] / digest[2:]
    entry.chmod(0o644)
    entry.write_bytes(b"rotten")

    assert dvc_output(repository, "one.pkl") == tracked("one.pkl.dvc", digest)
    assert entry.read_bytes() == b"rotten"


def test_a_pointer_of_dvc_2_names_the_older_algorithm(repository: Path) -> None:
    pointer = repository / "one.pkl.dvc"
    pointer.write_text(pointer.read_text().replace("  hash: md5\n", ""))

    assert dvc_output(repository, "one.pkl") == TrackedOutput(
        pointer="one.pkl.dvc", md5=hashlib.md5(b"one").hexdigest(), algorithm="md5-dos2unix", in_cache=False
    )


def test_nothing_is_left_where_git_would_see_it(repository: Path) -> None:
    # Without this file git sees all of `.dvc`, and DVC would write the file anew.
    git(repository, "rm", "-q", "--cached", ".dvc/.gitignore")
    (repository / ".dvc" / ".gitignore").unlink()
    shutil.rmtree(repository / ".dvc" / "tmp")
    before = git(repository, "status", "--porcelain", "--untracked-files=all")

    assert dvc_output(repository, "one.pkl") is not None
    assert git(repository, "status", "--porcelain", "--untracked-files=all") == before
    assert not (repository / ".dvc" / "tmp").exists()


def test_dvc_is_silent_and_leaves_the_process_as_it_was(repository: Path) -> None:
    # In a process of its own, because it is the first import of DVC that wraps the streams.
    program = """
import logging, sys
from pathlib import Path
from lineage.dvc.tracking import dvc_output
streams = sys.stdout, sys.stderr
found = dvc_output(Path(sys.argv[1]), "one.pkl")
assert (sys.stdout, sys.stderr) == streams
assert logging.getLogger("dvc").level == logging.INFO
print(found.pointer)
"""
    package = Path(lineage.__file__).parents[1]
    command = [sys.executable, "-c", program, str(repository)]
    done = subprocess.run(command, cwd=package, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "one.pkl.dvc\n", "")


def test_a_broken_pointer_is_an_error_of_the_repository(repository: Path) -> None:
    (repository / "bad.dvc").write_text("outs: 3\n")
    with pytest.raises(RepositoryError) as caught:
        dvc_output(repository, "one.pkl")
    assert caught.value.message.startswith("DVC cannot read the repository: ")
    assert "bad.dvc" in caught.value.message
    assert caught.value.where == str(repository)
    assert caught.value.hint == "`dvc status` in the repository tells more"


def test_a_repository_that_dvc_cannot_open(repository: Path) -> None:
    shutil.rmtree(repository / ".dvc" / "tmp")
    (repository / ".dvc" / "tmp").write_text("in the way")
    with pytest.raises(RepositoryError) as caught:
        dvc_output(repository, "one.pkl")
    assert caught.value.message.startswith("DVC cannot open the repository: ")
    assert caught.value.hint == "DVC must be able to write to `.dvc/tmp`"
