"""Texts as files under ``tests/golden``: rewritten when ``LINEAGE_UPDATE_GOLDEN=1`` is set, then reviewed like code."""

import os
from pathlib import Path

_FOLDER = Path(__file__).parent.parent / "golden"


def expected(name: str, produced: str) -> str:
    """The text of a golden file; ``produced`` becomes it when an update is asked for."""
    path = _FOLDER / name
    if os.environ.get("LINEAGE_UPDATE_GOLDEN") == "1":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(produced, encoding="utf-8", newline="")
    with path.open(encoding="utf-8", newline="") as file:
        return file.read()
