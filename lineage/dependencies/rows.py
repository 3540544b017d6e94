"""What one requirement says → a row of declarations, whichever file it stands in; and rows as a whole file's value."""

import json
import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import unquote, urlsplit

from lineage.dependencies.artifacts import digests_of
from lineage.dependencies.forms import Include
from lineage.dependencies.pip.entries import Requirement, parse_requirement, shown
from lineage.dependencies.pip.origins import ARCHIVES, is_address
from lineage.errors import InputError
from lineage.model.declarations import MAIN, Declarations, Dependency, Unread, mark_of, mark_of_reason
from lineage.portable.environment import LOCAL, Unknown
from lineage.portable.names import canonical_name, parse_version

_NAMED = re.compile(r"(?:-e\s++|--editable[= ]\s*+)?([A-Za-z0-9][A-Za-z0-9._-]*+)\s*+(?![:/\\])")
_PLAIN = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9}){0,5}")
_MOST_FILES = 20
_NO_NAME = re.compile(r"[^A-Za-z0-9._-]+")


class Rows:
    """The rows and unknowns of one file, as they are found."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.dependencies: list[Dependency] = []
        self.unknown: list[Unknown] = []
        self.parts: list[Unread] = []
        """what cannot be read of rows that are read otherwise"""
        self._marks: dict[Unknown, str] = {}
        self.files = {path}

    def requirement(self, text: str, group: str, line: int, marker: str = "", file: str = "") -> None:
        """One requirement (PEP 508, or as pip takes it); what cannot be read becomes an unknown."""
        editable = re.match(r"-e\s|--editable[ =]", text)
        body = text[editable.end() :].strip() if editable else text
        try:
            found = parse_requirement(body, editable is not None)
        except InputError as error:
            without = _without_marker(body)
            if editable or without is None:
                self.not_read(text, line, error.message, file)
                return
            found, unread = without
            self.partly(subject_of(text), line, f"has a marker that cannot be read{shown(unread)}", unread, file=file)
        if marker:
            found = replace(found, marker=f"({found.marker}) and ({marker})" if found.marker else marker)
        self.add(found, group, line, file)

    def add(self, found: Requirement, group: str, line: int, file: str = "") -> None:
        """What a requirement says, as a row; one that names nothing is called by its address, and told as unknown."""
        row = dependency(found, group, line, self.path, file)
        self.dependencies.append(row)
        if found.address is not None and found.address.mark:
            subject = f"package:{row.name}" if row.name else "packages"
            self.partly(subject, line, "has an address of which a part is not kept", found.address.mark, file=file)
        if found.name is None and row.version is None and not row.is_own:
            self.unread("packages", line, "installs what it does not name", row.origin or "", file=file)

    def not_read(self, text: str, line: int, message: str, file: str = "") -> None:
        """A row that cannot be read, by the name at its beginning where there is one."""
        self.unread(subject_of(text), line, message, text, message, file=file)

    def unread(self, subject: str, line: int, message: str, *texts: str, file: str = "") -> None:
        """Something that cannot be read: ``texts`` are what stands there, and all else that would tell what it means.

        As long as these are the same, nothing was edited.
        """
        told = Unknown(subject, f"{self._place(line, file)} {message}")
        self.unknown.append(told)
        mark = mark_of(*texts)
        self._marks[told] = mark if told not in self._marks else mark_of(self._marks[told], mark)

    def partly(self, subject: str, line: int, message: str, *texts: str, file: str = "") -> None:
        """What cannot be read of a row that was added."""
        self.parts.append(Unread(subject, f"{self._place(line, file)} {message}", mark_of(*texts)))

    def _place(self, line: int, file: str) -> str:
        return f"{file or self.path}:{line}" if line else file or self.path

    def contents(self, paths: Sequence[str], include: Include) -> Iterator[str]:
        """What stands in the files among ``paths``, which a program may read; the first few count."""
        for path in [one for one in paths if not one.startswith(("/", "../"))][:_MOST_FILES]:
            try:
                content = include(path)
            except InputError as error:
                yield error.message
                continue
            if content is not None:
                self.files.add(path)
                yield content.decode("utf-8", "replace")

    def merge(self, other: Declarations, group: str | None = None) -> None:
        """The rows of another file that this one includes, as its own; ``group`` where this one says what for."""
        for row in other.dependencies:
            file = row.file or other.path
            row = replace(row, file="" if file == self.path else file)
            self.dependencies.append(row if group is None else replace(row, group=group))
        self.extend(replace(other, dependencies=()))

    def extend(self, other: Declarations) -> None:
        """All that another reading found, as this one's."""
        self.dependencies += other.dependencies
        self.unknown += other.unknown
        self.parts += other.parts
        self._marks.update((Unknown(one.subject, one.reason), one.mark) for one in other.unread())
        self.files.update(other.files)

    def finish(
        self,
        form: str,
        *,
        is_lock: bool = False,
        has_graph: bool = False,
        python: str | None = None,
        python_line: int = 0,
        system: Iterable[tuple[str, str, int]] = (),
    ) -> Declarations:
        """All of it, in the order in which declarations are compared."""
        unknown = sorted(set(self.unknown), key=lambda one: (one.subject, one.reason))
        return Declarations(
            path=self.path,
            form=form,
            is_lock=is_lock,
            has_graph=has_graph,
            dependencies=in_order(self.dependencies),
            python=python,
            python_line=python_line if python is not None else 0,
            system=tuple(sorted(system)),
            files=tuple(sorted(self.files)),
            unknown=tuple(unknown),
            marks=tuple(self._marks.get(one) or mark_of_reason(one.reason) for one in unknown),
            parts=tuple(sorted(set(self.parts))),
        )


