"""The address of a requirement as the origin that a manifest records (PEP 610), without credentials.

It is spelled by the same reader that reads an installer's direct_url.json: equal addresses become equal texts.
"""

import json
import posixpath
import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from lineage.dependencies.pip.lines import parse_hash
from lineage.errors import InputError
from lineage.model.declarations import mark_of
from lineage.portable.environment import LOCAL
from lineage.portable.identity import parse_origin
from lineage.portable.names import canonical_name
from lineage.redaction.addresses import REDACTED

ARCHIVES = (".whl", ".zip", ".tar", ".tgz", ".tbz", ".txz", ".tlz", ".tar.gz", ".tar.bz2", ".tar.xz", ".tar.lz")
_VERSION_CONTROL = ("git", "hg", "svn", "bzr")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*+):")
_SCHEMES = frozenset({"http", "https", "file", "ftp"})
_VCS_SCHEMES = frozenset(
    [
        *(f"git+{scheme}" for scheme in ("http", "https", "ssh", "git", "file")),
        *(f"hg+{scheme}" for scheme in ("http", "https", "ssh", "file", "static-http")),
        *(f"svn+{scheme}" for scheme in ("http", "https", "ssh", "svn", "file")),
        *(f"bzr+{scheme}" for scheme in ("http", "https", "ssh", "sftp", "ftp", "lp", "file")),
    ]
)
_VARIABLE = re.compile(r"\$\{[A-Z0-9_]+\}")
_HOST = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?|")
_REF = re.compile(r"[A-Za-z0-9._+-]{1,200}")
_BRANCH = re.compile(r"[A-Za-z0-9._+-]{1,100}(?:/[A-Za-z0-9._+-]{1,100})+")
"""a ref with slashes: taken for one only behind ``.git``, since what stands before the @ may be a password"""
_COMMIT = re.compile(r"(?:git|hg)\+[^#]*@(?:[0-9a-f]{40}|[0-9a-f]{64})(?:#.*)?")
_EGG = re.compile(r"(?:^|&)egg=([^&\[]*+)(?:\[([^&\]]*+)\])?(?:&|$)")
_SUBDIRECTORY = re.compile(r"(?:^|&)subdirectory=([^&]*+)")
_HASH = re.compile(r"(?:^|&)(sha256|sha384|sha512)=([^&]*+)")
_PROJECT = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """What an address tells."""

    origin: str
    name: str | None = None
    """canonical; of the fragment ``#egg=``, or of the file name of a wheel"""
    version: str | None = None
    """of the file name of a wheel"""
    extras: tuple[str, ...] = ()
    hashes: tuple[str, ...] = ()
    secret: bool = False
    """credentials stood in it; they are dropped"""
    variable: bool = False
    """an environment variable stands in it"""
    path: str | None = None
    """of a local file or directory, as written; no manifest holds it"""
    mark: str = ""
    """of what the origin leaves out and may be no secret: another address has another; ``""`` where that is nothing"""


def is_address(text: str) -> bool:
    """Whether pip takes a text for an address, and not for a name or a path."""
    match = _SCHEME.match(text)
    return match is not None and match[1].lower() in _SCHEMES | _VCS_SCHEMES


def is_repository(origin: str) -> bool:
    """Whether an origin is a repository of a version control system."""
    return origin.partition("+")[0] in _VERSION_CONTROL and "+" in origin


def names_commit(origin: str) -> bool:
    """Whether an origin is a repository at one commit that cannot move."""
    return _COMMIT.fullmatch(origin) is not None


def read_address(url: str) -> Address:
    """What an address tells. Raises ``InputError`` or ``ValueError`` when it is none."""
    parts = urlsplit(url)
    kind, plus, scheme = parts.scheme.partition("+")
    if not plus:
        kind, scheme = "", parts.scheme
    path, ref = parts.path, None
    if kind and "@" in path:
        path, _, ref = path.rpartition("@")
    subdirectory = _SUBDIRECTORY.search(parts.fragment)
    document: dict[str, object] = {"url": f"{scheme}://{parts.netloc}{path}"}
    document |= {"vcs_info": {"vcs": kind, "commit_id": _ref(ref)}} if kind else {"archive_info": {}}
    if subdirectory is not None:
        document["subdirectory"] = subdirectory[1]
    origin = parse_origin(json.dumps(document).encode()).text
    user, at, host = parts.netloc.rpartition("@")
    # An @ or a colon in another place may be a part of a password that was not escaped.
    if "${" in origin or _HOST.fullmatch(host) is None or "@" in unquote(path) or (ref and not _is_ref(ref, path)):
        origin = REDACTED
    egg, wheel = _egg(parts.fragment), wheel_name(posixpath.basename(unquote(path)))
    name, extras = (wheel[0], ()) if wheel else egg
    return Address(
        origin=origin,
        mark=mark_of(url) if origin == REDACTED else mark_of(parts.query) if parts.query else "",
        name=name,
        version=wheel[1] if wheel else None,
        extras=extras,
        hashes=tuple(sorted({parse_hash(f"{found[1]}:{found[2]}") for found in _HASH.finditer(parts.fragment)})),
        secret=bool(at) and _is_secret(user, scheme),
        variable=_VARIABLE.search(url) is not None,
        path=unquote(parts.netloc + path) if not kind and scheme == "file" else None,
    )


def read_path(text: str) -> Address:
    """What the path of a local file or directory tells."""
    wheel = wheel_name(posixpath.basename(text))
    return Address(origin=LOCAL, name=wheel[0] if wheel else None, version=wheel[1] if wheel else None, path=text)


def wheel_name(file_name: str) -> tuple[str, str] | None:
    """(canonical name, version) of a wheel; ``None`` for other files. Raises ``ValueError`` where it has none."""
    if not file_name.lower().endswith(".whl"):
        return None
    from packaging.utils import parse_wheel_filename

    name, version, _, _ = parse_wheel_filename(file_name)
    return name, str(version)


def _ref(ref: str | None) -> str:
    if not ref:
        return "HEAD"
    return ref.lower() if names_commit(f"git+x@{ref.lower()}") else ref


def _is_ref(ref: str, path: str) -> bool:
    return _REF.fullmatch(ref) is not None or (path.endswith(".git") and _BRANCH.fullmatch(ref) is not None)


def _egg(fragment: str) -> tuple[str | None, tuple[str, ...]]:
    match = _EGG.search(fragment)
    if match is None:
        if "egg=" in fragment:
            raise InputError("has an #egg= that is no name")
        return None, ()
    extras = (match[2] or "").replace(",", " ").split()
    if not all(_PROJECT.fullmatch(text) for text in (match[1], *extras)):
        raise InputError("has an #egg= that is no name")
    return canonical_name(match[1]), tuple(sorted(map(canonical_name, extras)))


def _is_secret(user: str, scheme: str) -> bool:
    """A user without a password is the account of a server where the scheme is ssh, else a token."""
    literal = _VARIABLE.sub("", user)
    return bool(literal.strip(":")) and (":" in literal or "ssh" not in scheme)
