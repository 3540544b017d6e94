"""``lineage check --resolve`` with real pip-tools and a folder of wheels for an index; nothing is asked without it."""

import platform
from dataclasses import replace
from pathlib import Path

import pytest

from lineage.model.manifest import Manifest
from lineage.portable.environment import Platform
from tests.support.checked import TRAIN, manifest, repository
from tests.support.gitrepos import commit
from tests.support.projects import SOURCE, Ended, run_lineage
from tests.support.wheelindex import add_source, make_index

RANGES = b"numpy<2\nscikit-learn==1.5.0\n"
WIDER = b"numpy>=1.20\nscikit-learn==1.5.0\n"
COMPILING = "compiling requirements.in with pip-tools\n"
HERE = f"{platform.python_implementation()} {'.'.join(platform.python_version_tuple()[:2])}"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    wheels = {
        ("numpy", "1.26.4"): [],
        ("numpy", "2.0.1"): [],
        ("joblib", "1.4.2"): [],
        ("joblib", "1.5.0"): [],
        ("scikit-learn", "1.5.0"): ["numpy>=1.19", "joblib<1.5"],
        ("scikit-learn", "1.5.1"): ["numpy>=1.19", "joblib>=1.5"],
    }
    directory = tmp_path_factory.mktemp("index") / "wheels"
    env = make_index(directory, wheels)
    add_source(directory, "numpy", "3.0", "raise SystemExit('numpy 3.0 is built')\n")
    return env


def made_here(name: str, files: dict[str, bytes], python: str | None = None) -> Manifest:
    """A model of this Python and platform."""
    made = manifest(name, files, {"train.py": TRAIN})
    ours = made.environment._replace(
        python=python or platform.python_version(),
        implementation=platform.python_implementation(),
        platform=Platform(os=platform.system().lower(), machine=platform.machine()),
    )
    return replace(made, environment=ours)


def ranged(root: Path, ranges: bytes = RANGES, python: str | None = None) -> Path:
    """A repository with a model that was made of ranges."""
    files = {"requirements.in": ranges}
    return repository(root, made_here("models/fraud", files, python), files={**files, "train.py": TRAIN})


def check(root: Path, index: dict[str, str], *arguments: str) -> Ended:
    return run_lineage("check", *arguments, cwd=root, env=index)


def answer(ended: Ended) -> tuple[int, list[str], str]:
    """(exit code, what is said after the policy, stderr)."""
    body = ended.stdout.split("policy  defaults\n\n", 1)[1]
    return ended.code, body.splitlines(), ended.stderr


def test_a_wider_range_is_compiled_on_both_sides(tmp_path: Path, index: dict[str, str]) -> None:
    root = ranged(tmp_path / "fraud")
    commit(root, {"requirements.in": WIDER})

    assert answer(check(root, index, "--resolve", "HEAD~1..HEAD")) == (
        1,
        [
            "retrain    models/fraud",
            "           numpy 1.26.4 → 2.0.1 (major), named in the weights  [requirements.in:1]",
            "",
            "fail: 1 of 1 models newly due for retraining, 1 change",
        ],
        COMPILING * 2,
    )


def test_the_closure_is_known_without_a_lock(tmp_path: Path, index: dict[str, str]) -> None:
    root = ranged(tmp_path / "fraud")
    commit(root, {"requirements.in": RANGES.replace(b"1.5.0", b"1.5.1")})

    assert answer(check(root, index, "--resolve", "HEAD~1..HEAD")) == (
        0,
        [
            "verify     models/fraud",
            "           joblib 1.4.2 → 1.5.0 (minor), required by what the model imports  [requirements.in]",
            "           scikit-learn 1.5.0 → 1.5.1 (patch), imported by the model's code  [requirements.in:2]",
            "",
            "pass: 0 of 1 models newly due for retraining, 1 verify, 1 change",
        ],
        COMPILING * 2,
    )


def test_an_edit_that_moves_nothing_asks_for_nothing(tmp_path: Path, index: dict[str, str]) -> None:
    root = ranged(tmp_path / "fraud")
    commit(root, {"requirements.in": RANGES.replace(b"numpy<2", b"numpy<2,>=1.20")})

    assert answer(check(root, index, "HEAD~1..HEAD"))[1][0] == "verify     models/fraud"
    assert answer(check(root, index, "--resolve", "HEAD~1..HEAD")) == (
        0,
        ["pass: 0 of 1 models newly due for retraining, 1 change"],
        COMPILING * 2,
    )