def _without_marker(text: str) -> tuple[Requirement, str] | None:
    """(what a requirement says but for its marker, that as it stands there); ``None`` where more cannot be read."""
    body, semicolon, marker = text.partition("; " if is_address(text) else ";")
    if not semicolon:
        return None
    try:
        found = parse_requirement(body.strip(), False)
    except InputError:
        return None
    told = " ".join(marker.split())
    return replace(found, marker=told if shown(told) and told.isprintable() else "unreadable"), told


def value_text(value: Any) -> str:
    """The text of a parsed value, whatever the order of its keys."""
    return json.dumps(value, sort_keys=True, default=str)


def in_order(rows: Iterable[Dependency]) -> tuple[Dependency, ...]:
    """By name, group, marker, file and line, then by what they ask for."""
    return tuple(
        sorted(
            rows,
            key=lambda row: (
                (row.name, row.group, row.marker, row.file, row.line),
                (row.version or "", row.specifier, row.origin or "", row.extras),
            ),
        )
    )


def dependency(found: Requirement, group: str = MAIN, line: int = 0, path: str = "", file: str = "") -> Dependency:
    """A requirement as a row; ``path`` is the file that it is read for, ``file`` the included one it stands in."""
    origin, is_own, source = None, False, ""
    version = found.pinned
    name = found.name
    if found.address is not None:
        origin = found.address.origin
        local = found.address.path
        if local is not None:
            origin, is_own = local_origin(local, file or path)
        told = guessed_name(local if local is not None else origin)
        if name is None:
            name, version = told
        elif version is None and told[0] == name:
            version = told[1]
        if origin == LOCAL and version is None:
            source = (local or "").rpartition("@")[2]  # without a version only its place tells one from another
    return Dependency(
        name=name or "",
        version=version,
        specifier="" if found.address is not None else in_normal_form(found.specifier),
        written="" if found.address is not None else found.specifier,
        origin=origin,
        source=source,
        digests=digests_of(found.hashes),
        extras=found.extras,
        marker=found.marker,
        group=group,
        line=line,
        file="" if file == path else file,
        is_own=is_own,
    )


def in_normal_form(specifier: str) -> str:
    """PEP 440 clauses, each without white space, sorted, none twice."""
    return ",".join(sorted({clause for one in specifier.split(",") if (clause := "".join(one.split()))}))


def pin(version: str) -> str:
    """The clause that allows one version only, also one that is none to PEP 440, as conda has them (``1.1.1w``)."""
    is_public = _PLAIN.fullmatch(version) or parse_version(version) is not None
    return f"=={version}" if is_public else f"==={version}"


def local_origin(text: str, path: str) -> tuple[str, bool]:
    """(origin, whether it is a part of the repository) of a local file or directory that ``path`` names.

    A directory of the repository is its own code, an archive in it a package.
    """
    text = text.partition("#")[0].replace("\\", "/").replace("${PROJECT_ROOT}", ".").replace("{root:uri}", ".")
    text = re.sub(r"\A/+(?=\.(?:/|\Z))", "", text)
    inside = posixpath.normpath(posixpath.join(posixpath.dirname(path), text))
    if text.startswith("/") or inside.startswith("../") or "$" in text or re.match("[A-Za-z]:", text):
        return LOCAL, False
    if inside == ".." or not text:
        return LOCAL, False
    target = posixpath.normpath(text)
    shown = target if target == "." or target.startswith("../") else f"./{target}"
    return f"path:{shown}", not text.lower().endswith(ARCHIVES)


def extras_of(listed: Any) -> tuple[str, ...]:
    """Extras as a table lists them, canonical and sorted. Raises ``InputError`` without a place."""
    if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
        raise InputError("has extras that are no list of texts")
    return tuple(sorted({canonical_name(one) for one in listed}))


def guessed_name(address: str) -> tuple[str, str | None]:
    """(name, version) by the last part of an address or path: exact of a source archive's, else of the repository's.

    ``…/fraudlib-1.0.tar.gz`` tells both; ``git+https://…/acme/fraudlib@v1`` and an archive that a git host makes of a
    branch are called by the project's name there.
    """
    if address.partition("+")[0] in ("git", "hg", "svn", "bzr"):
        address = address.partition("+")[2]
    path = unquote(urlsplit(address).path)
    if ".git@" in path:
        path = path.partition("@")[0]
    parts = [part for part in path.split("/") if part not in ("", ".", "..")]
    last = parts[-1] if parts else ""
    from packaging.utils import parse_sdist_filename  # few rows have an address

    try:
        name, version = parse_sdist_filename(last)
        return name, str(version)
    except ValueError:
        pass
    for made in ("archive", "zipball", "tarball"):
        if made in parts[1:]:
            last = parts[parts.index(made, 1) - 1]
    last = last.partition("@")[0].removesuffix(".git")
    for suffix in sorted(ARCHIVES, key=len, reverse=True):
        last = last.removesuffix(suffix)
    return canonical_name(_NO_NAME.sub("-", last).strip("-._")), None


def subject_of(text: str) -> str:
    """``package:NAME`` by the first word of a requirement that cannot be read; ``packages`` where it has none."""
    match = _NAMED.match(text)
    return f"package:{canonical_name(match[1])}" if match else "packages"
