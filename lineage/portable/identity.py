"""Which build of a version is installed: identities that do not depend on the installer or the place.

Sources: METADATA, "Core metadata"; RECORD, PEP 376 and PEP 627; WHEEL tags, PEP 425 and PEP 427; direct_url.json,
PEP 610.
"""

import csv
import hashlib
import json
import re
from typing import Dict, List, NamedTuple, Optional, Sequence, Tuple

from lineage.portable.environment import EDITABLE, LOCAL
from lineage.portable.names import is_name

# Written by the installer into .dist-info: different for the same wheel, so no part of its identity.
_INSTALLER_FILES = frozenset(
    (
        "RECORD",
        "RECORD.jws",
        "RECORD.p7s",
        "INSTALLER",
        "REQUESTED",
        "direct_url.json",
        "provenance_url.json",
        "uv_cache.json",
        "uv_build.json",
    )
)

_BYTES = "latin-1"
"""Texts here are bytes by other means, each character one byte: they sort alike, and Python handles texts faster."""

_SEPARATORS = re.compile(rb"[/\\]")
_HOST = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")


class Origin(NamedTuple):
    """Where a distribution was installed from, without anything that names a machine or a person."""

    text: str
    """the recorded ``origin``: an address, ``local`` or ``editable``"""
    artifact: Optional[str] = None
    """``sha256:<hex>`` of the archive, where the installer wrote it"""
    directory: Optional[str] = None
    """absolute path of the local directory it was installed from"""


def record_identity(record: bytes) -> Optional[str]:
    """``sha256:<hex>`` of what a RECORD lists, the same for pip, uv and the wheel itself.

    ``None`` when it lists nothing that was installed. Raises ``ValueError`` as ``content_lines`` does.
    """
    return identity_of(content_lines(record))


def identity_of(lines: Sequence[str]) -> Optional[str]:
    """The identity that the lines of ``content_lines`` make."""
    return "sha256:" + hashlib.sha256("\n".join(lines).encode(_BYTES)).hexdigest() if lines else None


def content_lines(record: bytes) -> List[str]:
    """The lines ``path,hash`` of what a RECORD lists, sorted; bytes as texts.

    Left out are rows outside site-packages, compiled files and what the installer writes. Raises ``ValueError`` when a
    row is not ``path,hash,size``, and as ``check_rows`` does.
    """
    check_rows(record)
    kept = _quoted_lines(record) if b'"' in record else _plain_lines(record)
    kept.sort()
    return kept


def check_rows(record: bytes) -> None:
    """Raises ``ValueError`` for a RECORD that two readers could understand differently.

    That is one with a line end which is none everywhere, or a path that goes down and up again.
    """
    if b"\r" in record and b"\r" in record.replace(b"\r\n", b"\n"):
        raise ValueError("a carriage return in a row")
    if b"/.." in record or b"\\.." in record:
        for row in record.split(b"\n"):
            if b".." in row and _leads_up_again(row.rsplit(b",", 2)[0].strip(b'"')):
                raise ValueError("a path that leads up again: {!r}".format(row[:80]))


def _leads_up_again(path: bytes) -> bool:
    parts = _SEPARATORS.split(path)
    climbed = next((i for i, part in enumerate(parts) if part != b".."), len(parts))
    return b".." in parts[climbed:]


def _plain_lines(record: bytes) -> List[str]:
    """The lines ``path,hash`` that count. A gate reads tens of thousands: most are told by what they do not hold."""
    text = record.decode(_BYTES)
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    rows = [row for row in text.split("\n") if row]
    try:
        return [
            line
            for line in [row.rpartition(",")[0] for row in rows]
            if ("," in line and ".pyc" not in line and ".d" not in line and line[0] not in "./")
            or (not line.endswith(".pyc,") and is_content(line[: line.rindex(",")]))
        ]
    except ValueError:
        bad = next(row for row in rows if row.count(",") < 2)
        raise ValueError("not path,hash,size: {!r}".format(bad[:80].encode(_BYTES))) from None


def _quoted_lines(record: bytes) -> List[str]:
    lines = []
    text = record.decode("utf-8", "surrogateescape")
    try:
        for row in csv.reader(text.replace("\r\n", "\n").split("\n")):
            if row:
                if len(row) != 3:
                    raise ValueError("not path,hash,size: {!r}".format(",".join(row)[:80]))
                path, digest = (field.encode("utf-8", "surrogateescape").decode(_BYTES) for field in row[:2])
                if is_content(path):
                    lines.append(path + "," + digest)
    except csv.Error as error:
        raise ValueError(str(error)) from error
    return lines


def is_content(path: str) -> bool:
    """Whether a row counts for the identity: what is left out of it owns nothing."""
    if path.endswith(".pyc") or path.startswith(("../", "/", "..\\")):
        return False
    directory, slash, name = path.rpartition("/")
    if not slash:
        return True
    if directory.endswith(".dist-info"):
        return name not in _INSTALLER_FILES
    return ".data/" not in path or not path.partition("/")[0].endswith(".data")


