"""What every test stands on: a home of its own, no settings of the user, and projects to copy."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.support import pipelines, projects

# A busy machine fails no law. Each run tries the same few examples; `make test-all` others, and more.
_PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("few", _PATIENT, max_examples=25, derandomize=True, database=None)
settings.register_profile("many", _PATIENT, max_examples=200)
settings.load_profile("few")

_IDENTITY = {
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_AUTHOR_DATE": "2026-11-20T21:33:05+0000",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
    "GIT_COMMITTER_DATE": "2026-11-20T21:33:05+0000",
}

_OF_PROVIDERS = (
    *("CI", "GITHUB_", "GITLAB_", "TF_BUILD", "BUILD_", "BITBUCKET_", "JENKINS_", "WORKSPACE", "SYSTEM_PULLREQUEST_"),
    *("BUILDKITE", "DRONE", "TRAVIS", "APPVEYOR"),
)
"""The tests themselves run in jobs of CI providers."""


_MEASURED = "COVERAGE_PROCESS_CONFIG"
"""By which coverage measures what a test starts: twice as slow, so only where a test asks, and in `make test-all`."""
_OF_COVERAGE = os.environ.get(_MEASURED, "")


@pytest.fixture
def measured_children(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the test starts is measured too, where the test itself is."""
    if _OF_COVERAGE:
        monkeypatch.setenv(_MEASURED, _OF_COVERAGE)


@pytest.fixture(scope="session", autouse=True)
def isolation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Nothing of the user or the machine's settings reaches a test, and nothing of a test reaches them."""
    base = tmp_path_factory.mktemp("isolation")
    for name in ("home", "dvc"):
        (base / name).mkdir()
    (base / "gitconfig").touch()
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(("GIT_", "XDG_", "DVC_", "CONDA_", "PIP_", "UV_", *_OF_PROVIDERS)):
                patch.delenv(name)
        for name in ("VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "PYTHONUSERBASE", "NO_COLOR", "FORCE_COLOR"):
            patch.delenv(name, raising=False)
        for name, value in _IDENTITY.items():
            patch.setenv(name, value)
        if "MEASURE_CHILDREN" not in os.environ:
            patch.delenv(_MEASURED, raising=False)
        patch.setenv("HOME", str(base / "home"))
        patch.setenv("GIT_CONFIG_GLOBAL", str(base / "gitconfig"))
        patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        patch.setenv("DVC_NO_ANALYTICS", "1")
        patch.setenv("DVC_SITE_CACHE_DIR", str(base / "dvc"))
        # In the background of a shell both are ignored, and children would inherit that.
        for number, usual in ((signal.SIGINT, signal.default_int_handler), (signal.SIGQUIT, signal.SIG_DFL)):
            if signal.getsignal(number) is signal.SIG_IGN:
                signal.signal(number, usual)
        yield


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The training environment, shared: a test that alters it copies it first."""
    return projects.make_environment(tmp_path_factory.mktemp("environment") / "train")


@pytest.fixture(scope="session")
def _repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return projects.make_repository(tmp_path_factory.mktemp("repository") / "fraud")


@pytest.fixture(scope="session")
def _tracked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = projects.make_repository(tmp_path_factory.mktemp("tracked") / "fraud")
    projects.dvc(root, "init", "--quiet")
    projects.git(root, "commit", "--quiet", "-m", "Set up DVC")
    projects.write(root, {"data/a.csv": b"1,2\n", "data/deep/b.csv": b"3,4\n"})
    projects.dvc(root, "add", "--quiet", projects.MODEL, "data")
    return root


@pytest.fixture
def project(_repository: Path, tmp_path: Path) -> Path:
    """A repository of its own, with weights that nothing tracks yet."""
    return projects.copy(_repository, tmp_path / "fraud")


@pytest.fixture
def tracked(_tracked: Path, tmp_path: Path) -> Path:
    """A repository of its own whose weights and data DVC has just been told to track; not committed yet."""
    return projects.copy(_tracked, tmp_path / "tracked")


@pytest.fixture(scope="session")
def _pipeline(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pipelines.make_pipeline(tmp_path_factory.mktemp("pipeline") / "fraud")


@pytest.fixture
def pipeline(_pipeline: Path, tmp_path: Path) -> Path:
    """A repository of its own with a DVC pipeline that ran, everything committed."""
    return projects.copy(_pipeline, tmp_path / "pipeline")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Packages that a script of the tool's own Python sees beside the tool."""
    site = tmp_path / "site"
    for name, (version, module, requires) in projects.PACKAGES.items():
        projects.install(site, name, version, module=module, requires=requires)
    projects.write(site, {"joblib/deep.py": b""})
    return site