def test_what_cannot_be_compiled_is_undecided_and_no_older_failure_excuses_it(
    tmp_path: Path, index: dict[str, str]
) -> None:
    root = ranged(tmp_path / "fraud", b"numpy\nscikit-learn\n")
    commit(root, {"requirements.in": b"numpy>=3\nscikit-learn\n"})
    commit(root, {"requirements.in": b"# more\nnumpy>=3\nscikit-learn\n"})

    code, lines, _ = answer(check(root, index, "--resolve", "HEAD~1..HEAD"))

    assert (code, lines[0], lines[-1]) == (
        3,
        "retrain    models/fraud (already due)",
        "undecided: 0 of 1 models newly due for retraining, 1 already due, 0 changes",
    )
    assert [line for line in lines if "cannot be compiled" in line] == [
        "           requirements.in: cannot be compiled: Could not find a version that satisfies the requirement "
        "numpy>=3 (from versions: 1.26.4, 2.0.1)"
    ]


def test_a_model_of_another_python_stays_with_its_ranges(tmp_path: Path, index: dict[str, str]) -> None:
    root = ranged(tmp_path / "fraud", python="3.6.15")
    commit(root, {"requirements.in": WIDER})

    code, lines, stderr = answer(check(root, index, "--resolve", "HEAD~1..HEAD"))

    on = f"on {platform.system().lower()} {platform.machine()}"
    ours, theirs = f"{HERE} {on}", f"{platform.python_implementation()} 3.6 {on}"
    assert (code, lines[0], stderr) == (0, "verify     models/fraud", "")
    assert lines[2] == (
        f"           note: --resolve compiles for {ours}, and the model was made with {theirs}: its ranges stand"
    )


def test_nothing_of_the_repository_is_built_or_run(tmp_path: Path, index: dict[str, str]) -> None:
    root = ranged(tmp_path / "fraud")
    mark = tmp_path / "ran"
    program = f"open({str(mark)!r}, 'w')\n".encode()
    shadows = {"setup.py": program, "piptools.py": program, "pip.py": program, "sitecustomize.py": program}
    options = f"-r piptools.py\n--find-links {tmp_path.as_uri()}\n-e .\n".encode()
    commit(root, {**shadows, "requirements.in": WIDER + options})

    code, lines, stderr = answer(check(root, index, "--resolve", "HEAD~1..HEAD"))

    assert (code, lines[:2], stderr) == (
        1,
        [
            "retrain    models/fraud",
            "           numpy 1.26.4 → 2.0.1 (major), named in the weights  [requirements.in:1]",
        ],
        COMPILING * 2,
    )
    assert [line for line in lines if "leaves out" in line] == [
        "           note: --resolve leaves out what is in no index, and needs: package:open, packages"
    ]
    assert not mark.exists()


def test_where_a_lock_or_another_tool_s_file_stands_nothing_is_compiled(tmp_path: Path, index: dict[str, str]) -> None:
    lock = b"# This file is autogenerated by pip-compile with Python 3.11\nnumpy==1.26.4\nscikit-learn==1.5.0\n"
    conda = b"dependencies:\n- python-graphviz\n"
    for other, content in (("requirements.txt", lock), ("environment.yml", conda)):
        files = {"requirements.in": RANGES, other: content}
        root = tmp_path / other
        repository(root, made_here("models/fraud", files), files={**files, "train.py": TRAIN})
        commit(root, {"requirements.in": WIDER})

        assert check(root, index, "--resolve", "HEAD~1..HEAD").stderr == ""


def test_pip_is_started_with_resolve_and_never_without(tmp_path: Path, index: dict[str, str]) -> None:
    root = ranged(tmp_path / "fraud")
    commit(root, {"requirements.in": WIDER})
    hook = tmp_path / "hook"
    hook.mkdir()
    log = tmp_path / "started"
    (hook / "sitecustomize.py").write_text(
        f"import sys\nwith open({str(log)!r}, 'a') as log:\n    print(*sys.orig_argv[1:5], file=log)\n"
    )
    env = {**index, "PYTHONPATH": f"{SOURCE}:{hook}", "PYTHONPYCACHEPREFIX": str(tmp_path / "cache")}
    env["PYTHONDONTWRITEBYTECODE"] = ""

    check(root, env, "HEAD~1..HEAD")
    assert not any((tmp_path / "cache").rglob("piptools"))
    check(root, env, "--resolve", "HEAD~1..HEAD")
    assert any((tmp_path / "cache").rglob("piptools"))

    # What the caller's PYTHONPATH brings acts before us, and is not given to pip.
    assert log.read_text() == "-P -m lineage check\n" * 2
