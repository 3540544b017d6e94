"""Weights + repository + environment → manifest: what is recorded of the model, and what is refused."""

import os
from pathlib import Path
from typing import Any

import pytest

from lineage.errors import LineageError
from lineage.manifest.files import read_manifest, write_manifest
from lineage.model.weights import Weights
from lineage.portable.environment import Package
from lineage.portable.policy import ModelRule
from tests.support import projects
from tests.support.projects import MANIFEST, MODEL, git, site_packages
from tests.support.recording import captured, recorded


def uses(manifest: Any) -> dict[str, str]:
    return {package.name: package.use for package in manifest.environment.packages}


BY_TRAIN = {"numpy": "imported", "scikit-learn": "imported", "joblib": "required", "plotly": "present"}


def test_a_file_is_recorded_whole(project: Path, environment: Path) -> None:
    found = captured(project, environment)

    assert found.path == project.resolve() / MANIFEST
    assert found.manifest.weights == (
        Weights(
            path=MODEL,
            size=39,
            sha256="be2a0c194e59dbe25757d8f4c9d3cc6560482d9fb42fa3c8e3a36759f4788fc2",
            md5="ec45014282be2e2b78837556a77ed5a0",
        ),
    )
    assert (found.manifest.name, found.manifest.evidence) == ("models/fraud", "asserted")
    assert found.manifest.problems == ()
    assert not found.path.exists()


def test_code_and_declared_files_are_git_s_own_ids(project: Path, environment: Path) -> None:
    manifest = captured(project, environment).manifest

    ids = {path: git(project, "rev-parse", f"HEAD:{path}") for path in ("features.py", "train.py", "requirements.txt")}
    assert dict(manifest.code.files) == {path: ids[path] for path in ("features.py", "train.py")}
    assert dict(manifest.declared) == {"requirements.txt": ids["requirements.txt"]}
    assert manifest.code.remote == "https://example.org/acme/fraud"


def test_use_follows_the_imports_of_the_candidate(project: Path, environment: Path) -> None:
    found = captured(project, environment)

    assert (found.entry, uses(found.manifest)) == ("train.py (candidate)", BY_TRAIN)


def test_a_named_entry_beats_every_guess(project: Path, environment: Path) -> None:
    projects.write(project, {"other.py": b"import plotly\n"})
    projects.commit(project)

    found = captured(project, environment, entry=project / "other.py")

    assert found.entry == "other.py (named)"
    assert uses(found.manifest) == dict.fromkeys(BY_TRAIN, "present") | {"plotly": "imported"}


def test_the_stage_that_makes_the_weights_beats_a_candidate(project: Path, environment: Path) -> None:
    stage = f"stages:\n  fit:\n    cmd: python steps/fit.py --fast\n    outs:\n    - {MODEL}\n"
    projects.write(project, {"dvc.yaml": stage.encode(), "steps/fit.py": b"import joblib\n"})
    projects.commit(project)

    found = captured(project, environment)

    assert found.entry == "steps/fit.py (stage fit)"
    assert uses(found.manifest) == dict.fromkeys(BY_TRAIN, "present") | {"joblib": "imported"}


def test_without_an_entry_every_use_is_unknown(project: Path, environment: Path) -> None:
    git(project, "mv", "train.py", "one.py")
    projects.commit(project)

    found = captured(project, environment)

    assert found.entry == "not known"
    assert uses(found.manifest) == dict.fromkeys(BY_TRAIN, "unknown")
    assert found.manifest.problems == (
        ("use.no-entry", "packages", "no entry script is known, so the use of no package is: name it with --entry"),
    )


def test_the_policy_names_the_declared_files_of_a_model(project: Path, environment: Path) -> None:
    projects.write(project, {"envs/gpu.lock": b"numpy==1.26.4\n"})
    projects.commit(project)
    rules = (
        ModelRule(match="other/*", declared=("train.py",)),
        ModelRule(match="models/*", declared=("envs/gpu.lock",)),
    )

    manifest = captured(project, environment, models=rules).manifest

    assert manifest.declared == (("envs/gpu.lock", git(project, "rev-parse", "HEAD:envs/gpu.lock")),)


def test_labels_metrics_and_parameters_come_back_from_the_file(project: Path, environment: Path) -> None:
    values: dict[str, Any] = {
        "labels": {"line": "A"},
        "metrics": {"auc": 0.91, "by": {"fold": (0.9, 0.92)}},
        "params": {"depth": 3, "odd key": "x"},
    }

    recorded(project, environment, **values)

    manifest = read_manifest(project / MANIFEST).manifest
    assert {key: dict(getattr(manifest, key)) for key in values} == values


def test_a_directory_is_one_model(project: Path, environment: Path) -> None:
    projects.write(project, {"models/bert/config.json": b"{}", "models/bert/deep/weights.bin": b"123"})

    found = captured(project, environment, "models/bert")

    assert (found.path.name, found.manifest.name) == ("bert.lineage.toml", "models/bert")
    assert [(one.path, one.size, one.is_directory) for one in found.manifest.weights] == [("models/bert", 5, True)]


def test_several_paths_are_one_model_of_the_name_of_its_manifest(project: Path, environment: Path) -> None:
    projects.write(project, {"models/scaler.pkl": b"s"})
    output = project / "models/both.lineage.toml"

    found = captured(project, environment, MODEL, "models/scaler.pkl", output=output)

    assert (found.path, found.manifest.name) == (output, "both")
    assert [one.path for one in found.manifest.weights] == [MODEL, "models/scaler.pkl"]


