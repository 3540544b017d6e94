"""MANIFEST, TARGET and --policy as a user types them → values."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from lineage.config import find_root, load_policy
from lineage.errors import InputError, NoRepositoryError
from lineage.manifest.files import find_manifest
from lineage.model.manifest import SUFFIX, StoredManifest
from lineage.portable.environment import Environment
from lineage.portable.policy import Policy
from lineage.system.surroundings import as_given
from lineage.targets.source import ExaminableSource, ManifestSource, Source
from lineage.targets.spec import Target, as_files, compared_source, default_target, parse_target, source_of


def manifest_of(text: str | None) -> StoredManifest:
    """The manifest that MANIFEST means, seen from the working directory."""
    return find_manifest(text, _listing, _at_revision)


def _listing() -> Sequence[str]:
    """The manifests of the work tree, as paths from the working directory."""
    root = find_root(Path.cwd())
    if root is None:
        raise NoRepositoryError("not in a git repository", where=str(Path.cwd()), hint="name a manifest by its path")
    return [os.path.relpath(root / path) for path in manifests_in(root)]


def manifests_in(root: Path) -> Sequence[str]:
    """The manifests of a work tree, POSIX from its root, sorted: one that was just captured is among them."""
    from lineage.git.files import list_files

    return list_files(root, "*" + SUFFIX)


def _at_revision(revision: str, path: str) -> bytes | None:
    from lineage.git.files import file_at

    return file_at(find_root(Path.cwd()) or Path.cwd(), revision, path)


UNEXECUTED = "is read as files, not executed, as it lies in the checkout of a CI job: python:PATH executes one"


def target_of(text: str | None, project: Path | None, *, is_run: bool = False) -> Target:
    """The target that TARGET means; the default one where it is left out.

    In a CI job a default one in the checkout, which a pull request can bring, is read as files unless it ``is_run``
    anyway.
    """
    if text is not None:
        return parse_target(text)
    place = project or Path.cwd()
    found = default_target(os.environ, place)
    return found if is_run or os.environ.get("CI", "false") in ("", "0", "false") else as_files(found, place)


def examinable(target: Target, interpreter: str | None = None) -> ExaminableSource:
    """The source to capture from."""
    return source_of(target, as_given(os.environ), interpreter)


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
    return compared_source(target, as_given(os.environ), recorded, interpreter)


def policy_of(named: Path | None) -> Callable[[Path], Policy]:
    """The root of a work tree → its policy, or the one that is named; it may be asked from another directory."""
    explicit = None if named is None else named.absolute()
    return lambda root: load_policy(root, explicit)[0]


def model_of(text: str, root: Path) -> str:
    """The manifest that MODEL means, POSIX from the root."""
    path = Path(manifest_of(text).path)
    real = path.absolute().parent.resolve() / path.name
    if not path.is_file() or not real.is_relative_to(root):
        hint = "name the model, or its manifest in the work tree"
        raise InputError("is no manifest of this work tree", where=text, hint=hint)
    return real.relative_to(root).as_posix()


def written_of(path: Path | None, root: Path) -> str | None:
    """A file that training writes, POSIX from the root: with --in it is that of the other work tree."""
    if path is None:
        return None
    real = Path(os.path.normpath(path.absolute()))
    real = real.parent.resolve() / real.name
    if not real.is_relative_to(root):
        raise InputError("is not inside the repository", where=str(path), hint="name a file that the training writes")
    return real.relative_to(root).as_posix()
