"""The files of code that a manifest records against a serving copy of them: by their bytes, or by what they do.

A difference is named with its line. What cannot be decided, as the recorded source is not here or several files could
be meant, is unknown by its name, never equal.
"""

import contextlib
import posixpath
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import NamedTuple

from lineage.errors import InputError, LineageError
from lineage.git.blob import content_id
from lineage.model.code import Code
from lineage.portable.compare import Change, Comparison
from lineage.portable.environment import Unknown
from lineage.portable.tree import Unreadable
from lineage.verifying.code_differences import ONLY_LAYOUT, first_difference
from lineage.verifying.code_places import Placed, ServedCode, Unit, units_of
from lineage.verifying.installed_code import InstalledCopy, installed_copies
from lineage.verifying.verify import Comparator, Inquiry

MAX_PARSED_BYTES = 512 * 1024
"""Code that is larger is compared by its bytes only: the syntax tree of a megabyte takes a gigabyte."""

_NOT_HERE = "differs by bytes, and the recorded source is not in this clone"
_TOO_LARGE = "differs by bytes, and is too large to be compared by what it does"


@dataclass(frozen=True, slots=True, kw_only=True)
class CodePlace(Comparator):
    """Where the code of a target lies, and where the recorded sources may be had."""

    directory: Path | None = None
    """of the serving copy; ``None``: only what is installed of the repository itself is compared"""
    repository: Path | None
    """a directory in the repository of the manifest"""

    def compare(self, asked: Inquiry) -> Comparison:
        """Raises ``InputError`` when there is no such directory, and as the target does where it is looked at."""
        find: Find = lambda units: installed_copies(units, asked, is_code_named=self.directory is not None)  # noqa: E731
        code = replace(asked.manifest.code, files=asked.manifest.own_code)
        return compare_code(code, asked.policy.verify.code, self, find)


class _Recorded(NamedTuple):
    """What is known of the recorded side."""

    blobs: Mapping[str, str]
    source: Callable[[str], bytes | None]
    """recorded path → its bytes as recorded, ``None`` where they are not here"""
    known: Callable[[], frozenset[str]]
    """all paths of the recorded commit, as far as they are here"""


Find = Callable[[tuple[Unit, ...]], tuple[InstalledCopy, ...]]
Result = Change | Unknown | None


def compare_code(code: Code, depth: str, place: CodePlace, find: Find = lambda units: ()) -> Comparison:
    """``depth``: the policy's, ``ast``, ``bytes`` or ``any``. Raises ``InputError`` when there is no such directory."""
    if place.directory is not None and not place.directory.is_dir():
        hint = "name the directory that holds the code that is served"
        raise InputError("there is no such directory of code", where=str(place.directory), hint=hint)
    if not code.files:
        unknown: tuple[Unknown, ...] = (Unknown("code", "the manifest records no file of code"),)
        checked = (("code", depth), ("code_files", 0))
        return Comparison() if place.directory is None else Comparison(unknown=unknown, checked=checked)
    with _recorded(code, place.repository) as recorded:
        deployed = {} if place.directory is None else _deployed(ServedCode(place.directory), recorded, depth)
        installed = _installed(find, recorded, depth)
    paths = [path for path in recorded.blobs if path in deployed or path in installed]
    found = [_settled(path, deployed, installed, set(code.served)) for path in paths]
    if deployed and all(isinstance(one, Change) and one.code == "code-absent" for one in found):
        found.append(Unknown("code", f"none of the recorded files is in {place.directory}"))
    unknown = tuple(one for one in found if isinstance(one, Unknown))
    changes = tuple(one for one in found if isinstance(one, Change))
    checked = (("code", depth), ("code_files", len(found) - len(unknown)))
    return Comparison(changes, unknown, checked=checked if found else ())


def _deployed(served: ServedCode, recorded: _Recorded, depth: str) -> dict[str, Result]:
    return {
        path: _compare_file(path, placed, served, recorded, depth)
        for placed in _placed(served, recorded)
        for path in placed.unit.files
    }


def _installed(find: Find, recorded: _Recorded, depth: str) -> dict[str, Result]:
    """The same of copies that the target imports; where several differ, which of them is used is unknown."""
    results: dict[str, Result] = {}
    for copy in find(units_of(recorded.blobs, recorded.known())):
        for path in copy.unit.files:
            place = copy.place + path[len(copy.unit.path) :]
            result = _compare_at(path, place, copy.served, recorded, depth)
            first = results.setdefault(path, result)
            if (first is None) != (result is None):
                results[path] = Unknown(f"code:{path}", "several installed copies of it differ")
    return results


def _settled(path: str, deployed: Mapping[str, Result], installed: Mapping[str, Result], served: set[str]) -> Result:
    """One answer for a file that may lie in the named directory, installed, or both."""
    results = [results[path] for results in (deployed, installed) if path in results]
    there = [one for one in results if not (isinstance(one, Change) and one.code == "code-absent")]
    if len(there) == 2 and (there[0] is None) != (there[1] is None):
        return Unknown(f"code:{path}", "the copy in the named directory and the one that is installed differ")
    result = (there or results)[0]
    return result._replace(use="served") if isinstance(result, Change) and not there and path in served else result


