"""The verbs from Python: in a training process, at a service's start; nothing printed, nothing read unasked."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import lineage
from lineage.manifest.files import read_manifest
from tests.support import projects
from tests.support.projects import MANIFEST, MODEL, SOURCE, Ended, install, reinstall
from tests.support.roots import make_debian, write_python

TRAIN = """
import pathlib
import pickle
import sklearn
import features
import lineage

pathlib.Path("models/fraud.pkl").write_bytes(pickle.dumps("trained"))
import joblib.deep
stored = lineage.capture(
    "models/fraud.pkl", metrics={"auc": 0.91}, params={"depth": 3}, labels={"line": "A"}
)
print(stored.id)
"""

SERVE = """
import json, logging, sys
import lineage

logging.basicConfig(format="%(levelname)s %(name)s %(message)s")
verb, path, options = getattr(lineage, sys.argv[1]), sys.argv[2], json.loads(sys.argv[3])
try:
    report = verb(path, **options)
    print(report.verdict, report.observed.location, report.checked.weights)
except lineage.LineageMismatch as mismatch:
    print("mismatch", mismatch.report.verdict, mismatch)
except lineage.LineageError as error:
    print("error", error)
"""


@pytest.fixture
def trained(project: Path, site: Path) -> Path:
    """A project whose training script captures its own model; run once."""
    projects.write(project, {"train.py": TRAIN.encode()})
    projects.commit(project)
    assert run(project, site, "train.py").code == 0
    return project


def run(root: Path, site: Path, *arguments: str) -> Ended:
    env = projects.surroundings({"PYTHONPATH": f"{SOURCE}:{site}", "NO_COLOR": "1"})
    done = subprocess.run([sys.executable, *arguments], cwd=root, env=env, capture_output=True, text=True)
    return Ended(code=done.returncode, stdout=done.stdout, stderr=done.stderr)


def served(root: Path, site: Path, verb: str, **options: object) -> Ended:
    """A service that starts: it asks about the model that it is going to serve."""
    (root / "serve.py").write_text(SERVE)
    return run(root, site, "serve.py", verb, MANIFEST, json.dumps(options))


def test_a_training_script_captures_what_it_ran(trained: Path) -> None:
    stored = read_manifest(trained / MANIFEST)

    manifest = stored.manifest
    known = {one.name: one for one in manifest.environment.packages}
    assert (manifest.evidence, manifest.name) == ("observed", "models/fraud")
    assert {name: known[name].use for name in projects.PACKAGES} == {
        "numpy": "imported",
        "scikit-learn": "imported",
        "joblib": "imported",
        "plotly": "present",
    }
    assert [path for path, _ in manifest.code.files] == ["features.py", "train.py"]
    assert [dict(table) for table in (manifest.metrics, manifest.params, manifest.labels)] == [
        {"auc": 0.91},
        {"depth": 3},
        {"line": "A"},
    ]
    assert manifest.environment.python == sys.version.split()[0]
    assert manifest.weights[0].path == MODEL
    own = ("module:lineage", "package:model-lineage")  # how the tool itself is installed here is not the matter
    assert [one for one in manifest.problems if one.subject not in own] == []


def test_a_training_script_in_a_ci_job_without_git(trained: Path, site: Path) -> None:
    commit = projects.git(trained, "rev-parse", "HEAD")
    with_git = read_manifest(trained / MANIFEST).manifest
    shutil.rmtree(trained / ".git")
    job = {"GITLAB_CI": "true", "CI_COMMIT_SHA": commit, "CI_PROJECT_DIR": str(trained)}

    with pytest.MonkeyPatch.context() as patch:
        for name, value in job.items():
            patch.setenv(name, value)
        assert run(trained, site, "train.py").code == 0

    code = read_manifest(trained / MANIFEST).manifest.code
    assert code == replace(with_git.code, commit=None, tree=None, remote=None)


def test_what_the_run_loaded_through_others_is_told_from_what_it_did_not(project: Path, site: Path) -> None:
    install(site, "plots", "1.0", content=b"import colours\n")
    install(site, "colours", "2.0")
    script = "import importlib\nimportlib.import_module('plots')\n" + TRAIN
    projects.write(project, {"train.py": script.encode()})
    projects.commit(project)

    assert run(project, site, "train.py").code == 0

    known = {one.name: one.use for one in read_manifest(project / MANIFEST).manifest.environment.packages}
    assert (known["colours"], known["plotly"]) == ("loaded", "present")


def test_what_the_tool_itself_brings_is_left_out(trained: Path) -> None:
    known = {one.name: one.use for one in read_manifest(trained / MANIFEST).manifest.environment.packages}

    assert {
        name: known.get(name, "present") for name in ("tomlkit", "gitpython", "gitdb", "packaging")
    } == dict.fromkeys(("tomlkit", "gitpython", "gitdb", "packaging"), "present")


def test_a_capture_that_fails_leaves_the_manifest_as_it_was(trained: Path, site: Path) -> None:
    before = (trained / MANIFEST).read_bytes()
    script = TRAIN.replace(
        '"models/fraud.pkl", metrics', '"models/none.pkl", output="models/fraud.pkl.lineage.toml", metrics'
    )
    (trained / "train.py").write_text(script)

    ended = run(trained, site, "train.py")

    assert ended.code == 1
    assert ended.stderr.endswith(
        "lineage.errors.WeightsError: models/none.pkl: there are no such weights\n"
        "  name a file or directory that exists\n"
    )
    assert (trained / MANIFEST).read_bytes() == before


def test_a_service_in_the_same_environment_passes(trained: Path, site: Path) -> None:
    passed = Ended(code=0, stdout="pass this process bytes\n", stderr="")

    assert served(trained, site, "verify") == passed
    assert served(trained, site, "require") == passed


def test_a_service_in_another_environment_is_stopped(trained: Path, site: Path) -> None:
    reinstall(site, "numpy", "2.0.1")
    reason = "numpy 1.26.4 → 2.0.1 (major), imported by the model's code"

    assert served(trained, site, "verify") == Ended(code=0, stdout="fail this process bytes\n", stderr="")
    assert served(trained, site, "require") == Ended(
        code=0, stdout=f"mismatch fail {MANIFEST}: fail: {reason}\n", stderr=""
    )
    assert served(trained, site, "require", mode="warn") == Ended(
        code=0, stdout="fail this process bytes\n", stderr=f"WARNING lineage {MANIFEST}: fail: {reason}\n"
    )


def test_undecided_is_no_pass(trained: Path, site: Path) -> None:
    (trained / MODEL).unlink()

    ended = served(trained, site, "require")

    assert ended == Ended(
        code=0,
        stdout=f"mismatch undecided {MANIFEST}: undecided: weights:{MODEL}: not found: "
        "name the place with --weights, or skip them with --no-weights\n",
        stderr="",
    )


def test_weights_elsewhere_and_another_target_can_be_named(
    trained: Path, site: Path, environment: Path, tmp_path: Path
) -> None:
    (trained / MODEL).rename(tmp_path / "served.pkl")
    python = str(projects.python_of(environment))

    assert served(trained, site, "verify", weights=str(tmp_path / "served.pkl")).stdout == "pass this process bytes\n"
    assert served(trained, site, "verify", against=f"python:{python}").stdout.split()[1:] == [python, "missing"]


def test_one_interpreter_of_a_directory_can_be_named(trained: Path, site: Path, tmp_path: Path) -> None:
    system = make_debian(tmp_path / "root")
    write_python(system / "usr" / "local", "3.12.1")
    against = f"dir:{system}"

    told = served(trained, site, "verify", against=against).stdout
    assert told.startswith(f"error {system}: holds several Python interpreters: ")
    for name, version in {"/usr/bin/python3.11": (3, 11), "/usr/local/bin/python3.12": (3, 12)}.items():
        ended = served(trained, site, "verify", against=against, interpreter=name)
        verdict, _, place = ended.stdout.partition(" ")
        assert place == f"{system} ({name}) bytes\n"
        assert verdict in ("undecided", "fail") if sys.version_info[:2] == version else verdict == "fail"

    missing = "error interpreter chooses one of those in a directory: against='dir:PATH'\n"
    assert served(trained, site, "verify", interpreter="python3").stdout == missing


def test_no_configuration_is_read_behind_the_caller_s_back(trained: Path, site: Path) -> None:
    reinstall(site, "numpy", "2.0.1")
    (trained / "lineage.toml").write_text("[tool.lineage.verify]\nimported = 'any'\n")

    assert served(trained, site, "verify").stdout == "fail this process bytes\n"


def test_what_cannot_be_read_is_an_error(trained: Path, site: Path) -> None:
    (trained / MANIFEST).write_text("schema = '1.0'\n")

    assert (
        served(trained, site, "require", mode="never").stdout == "error mode must be 'raise' or 'warn', not 'never'\n"
    )
    assert served(trained, site, "require").stdout.startswith(f"error {MANIFEST}: ")


def test_the_public_names_are_these() -> None:
    assert lineage.__all__ == ["LineageError", "LineageMismatch", "__version__", "capture", "require", "verify"]
    assert [getattr(lineage, name) is getattr(lineage, name) for name in lineage.__all__] == [True] * 6
    assert callable(lineage.verify)
    assert callable(lineage.verify)  # the second time too: a module of the name would shadow it
    with pytest.raises(AttributeError) as caught:
        getattr(lineage, "retrain")  # noqa: B009
    assert str(caught.value) == "module 'lineage' has no attribute 'retrain'"


def test_importing_it_costs_a_training_process_nothing(tmp_path: Path) -> None:
    question = "import sys; a = set(sys.modules); import lineage; print(*sorted(set(sys.modules) - a))"
    done = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys, typing; sys.path.insert(0, {str(SOURCE)!r}); {question}"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == "lineage\n"
