"""What conda has installed in an environment, as its records in ``PREFIX/conda-meta`` tell.

Rules:

1. A record that installed a ``.dist-info`` or ``.egg-info`` is that distribution: the distribution stands, and the
   record adds its origin, ``conda:CHANNEL/BUILD``, and the digest of the conda package.
2. Any other record is a package that is no Python distribution (libblas, openssl, cudatoolkit): ``package:NAME`` too,
   installer ``conda``, use ``present``. Where a distribution has that name already, the record is only its wrapper.
3. CHANNEL is the channel's path without host, token, credentials and platform: a mirror gives the same packages, and
   none of these belongs into a manifest. A channel of this machine is ``local``. Of digests only SHA-256 is kept.
4. Where a record and the installed files disagree, the files stand and a problem names both.
"""

import json
import re
from typing import Callable, Dict, Iterable, List, Mapping, NamedTuple, Sequence, Tuple
from urllib.parse import urlsplit

from lineage.portable.distinfo import Distribution, InstalledPackages, read_installed
from lineage.portable.environment import Package, Problem, Unknown
from lineage.portable.names import canonical_name, is_name
from lineage.portable.tree import FileTree, Unreadable

CONDA = "conda"
"""Installer of a package, and the prefix of its origin."""

_INFO = re.compile(r"(?:lib/(?:python|pypy)[0-9.]+t?/|Lib/)?site-packages/([^/]+\.(?:dist|egg)-info)(?:/|$)", re.ASCII)
_SUBDIR = re.compile(r"noarch|(?:linux|osx|win|freebsd|zos|emscripten|wasi)-[a-z0-9_]+", re.ASCII)
_CHANNEL = re.compile(r"[A-Za-z0-9._~+-]+(?:/[A-Za-z0-9._~+-]+)*", re.ASCII)
_WORD = re.compile(r"[A-Za-z0-9._!+~-]{1,200}", re.ASCII)
_SHA256 = re.compile(r"[0-9a-fA-F]{64}", re.ASCII)


class _Record(NamedTuple):
    package: Package
    file: str
    infos: Tuple[str, ...]
    """relative to the prefix: the metadata of the Python distributions that it installed"""


def read_environment(
    tree: FileTree, paths: Sequence[str], prefixes: Tuple[str, str], identify: Callable[[str], bool]
) -> InstalledPackages:
    """All that an interpreter sees on its ``sys.path``, as installers and conda tell it.

    ``prefixes``: its own and that of its base, whose records count where its site-packages are on the path.
    """
    prefix, base = prefixes
    installed = add_conda(tree, prefix, read_installed(tree, paths, identify), identify)
    if base != prefix and any(path.startswith(base + "/") and path.endswith("site-packages") for path in paths):
        installed = add_conda(tree, base, installed, identify)
    return installed


def add_conda(
    tree: FileTree, prefix: str, installed: InstalledPackages, identify: Callable[[str], bool]
) -> InstalledPackages:
    """The distributions with what the records of a conda prefix add; unchanged where there are none."""
    directory = prefix + "/conda-meta"
    unknown, problems = list(installed.unknown), list(installed.problems)
    try:
        files = [name for name in tree.names(directory) if name.endswith(".json")]
    except (FileNotFoundError, NotADirectoryError):
        return installed
    except Unreadable as error:
        reason = "conda-meta cannot be read: {}".format(error.message)
        return installed._replace(unknown=tuple(sorted({*unknown, Unknown("packages", reason)})))
    records: Dict[str, _Record] = {}
    for file in files:
        try:
            record = _read_record(tree, directory, file)
        except (Unreadable, ValueError, RecursionError) as error:
            subject = "package:" + _plain(file[: -len(".json")].rsplit("-", 2)[0])
            unknown.append(Unknown(subject, "its conda record cannot be read: {}".format(error)))
            continue
        first = records.setdefault(record.package.name, record)
        if first is not record:
            versions = " and ".join("{} {}".format(one.package.version, one.package.origin) for one in (first, record))
            reason = "conda-meta has two records of it: {}".format(versions)
            unknown.append(Unknown("package:" + first.package.name, reason))
    distributions = _merge(installed.distributions, records.values(), prefix, identify, problems)
    return InstalledPackages(distributions, tuple(sorted(set(unknown))), tuple(sorted(set(problems))))


