"""Every command as a child process, with each code it can end with; what it says; and that it changes nothing else."""

import shutil
from pathlib import Path

import pytest

from lineage.cli import exits
from lineage.errors import (
    InputError,
    LineageError,
    LineageMismatch,
    NoRepositoryError,
    NotFollowedError,
    ObservationError,
    StoreError,
    WeightsError,
)
from tests.support import projects
from tests.support.projects import (
    MANIFEST,
    MODEL,
    SOURCE,
    Ended,
    python_of,
    reinstall,
    run_lineage,
    site_packages,
)
from tests.support.recording import recorded


@pytest.fixture(scope="module")
def _committed(tmp_path_factory: pytest.TempPathFactory, environment: Path) -> Path:
    root = projects.make_repository(tmp_path_factory.mktemp("committed") / "fraud")
    recorded(root, environment)
    projects.commit(root)
    return root


@pytest.fixture
def root(_committed: Path, tmp_path: Path) -> Path:
    """A repository with a model and its manifest, committed; the working directory of every command here."""
    return projects.copy(_committed, tmp_path / "fraud").resolve()


@pytest.fixture
def target(environment: Path) -> str:
    return f"python:{python_of(environment)}"


@pytest.fixture
def other(environment: Path, tmp_path: Path) -> str:
    """Another environment than the recorded one."""
    copied = projects.copy(environment, tmp_path / "other")
    reinstall(site_packages(copied), "numpy", "2.0.1")
    return f"python:{python_of(copied)}"


@pytest.fixture
def blurred(environment: Path, tmp_path: Path) -> str:
    """An environment that does not tell everything."""
    copied = projects.copy(environment, tmp_path / "blurred")
    (site_packages(copied) / "numpy-1.26.4.dist-info" / "RECORD").unlink()
    return f"python:{python_of(copied)}"


def test_capture_writes_the_manifest(project: Path, target: str) -> None:
    ended = run_lineage("capture", MODEL, "--from", target, cwd=project)

    identity = next(line for line in (project / MANIFEST).read_text().splitlines() if line.startswith("id = "))
    assert ended == Ended(
        code=0,
        stdout=f"{MANIFEST}\n",
        stderr=f"environment: {target}\n"
        "entry: train.py (candidate)\n"
        "packages: 4 (2 imported, 1 present, 1 required)\n"
        f"written: {identity[6:25]}\n",
    )
    again = run_lineage("capture", MODEL, "--from", target, cwd=project)
    assert (again.code, again.stderr.splitlines()[-1]) == (0, f"unchanged: {identity[6:25]}")


def test_capture_takes_labels_metrics_and_parameters_from_the_command_line(project: Path, target: str) -> None:
    projects.write(
        project,
        {"m.json": b'{"auc": 0.91, "n": 3}', "p.yaml": b"depth: 3\nseed: 1\n", "s/train.py": b"import joblib\n"},
    )
    options = (
        "--metrics",
        "m.json",
        "--params",
        "p.yaml",
        "--label",
        "line=A",
        "--label",
        "team = b=c",
        "--name",
        "m1",
    )

    ended = run_lineage(
        "capture",
        MODEL,
        "--from",
        target,
        *options,
        "--entry",
        "s/train.py",
        "-o",
        "m1.lineage.toml",
        "-q",
        cwd=project,
    )

    assert ended == Ended(code=0, stdout="m1.lineage.toml\n", stderr="")
    text = (project / "m1.lineage.toml").read_text()
    for lines in (
        'name = "m1"\n',
        '[labels]\nline = "A"\nteam = "b=c"\n',
        "[params]\ndepth = 3\nseed = 1\n",
        "[metrics]\nauc = 0.91\nn = 3\n",
    ):
        assert lines in text