def wheel_tag(wheel: bytes) -> Optional[str]:
    """The tags of a WHEEL file as one compressed tag; several that do not compress are joined by commas."""
    tags = []
    for line in wheel.decode("utf-8", "replace").splitlines():
        key, _, value = line.partition(":")
        if key.strip().lower() == "tag":
            tags.append(value.strip())
    parts = [tuple(tag.split("-")) for tag in tags]
    if not parts or any(len(part) != 3 for part in parts):
        return None
    columns = [list(dict.fromkeys(part[i] for part in parts)) for i in range(3)]
    product = {(p, a, t) for p in columns[0] for a in columns[1] for t in columns[2]}
    if product == set(parts):
        return "-".join(".".join(column) for column in columns)
    return ",".join(tags)


def parse_origin(direct_url: bytes) -> Origin:
    """The origin that a direct_url.json tells. Raises ``ValueError`` when it is not one (PEP 610)."""
    document = json.loads(direct_url.decode("utf-8"))
    if not isinstance(document, dict) or not isinstance(document.get("url"), str):
        raise ValueError("no url")
    url = _public_url(document["url"])
    subdirectory = document.get("subdirectory")
    suffix = "#subdirectory=" + subdirectory if isinstance(subdirectory, str) else ""
    vcs, archive, directory = (document.get(key) for key in ("vcs_info", "archive_info", "dir_info"))
    if isinstance(vcs, dict):
        return _vcs_origin(vcs, url, suffix)
    if isinstance(directory, dict):
        text = EDITABLE if directory.get("editable") is True else LOCAL
        return Origin(text, directory=_file_path(document["url"]))
    if isinstance(archive, dict):
        return Origin(LOCAL if url is None else url + suffix, artifact=_sha256(archive))
    raise ValueError("none of vcs_info, archive_info, dir_info")


def _vcs_origin(vcs: Dict[str, object], url: Optional[str], suffix: str) -> Origin:
    kind, commit = vcs.get("vcs"), vcs.get("commit_id")
    if not isinstance(kind, str) or not isinstance(commit, str):
        raise ValueError("vcs_info without vcs and commit_id")
    return Origin("{}+{}@{}{}".format(kind, url or LOCAL, commit, suffix))


def _sha256(archive: Dict[str, object]) -> Optional[str]:
    hashes, legacy = archive.get("hashes"), archive.get("hash")
    listed = hashes.get("sha256") if isinstance(hashes, dict) else None
    if isinstance(listed, str):
        return "sha256:" + listed.lower()
    if isinstance(legacy, str) and legacy.startswith("sha256="):
        return "sha256:" + legacy[len("sha256=") :].lower()
    return None


def _public_url(url: str) -> Optional[str]:
    """Scheme, host, port and path; ``None`` for local files, and where it cannot be told what is a credential.

    A password with an unescaped slash ends up in the path, with its ``@``, and its user name where the host belongs.
    """
    from urllib.parse import urlsplit

    parts = urlsplit(url)
    user, _, host = parts.netloc.rpartition("@")
    path = parts.path.partition(";")[0]
    if parts.scheme.lower() == "file" or _HOST.fullmatch(host) is None or "@" in (path if user else parts.path):
        return None
    return "{}://{}{}".format(parts.scheme, host, path)


def _file_path(url: str) -> Optional[str]:
    from urllib.parse import unquote, urlsplit

    parts = urlsplit(url)
    return unquote(parts.path) if parts.scheme.lower() == "file" else None


def name_and_version(header: bytes) -> Tuple[str, str]:
    """As the header of METADATA says them. Raises ``ValueError``."""
    values = []
    for field in ("Name", "Version"):
        written = _written(header, field.lower().encode())
        if len(written) != 1:
            raise ValueError("{} stands {} times in METADATA".format(field, len(written)))
        values.append(written[0].strip(b" \t\r").decode("utf-8"))
    name, version = values
    if not is_name(name):
        raise ValueError("not a name: {!r}".format(name[:80]))
    if not version or not version.isprintable() or len(version) > 200:
        raise ValueError("not a version: {!r}".format(version[:80]))
    return name, version


def _written(header: bytes, field: bytes) -> List[bytes]:
    """The values of a field, in any case of its letters; the few lines that begin alike are all that is looked at."""
    values = []
    lines, begins = b"\n" + header + b"\n", b"\n" + field
    lowered = lines.lower()
    at = lowered.find(begins)
    while at >= 0:
        end = lines.index(b"\n", at + 1)
        key, colon, value = lines[at + 1 : end].partition(b":")
        if colon and key.rstrip(b" \t").lower() == field:
            values.append(value)
        at = lowered.find(begins, end)
    return values
