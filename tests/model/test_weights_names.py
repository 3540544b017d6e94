"""Files that decide about models are never weights, by their names; files that training writes are."""

import pytest

from lineage.model.weights import control_file, foreign_control_file


@pytest.mark.parametrize(
    "path",
    [
        *("models/a.pkl.lineage.toml", "a.lineage-log.jsonl", "a.lineage-log.toml", "m/a.lineage-probe/input.csv"),
        *(
            "lineage.toml",
            "services/pyproject.toml",
            ".gitattributes",
            "sub/.git/config",
            ".GIT/config",
            ".gitlab-ci.yml",
        ),
        *(".dvc/config", "models/a.pkl.dvc", "dvc.lock", "sub/dvc.yaml", ".dvcignore", ".github/workflows/a.yml"),
        *(".circleci/config.yml", "azure-pipelines.yml", "Jenkinsfile", ".travis.yml", "bitbucket-pipelines.yml"),
        ".gitlab-ci.yml",
        *(
            "train.py",
            "Model.PY",
            ".husky/x",
            "hooks/pre-commit",
            "hooks/prepare-commit-msg",
            ".pre-commit-config.yaml",
        ),
        *("lineage.toml.", "a/.dvc /config", "train.py:x", "git~1/config", ".g\u200cit/config", ".hg/hgrc"),
    ],
)
def test_what_decides_about_models(path: str) -> None:
    assert control_file(path) is not None


@pytest.mark.parametrize(
    "path",
    [
        *(
            "models/fraud.pkl",
            "models/lineage",
            "models/my.lineage",
            "models/lineages.toml.bin",
            "gitlab/a.bin",
            "a.pyc",
        ),
        *("github/model.onnx", "models/precommit.pt", "ci/model.bin", "happy", "dvc/model.pt", "pre-trained/model.pt"),
    ],
)
def test_what_training_writes(path: str) -> None:
    assert control_file(path) is None


@pytest.mark.parametrize(
    "path", ["modeling.py", "code/fraud/__init__.py", ".gitattributes", "code/pyproject.toml", "x"]
)
def test_what_a_directory_of_weights_may_bring(path: str) -> None:
    assert foreign_control_file(path) is None


@pytest.mark.parametrize(
    "path", ["dvc.yaml", "x.py/dvc.yaml", "a.lineage-log.toml", ".gitmodules", ".gitattributes/x", "pre-push", ".dvc/x"]
)
def test_what_it_may_not(path: str) -> None:
    assert foreign_control_file(path) is not None