def test_verify_passes_in_the_same_environment(root: Path, target: str) -> None:
    before = projects.snapshot(root)

    ended = run_lineage("verify", MANIFEST, "--against", target, cwd=root)

    lines = ended.stdout.splitlines()
    assert (ended.code, ended.stderr) == (0, "")
    assert lines[1].startswith(f"observed  {target}, CPython ")
    assert lines[2:] == [
        "weights   models/fraud.pkl",
        "policy    defaults",
        "",
        "not looked at: code, compiled files, standard library",
        "pass: 4 packages compared (3 by record, 1 by version), weights read whole, code not compared",
    ]
    assert projects.snapshot(root) == before


def test_verify_finds_the_only_manifest_its_name_its_id_and_its_revision(root: Path, target: str) -> None:
    identity = next(line for line in (root / MANIFEST).read_text().splitlines() if line.startswith("id = "))
    (root / "src").mkdir()

    for manifest in ([], ["models/fraud"], [identity[6:25]], [f"HEAD:{MANIFEST}"]):
        assert run_lineage("verify", *manifest, "--against", target, cwd=root / "src").code == 0


def test_verify_fails_in_another(root: Path, other: str) -> None:
    ended = run_lineage("verify", MANIFEST, "--against", other, cwd=root)

    assert (ended.code, ended.stderr) == (1, "")
    assert ended.stdout.splitlines()[5:] == [
        "fail  numpy  1.26.4 → 2.0.1 (major)  imported by the model's code",
        "",
        "fail: 1 difference that matters; 4 packages compared (2 by record, 2 by version), weights read whole, "
        "code not compared",
    ]


def test_verify_is_undecided_where_it_cannot_see(root: Path, blurred: str) -> None:
    ended = run_lineage("verify", MANIFEST, "--against", blurred, cwd=root)

    assert (ended.code, ended.stderr) == (3, "")
    assert ended.stdout.splitlines()[-1].startswith("undecided: 1 thing could not be seen; ")


def test_verify_judges_by_the_policy_that_is_named(root: Path, other: str, tmp_path: Path) -> None:
    (tmp_path / "loose.toml").write_text("[tool.lineage.verify]\nimported = 'any'\n")

    named = run_lineage("verify", MANIFEST, "--against", other, "--policy", "../loose.toml", cwd=root)
    assert (named.code, named.stdout.splitlines()[3]) == (0, "policy    ../loose.toml")

    (tmp_path / "loose.toml").rename(root / "lineage.toml")
    own = run_lineage("verify", MANIFEST, "--against", other, cwd=root)
    assert (own.code, own.stdout.splitlines()[3]) == (0, "policy    lineage.toml")


def test_verify_reads_weights_where_it_is_told_to(root: Path, target: str, tmp_path: Path) -> None:
    (root / MODEL).rename(tmp_path / "served.pkl")
    verify = ("verify", MANIFEST, "--against", target)

    assert run_lineage(*verify, cwd=root).code == 3
    assert run_lineage(*verify, "--weights", "../served.pkl", cwd=root).code == 0
    assert run_lineage(*verify, "--no-weights", cwd=root).code == 0
    (tmp_path / "served.pkl").write_bytes(b"other")
    assert run_lineage(*verify, "--weights", "../served.pkl", cwd=root).code == 1


def test_diff_ends_with_what_it_found(root: Path, target: str, other: str, blurred: str) -> None:
    ended = [run_lineage("diff", MANIFEST, one, cwd=root) for one in (target, other, blurred)]

    assert [(one.code, one.stderr, one.stdout.splitlines()[-1]) for one in ended] == [
        (0, "", "no difference: 4 packages compared (4 by record)"),
        (1, "", "1 difference; 4 packages compared (3 by record, 1 by version)"),
        (3, "", "undecided: 1 could not be compared; 3 packages compared (3 by record)"),
    ]


def test_show_ends_with_what_is_not_reproducible_about_a_manifest(root: Path) -> None:
    read, problems = run_lineage("show", MANIFEST, cwd=root), run_lineage("show", "--problems", cwd=root)

    assert [(one.code, one.stderr) for one in (read, problems)] == [(0, ""), (1, "")]
    assert "is on no remote branch known here: git push origin main\n" in problems.stdout


