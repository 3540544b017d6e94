"""``lineage accept``: bound to what was seen, honoured by ``check`` and ``verify``, ended by itself."""

from pathlib import Path

import pytest

from tests.support.checked import LOCK, fraud
from tests.support.gitrepos import commit
from tests.support.projects import Ended, git, install, make_environment, python_of, run_lineage, site_packages

MANIFEST = "models/fraud.pkl.lineage.toml"
LOG = "models/fraud.pkl.lineage-log.toml"
BUMPED = LOCK.replace(b"numpy==1.26.4", b"numpy==2.0.1")
SHOWN = "package:numpy 1.26.4 → 2.0.1: only plots"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = fraud(tmp_path / "fraud")
    commit(root, {"requirements.txt": BUMPED})
    return root


def accept(root: Path, *arguments: str, because: str = "only plots") -> Ended:
    return run_lineage("accept", *arguments, "--because", because, cwd=root)


def test_an_accept_is_written_for_review_and_counts_once_committed(root: Path) -> None:
    ended = accept(root, "models/fraud", "package:numpy")

    message = "accepted: numpy 1.26.4 → 2.0.1 (major), named in the weights\n"
    assert ended == Ended(code=0, stdout=f"{LOG}\n", stderr=message)
    checked = run_lineage("check", cwd=root)
    note = f"note: the accept of package:numpy in {LOG} is not committed, and does not count before"
    assert (checked.code, note in checked.stdout.splitlines()) == (1, True)
    git(root, "add", LOG)
    staged = run_lineage("check", "--staged", cwd=root)
    assert (staged.code, "note: the accept of package:numpy is not committed" in staged.stdout) == (0, True)
    commit(root, {})
    checked = run_lineage("check", cwd=root)
    assert (checked.code, checked.stdout.splitlines()[3:]) == (
        0,
        [f"accepted   {SHOWN}", "", "pass: 0 of 1 models due for retraining"],
    )

    commit(root, {"requirements.txt": LOCK.replace(b"1.26.4", b"2.0.2")})
    assert run_lineage("check", "HEAD~1..HEAD", cwd=root).code == 1


def test_a_log_in_the_work_tree_that_cannot_be_read_says_nothing_of_what_is_committed(root: Path) -> None:
    (root / LOG).write_text("accept = 1\n")

    checked = run_lineage("check", cwd=root)
    assert (checked.code, "is not committed" in checked.stdout) == (1, False)


def test_the_same_accept_twice_is_one(root: Path) -> None:
    accept(root, MANIFEST, "package:numpy")
    before = (root / LOG).read_bytes()

    ended = accept(root, MANIFEST, "package:numpy")

    assert (ended.code, ended.stderr[:16], (root / LOG).read_bytes()) == (0, "already accepted", before)


def test_verify_honours_it_and_shows_it(root: Path, tmp_path: Path) -> None:
    environment = make_environment(tmp_path / "serving", packages=())
    for name, version in (("joblib", "1.4.2"), ("numpy", "2.0.1"), ("scikit-learn", "1.5.0")):
        install(site_packages(environment), name, version)
    (tmp_path / "rules.toml").write_text('[tool.lineage.verify]\npython = "any"\nos = "any"\naccept-unknown = ["*"]\n')
    target = f"python:{python_of(environment)}"
    verify = ("verify", MANIFEST, "--against", target, "--no-weights", "--policy", "../rules.toml", "--format", "json")

    assert '"subject": "package:numpy",\n      "severity": "fail"' in run_lineage(*verify, cwd=root).stdout
    accept(root, MANIFEST, "package:numpy")
    told = run_lineage(*verify, cwd=root).stdout
    assert '"subject": "package:numpy",\n      "severity": "note"' in told
    assert '"reason": "only plots"' in told
    note = "the accept of package:numpy is not committed"
    assert note in told

    commit(root, {})
    assert note not in run_lineage(*verify, cwd=root).stdout


@pytest.mark.parametrize(
    ("arguments", "because", "message"),
    [
        (
            ("models/fraud", "package:scipy"),
            "x",
            "package:scipy: is not due of models/fraud: due is package:numpy\n  lineage check lists it",
        ),
        (
            ("models/gone", "package:numpy"),
            "x",
            "models/gone: no file and no manifest of this name\n  lineage log lists the manifests",
        ),
        (("models/fraud", "package:numpy"), " ", "--because: is empty\n  say why the difference is harmless"),
        (
            ("models/fraud", "package:numpy", "--until", "soon"),
            "x",
            "--until soon: is not a date\n  write it as 2027-01-31",
        ),
        (
            ("models/fraud", "package:numpy", "--until", "2020-01-31"),
            "x",
            "--until 2020-01-31: is past\n  name a day that is still to come",
        ),
    ],
)
def test_what_cannot_be_accepted_is_refused(root: Path, arguments: tuple[str, ...], because: str, message: str) -> None:
    assert accept(root, *arguments, because=because) == Ended(code=2, stdout="", stderr=f"lineage: error: {message}\n")
    assert not (root / LOG).exists()


def test_what_is_not_known_cannot_be_accepted(root: Path) -> None:
    commit(root, {"requirements.txt": b"\xff\xfe\x00"})
    (name,) = [line.split()[0] for line in accept(root, MANIFEST, "x").stderr.split("due is ")[1].splitlines()[:1]]

    ended = accept(root, MANIFEST, name.rstrip(","))

    assert (ended.code, "is not known, so there is nothing to accept" in ended.stderr) == (2, True)


def test_accepts_that_count_no_more_are_problems(root: Path) -> None:
    accept(root, MANIFEST, "package:numpy", "--until", "2099-01-31")
    text = (root / LOG).read_text()
    (root / LOG).write_text(text.replace("2099-01-31", "2026-01-31") + "\n" + text.replace("numpy", "scipy"))

    shown = run_lineage("show", MANIFEST, "--problems", "--format", "json", cwd=root)
    assert shown.code == 1
    assert shown.stdout.count("accept.stale") == 2 and "ended on 2026-01-31" in shown.stdout
    assert "accepts 1.26.4 → 2.0.1, and that is not what differs now" in shown.stdout  # nothing is due of scipy

    (root / LOG).write_text("[[accept]\n")
    assert "accept.unreadable" in run_lineage("show", MANIFEST, "--problems", "--format", "json", cwd=root).stdout
