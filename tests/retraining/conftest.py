"""Two models that a run made, copied for each test."""

from pathlib import Path

import pytest

from tests.support.retrained import Ground, make_ground, moved


@pytest.fixture(scope="session")
def _made(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return make_ground(tmp_path_factory.mktemp("retrained"))


@pytest.fixture
def ground(_made: Ground, tmp_path: Path) -> Ground:
    """A repository of its own; the environments are shared: a test that alters one copies it."""
    return moved(_made, tmp_path / "fraud")
