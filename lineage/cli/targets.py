"""MANIFEST and TARGET as a user types them → values."""

import os
from collections.abc import Sequence
from pathlib import Path

from lineage.config import find_root
from lineage.errors import InputError
from lineage.manifest.files import find_manifest
from lineage.model.manifest import SUFFIX, StoredManifest
from lineage.portable.environment import Environment
from lineage.targets.source import ExaminableSource, ManifestSource, Source
from lineage.targets.spec import Target, compared_source, default_target, parse_target, source_of


def manifest_of(text: str | None) -> StoredManifest:
    """The manifest that MANIFEST means, seen from the working directory."""
    return find_manifest(text, _listing, _at_revision)


def _listing() -> Sequence[str]:
    """Tracked and staged manifests, as paths from the working directory."""
    from lineage.git.files import list_files

    root = find_root(Path.cwd())
    if root is None:
        raise InputError("name a manifest by its path: this is not a git repository, so none can be looked up")
    return [os.path.relpath(root / path) for path in list_files(root, "*" + SUFFIX)]


def _at_revision(revision: str, path: str) -> bytes | None:
    from lineage.git.files import file_at

    return file_at(find_root(Path.cwd()) or Path.cwd(), revision, path)


def target_of(text: str | None, project: Path | None) -> Target:
    """The target that TARGET means; the default one where it is left out."""
    return default_target(os.environ, project or Path.cwd()) if text is None else parse_target(text)


def examinable(target: Target, interpreter: str | None = None) -> ExaminableSource:
    """The source to capture from."""
    return source_of(target, os.environ, interpreter)


def observable(target: Target, recorded: Environment, interpreter: str | None = None) -> Source:
    """The source to compare with a recorded environment; a manifest is one too."""
    side = side_of(target, recorded, interpreter)
    return ManifestSource(side) if isinstance(side, StoredManifest) else side


def side_of(
    target: Target, recorded: Environment | None = None, interpreter: str | None = None
) -> Source | StoredManifest:
    """A target, manifests kept whole; ``recorded`` is what it is compared with, where that is known."""
    if target.kind == "manifest" and interpreter is None:
        return manifest_of(target.location)
    return compared_source(target, os.environ, recorded, interpreter)
