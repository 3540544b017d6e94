"""Which files are lock files, by their names."""

import pytest

from lineage.dependencies.pip.reading import parse_requirements
from lineage.targets.lock_forms import is_lock_file, reader_of


@pytest.mark.parametrize(
    ("path", "known", "read"),
    [
        ("requirements.txt", True, True),
        ("deploy/requirements-cpu.txt", True, True),
        ("dev-requirements.txt", True, True),
        ("constraints.txt", True, True),
        ("requirements/base.txt", False, True),
        ("frozen.txt", False, True),
        ("requirements.in", False, True),
        ("requirements.txt/python", False, False),
        ("requirements.txt.bak", False, False),
        ("uv.lock", False, False),
        ("pyproject.toml", False, False),
        ("python3", False, False),
        ("", False, False),
    ],
)
def test_a_name_tells_the_format(path: str, known: bool, read: bool) -> None:
    assert is_lock_file(path) is known
    assert reader_of(path) is (parse_requirements if read else None)
