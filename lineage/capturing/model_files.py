"""Which of the files that a run wrote are models: what DVC declares as its outputs, and what is named like weights."""

import posixpath
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

SUFFIXES = frozenset(
    [
        *(".pkl", ".pickle", ".joblib", ".dill", ".skops"),
        *(".pt", ".pth", ".pt2", ".pte", ".ckpt", ".torchscript", ".mar", ".safetensors", ".gguf"),
        *(".keras", ".h5", ".hdf5", ".pb", ".tflite", ".onnx", ".ort", ".caffemodel", ".weights"),
        *(".ubj", ".xgb", ".bst", ".lgb", ".cbm", ".model", ".mlmodel", ".mlpackage", ".pmml"),
    ]
)
"""Of files that are weights by the custom of the libraries that write them."""

MODEL_DIRECTORIES = frozenset({"MLmodel", "config.json", "saved_model.pb", "adapter_config.json", "modules.json"})
"""Files that say that the directory around them is one model."""

MOST_GUESSED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFiles:
    """The models that a run made, POSIX from the repository root, sorted."""

    paths: tuple[str, ...] = ()
    how: tuple[tuple[str, str], ...] = ()
    """(path, ``output of DVC`` or ``named like weights``)"""


def find_models(
    written: Collection[str], outputs: Collection[str], is_model: Callable[[str], bool] = lambda _: False
) -> ModelFiles:
    """The models among ``written``, the files that a run wrote.

    A file inside of an output of DVC stands for that output; one in a directory with a model's description for that
    directory. ``is_model`` tells of an output whose name does not, by its content. Hidden directories are left out.
    """
    how: dict[str, str] = {}
    described = {posixpath.dirname(path) for path in written if posixpath.basename(path) in MODEL_DIRECTORIES} - {""}
    for path in sorted(written):
        if any(part.startswith(".") for part in path.split("/")[:-1]):
            continue
        output = next((out for out in sorted(outputs) if path == out or path.startswith(out + "/")), None)
        named = _suffix(path) in SUFFIXES
        if output is not None and (named or is_model(path)):
            how.setdefault(output, "output of DVC")
        elif named and output is None:
            around = next((one for one in _upwards(path) if one in described), None)
            how.setdefault(path if around is None else around, "named like weights")
    outermost = _outermost(tuple(how))
    return ModelFiles(paths=outermost, how=tuple((path, how[path]) for path in outermost))


def _suffix(path: str) -> str:
    """The suffix, that of a compressed file as if it were not."""
    stem, end = posixpath.splitext(path.lower())
    return posixpath.splitext(stem)[1] if end in (".gz", ".xz", ".bz2", ".lzma", ".z", ".zst") else end


def _upwards(path: str) -> list[str]:
    parts = path.split("/")[:-1]
    return ["/".join(parts[:depth]) for depth in range(1, len(parts) + 1)]


def _outermost(paths: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted(path for path in paths if not any(path.startswith(other + "/") for other in paths)))
