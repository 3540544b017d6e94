"""``lineage due``: a model is due for a reason that no file tells, until there is a new manifest of it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.called import call_lineage
from tests.support.checked import LOCK, fraud, manifest, record
from tests.support.gitrepos import commit
from tests.support.projects import Ended, git

MANIFEST = "models/fraud.pkl.lineage.toml"
LOG = "models/fraud.pkl.lineage-log.toml"
DRIFT = "drift: psi 0.31"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return fraud(tmp_path / "fraud")


Typed = Callable[..., Ended]


@pytest.fixture
def typed(root: Path, capsys: pytest.CaptureFixture[str]) -> Typed:
    """``lineage WORDS`` in this process."""

    def call(*words: str) -> Ended:
        code = call_lineage(*words, cwd=root)
        said = capsys.readouterr()
        return Ended(code=code, stdout=said.out, stderr=said.err)

    return call


def test_a_model_is_due_from_the_commit_of_the_record_to_a_new_manifest(root: Path, typed: Typed) -> None:
    due = ("due", "models/fraud", "--because", DRIFT)
    assert typed(*due) == Ended(code=0, stdout=f"{LOG}\n", stderr=f"called due: models/fraud: {DRIFT}\n")
    assert typed("due", MANIFEST, *due[2:]).stderr == f"already called due: models/fraud: {DRIFT}\n"

    note = f"note: that models/fraud is due ({DRIFT}) is not committed in {LOG}"
    ended = typed("check")
    assert (ended.code, f"{note}, and does not count before" in ended.stdout.splitlines()) == (0, True)
    git(root, "add", LOG)
    ended = typed("check", "--staged")
    assert (ended.code, note in ended.stdout.splitlines()) == (1, True)

    commit(root, {})
    ended = typed("check", "HEAD~1..HEAD")
    assert (ended.code, note in ended.stdout, f": {DRIFT}\n" in ended.stdout) == (1, False, True)

    record(root, manifest("models/fraud", {"requirements.txt": LOCK}))
    commit(root, {})
    assert typed("check").code == 0


def test_an_accept_ends_it(root: Path, typed: Typed) -> None:
    typed("due", "models/fraud", "--because", DRIFT)
    commit(root, {})
    assert typed("accept", "models/fraud", "due", "--because", "a holiday").code == 0
    commit(root, {})

    ended = typed("check")
    assert (ended.code, f"accepted   due nothing → {DRIFT}: a holiday" in ended.stdout) == (0, True)
    assert "accept." not in typed("show", MANIFEST, "--problems", "--format", "json").stdout

    typed("due", "models/fraud", "--because", "drift: psi 0.45")
    commit(root, {})
    assert typed("check", "HEAD~1..HEAD").code == 1


@pytest.mark.parametrize(
    ("model", "because", "message"),
    [
        ("models/gone", "x", "models/gone: no file and no manifest of this name\n  lineage log lists the manifests"),
        ("models/fraud", " ", "--because: is empty\n  say what is known of the model"),
        (
            f"HEAD:{MANIFEST}",
            "x",
            f"HEAD:{MANIFEST}: is no manifest of this work tree\n  name the model, or its manifest in the work tree",
        ),
    ],
)
def test_what_cannot_be_called_due_is_refused(root: Path, typed: Typed, model: str, because: str, message: str) -> None:
    assert typed("due", model, "--because", because) == Ended(code=2, stdout="", stderr=f"lineage: error: {message}\n")
    assert not (root / LOG).exists()


def test_a_log_that_cannot_be_read_is_not_appended_to(root: Path, typed: Typed) -> None:
    (root / LOG).write_text("[[due]]\n")

    ended = typed("due", "models/fraud", "--because", DRIFT)
    assert (ended.code, "due[0].manifest: is missing" in ended.stderr) == (2, True)
    assert (root / LOG).read_text() == "[[due]]\n"
