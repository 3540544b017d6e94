"""The rows of locks, as tests expect them, and the locks that the real tools wrote."""

from pathlib import Path
from typing import Any

from lineage.model.declarations import Dependency

DATA = Path(__file__).parents[1] / "dependencies" / "data"


def fixture(name: str) -> bytes:
    return (DATA / name).read_bytes()


def pin(name: str, version: str, line: int = 0, **rest: Any) -> Dependency:
    """The row of a lock."""
    return Dependency(name=name, version=version, specifier=f"=={version}", line=line, **rest)


def own(name: str, line: int, origin: str, **rest: Any) -> Dependency:
    """The row of the project's own code."""
    return Dependency(name=name, line=line, origin=origin, is_own=True, **rest)