@contextlib.contextmanager
def _recorded(code: Code, repository: Path | None) -> Iterator[_Recorded]:
    """The recorded sources, out of the repository; git is asked only when one of them is needed."""
    from lineage.git.objects import GitObjects

    blobs = dict(code.files)
    with contextlib.ExitStack() as stack:

        @cache
        def objects() -> GitObjects | None:
            with contextlib.suppress(LineageError):
                return None if repository is None else stack.enter_context(GitObjects(repository))
            return None

        def source(path: str) -> bytes | None:
            git = objects()
            if git is None:
                return None
            with contextlib.suppress(LineageError):
                content = git.blob(blobs[path])
                return _in_work_tree(git.root, path, blobs[path]) if content is None else content
            return None

        def known() -> frozenset[str]:
            git = objects()
            with contextlib.suppress(LineageError):
                return frozenset() if git is None else frozenset(git.tree(code.commit or code.base))
            return frozenset()

        yield _Recorded(blobs, source, cache(known))


def _in_work_tree(root: Path, path: str, blob: str) -> bytes | None:
    """What was captured without being committed may still lie there."""
    with contextlib.suppress(Unreadable):
        content = ServedCode(root).read(path)
        return content if content is not None and _is_blob(content, blob) else None
    return None


def _placed(served: ServedCode, recorded: _Recorded) -> tuple[Placed, ...]:
    """Where the recorded files lie; in a copy of the repository each at its own path."""
    if all(served.has(path) for path in recorded.blobs):
        return tuple(Placed(Unit(path, (path,), False, (path,)), (path,)) for path in recorded.blobs)
    placed = served.locate(units_of(recorded.blobs, recorded.known()))
    claims: dict[str, int] = {}
    for one in (place for each in placed for place in each.places):
        claims[one] = claims.get(one, 0) + 1
    # What two of them claim is at most one of them: none is taken for it, unless by its bytes.
    return tuple(
        one if all(claims[place] == 1 for place in one.places) else one._replace(places=(*one.places, ""))
        for one in placed
    )


def _compare_file(
    path: str, placed: Placed, served: ServedCode, recorded: _Recorded, depth: str
) -> Change | Unknown | None:
    places = [one + path[len(placed.unit.path) :] for one in placed.places if one]
    found = [_compare_at(path, place, served, recorded, depth) for place in places]
    if not found:
        return _absent(path, recorded.blobs[path], served)
    if len(placed.places) == 1 or not any(found):
        return found[0]
    if len(places) == 1:
        return Unknown(f"code:{path}", f"{places[0]} may be another one's: several recorded files could lie there")
    return Unknown(f"code:{path}", f"several could be meant, and differ: {', '.join(places)}")


def _compare_at(path: str, place: str, served: ServedCode, recorded: _Recorded, depth: str) -> Change | Unknown | None:
    subject, blob = f"code:{path}", recorded.blobs[path]
    try:
        content = served.read(place)
    except Unreadable as error:
        return Unknown(subject, f"{place} cannot be read: {error.message}")
    if content is None:
        return _absent(path, blob, served, place)
    link = served.link(place)
    if link is not None and _is_blob(link.encode("utf-8", "surrogateescape"), blob):
        leads = posixpath.normpath(posixpath.join(posixpath.dirname(path), link))
        reason = f"{place} is the recorded link, and what it leads to is not recorded"
        return None if leads in recorded.blobs else Unknown(subject, reason)
    front = served.in_front_of(place)
    if front is not None and _beside(path, front) not in {*recorded.blobs, *recorded.known()}:
        return Unknown(subject, f"{front} stands in front of {place}, and was not recorded")
    return None if _is_blob(content, blob) else _compare_bytes(path, place, content, recorded, depth)


def _beside(path: str, front: str) -> str:
    """The path in the repository of what stands in front of a file."""
    stem = path.rpartition(".")[0]
    return f"{stem}/__init__.py" if front.endswith("/__init__.py") else f"{posixpath.dirname(stem)}/{front}"


def _absent(path: str, blob: str, served: ServedCode, place: str | None = None) -> Change | Unknown:
    looked = path if place is None else place
    if served.has(looked + "c") and looked.endswith(".py"):
        return Unknown(f"code:{path}", f"only {looked}c is there, which is compiled")
    detail = f"{_whose(path, looked)} is missing"
    return Change(f"code:{path}", "code-absent", blob[:12], None, "removed", detail=detail)


def _compare_bytes(path: str, place: str, content: bytes, recorded: _Recorded, depth: str) -> Change | Unknown | None:
    """Two versions of other bytes."""
    subject, blob = f"code:{path}", recorded.blobs[path]
    if depth != "bytes" and _has_other_line_ends(content, blob):
        return None
    source = recorded.source(path)
    observed = content_id(content, _format(blob))
    change = Change(subject, "code-changed", blob[:12], observed[:12], "unknown")
    where = _whose(path, place)
    if source is None or max(len(source), len(content)) > MAX_PARSED_BYTES:
        reason = _NOT_HERE if source is None else _TOO_LARGE
        if depth == "ast":
            return Unknown(subject, reason if place == path else f"{place} {reason}")
        return change._replace(detail=f"{where}: {reason}")
    at, what = first_difference(path, source, content)
    if depth != "bytes" and what == ONLY_LAYOUT:
        return None
    return change._replace(detail=f"{where}:{at + ':' if at else ''} {what}")


def _whose(path: str, place: str) -> str:
    return path if path == place else f"{place} (for {path})"


def _is_blob(content: bytes, blob: str) -> bool:
    return content_id(content, _format(blob)) == blob


def _format(blob: str) -> str:
    return "sha1" if len(blob) == 40 else "sha256"


def _has_other_line_ends(content: bytes, blob: str) -> bool:
    """Whether a text is the recorded one but for CRLF, as a checkout on Windows makes it."""
    if b"\0" in content:
        return False
    if b"\r" not in content:
        return _is_blob(content.replace(b"\n", b"\r\n"), blob)
    return _is_blob(content.replace(b"\r\n", b"\n"), blob)
