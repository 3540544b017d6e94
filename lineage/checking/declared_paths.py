"""Which dependency files concern a model: those of its rule, else the recorded ones, else all there are."""

import posixpath
from collections.abc import Sequence
from contextlib import suppress

from lineage.checking.due.promises import ASIDE
from lineage.checking.revisions.revision import Revision
from lineage.dependencies.forms import is_dependency_file, is_of_script
from lineage.dependencies.scripts import of_script
from lineage.errors import InputError
from lineage.model.code import Code
from lineage.model.manifest import Manifest

Paths = list[tuple[str, str | None]]
"""(path, blob id that stood there)"""

_ALL = "the manifest names no dependency file, so every one of the repository is taken to concern it"


def declared_paths(
    manifest: Manifest, revision: Revision, ruled: Sequence[str] | None, since: Revision | None
) -> tuple[Paths, tuple[str, ...]]:
    """The files with what they were at the capture, where that is recorded; and a note where all concern the model.

    ``ruled`` are those of its rule. Where all do, also what ``since`` had and the revision lacks, if it named a package
    of the model.
    """
    recorded = dict(manifest.declared)
    if ruled is not None:
        return [(path, recorded.get(path)) for path in ruled], ()
    if recorded:
        return list(recorded.items()), ()
    there = _describing(manifest, revision)
    lost: Paths = [] if since is None else _lost(there, manifest, revision, since)
    return [*((path, None) for path in there), *_brought(manifest.code, revision), *lost], (_ALL,)


def _brought(code: Code, revision: Revision) -> Paths:
    """What the scripts of a model say in themselves, and their locks: of a manifest that names no dependency file."""
    recorded = dict(code.files)
    found: list[str] = []
    for path in filter(is_of_script, recorded):
        with suppress(InputError):  # told where the code is judged
            found += of_script(path, revision.read(path) or b"", revision.files)
    return [(path, recorded.get(path)) for path in found]


def _lost(there: Sequence[str], manifest: Manifest, revision: Revision, since: Revision) -> Paths:
    """What named a package of the model and is gone, unless something new that does took its place."""
    gone = [one for one in _describing(manifest, since) if one not in revision.files]
    if not gone or any(_names(one, manifest, revision) for one in there if one not in since.files):
        return []
    return [(path, since.files[path]) for path in gone if _names(path, manifest, since)]


def _describing(manifest: Manifest, revision: Revision) -> list[str]:
    """All dependency files, but those of other artefacts that MLflow logged."""
    found = sorted(filter(is_dependency_file, revision.files))
    return [path for path in found if not _is_of_other_artefact(path, manifest, revision)]


def _is_of_other_artefact(path: str, manifest: Manifest, revision: Revision) -> bool:
    """Whether a file lies beside an ``MLmodel``: it describes what MLflow logged there, and no other weights."""
    folder = posixpath.dirname(path)
    if not folder or f"{folder}/MLmodel" not in revision.files:
        return False
    return not any(one.path.startswith(f"{folder}/") for one in manifest.weights)


def _names(path: str, manifest: Manifest, revision: Revision) -> bool:
    try:
        declared = revision.declarations(path)
    except InputError:
        return False
    used = {one.name for one in manifest.environment.packages if one.use != "present"}
    return declared is not None and any(one.name in used and one.group not in ASIDE for one in declared.dependencies)
