"""Models of other libraries among the bytes of a pickle: a Booster of XGBoost keeps itself so (3.2, UBJSON)."""

import io

from lineage.weights.formats.gathering import Gathered
from lineage.weights.formats.streams import Window

HEAD = b"{L\0\0\0\0\0\0\0\x06Config{"
"""a UBJSON object whose first key is ``Config``: the state of a Booster"""
MAX_BYTES = 64 * 1024 * 1024


def begins_model(window: Window) -> bool:
    """Whether the next bytes are such a model."""
    return window.data.startswith(HEAD, window.at)


def read_model(window: Window, length: int, found: Gathered) -> None:
    """Passes over ``length`` bytes, whose writers are added to ``found``. Raises Damaged where there are fewer."""
    if length > MAX_BYTES:
        found.partly_read(f"byte {window.place}: a model of XGBoost above {MAX_BYTES} bytes is not read")
        window.skip(length)
        return
    from lineage.weights.formats import trees

    place = window.place
    inner = trees.read(io.BytesIO(window.take(length)), length, found.subject)
    for writer in inner.writers:
        found.add_writer(writer.module, writer.version, writer.place)
    for problem in inner.problems:
        found.add_problem(problem.code, f"byte {place}: {problem.detail}")
