"""Recorded code and serving copies of it: the files, what a manifest records of them, and how they compare."""

from pathlib import Path

from lineage.git.blob import content_id
from lineage.model.code import Code
from lineage.verifying.code import CodePlace, compare_code
from tests.support.projects import write

INIT, FEATURES, TRAIN = "src/fraudlib/__init__.py", "src/fraudlib/features.py", "train.py"
FILES = {
    INIT: b'"""Fraud."""\n',
    FEATURES: b"SIZE = 3\n\n\ndef scale(x):\n    return x * SIZE  # rows\n",
    TRAIN: b"import fraudlib.features\n",
    "run.sh": b"#!/bin/sh\npython train.py\n",
}
EDITED = FILES[FEATURES].replace(b"3", b"4")
NOT_HERE = "differs by bytes, and the recorded source is not in this clone"


def code_of(files: dict[str, bytes], form: str = "sha1", base: str = "a" * 40) -> Code:
    """What a manifest records of these files."""
    return Code(base=base, files=tuple(sorted((path, content_id(one, form)) for path, one in files.items())))


def compared(code: Code, served: Path, repository: Path | None, depth: str = "ast") -> tuple[list[str], list[str], int]:
    """(what differs, what is unknown, how many were compared)."""
    found = compare_code(code, depth, CodePlace(directory=served, repository=repository))
    number = dict(found.checked)["code_files"]
    return [one.detail for one in found.changes], [f"{one.subject}: {one.reason}" for one in found.unknown], number


def served(place: Path, files: dict[str, bytes]) -> Path:
    place.mkdir()
    write(place, files)
    return place
