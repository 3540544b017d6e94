"""Code in a directory of weights is hashed with them, listed as code, and what it imports counts."""

import json
from pathlib import Path

import pytest

from lineage.checking.due.code import due_code
from lineage.model.manifest import Manifest
from lineage.portable.environment import Problem
from lineage.portable.policy import Policy
from lineage.verifying.weights import WeightsPlace
from tests.support import projects
from tests.support.projects import dvc, install, run_lineage, site_packages, uninstall, write
from tests.support.recording import captured, failures, recorded, verified

BERT = "models/bert"
CONFIG = {"model_type": "own", "auto_map": {"AutoModel": "modeling_own.Own"}}
FILES = {
    "config.json": json.dumps(CONFIG).encode(),
    "modeling_own.py": b"import joblib\nfrom .layers import Layer\n",
    "layers.py": b"import json\ntry:\n    import flash\nexcept ImportError:\n    flash = None\n",
    "tools/plot.py": b"import plotly\n",
}


@pytest.fixture
def bert(project: Path) -> Path:
    write(project, {f"{BERT}/{name}": content for name, content in FILES.items()} | {"train.py": b"import json\n"})
    return project


@pytest.fixture
def stocked(environment: Path, tmp_path: Path) -> Path:
    """An environment with what the first file of the weights imports, and one more that needs it."""
    copied = projects.copy(environment, tmp_path / "stocked")
    install(site_packages(copied), "transformers", "4.0", requires=("numpy",))
    return copied


def uses(manifest: Manifest) -> dict[str, str]:
    return {one.name: one.use for one in manifest.environment.packages}


def test_it_is_listed_and_what_loading_runs_is_named_by_the_weights(bert: Path, stocked: Path) -> None:
    manifest = captured(bert, stocked, BERT).manifest

    paths = ["layers.py", "modeling_own.py", "tools/plot.py"]
    assert [path for path, _ in manifest.code.files] == [*(f"{BERT}/{one}" for one in paths), "train.py"]
    assert [path for path, _ in manifest.own_code] == ["train.py"]
    assert uses(manifest) == {
        "joblib": "weights",
        "plotly": "imported",
        "numpy": "required",
        "scikit-learn": "present",
        "transformers": "weights",
    }
    detail = f"imported by {BERT}/layers.py:3, provided by no installed distribution"
    assert manifest.problems == (Problem("use.module-not-found", "module:flash", detail),)


def test_without_what_it_imports_the_weights_do_not_load(bert: Path, stocked: Path, tmp_path: Path) -> None:
    stored = recorded(bert, stocked, BERT)
    other = projects.copy(stocked, tmp_path / "other")
    uninstall(site_packages(other), "joblib")

    assert failures(verified(stored, stocked)) == ()
    assert failures(verified(stored, other)) == ("joblib 1.4.2 is missing, named in the weights",)


def test_what_it_does_not_hold_or_nobody_can_follow_is_unknown(bert: Path, stocked: Path) -> None:
    places = {"AutoModel": "modeling_gone.Own", "AutoTokenizer": ["modeling_own.Own", None], "x": "acme/own--m.Own"}
    dynamic = b"import importlib\nimportlib.import_module(input())\n"
    write(bert, {f"{BERT}/config.json": json.dumps({**CONFIG, "auto_map": places}).encode()})
    write(bert, {f"{BERT}/layers.py": dynamic, f"{BERT}/tools/plot.py": dynamic})
    stored = recorded(bert, stocked, BERT)

    told = "it is loaded by code that no package holds: {}"
    assert set(stored.manifest.problems) >= {
        Problem("weights.custom-code", BERT, told.format("'modeling_gone.py', and that is not there")),
        Problem("weights.custom-code", BERT, told.format("'acme/own--m.Own'")),
    }
    assert {one.subject for one in verified(stored, stocked).unknown} == {f"weights:{BERT}", f"code:{BERT}/layers.py"}


def test_a_copy_of_the_projects_own_module_is_what_loading_takes(project: Path, environment: Path) -> None:
    flavors = "flavors:\n  python_function:\n    loader_module: features\n    code: code\n"
    write(project, {"models/flow/MLmodel": flavors.encode(), "models/flow/code/features.py": b"import plotly\n"})
    manifest = captured(project, environment, "models/flow", entry=project / "train.py").manifest

    assert (uses(manifest)["plotly"], [path for path, _ in manifest.code.files]) == (
        "weights",
        ["features.py", "models/flow/code/features.py", "train.py"],
    )


def test_without_an_entry_the_weights_still_tell(bert: Path, stocked: Path) -> None:
    (bert / "train.py").unlink()
    manifest = captured(bert, stocked, BERT).manifest

    assert (uses(manifest)["joblib"], uses(manifest)["plotly"]) == ("weights", "unknown")


def test_verify_names_the_code_that_is_another_and_the_code_directory_need_not_hold_it(
    bert: Path, stocked: Path, tmp_path: Path
) -> None:
    stored = recorded(bert, stocked, BERT)
    write(bert, {f"{BERT}/modeling_own.py": b"import joblib\n"})
    (bert / BERT / "layers.py").unlink()

    (failure,) = failures(verified(stored, stocked, weights=WeightsPlace(root=bert)))
    assert failure.endswith(f"; of its code {BERT}/layers.py, {BERT}/modeling_own.py)")
    write(tmp_path / "served", {"train.py": b"import json\n"})
    done = run_lineage("verify", *against(stored.path, stocked), "--code", tmp_path / "served", cwd=bert)
    assert (done.code, done.stdout.splitlines()[-1].endswith("1 file of code compared")) == (0, True), done.stdout


def against(manifest: str, environment: Path) -> list[str]:
    return [manifest, "--against", f"python:{projects.python_of(environment)}", "--no-weights"]


def test_show_lists_the_first_of_it(bert: Path, stocked: Path) -> None:
    write(bert, {f"{BERT}/tools/more{number}.py": b"" for number in range(19)})
    stored = recorded(bert, stocked, BERT)

    shown = run_lineage("show", stored.path, cwd=bert).stdout.splitlines()
    held = [line.removeprefix("holds code  ") for line in shown if line.startswith("holds code")]
    assert (held[:2], held[-1]) == ([f"{BERT}/layers.py", f"{BERT}/modeling_own.py"], "… and 2 more")


def test_check_asks_git_for_it_only_where_git_has_it(bert: Path, stocked: Path) -> None:
    dvc(bert, "init", "--quiet")
    dvc(bert, "add", "--quiet", BERT)
    projects.commit(bert)
    manifest = recorded(bert, stocked, BERT).manifest
    projects.commit(bert)

    assert run_lineage("check", cwd=bert).code == 0
    tree = {**dict(manifest.code.files), f"{BERT}/layers.py": "0" * 40}
    due = due_code(manifest, tree, lambda path: None, lambda blob: None, Policy())
    assert [one.subject for one in due] == [f"code:{BERT}/layers.py"]


def test_code_in_the_weights_alone_is_no_code_that_is_served(bert: Path, stocked: Path) -> None:
    (bert / "train.py").unlink()
    stored = recorded(bert, stocked, BERT)

    done = run_lineage("verify", *against(stored.path, stocked), "--code", bert, "--format", "json", cwd=bert)
    unknown = [one["reason"] for one in json.loads(done.stdout)["unknown"] if one["subject"] == "code"]
    assert unknown == ["the manifest records no file of code"]
