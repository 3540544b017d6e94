"""Weights that git or DVC has at HEAD and that are not those of the manifest: replaced without a capture.

That is told and not judged: whether a model may be served is for ``verify``, which reads the bytes.
"""

import re
from collections.abc import Mapping
from hashlib import sha256

from lineage.checking.revisions.revision import Revision
from lineage.dvc.pointers import Output, is_pointer, tracked_outputs
from lineage.errors import InputError
from lineage.model.manifest import Manifest, manifests_among
from lineage.model.weights import Weights

_LFS = re.compile(rb"version https://git-lfs\.github\.com/spec/v1\n(?:.*\n)*?oid sha256:([0-9a-f]{64})\n")


def replaced_weights(base: Revision | None, head: Revision) -> tuple[str, ...]:
    """One note for each file of weights. In a range what was edited is looked at; without, what DVC tracks."""
    outputs, found = _outputs(base, head)
    for path in manifests_among(head.files):
        manifest = _manifest(head, path)
        for one in () if manifest is None else manifest.weights:
            told = _by_pointer(one, outputs.get(one.path)) or _by_git(one, path, base, head)
            found += [f"{path}: {one.path} was replaced without a capture: {told}"] if told else []
    return tuple(found)


def _outputs(base: Revision | None, head: Revision) -> tuple[Mapping[str, Output], list[str]]:
    """(what DVC tracks, by its path; what could not be read of that)."""
    there = filter(is_pointer, sorted(head.files))
    pointers = [one for one in there if base is None or base.files.get(one) != head.files[one]]
    found: dict[str, Output] = {}
    unread = []
    for pointer in pointers:
        try:
            found |= {one.path: one for one in tracked_outputs([pointer], head.read)}
        except InputError as error:
            unread.append(f"{pointer}: whether weights were replaced cannot be told: {error.message}")
    return found, unread


def _manifest(revision: Revision, path: str) -> Manifest | None:
    try:
        return revision.manifest(path).manifest
    except InputError:  # told as undecided
        return None


def _by_pointer(one: Weights, output: Output | None) -> str | None:
    """What a pointer says against the record; an MD5 of DVC 2 may be of other bytes than these, its size is not."""
    if output is None or output.md5 is None:
        return None
    if output.algorithm == "md5" and output.md5 != one.md5:
        return f"{output.pointer} has md5:{output.md5[:12]}, recorded is md5:{one.md5[:12]}"
    if output.algorithm != "md5" and output.size not in (None, one.size):
        return f"{output.pointer} has {output.size} bytes, recorded are {one.size}"
    return None


def _by_git(one: Weights, manifest: str, base: Revision | None, head: Revision) -> str | None:
    """What git has against the record, where the file or its manifest was edited: it is read whole."""
    edited = (
        [] if base is None else [path for path in (one.path, manifest) if base.files.get(path) != head.files.get(path)]
    )
    if not edited or one.path not in head.files:
        return None
    try:
        content = head.read(one.path)
    except InputError:
        is_told = edited == [one.path] and base is not None and one.path in base.files
        return "git has other bytes than at the base, too large to be read here" if is_told else None
    if content is None:  # not in this clone
        return None
    pointer = _LFS.match(content)
    digest = pointer[1].decode("ascii") if pointer is not None else sha256(content).hexdigest()
    return None if digest == one.sha256 else f"git has sha256:{digest[:12]}, recorded is sha256:{one.sha256[:12]}"