def _read_record(tree: FileTree, directory: str, file: str) -> _Record:
    path = "{}/{}".format(directory, file)
    data = tree.read(path)
    if data is None:
        raise ValueError("it is gone")
    document = json.loads(data.decode("utf-8"))
    if not isinstance(document, dict):
        raise ValueError("not an object")
    name, version, build = (_word(document, key) for key in ("name", "version", "build"))
    if not is_name(_plain(name)):
        raise ValueError("not a name: {!r}".format(name[:80]))
    listed = document.get("files")
    if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
        raise ValueError("files is not a list of texts")
    found = (_INFO.match(one) for one in listed if "-info" in one)
    digest = document.get("sha256")
    package = Package(
        name=_plain(name),
        version=version,
        use="present",
        artifact="sha256:" + digest.lower() if isinstance(digest, str) and _SHA256.fullmatch(digest) else None,
        origin="{}:{}/{}".format(CONDA, _channel(document), build),
        installer=CONDA,
    )
    infos = tuple(dict.fromkeys(match.group(0).rstrip("/") for match in found if match is not None))
    return _Record(package, path, infos)


def _word(document: Mapping[str, object], key: str) -> str:
    value = document.get(key)
    if not isinstance(value, str) or _WORD.fullmatch(value) is None:
        raise ValueError("{} is {!r}".format(key, value)[:120])
    return value


def _plain(name: str) -> str:
    """The PEP 503 form, without the underscore that some names of conda begin with."""
    return canonical_name(name).strip("-")


def _channel(document: Mapping[str, object]) -> str:
    """The path of the channel, see the rules above."""
    written = document.get("channel")
    if not isinstance(written, str) or not written:
        written = document.get("url")
        if not isinstance(written, str):
            return "local"
        written = written.rpartition("/")[0]
    try:
        scheme, path = (urlsplit(written).scheme.lower(), urlsplit(written).path) if "://" in written else ("", written)
    except ValueError:
        return "local"
    if scheme == "file" or written.startswith(("/", "~", ".", "\\", "<")):
        return "local"
    parts = [part for part in path.split("/") if part]
    while "t" in parts[:-1]:
        del parts[parts.index("t") : parts.index("t") + 2]
    if parts and (parts[-1] == document.get("subdir") or _SUBDIR.fullmatch(parts[-1])):
        del parts[-1]
    channel = "/".join(parts)
    return channel if _CHANNEL.fullmatch(channel) else "local"


def _merge(
    installed: Tuple[Distribution, ...],
    records: Iterable[_Record],
    prefix: str,
    identify: Callable[[str], bool],
    problems: List[Problem],
) -> Tuple[Distribution, ...]:
    found = {one.package.name: one for one in installed}
    by_info = {one.info: one.package.name for one in installed}
    for record in records:
        name = record.package.name
        for info in record.infos:
            owner = by_info.get("{}/{}".format(prefix, info))
            if owner is None:
                _compare_lost(record, info, found, problems)
            elif identify(owner):
                found[owner] = _attributed(found[owner], record, problems)
        if record.infos:
            continue
        same = found.setdefault(name, Distribution(record.package, prefix, record.file))
        if same.info != record.file and same.package.version != record.package.version:
            _contradict(name, record, "version " + same.package.version, problems)
    return tuple(found[name] for name in sorted(found))


def _compare_lost(record: _Record, info: str, found: Mapping[str, Distribution], problems: List[Problem]) -> None:
    """What stands instead of a distribution that conda installed; the same version elsewhere is no contradiction."""
    name = canonical_name(info.rpartition("/")[2].rpartition(".")[0].partition("-")[0])
    current = found.get(name)
    if current is None:
        _contradict(name, record, "nothing", problems)
    elif current.package.version != record.package.version:
        _contradict(name, record, "version " + current.package.version, problems)


def _attributed(one: Distribution, record: _Record, problems: List[Problem]) -> Distribution:
    if one.package.installer not in (None, CONDA):
        _contradict(one.package.name, record, "what {} installed".format(one.package.installer), problems)
        return one
    new = record.package
    return one._replace(package=one.package._replace(artifact=new.artifact, origin=new.origin, installer=CONDA))


def _contradict(name: str, record: _Record, instead: str, problems: List[Problem]) -> None:
    detail = "conda has a record of version {}; on sys.path is {}".format(record.package.version, instead)
    problems.append(Problem("package.contradictory", "package:" + name, detail))
