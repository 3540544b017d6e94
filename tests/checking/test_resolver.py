"""Locks that pip-tools makes of ranges: one question asked once, and sides that say little."""

import platform
from collections.abc import Iterator
from pathlib import Path

import pytest

from lineage.checking.resolver import Resolver
from lineage.model.declarations import Declarations, Dependency, Locks
from lineage.model.plan import Due
from lineage.portable.environment import Environment, Platform
from tests.support.declared import declared
from tests.support.wheelindex import make_index

HERE = Environment(
    python=platform.python_version(),
    implementation=platform.python_implementation(),
    platform=Platform(os=platform.system().lower(), machine=platform.machine()),
)
RANGES = declared("requirements.in", "numpy<2\n")
EXACT = Dependency(name="numpy", version="1.26.4", specifier="==1.26.4", written="==1.26.4", line=1)
LOCK = Declarations(
    path="requirements.in", form="requirements", is_lock=True, dependencies=(EXACT,), files=("requirements.in",)
)


@pytest.fixture(autouse=True, scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What pip of this process' children knows."""
    directory = tmp_path_factory.mktemp("index") / "wheels"
    with pytest.MonkeyPatch.context() as patch:
        for name, value in make_index(directory, {("numpy", "1.26.4"): [], ("numpy", "2.0.1"): []}).items():
            patch.setenv(name, value)
        yield


def test_sides_that_ask_the_same_are_compiled_once() -> None:
    told: list[str] = []
    resolver = Resolver(told.append)
    commented = declared("requirements.in", "numpy<2  # why\n")

    assert resolver.locks(HERE, [commented], [RANGES]) == Locks(head=(LOCK,), then=(LOCK,))
    assert resolver.locks(HERE, [RANGES], None) == Locks(head=(LOCK,))
    assert told == ["compiling requirements.in with pip-tools"]


def test_a_file_that_asked_for_nothing_is_a_lock_of_nothing() -> None:
    empty = declared("requirements.in", "")

    found = Resolver(lambda _: None).locks(HERE, [RANGES], [empty])

    nothing = Declarations(path="requirements.in", form="requirements", is_lock=True, files=("requirements.in",))
    assert found == Locks(head=(LOCK,), then=(nothing,))
    assert Resolver(lambda _: None).locks(HERE, [empty], [RANGES]) == Locks()


def test_a_failure_is_kept_too_and_leaves_both_sides_as_they_are() -> None:
    told: list[str] = []
    resolver = Resolver(told.append)
    other = declared("requirements.in", "nothing-like-it\n")

    found = [resolver.locks(HERE, [other], [RANGES]) for _ in range(2)]

    message = (
        "requirements.in: cannot be compiled: Could not find a version that satisfies the requirement "
        "nothing-like-it (from versions: none)"
    )
    due = Due(subject="resolve:requirements.in", action="undecided", message=message, where="requirements.in")
    assert found == [Locks(due=(due,))] * 2
    assert told == ["compiling requirements.in with pip-tools"]


def test_no_scratch_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))

    assert Resolver(lambda _: None).locks(HERE, [RANGES], None) == Locks(head=(LOCK,))
    assert list(tmp_path.iterdir()) == []
