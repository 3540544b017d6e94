"""The good state, made once for all mutations."""

from pathlib import Path

import pytest

from tests.support.mutation_ground import make_ground


@pytest.fixture(scope="session")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_ground(tmp_path_factory.mktemp("ground"))
