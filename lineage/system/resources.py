"""Files of ``hooks/`` and ``templates/``: from the wheel, or from the checkout of an editable install."""

from pathlib import Path

from lineage.errors import StoreError

_PACKAGE = Path(__file__).resolve().parent.parent
_PLACES = (_PACKAGE / "_data", _PACKAGE.parent)
"""A wheel carries them as ``lineage/_data``; an editable install has its checkout's, beside the package."""

KINDS = ("hooks", "templates")


def resource(kind: str, name: str) -> bytes:
    """The bytes of a shipped file; ``kind`` is one of ``KINDS``. Raises ``StoreError`` when it is not there."""
    for place in _PLACES:
        path = place / kind / name
        if path.is_file():
            return path.read_bytes()
    raise StoreError("is missing from this installation", where=f"{kind}/{name}", hint="install model-lineage again")