def test_digests_and_place_are_those_of_dvc(tracked: Path, environment: Path) -> None:
    found = captured(tracked, environment)

    assert found.path == tracked.resolve() / MANIFEST
    assert f"md5: {found.manifest.weights[0].md5}\n" in (tracked / f"{MODEL}.dvc").read_text()


def test_weights_in_a_tracked_directory_have_their_manifest_beside_its_pointer(
    tracked: Path, environment: Path
) -> None:
    inside, whole = (captured(tracked, environment, path) for path in ("data/deep/b.csv", "data"))

    assert [found.path.relative_to(tracked.resolve()).as_posix() for found in (inside, whole)] == [
        "b.csv.lineage.toml",
        "data.lineage.toml",
    ]
    assert f"md5: {whole.manifest.weights[0].md5}\n" in (tracked / "data.dvc").read_text()


def test_a_manifest_of_other_weights_is_not_taken_over(tracked: Path, environment: Path) -> None:
    projects.write(tracked, {"data/b.csv": b"5,6\n"})
    recorded(tracked, environment, "data/b.csv")

    with pytest.raises(LineageError) as caught:
        captured(tracked, environment, "data/deep/b.csv")

    assert str(caught.value) == (
        f"{tracked.resolve()}/b.csv.lineage.toml: is the manifest of data/b.csv\n"
        "  name another with -o NAME.lineage.toml"
    )


@pytest.mark.parametrize(
    ("module", "information"), [("__editable__", {"editable": True}), ("fraudlib", {})], ids=["editable", "copied"]
)
def test_what_is_installed_from_the_repository_is_code(
    module: str, information: dict[str, bool], project: Path, environment: Path, tmp_path: Path
) -> None:
    library = project / "libs" / "fraudlib"
    projects.write(
        project,
        {
            "libs/fraudlib/fraudlib/__init__.py": b"import numpy\n",
            "libs/fraudlib/pyproject.toml": b"",
            "train.py": b"import fraudlib\n",
        },
    )
    projects.commit(project)
    copied = projects.copy(environment, tmp_path / "env")
    url = {"url": library.as_uri(), "dir_info": information}
    projects.install(site_packages(copied), "fraudlib", "0.3", module=module, direct_url=url)

    manifest = captured(project, copied).manifest

    (fraudlib,) = (one for one in manifest.environment.packages if one.name == "fraudlib")
    assert fraudlib == Package(
        name="fraudlib",
        version="0.3",
        use="imported",
        origin="repository:libs/fraudlib",
        tag="py3-none-any",
        installer="pip",
    )
    assert [path for path, _ in manifest.code.files] == ["libs/fraudlib/fraudlib/__init__.py", "train.py"]
    assert uses(manifest)["numpy"] == "imported"


def test_an_editable_install_from_elsewhere_is_a_problem(project: Path, environment: Path, tmp_path: Path) -> None:
    copied = projects.copy(environment, tmp_path / "env")
    url = {"url": (tmp_path / "elsewhere").as_uri(), "dir_info": {"editable": True}}
    projects.install(site_packages(copied), "elsewhere", "1.0", direct_url=url)

    manifest = captured(project, copied).manifest

    assert manifest.problems == (
        ("package.editable", "package:elsewhere", "an editable install from outside the repository: "
         "its code has no identity"),
    )  # fmt: skip
    assert {one.name: one.origin for one in manifest.environment.packages}["elsewhere"] == "editable"


def test_the_parent_is_the_manifest_committed_for_this_path(project: Path, environment: Path) -> None:
    first = recorded(project, environment)
    assert first.manifest.parent is None
    projects.commit(project)
    projects.write(project, {MODEL: b"trained again"})

    second = recorded(project, environment)

    assert (second.manifest.parent, second.id == first.id) == (first.id, False)


def test_the_same_capture_leaves_the_file_untouched(project: Path, environment: Path) -> None:
    recorded(project, environment)
    before = projects.snapshot(project / "models")

    found = captured(project, environment)
    _, changed = write_manifest(found.manifest, found.path)

    assert (changed, projects.snapshot(project / "models")) == (False, before)


def test_labels_and_comments_of_the_file_survive(project: Path, environment: Path) -> None:
    path = project / MANIFEST
    recorded(project, environment, labels={"line": "A"})
    text = path.read_text().replace('line = "A"', 'line = "A" # the good one\nowner = "ada"')
    path.write_text("# reviewed by Ada\n" + text)
    projects.write(project, {MODEL: b"trained again"})

    stored = recorded(project, environment, labels={"line": "B"})

    assert dict(stored.manifest.labels) == {"line": "B", "owner": "ada"}
    lines = path.read_text().splitlines()
    assert lines[0] == "# reviewed by Ada"
    assert lines[lines.index("[labels]") + 1 :][:2] == ['line = "B" # the good one', 'owner = "ada"']


def test_links_to_weights_keep_their_own_path(project: Path, environment: Path) -> None:
    projects.write(project, {".cache/ab/cdef": b"cached"})
    (project / "models" / "linked.pkl").symlink_to(os.path.relpath(project / ".cache/ab/cdef", project / "models"))

    (weights,) = captured(project, environment, "models/linked.pkl").manifest.weights

    assert (weights.path, weights.size) == ("models/linked.pkl", 6)
