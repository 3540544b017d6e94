"""Whose an installed file is: by RECORD, what an egg or a package manager lists, or else by the place it lies in.

Read only where a listing of ``sys.path`` leaves doubt.
"""

import json
from collections.abc import Iterator, Mapping, Sequence

from lineage.portable.distinfo import Distribution
from lineage.portable.environment import EDITABLE
from lineage.portable.integrity import RecordRow, content_rows, is_below, place_of
from lineage.portable.names import canonical_name
from lineage.portable.search import Taken
from lineage.portable.tree import Unreadable
from lineage.targets.rooted_tree import RootedTree
from lineage.targets.source import Examination

_DPKG = "/var/lib/dpkg/info"


class FileOwners:
    """The owners of files of one target. What was once read is kept."""

    def __init__(self, target: Examination) -> None:
        self._target = target
        self._disk = RootedTree(target.root)
        self._rows: dict[str, Mapping[str, RecordRow] | None] = {}
        self._records: dict[str, bytes | None] = {}
        self._lists: list[tuple[str, frozenset[str]]] | None = None

    def of(self, taken: Taken) -> tuple[str, ...]:
        """The packages that own a file: by their lists; where none does, by its place. Raises ``Unreadable``."""
        found = [one.package.name for one in self._target.distributions if self._may_own(one, taken)]
        return tuple(found) or tuple(name for name, files in self._managed() if taken.path in files)

    def _may_own(self, one: Distribution, taken: Taken) -> bool:
        """A list that cannot be read owns nothing; one that does not hold the name at all is not parsed."""
        try:
            record = None if one.package.origin == EDITABLE else self.record_of(one)
            if record is not None and taken.path[len(one.path) + 1 :].encode("utf-8", "surrogateescape") not in record:
                return False
            return self.owns(one, taken) != ""
        except Unreadable:
            return False

    def owns(self, one: Distribution, taken: Taken) -> str:
        """By what a distribution owns a file: ``list``, ``place``, ``""`` where it does not. Raises ``Unreadable``."""
        if one.package.origin == EDITABLE and self.is_in_source(one, taken):
            return "list"
        listed = self._listed(one)
        if listed is not None:
            return "list" if taken.path in listed else ""
        for _, files in self._managed():
            if one.info in files or any(f"{one.info}/{name}" in files for name in ("METADATA", "PKG-INFO")):
                return "list" if taken.path in files else ""
        return "place" if self._names(one, taken) else ""

    def names_of(self, one: Distribution) -> tuple[str, ...]:
        """The modules of a distribution without a RECORD: as it says itself, or by its name."""
        written = self._read(one, "top_level.txt") or b""
        named = (line.strip() for line in written.decode("utf-8", "replace").splitlines())
        return tuple(name for name in named if name.isidentifier()) or (one.package.name.replace("-", "_"),)

    def contested(
        self, one: Distribution, others: Sequence[Distribution], taken: Taken
    ) -> Iterator[tuple[str, Distribution]]:
        """The files of a module that one of the others lists with another hash; they lie in the same directory."""
        around, _, name = taken.path.rpartition("/")
        shared = taken.file[: -len(name)] if "__init__." in name else taken.file
        text = shared.encode("utf-8", "surrogateescape")
        others = [other for other in others if text in (self.record_of(other) or b"")]
        if not others:
            return  # as portions of one namespace: nothing needs to be parsed
        mine = self._listed(one) or {}
        own = sorted(path for path in mine if path == taken.path or ("__init__." in name and is_below(path, around)))
        for other in others:
            theirs = self._listed(other) or {}
            for path in own:
                row = theirs.get(path)
                if row is not None and row.digest and mine[path].digest and row.digest != mine[path].digest:
                    yield path, other

    def matches(self, one: Distribution, path: str) -> bool:
        """Whether the bytes that are there are the ones that a distribution lists."""
        row = (self._listed(one) or {})[path]
        return self._disk.look(path, row.algorithm).digest == row.digest

    def is_there(self, path: str) -> bool:
        return self._target.tree.kind(path) == "file"

    def is_in_source(self, one: Distribution, taken: Taken) -> bool:
        """Whether a file lies where a distribution was installed from."""
        if one.source is None:
            return False
        source, tree = one.source[len(self._target.root) :], self._target.tree
        real = tree.resolve_if_any(source) or source
        return is_below(taken.path, source) or is_below(tree.resolve_if_any(taken.path) or "", real)

    def _names(self, one: Distribution, taken: Taken) -> bool:
        """Whether a distribution in the same directory names the module."""
        top = taken.file.partition("/")[0].partition(".")[0]
        return one.path == taken.entry and (top in self.names_of(one) or canonical_name(top) == one.package.name)

    def _listed(self, one: Distribution) -> Mapping[str, RecordRow] | None:
        """Absolute path → the row that lists it; ``None`` where a distribution has no list of its own."""
        if one.info not in self._rows:
            self._rows[one.info] = self._read_list(one)
        return self._rows[one.info]

    def _read_list(self, one: Distribution) -> Mapping[str, RecordRow] | None:
        try:
            record = self.record_of(one)
            if record is not None:
                return {place_of(one.path, row.path): row for row in content_rows(record)}
        except ValueError as error:
            raise Unreadable(f"RECORD of {one.package.name}: {error}") from error
        files = self._read(one, "installed-files.txt")
        if files is None:
            return None
        lines = files.decode("utf-8", "surrogateescape").splitlines()
        return {place_of(one.info, line): RecordRow(line, "", "") for line in lines if line.strip()}

    def record_of(self, one: Distribution) -> bytes | None:
        if one.info not in self._records:
            is_recorded = one.info.lower().endswith(".dist-info")
            self._records[one.info] = self._read(one, "RECORD") if is_recorded else None
        return self._records[one.info]

    def _read(self, one: Distribution, name: str) -> bytes | None:
        """A file of the metadata of a distribution."""
        tree = self._target.tree
        data = tree.read(f"{one.info}/{name}")
        if data is not None or tree.is_kind(one.path, "directory"):
            return data
        # Only here: archives are rare on a path, and zipfile is dear to import.
        from lineage.portable.archive import tree_of

        return tree_of(tree, one.path).read(f"{one.info}/{name}")

    def _managed(self) -> Sequence[tuple[str, frozenset[str]]]:
        """What conda and dpkg installed, of packages with files of Python: name, absolute paths."""
        if self._lists is None:
            self._lists = [*self._of_conda(), *self._of_dpkg()]
        return self._lists

    def _of_conda(self) -> Iterator[tuple[str, frozenset[str]]]:
        root = self._target.root
        for prefix in dict.fromkeys((self._target.prefix[len(root) :], self._target.base)):
            for file in self._target.tree.names_if_any(f"{prefix}/conda-meta"):
                if not file.endswith(".json"):
                    continue
                try:
                    listed = json.loads(self._target.tree.read(f"{prefix}/conda-meta/{file}") or b"{}")["files"]
                    yield f"conda's {file[:-5]}", frozenset(f"{prefix}/{one}" for one in listed)
                except (ValueError, LookupError, TypeError, RecursionError):
                    continue  # named by the observation already

    def _of_dpkg(self) -> Iterator[tuple[str, frozenset[str]]]:
        for file in self._target.tree.names_if_any(_DPKG):
            if not file.endswith(".list"):
                continue
            text = self._target.tree.read(f"{_DPKG}/{file}") or b""
            if b"/python" in text:
                paths = text.decode("utf-8", "surrogateescape").splitlines()
                yield f"Debian's {file[:-5].partition(':')[0]}", frozenset(paths)
