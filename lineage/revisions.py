"""One state of a repository to be judged: a commit, the index, or the work tree. Nothing is written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lineage.core.declarations.forms import form_of
from lineage.errors import InputError
from lineage.model.declarations import Declarations
from lineage.system.gitblob import blob_id
from lineage.system.gitobjects import GitObjects

MAX_LOCK_BYTES = 64 * 1024 * 1024
"""A dependency file that is larger is refused before it is parsed."""


@dataclass(slots=True, kw_only=True)
class Revision:
    """A state of a repository; what is read once is kept."""

    name: str
    """the commit's id, ``index`` or ``worktree``"""
    files: Mapping[str, str]
    """POSIX path from the root → git blob id"""
    read_blob: Callable[[str, str], bytes | None]
    """(path, blob id) → bytes"""
    _declared: dict[str, Declarations | InputError | None] = field(default_factory=dict)

    def read(self, path: str) -> bytes | None:
        """The bytes of a file; ``None`` where there is none, or its object is not here."""
        blob = self.files.get(path)
        return None if blob is None else self.read_blob(path, blob)

    def declarations(self, path: str) -> Declarations | None:
        """What a dependency file asks for; ``None`` for a file of no known form. Raises ``InputError``."""
        if path not in self._declared:
            self._declared[path] = self._read_declarations(path)
        found = self._declared[path]
        if isinstance(found, InputError):
            raise found
        return found

    def _read_declarations(self, path: str) -> Declarations | InputError | None:
        content = self.read(path)
        if content is None:
            return InputError("is not there", where=path) if path not in self.files else _missing(path)
        try:
            return parse_declarations(path, content, self.read)
        except InputError as error:
            return error


def _missing(path: str) -> InputError:
    return InputError("its object is not in this clone", path, "--fetch gets what is missing, or git fetch --unshallow")


def parse_declarations(path: str, content: bytes, include: Callable[[str], bytes | None]) -> Declarations | None:
    """What a dependency file asks for; ``None`` for one of no known form. Raises ``InputError``."""
    form = form_of(path)
    if form is None:
        return None
    if len(content) > MAX_LOCK_BYTES:
        raise InputError(f"is larger than {MAX_LOCK_BYTES // 2**20} MiB: it is not read", where=path)
    return form.declarations(path, _document(form.PARSE, content, path), content, include)


def _document(kind: str, content: bytes, path: str) -> Any:
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


def at_commit(objects: GitObjects, commit: str) -> Revision:
    """The state of a commit."""
    return Revision(name=commit, files=objects.tree(commit), read_blob=lambda _, blob: objects.blob(blob))


def at_index(objects: GitObjects) -> Revision:
    """What is staged."""
    return Revision(name="index", files=objects.staged(), read_blob=lambda _, blob: objects.blob(blob))


def at_worktree(objects: GitObjects) -> Revision:
    """The tracked files as they stand in the work tree. Filters of git are not run: raw bytes are compared."""
    staged = objects.staged()
    found: dict[str, str] = {}
    for path, blob in staged.items():
        file = objects.root / path
        if file.is_file() and not file.is_symlink():
            found[path] = blob_id(file, "sha1" if len(blob) == 40 else "sha256")

    def read(path: str, blob: str) -> bytes | None:
        if staged.get(path) == blob:
            return objects.blob(blob)
        with (objects.root / path).open("rb") as file:
            return file.read(MAX_LOCK_BYTES + 1)

    return Revision(name="worktree", files=found, read_blob=read)
