"""What DVC leaves out of a directory: what a ``.dvcignore`` names, and directories with a ``.dvc`` of their own.

DVC's own reader of that file decides, so that its digest and ours are of the same files: its patterns are git's, but
for the differences that DVC's merging of several files makes. It is imported only where there is a pattern to apply.
"""

import posixpath
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lineage.errors import WeightsError

NAME = ".dvcignore"

_HINT = "correct the file; `dvc check-ignore --details PATH` tells what DVC makes of it"


class DvcRules:
    """What DVC counts below one of its roots, as the files ``.dvcignore`` there say at this moment."""

    def __init__(self, root: str, where: str) -> None:
        """``root`` is absolute, links resolved; ``where`` names the weights in errors, which are WeightsError."""
        from lineage.dvc.tracking import quiet

        self._where = where
        self._filter: Any = None
        with quiet():
            from dvc.fs import localfs
            from dvc.ignore import DvcIgnoreFilter

            try:
                self._filter = DvcIgnoreFilter(localfs, root)
            except (OSError, ValueError) as error:
                raise self._unusable(error) from error

    def kept(self, directory: str, directories: Sequence[str], files: Sequence[str]) -> frozenset[str]:
        """The names in a directory (absolute, below the root) that DVC counts; a link counts as what it leads to."""
        try:
            some, others = self._filter(directory, list(directories), list(files))
        except (OSError, ValueError) as error:
            raise self._unusable(error) from error
        return frozenset((*some, *others))

    def _unusable(self, error: OSError | ValueError) -> WeightsError:
        reason = getattr(error, "strerror", None) or str(error)
        return WeightsError(f"the {NAME} that applies to it cannot be used: {reason}", self._where, _HINT)


def rules_for(location: str, root: str, where: str) -> DvcRules | None:
    """What DVC counts in a directory below its root; ``None`` when the directory itself is ignored.

    Then DVC tracks nothing of it, and there is no digest of DVC's to be equal to. Raises WeightsError as ``DvcRules``.
    """
    rules = DvcRules(root, where)
    around, name = posixpath.split(location)
    return rules if name in rules.kept(around, [name], []) else None


def dvc_root(location: str) -> str | None:
    """The nearest directory around a path that DVC was set up in; ``None`` when the repository holds none."""
    for directory in Path(location).parents:
        if (directory / ".dvc").is_dir():
            return str(directory)
        if (directory / ".git").exists():
            return None
    return None


def has_rules_around(location: str, root: str) -> bool:
    """Whether a ``.dvcignore`` between ``root`` and the path states a pattern; one that cannot be read might."""
    around = [directory for directory in Path(location).parents if directory.is_relative_to(root)]
    return any(_states_pattern(directory / NAME) for directory in around)


def _states_pattern(file: Path) -> bool:
    try:
        lines = file.read_bytes().splitlines()
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return any(line.strip() and not line.strip().startswith(b"#") for line in lines)
