"""Real programs: each trains a model, serves it and loads it; ``sources/NAME.toml`` holds its files."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

SOURCES = Path(__file__).parent / "sources"


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A program, its commands as a user types them, and what is known beforehand of its model."""

    name: str
    environment: str
    """a key of ``environments.REQUIREMENTS``, or ``light``: hand-made distributions, nothing downloaded"""
    model: str
    """the weights that it writes, POSIX from the root"""
    train: str
    serve: str
    """loads the model, predicts and prints what was predicted, the same every time"""
    load: str
    """only loads the model"""
    files: Mapping[str, str]
    weights: tuple[str, ...]
    """the distributions without which the model cannot be loaded because it names them, sorted"""
    setup: tuple[str, ...] = ()
    """commands before the first commit"""
    problems: tuple[str, ...] = ()
    """``code: subject`` of every problem that the capture shall tell, sorted"""
    variables: Mapping[str, str] = field(default_factory=dict)


def read_programs(*environments: str) -> list[Program]:
    """Those of some environments, sorted by name; of all, where none is named."""
    found = [_read(path) for path in sorted(SOURCES.glob("*.toml"))]
    return [one for one in found if not environments or one.environment in environments]


def _read(path: Path) -> Program:
    document = tomllib.loads(path.read_text("utf-8"))
    lists = {key: tuple(document.get(key, ())) for key in ("weights", "setup", "problems")}
    return Program(**{**document, **lists, "name": path.stem})
