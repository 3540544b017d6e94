"""How many bytes of an array stand behind joblib's wrapper of it (joblib 0.10 to 1.6, ``numpy_pickle.py``)."""

import math
from collections.abc import Mapping

from lineage.weights.formats.streams import TooMuch, Window
from lineage.weights.pickle.opcodes import ArrayType

KEYS = frozenset({b"shape", b"dtype", b"numpy_array_alignment_bytes"})
"""of the wrapper's state, those that decide"""


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
