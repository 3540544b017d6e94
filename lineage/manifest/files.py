"""Manifests as files: finding the one that is meant, reading, writing.

A manifest is read without git where it is named by its path; a model's name, an id or a revision ask git for its
files. Git is asked as a child process with fixed arguments: GitPython's import alone would cost a
gate more than all of its reading.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from lineage.errors import InputError, StoreError
from lineage.manifest.canonical import canonical_json, differing_key
from lineage.manifest.document import INLINE, from_document, to_document
from lineage.model.manifest import EMPTY, SUFFIX, Manifest, StoredManifest
from lineage.redaction.secrets import find_secret, secret_key
from lineage.system.files import locked, read_document, replace, sweep
from lineage.system.tomlfile import parse_toml

Listing = Callable[[], Sequence[str]]
"""Paths of the manifests of a repository, as a user would type them."""

AtRevision = Callable[[str, str], bytes | None]
"""(revision, path) → the file's bytes there, ``None`` when it has no such file."""


def read_manifest(path: Path | str) -> StoredManifest:
    """The manifest in a file. Raises ``InputError`` that names file, line or key."""
    return parse_manifest(read_document(Path(path), "manifest"), str(path))


def parse_manifest(content: bytes, where: str) -> StoredManifest:
    """The manifest in a text."""
    return from_document(parse_toml(content, where), where)


def find_manifest(text: str | None, listing: Listing, at_revision: AtRevision) -> StoredManifest:
    """The manifest that MANIFEST means: a path, ``REV:PATH``, ``sha256:PREFIX``, a unique name, or the only one.

    Raises ``InputError`` when none or several are meant, with the list.
    """
    if text is None:
        paths = listing()
        if len(paths) == 1:
            return read_manifest(paths[0])
        raise InputError(_which("name a manifest", paths), hint="lineage log lists them" if paths else NONE)
    if _holds(Path(text).is_file):
        return read_manifest(text)
    if text.startswith("sha256:"):
        return _one(text, [one for one in _readable(listing()) if one.id.startswith(text)], "id")
    if ":" in text:
        return _at_revision(text, at_revision)
    if text.endswith(SUFFIX):
        return read_manifest(text)
    return _one(text, [one for one in _readable(listing()) if one.manifest.name == text], "name")


def _holds(question: Callable[[], bool]) -> bool:
    """The answer about a path; no where the text cannot be one (a file name too long raises ``OSError``)."""
    try:
        return question()
    except OSError:
        return False


NONE = "no file *.lineage.toml is here that git does not ignore: capture a model, then git add its manifest"


def _which(message: str, paths: Sequence[str]) -> str:
    return message + (": " + ", ".join(paths) if paths else ": there is none here")


def _readable(paths: Sequence[str]) -> list[StoredManifest]:
    """Every manifest of the repository; one that cannot be read might be the one that is meant, so it raises."""
    return [read_manifest(path) for path in paths]


def _one(text: str, found: Sequence[StoredManifest], what: str) -> StoredManifest:
    if len(found) == 1:
        return found[0]
    if found:
        raise InputError(_which(f"several manifests have this {what}", [one.path for one in found]), where=text)
    raise InputError(f"no file and no manifest of this {what}", where=text, hint="lineage log lists the manifests")


def _at_revision(text: str, at_revision: AtRevision) -> StoredManifest:
    revision, _, path = text.partition(":")
    content = at_revision(revision, path)
    if content is None:
        raise InputError("there is no such file in that revision", where=text)
    return parse_manifest(content, text)


def manifest_path(weights: str, inside_output: str | None) -> str:
    """Where the manifest of a weights path belongs, POSIX from the repository root.

    Beside the weights; for weights in a DVC-tracked directory (``inside_output``) beside that directory.
    """
    if inside_output is None or inside_output == weights:
        return weights + SUFFIX
    directory, slash, _ = inside_output.rpartition("/")
    return directory + slash + weights.rpartition("/")[2] + SUFFIX


def require_directory(path: Path) -> None:
    """Raises ``InputError`` where there is no directory to write a manifest in."""
    if not _holds(path.parent.is_dir):
        raise InputError("the directory does not exist", where=str(path.parent), hint="make it first")


def write_manifest(manifest: Manifest, path: Path) -> tuple[StoredManifest, bool]:
    """Put a manifest at a path: (what stands there now, whether the file was changed).

    The labels and comments of the file that stood there survive; labels of ``manifest`` win. Equal content leaves the
    file untouched. Raises ``StoreError``, or ``InputError`` when what stands there is no manifest.
    """
    require_directory(path)
    with locked(path.parent) as held:
        if held:
            sweep(path)
        previous = read_document(path, "manifest") if _stands(path) else None
        before = None if previous is None else _previous(previous, str(path))
        if before is not None:
            manifest = _with_labels(manifest, before.manifest.labels)
        document = to_document(manifest)
        stored = from_document(document, str(path))
        if before is not None and before.id == stored.id and before.manifest.labels == manifest.labels:
            return before, False
        from lineage.system.tomlwriter import render_toml

        content = render_toml(document, INLINE, previous)
        written = parse_toml(content, str(path))
        if canonical_json(written) != canonical_json(document):
            key = differing_key(document, written)
            raise InputError(f"{key}: is a value that TOML cannot carry unchanged", where=str(path))
        _refuse_secrets(document, content, str(path))
        replace(path, content)
    return stored, True


def as_stored(manifest: Manifest, path: Path) -> StoredManifest:
    """A manifest as it would stand at a path; nothing is written."""
    return from_document(to_document(manifest), str(path))


def _stands(path: Path) -> bool:
    """Whether there is such a file; one that cannot be told is not taken for absent, or its labels would be lost."""
    try:
        return path.exists()
    except OSError as error:
        raise StoreError(f"cannot be written: {error.strerror or error}", where=str(path)) from error


def _refuse_secrets(document: Mapping[str, object], content: bytes, where: str) -> None:
    """Nothing that looks like a secret is published: neither in a value, nor in a comment that would be kept."""
    hint = "take it out of the labels, metrics or parameters"
    found = secret_key(document)
    if found is None:
        line = find_secret(content.decode("utf-8"))
        if line is None:
            return
        found, hint = (f"line {line[0]}", line[1]), "take it out of the comments of the file that stands there"
    raise InputError(f"{found[0]} looks like {found[1]}: nothing was written", where, hint)


def _previous(content: bytes, where: str) -> StoredManifest:
    try:
        return parse_manifest(content, where)
    except InputError as error:
        hint = "move it away, or name another file with -o"
        raise InputError(f"what stands there is not replaced: {error.message}", error.where, hint) from error


def _with_labels(manifest: Manifest, labels: Mapping[str, object]) -> Manifest:
    from dataclasses import replace as changed

    from lineage.model.manifest import freeze

    merged = {**labels, **manifest.labels}
    return changed(manifest, labels=freeze(merged) if merged else EMPTY)


_ENTRY = re.compile(rb"^\[\[weights\]\][^\n]*\n(?:(?!\[)[^\n]*(?:\n|\Z))*", re.MULTILINE)


def named_weights(content: bytes) -> tuple[str, ...]:
    """POSIX paths from the repository root; none of what is not a manifest."""
    own = b"".join(match[0] for match in _ENTRY.finditer(content)) or content
    try:
        rows = parse_toml(own, "").get("weights")
    except InputError:
        return ()
    found = [row.get("path") for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return tuple(path for path in found if isinstance(path, str))
