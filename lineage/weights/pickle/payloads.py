"""What other libraries put into a pickle that is no opcode: joblib's arrays, boosters of XGBoost.

Behind joblib's wrapper of an array stand its bytes (joblib 0.10 to 1.6, ``numpy_pickle.py``); a Booster keeps itself as
one run of bytes (XGBoost 3.2, UBJSON).
"""

import io
import math
from collections.abc import Mapping

from lineage.weights.formats.gathering import Gathered
from lineage.weights.formats.streams import TooMuch, Window
from lineage.weights.pickle.values import ArrayType

KEYS = frozenset({b"shape", b"dtype", b"numpy_array_alignment_bytes"})
"""of the wrapper's state, those that decide"""

BOOSTER = b"{L\0\0\0\0\0\0\0\x06Config{"
"""a UBJSON object whose first key is ``Config``: the state of a Booster"""
MAX_BOOSTER_BYTES = 64 * 1024 * 1024


def skip_array(window: Window, state: object) -> bool:
    """Passes over the array, or gives False where a pickle of it follows.

    ``state`` is the wrapper's, with values for ``KEYS``. Raises TooMuch where it does not tell the length, Damaged
    where the stream is shorter.
    """
    array_type = state.get(b"dtype") if isinstance(state, Mapping) else None
    if not isinstance(state, Mapping) or not isinstance(array_type, ArrayType):
        raise TooMuch(f"byte {window.place}: an array of joblib's without a known type")
    if array_type.has_objects:
        return False
    if state.get(b"numpy_array_alignment_bytes") is not None:
        window.skip(window.take(1)[0])  # one byte says how many follow, so that the array is aligned in the file
    shape = state.get(b"shape")
    if array_type.size_bytes is None or not isinstance(shape, tuple) or not all(_is_length(one) for one in shape):
        raise TooMuch(f"byte {window.place}: an array of joblib's without a known length")
    window.skip(math.prod(shape) * array_type.size_bytes)
    return True


def _is_length(value: object) -> bool:
    return type(value) is int and 0 <= value < 1 << 63


def begins_booster(window: Window) -> bool:
    """Whether the next bytes are such a model."""
    return window.data.startswith(BOOSTER, window.at)


def read_booster(window: Window, length: int, found: Gathered) -> None:
    """Passes over ``length`` bytes, whose writers are added to ``found``. Raises Damaged where there are fewer."""
    if length > MAX_BOOSTER_BYTES:
        found.partly_read(f"byte {window.place}: a model of XGBoost above {MAX_BOOSTER_BYTES} bytes is not read")
        window.skip(length)
        return
    from lineage.weights.formats import trees

    place = window.place
    inner = trees.read(io.BytesIO(window.take(length)), length, found.subject)
    for writer in inner.writers:
        found.add_writer(writer.module, writer.version, writer.place)
    for problem in inner.problems:
        found.add_problem(problem.code, f"byte {place}: {problem.detail}")
