"""A directory of our own for a moment: private, and gone afterwards.

As ``tempfile`` makes one, whose import alone costs a gate more than the whole rest of starting a child does.
"""

import os
from pathlib import Path


def make_scratch() -> Path:
    """A new empty directory that only this user can enter. Raises ``OSError`` when no place takes one."""
    name = f"lineage-{os.urandom(12).hex()}"
    for place in (os.environ.get("TMPDIR"), "/tmp", "/var/tmp"):
        if place and os.path.isabs(place):  # noqa: PTH117 - pathlib would join what is not absolute to nothing
            path = Path(place, name)
            try:
                path.mkdir(mode=0o700)
            except OSError:
                continue
            return path
    from tempfile import mkdtemp  # the last resort knows more places, and says what is wrong with them

    return Path(mkdtemp(prefix="lineage-"))


def remove_scratch(path: Path) -> None:
    """Remove the directory with all that was left in it, as far as the system lets us."""
    try:
        for entry in list(os.scandir(path)):
            (os.rmdir if entry.is_dir(follow_symlinks=False) else os.unlink)(entry.path)
        path.rmdir()
    except OSError:
        from shutil import rmtree  # only for what nobody expects there: it is as dear as tempfile

        rmtree(path, ignore_errors=True)
