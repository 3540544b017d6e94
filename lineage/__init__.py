"""Freeze what a trained model needs, prove that a target can run it, say what must be retrained.

The public names are loaded on first use, so that ``import lineage`` costs a training process nothing.
"""

TYPE_CHECKING = False  # typing would be looked for where the caller's variables lead

__version__ = "0.1.0"

__all__ = ["LineageError", "LineageMismatch", "__version__", "capture", "require", "verify"]

if TYPE_CHECKING:
    from lineage.api import capture as capture
    from lineage.api import require as require
    from lineage.api import verify as verify
    from lineage.errors import LineageError as LineageError
    from lineage.errors import LineageMismatch as LineageMismatch

_HOMES = {
    "capture": "lineage.api",
    "require": "lineage.api",
    "verify": "lineage.api",
    "LineageError": "lineage.errors",
    "LineageMismatch": "lineage.errors",
}


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'lineage' has no attribute {name!r}")
    from importlib import import_module

    value: object = getattr(import_module(home), name)
    globals()[name] = value
    return value
