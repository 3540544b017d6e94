"""What is refused before anything is read: what would not be written, not end, or not be what it is named."""

from collections.abc import Sequence
from pathlib import Path

from lineage.capturing.own_values import refuse_secrets
from lineage.capturing.request import CaptureRequest
from lineage.errors import InputError, WeightsError
from lineage.model.manifest import EMPTY, Table
from lineage.model.weights import control_file
from lineage.portable.names import unfit_keys, unfit_name
from lineage.system.hashing import not_a_file


def refuse_unusable(request: CaptureRequest) -> None:
    """Refuse weights that are not there and secrets among the values. Raises ``InputError`` and ``WeightsError``."""
    if not request.paths:
        raise InputError("no weights were named")
    refuse_secrets(request)
    require_fit(request.name, request.labels)
    for path in request.paths:
        if not path.exists():
            hint = "name a file or directory that exists"
            raise WeightsError("there are no such weights", where=str(path), hint=hint)
        if not path.is_file() and not path.is_dir():  # a FIFO would be waited for
            raise not_a_file(path.stat().st_mode, str(path))


_STORES = (".dvc/cache/", ".git/annex/objects/", ".git/lfs/objects/")
"""Where DVC and git keep the bytes of weights, which links in the work tree lead to."""


def require_fit(name: str | None, labels: Table) -> None:
    """Refuse names of a model and of labels that are not what they look like. Raises ``InputError``."""
    unfit = None if name is None else unfit_name(name)
    if unfit is not None:
        raise InputError(f"a model cannot be named {name!a}: {unfit}", hint="choose another with --name")
    for key, unfit in unfit_keys(labels):
        raise InputError(f"a label cannot be named {key!a}: {unfit}")


def refuse_named(root: Path, weights: Sequence[str], name: str) -> None:
    """Refuse weights that are no weights by their name, or lead to such, and a name that is not what it looks like.

    ``weights`` are POSIX from the repository ``root``. Raises ``InputError``.
    """
    for path in weights:
        kind = control_file(path) or _linked_control_file(root, path)
        if kind is not None:
            hint = "name the files that training wrote; a directory of weights may hold such a file"
            raise InputError(f"is {kind}, no weights: whoever changes them would change the gate", path, hint)
    require_fit(name, EMPTY)


def _linked_control_file(root: Path, path: str) -> str | None:
    """What the file is that a link in the work tree leads to."""
    real = (root / path).resolve()
    inner = real.relative_to(root.resolve()).as_posix() if real.is_relative_to(root.resolve()) else ""
    return None if any(store in inner for store in _STORES) else control_file(inner)
