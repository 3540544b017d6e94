"""Lists of conda packages, each exact: ``@EXPLICIT`` with an address a line, and what ``conda list --export`` writes.

Source: conda's documentation ("Building identical conda environments"), and conda-lock, which notes what pip is to
install as ``# pip NAME @ ADDRESS`` in such a list. A file of a fitting name with other contents declares nothing.
"""

import posixpath
import re
from collections.abc import Iterator

from packaging.utils import canonicalize_name, parse_sdist_filename

from lineage.dependencies.artifacts import channel_of, digests_of
from lineage.dependencies.conda.spec import MAX_LENGTH, add_spec, parse_archive, python_of
from lineage.dependencies.forms import Include
from lineage.dependencies.groups import group_of_file
from lineage.dependencies.pip.lines import Line, decode, is_conflict
from lineage.dependencies.pip.origins import wheel_name
from lineage.dependencies.rows import Rows, pin
from lineage.errors import InputError
from lineage.model.declarations import Declarations, Dependency

FORM = "conda-explicit"
PARSE = "text"

MARK = b"@EXPLICIT"
_NAMES = re.compile(
    r"(?:.*[-_.])?(?:conda|explicit|pin|pinned|env|environment|spec-?files?|spec_files?|spec-?list)(?:[-_.].*)?"
    r"|.*(?:linux|osx|win)-(?:64|32|arm64|aarch64|ppc64le).*"
)
_OTHERS = re.compile(r".*(?:requirement|constraint).*|conda-lock(?:[-_.].*)?")
_EXPORTED = re.compile(r"([A-Za-z0-9_][A-Za-z0-9._-]*)=([^=\s]+)=([^=\s]+)")
_BY_PIP = re.compile(r"#\s*pip\s+([A-Za-z0-9][A-Za-z0-9._-]*)\s*@\s*(\S+)(?:\s.*)?")
_SUFFIX = re.compile(r"\.(?:txt|lock)\Z")


def recognise(path: str) -> bool:
    """Whether a file may be such a list, by its name; requirements files are read by their own module."""
    base = posixpath.basename(path.lower())
    stem = _SUFFIX.sub("", base)
    return stem != base and _NAMES.fullmatch(stem) is not None and _OTHERS.fullmatch(stem) is None


def is_explicit(content: bytes) -> bool:
    """Whether the first line that is no comment says so; to be asked of any text."""
    return any(line == MARK for line in _first(content))


def _first(content: bytes) -> Iterator[bytes]:
    if MARK not in content:
        return
    for line in content.removeprefix(b"\xef\xbb\xbf").splitlines():
        text = line.strip()
        if text and not text.startswith(b"#"):
            yield text
            return


def declarations(path: str, document: object, content: bytes, include: Include) -> Declarations:
    """What a list holds; nothing where it is none. Raises ``InputError`` for a conflict, with file and line."""
    rows = Rows(path)
    lines = list(enumerate(decode(content, path).splitlines(), start=1)) if is_list(content) else []
    reading = _Reading(rows, group_of_file(path))
    for number, line in lines:
        if is_conflict(Line(number, line)):
            raise InputError("is a conflict marker", f"{path}:{number}", "take one side whole")
        reading.read_line(line.strip(), number)
    python, place = reading.python
    return rows.finish(FORM, is_lock=bool(rows.dependencies), python=python, python_line=place)


def is_list(content: bytes) -> bool:
    if is_explicit(content):
        return True
    head = content[:MAX_LENGTH].decode("utf-8", "replace").splitlines()[:-1]
    told = [line.strip() for line in head if line.strip() and not line.startswith("#")]
    return bool(told) and all(map(_EXPORTED.fullmatch, told))


class _Reading:
    """What was found so far in the lines."""

    def __init__(self, rows: Rows, group: str) -> None:
        self.python: tuple[str | None, int] = (None, 0)
        self._rows, self._group = rows, group

    def read_line(self, text: str, line: int) -> None:
        """One line: an address, a spec, or a comment about pip."""
        by_pip = _BY_PIP.fullmatch(text)
        exported = _EXPORTED.fullmatch(text)
        if by_pip is not None:
            self._read_pip(by_pip[1], by_pip[2], line)
        elif exported is not None and exported[3].startswith("pypi"):
            self._add(canonicalize_name(exported[1]), exported[2], "", line, ("pypi", "", ""))
        elif exported is not None:
            self._read_spec(text, line)
        elif text and text[0] not in "#@":
            self._read_archive(text, line)

    def _read_spec(self, text: str, line: int) -> None:
        python = add_spec(self._rows, text, self._group, line)
        if python is not None:
            self.python = (python, line)

    def _read_archive(self, text: str, line: int) -> None:
        try:
            spec = parse_archive(text.split()[0])
        except InputError as error:
            # Its words may hold an address with a password; the place is enough.
            self._rows.unread("packages", line, error.message, text)
            return
        if spec.name == "python":
            self.python = (python_of(spec), line)
            return
        address, _, digest = text.split()[0].partition("#")
        hashes = (digest,) if ":" in digest else ()
        told = ("conda", channel_of(address), digests_of([digest] if digest else []))
        self._add(spec.name, spec.version or "", spec.label, line, told, hashes)

    def _read_pip(self, name: str, address: str, line: int) -> None:
        base = posixpath.basename(address.partition("#")[0])
        try:
            version = (wheel_name(base) or tuple(map(str, parse_sdist_filename(base))))[1]
        except ValueError:
            subject = f"package:{canonicalize_name(name)}"
            self._rows.unread(subject, line, f"names no version of {name}", address)
            return
        self._add(canonicalize_name(name), version, "", line, ("pypi", "", ""))

    def _add(
        self, name: str, version: str, label: str, line: int, told: tuple[str, str, str], hashes: tuple[str, ...] = ()
    ) -> None:
        manager, source, digests = told
        self._rows.dependencies.append(
            Dependency(
                name=name,
                version=version,
                specifier=pin(version),
                label=label,
                group=self._group,
                line=line,
                manager=manager,
                source=source,
                digests=digests,
                hashes=hashes,
            )
        )
