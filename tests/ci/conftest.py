"""What the machines of a session share, and the repository that every scenario copies."""

from pathlib import Path

import pytest

from tests.support.cimachine import Supplies
from tests.support.ciorigin import make_origin, make_supplies


@pytest.fixture(scope="session")
def supplies(tmp_path_factory: pytest.TempPathFactory) -> Supplies:
    return make_supplies(tmp_path_factory.mktemp("supplies"))


@pytest.fixture(scope="session")
def origin(supplies: Supplies, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_origin(tmp_path_factory.mktemp("origin"), supplies)
