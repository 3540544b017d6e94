"""Several DVC projects in one repository: weights are tracked by the nearest one around them."""

from pathlib import Path

import pytest

from lineage.catalogue.problems import problems_now
from lineage.dvc.repro import track
from lineage.dvc.tracking import dvc_project
from lineage.errors import WeightsError
from lineage.manifest.files import read_manifest
from tests.support import projects
from tests.support.projects import MODEL, WEIGHTS, Ended, git, python_of, run_lineage

PLACES = ("services/a/models/m.pkl", "services/b/m.pkl", MODEL)


@pytest.fixture(scope="module")
def _several(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = projects.make_repository(tmp_path_factory.mktemp("several") / "fraud")
    for place in ("services/a", "services/b", "services/a/models/inner"):
        (root / place).mkdir(parents=True)
        projects.dvc(root / place, "init", "--quiet", "--subdir")
    projects.dvc(root, "init", "--quiet")
    git(root, "commit", "--quiet", "-m", "Set up DVC")
    projects.write(root, dict.fromkeys(PLACES, WEIGHTS))
    return root


@pytest.fixture
def several(_several: Path, tmp_path: Path) -> Path:
    """A repository with DVC at its root and in three directories, weights in no pointer yet."""
    return projects.copy(_several, tmp_path / "fraud")


@pytest.mark.parametrize(
    ("path", "project", "inside"),
    [
        ("services/a/models/m.pkl", "services/a", "models/m.pkl"),
        ("services/a/models/inner/x/m.pkl", "services/a/models/inner", "x/m.pkl"),
        ("services/b/m.pkl", "services/b", "m.pkl"),
        ("services/m.pkl", ".", "services/m.pkl"),
        ("m.pkl", ".", "m.pkl"),
    ],
)
def test_the_nearest_project_is_the_one(several: Path, path: str, project: str, inside: str) -> None:
    assert dvc_project(several, path) == (several / project, inside)


def test_without_dvc_the_root_is_taken(tmp_path: Path) -> None:
    assert dvc_project(tmp_path, "a/m.pkl") == (tmp_path, "a/m.pkl")


def test_capture_tracks_in_the_project_around_the_weights(several: Path, environment: Path) -> None:
    for path in PLACES:
        arguments = ("capture", path, "-q", "--track", "--from", python_of(environment))
        assert run_lineage(*arguments, cwd=several) == Ended(code=0, stdout=f"{path}.lineage.toml\n", stderr="")
        stored = read_manifest(several / f"{path}.lineage.toml")
        assert f"md5: {stored.manifest.weights[0].md5}" in (several / f"{path}.dvc").read_text()
        assert [one for one in problems_now(stored).now if one.code.startswith("weights.")] == []
    cached = several.rglob(".dvc/cache/files/md5/*/*")
    assert sorted(path.relative_to(several).parts[:2] for path in cached) == [
        (".dvc", "cache"),
        ("services", "a"),
        ("services", "b"),
    ]


def test_several_weights_of_one_model_are_tracked_each_in_its_own(several: Path, environment: Path) -> None:
    arguments = ("capture", *PLACES, "-q", "--track", "-o", "all.lineage.toml", "--from", python_of(environment))
    assert run_lineage(*arguments, cwd=several).code == 0
    assert [(several / f"{path}.dvc").is_file() for path in PLACES] == [True, True, True]


def test_what_dvc_refuses_is_named_from_the_root_of_the_repository(several: Path) -> None:
    git(several, "add", "--force", "services/a/models/m.pkl")
    with pytest.raises(WeightsError) as caught:
        track(several, "services/a/models/m.pkl")
    assert str(caught.value) == (
        "services/a/models/m.pkl: dvc add refused it: output 'models/m.pkl' is already tracked by SCM (e.g. Git).\n"
        "  run dvc add by hand to see all it says"
    )