def test_log_lists_models_and_says_when_one_cannot_be_read(root: Path) -> None:
    good, one = run_lineage("log", cwd=root), run_lineage("log", "models/fraud", cwd=root)
    assert [(ended.code, ended.stderr) for ended in (good, one)] == [(0, ""), (0, "")]

    (root / MANIFEST).write_text("schema = 1\n")
    bad = run_lineage("log", cwd=root)
    assert (bad.code, bad.stderr) == (2, "")
    assert "cannot be read: schema: is missing" in bad.stdout


def test_init_writes_what_is_missing_and_nothing_twice(root: Path) -> None:
    first = run_lineage("init", cwd=root)
    before = projects.snapshot(root)
    second = run_lineage("init", cwd=root)

    assert (first.code, second.code) == (0, 0)
    assert [line.split()[0] for line in second.stdout.splitlines()] == ["kept"] * 4
    assert projects.snapshot(root) == before


@pytest.mark.parametrize(
    ("arguments", "usage"),
    [
        (["verify", "--nothing"], "Usage: lineage verify [OPTIONS] [MANIFEST]"),
        (["verify", "--format", "html"], "Usage: lineage verify [OPTIONS] [MANIFEST]"),
        (["capture"], "Usage: lineage capture [OPTIONS] PATH..."),
        (["diff", "a"], "Usage: lineage diff [OPTIONS] A B"),
        (["restore"], "Usage: lineage [OPTIONS] COMMAND [ARGS]..."),
    ],
)
def test_what_is_typed_wrongly_is_unusable(arguments: list[str], usage: str, tmp_path: Path) -> None:
    ended = run_lineage(*arguments, cwd=tmp_path)

    lines = ended.stderr.splitlines()
    assert (ended.code, ended.stdout, lines[0], lines[2]) == (2, "", usage, "")
    assert lines[3].startswith("Error: ")  # the words are those of click, and change with it
    assert len(lines) == 4


def test_options_that_exclude_each_other_are_unusable(tmp_path: Path) -> None:
    assert run_lineage("verify", "--weights", "a", "--no-weights", cwd=tmp_path) == Ended(
        code=2, stdout="", stderr="lineage: error: --weights and --no-weights exclude each other\n"
    )


def test_help_and_version_are_answers(tmp_path: Path) -> None:
    import lineage

    assert run_lineage("--version", cwd=tmp_path) == Ended(
        code=0, stdout=f"lineage, version {lineage.__version__}\n", stderr=""
    )
    assert (run_lineage("-h", cwd=tmp_path).code, run_lineage("verify", "-h", cwd=tmp_path).code) == (0, 0)


def test_a_defect_of_ours_is_one_line_and_a_report(tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(SOURCE / "lineage", broken / "lineage", ignore=shutil.ignore_patterns("__pycache__"))
    (broken / "lineage" / "verifying" / "diff.py").write_text("secret = 'hidden value'\n1 / 0\n")

    ended = run_lineage("diff", "a", "b", cwd=tmp_path, env={"PYTHONPATH": str(broken), "TMPDIR": str(tmp_path)})

    (report,) = tmp_path.glob("lineage-defect-*.txt")
    assert ended == Ended(
        code=4,
        stdout="",
        stderr=f"lineage: this is a defect of lineage, not of your input; the report is in {report}\n",
    )
    text = report.read_text()
    assert text.endswith("ZeroDivisionError: division by zero\n")
    assert "hidden value" not in text


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InputError("x"), 2),
        (ObservationError("x"), 3),
        (NoRepositoryError("x"), 2),
        (NotFollowedError("x"), 3),
        (WeightsError("x"), 2),
        (StoreError("x"), 2),
        (LineageMismatch("x", None), 1),
        (LineageError("x"), exits.DEFECT),
    ],
)
def test_every_kind_of_error_has_its_code(error: LineageError, code: int) -> None:
    assert exits.of_error(error) == code


def test_every_verdict_has_its_code() -> None:
    assert [exits.of_verdict(one) for one in ("pass", "fail", "undecided")] == [0, 1, 3]
