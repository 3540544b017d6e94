"""``lineage.dependencies.forms``: names, and which directory is the nearest."""

import pytest

from lineage.dependencies.forms import declared_files, is_dependency_file


@pytest.mark.parametrize(
    "name",
    [
        *("requirements.txt", "requirements-dev.in", "requirements/base.txt", "requirements/dev.in", "constraints.txt"),
        *("pyproject.toml", "setup.py", "setup.cfg", "pylock.toml", "pylock.serve.toml", "uv.lock", "poetry.lock"),
        *("pdm.lock", "Pipfile", "Pipfile.lock", "environment.yml", "environment-gpu.yaml", "conda.yaml"),
        *("conda-lock.yml", "pixi.toml", "pixi.lock", ".python-version", "runtime.txt", ".tool-versions"),
        *("dev-requirements.txt", "Containerfile", "api.Dockerfile", "gpu-environment.yml", "constraints.in"),
        *("Dockerfile", "Dockerfile.serve", "services/api/requirements/base.txt"),
    ],
)
def test_known_names(name: str) -> None:
    assert is_dependency_file(name)


@pytest.mark.parametrize(
    "name",
    [
        *("requirements.md", "base.txt", "my-setup.py", "pylock-toml", "xpylock.toml", "Cargo.lock", "Dockerfiles"),
        *("environment.yml.bak", "requirements/base.yml", "requirements/a/b/c/base.txt", "train.py", ""),
    ],
)
def test_other_names(name: str) -> None:
    assert not is_dependency_file(name)


PATHS = (
    "pyproject.toml",
    "train.py",
    "services/api/requirements/base.txt",
    "services/api/requirements/serve.in",
    "services/api/Dockerfile",
    "services/api/models/fraud.pkl.dvc",
    "services/worker/main.py",
)


@pytest.mark.parametrize(
    ("start", "files"),
    [
        ("", ("pyproject.toml",)),
        ("services/worker", ("pyproject.toml",)),
        (
            "services/api/models",
            ("services/api/Dockerfile", "services/api/requirements/base.txt", "services/api/requirements/serve.in"),
        ),
        (
            "services/api/requirements",
            ("services/api/Dockerfile", "services/api/requirements/base.txt", "services/api/requirements/serve.in"),
        ),
    ],
)
def test_the_nearest_directory_with_any_gives_all(start: str, files: tuple[str, ...]) -> None:
    assert declared_files(PATHS, start) == files


def test_a_repository_may_declare_nothing() -> None:
    assert declared_files(("train.py", "docs/requirements.txt"), "models/a") == ()
