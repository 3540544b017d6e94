"""docs/architecture.md names what is there: every path, every room, and the imports that the walls hold."""

import ast
import re
from pathlib import Path

from tests.support.walls import MAY_IMPORT

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "lineage"
TEXT = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
QUOTED = sorted(set(re.findall(r"`([^`\n]+)`", TEXT)))
PATHS = [one for one in QUOTED if re.fullmatch(r"[\w./-]+/[\w./-]*(?:::\w+)?|\w+\.py", one)]
"""What stands in backticks and is a path: below the package, or from the top."""

_CHOSEN = re.compile(r"[A-Z]{4,}")
_ROW = re.compile(r"\| `(\w+)(?:/|\.py)` \| [^|]+ \| ([^|]*)\|")


def places(path: str) -> list[Path]:
    """Where a path of the page may lie, as far as it has no name that the reader chooses."""
    parts = path.split("/")
    known = next((number for number, part in enumerate(parts) if _CHOSEN.search(part)), len(parts))
    return [top / "/".join(parts[:known]) for top in (PACKAGE, ROOT)]


def names_in(file: Path) -> set[str]:
    """What a module defines at its top."""
    found: set[str] = set()
    for node in ast.parse(file.read_bytes()).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {one.id for one in targets if isinstance(one, ast.Name)}
    return found


def test_every_path_of_the_page_exists() -> None:
    assert len(PATHS) >= 100
    missing = [one for one in PATHS if not any(place.exists() for place in places(one.partition("::")[0]))]
    assert missing == []


def test_every_name_in_a_file_is_there() -> None:
    named = [one.split("::") for one in PATHS if "::" in one]
    assert len(named) >= 10
    assert [f"{file}::{name}" for file, name in named if name not in names_in(PACKAGE / file)] == []


def test_every_room_is_named() -> None:
    rooms = {file.parent.relative_to(PACKAGE).as_posix() + "/" for file in PACKAGE.rglob("*.py")} - {"./"}
    alone = {file.name for file in PACKAGE.glob("*.py")} - {"__init__.py", "__main__.py"}
    assert sorted((rooms | alone) - {*QUOTED}) == []


def test_the_table_is_the_one_that_the_walls_hold() -> None:
    told = {room: {*row.split()} for room, row in _ROW.findall(TEXT)}
    assert told.pop("cli") == {"everything"}
    assert told == {room: {*row.split()} for room, row in MAY_IMPORT.items() if room != "cli" and room[0] != "_"}


def test_the_page_is_one_page() -> None:
    assert len(TEXT.splitlines()) <= 110
