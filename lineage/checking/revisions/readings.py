"""Manifests and dependency files of git blobs, each read once: kept in this process, and where one may, for the next.

A dependency file that includes others is not told by its own blob, so it is read anew for each revision.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from lineage import __version__
from lineage.checking.due.promises import Promises
from lineage.checking.revisions.kept import declarations_of, declarations_row, manifest_of, manifest_row
from lineage.dependencies.forms import form_of
from lineage.errors import InputError
from lineage.git.objects import GitObjects
from lineage.model.declarations import Declarations
from lineage.model.manifest import StoredManifest
from lineage.system.blobcache import BlobCache, readers_of
from lineage.system.files import MAX_DOCUMENT_BYTES

Blob = Callable[[str], bytes | None]
"""(blob id, or COMMIT:PATH) → bytes; ``None`` where the object is not here. Raises ``InputError`` for one too large."""

_CONFLICT = re.compile(rb"^(?:<{7}|>{7}) ", re.MULTILINE)


class Readings:
    """What was read of the blobs of one repository; ``blob`` reads those of any revision."""

    def __init__(self, blob: Blob, cache: BlobCache) -> None:
        self.blob = blob
        self._cache = cache
        self._manifests: dict[tuple[str, str], StoredManifest] = {}
        self._declared: dict[str, Declarations] = {}
        self._promises: dict[tuple[tuple[int, ...], frozenset[tuple[str, str]]], tuple[object, Promises]] = {}

    def manifest(self, path: str, blob: str, content: Callable[[], bytes]) -> StoredManifest:
        """The manifest of a blob at a path; ``content`` is asked where it was not read before.

        Raises ``InputError``.
        """
        found = self._manifests.get((path, blob)) or manifest_of(self._cache.find("manifest", blob), path)
        if found is None:
            text = content()
            if len(text) > MAX_DOCUMENT_BYTES:
                raise InputError(f"manifest is larger than {MAX_DOCUMENT_BYTES} bytes", where=path)
            from lineage.manifest.files import parse_manifest  # most often all are known

            found = parse_manifest(text, path)
            self._cache.enter("manifest", blob, manifest_row(found))
        self._manifests[path, blob] = found
        return found

    def declared(
        self, path: str, blob: str, content: Callable[[], bytes], include: Callable[[str], bytes | None]
    ) -> Declarations | None:
        """What a dependency file asks for; ``None`` for a file of no known form. Raises ``InputError``."""
        form = form_of(path)
        if form is None:
            return None
        key = f"{blob} {path}"
        found = self._declared.get(key) or declarations_of(self._cache.find("declared", key))
        if found is None:
            text = content()
            asked: list[str] = []

            def note(other: str) -> bytes | None:
                asked.append(other)
                return include(other)

            found = form.declarations(path, _document(form.PARSE, text, path), text, note)
            if asked:  # also where it had no answer: another revision may have the file
                return found
            self._cache.enter("declared", key, declarations_row(found))
        self._declared[key] = found
        return found

    def promises(self, declared: Sequence[Declarations], markers: Mapping[str, str]) -> Promises:
        """What dependency files promise for an environment; the same for all models that share both."""
        key = (tuple(map(id, declared)), frozenset(markers.items()))
        if key not in self._promises:
            self._promises[key] = (declared, Promises(declared, markers))
        return self._promises[key][1]


def _document(kind: str, content: bytes, path: str) -> Any:
    marker = _CONFLICT.search(content) if kind in ("yaml", "json") else None  # the others look by themselves
    if marker is not None:
        line = content.count(b"\n", 0, marker.start()) + 1
        raise InputError("is a conflict marker", f"{path}:{line}", "take one side whole")
    if kind == "toml":
        from lineage.system.tomlfile import parse_toml

        return parse_toml(content, path)
    if kind == "yaml":
        from lineage.system.yamlfile import read_yaml

        return read_yaml(content, path)
    if kind == "json":
        import json

        try:
            return json.loads(content)
        except json.JSONDecodeError as error:
            raise InputError(f"is not JSON: {error.msg}", where=f"{path}:{error.lineno}:{error.colno}") from error
        except (ValueError, RecursionError) as error:
            raise InputError("is not JSON in UTF-8 that can be read", where=path) from error
    return None


def kept_readings(objects: GitObjects) -> BlobCache:
    """What earlier checks of the repository read."""
    directory = objects.common_directory() / "lineage"
    return BlobCache(directory, readers_of(Path(__file__).parents[2], __version__))
