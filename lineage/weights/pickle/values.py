"""The names in a pickle: which module each leads to, also where it is a call with constant arguments that imports."""

from _compat_pickle import IMPORT_MAPPING, NAME_MAPPING

from lineage.weights.formats.streams import Damaged
from lineage.weights.pickle.opcodes import OPAQUE, ArrayType, Global, Made

IMPORTS = frozenset(
    {
        Global("builtins", "__import__"),
        Global("importlib", "import_module"),
        Global("importlib", "__import__"),
        Global("importlib._bootstrap", "_gcd_import"),
        Global("cloudpickle.cloudpickle", "subimport"),
        Global("cloudpickle", "subimport"),
        Global("dill._dill", "_import_module"),
        Global("dill.dill", "_import_module"),
    }
)
"""functions that import the module named by their first argument"""

ARRAY_WRAPPERS = frozenset(
    Global(f"{package}.numpy_pickle", "NumpyArrayWrapper") for package in ("joblib", "sklearn.externals.joblib")
)
"""joblib puts the bytes of an array behind each of these, outside the pickle"""

_ARRAY_TYPE = Global("numpy", "dtype")
_GETATTR = Global("builtins", "getattr")
_RECONSTRUCTOR = Global("copyreg", "_reconstructor")
_NEWOBJ_EX = Global("copyreg", "__newobj__")
_LAST_PROTOCOL_OF_PYTHON_2 = 2
MAX_NAME_CHARACTERS = 500


def found_global(module: bytes, name: bytes, protocol: int, place: int) -> Global:
    """What ``pickle.Unpickler`` would import: names of Python 2 stand for those of Python 3 up to protocol 2.

    Raises Damaged when no module can have that name.
    """
    try:
        pair = module.decode("utf-8"), name.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Damaged(f"byte {place}: the name of a module is not UTF-8") from error
    if protocol <= _LAST_PROTOCOL_OF_PYTHON_2:
        pair = NAME_MAPPING.get(pair, (IMPORT_MAPPING.get(pair[0], pair[0]), pair[1]))
    check_module(pair[0], place)
    return Global(*pair)


def check_module(name: str, place: int) -> None:
    """Raises Damaged when no module can have that name."""
    if len(name) > MAX_NAME_CHARACTERS or not all(part.isidentifier() for part in name.split(".")):
        raise Damaged(f"byte {place}: {name[:80]!r} is no name of a module")


def called(function: object, arguments: object, place: int) -> object:
    """What calling it gives: a module that it imports, an attribute, an object worth following, or ``OPAQUE``."""
    if not isinstance(function, Global) or type(arguments) is not tuple or not arguments:
        return OPAQUE
    first = arguments[0]
    if function in IMPORTS and isinstance(first, bytes):
        return _imported(first, place)
    if function == _GETATTR and isinstance(first, Global) and len(arguments) > 1 and isinstance(arguments[1], bytes):
        return Global(first.module, f"{first.name}.{_text(arguments[1])}".lstrip("."))
    if function == _ARRAY_TYPE and isinstance(first, bytes):
        return ArrayType(first)
    if function in (_RECONSTRUCTOR, _NEWOBJ_EX):
        return made(first)
    return OPAQUE


def made(kind: object) -> object:
    """An instance of it, where that is worth following."""
    return Made(kind) if isinstance(kind, Global) and kind in ARRAY_WRAPPERS else OPAQUE


def _imported(name: bytes, place: int) -> Global:
    module = _text(name)
    check_module(module, place)
    return Global(module, "")


def _text(name: bytes) -> str:
    return name.decode("utf-8", "replace")
