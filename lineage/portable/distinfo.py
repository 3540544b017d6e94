"""The distributions that an interpreter sees on its ``sys.path``, read as files; nothing of them is executed.

Rules: the first distribution of a name on the path wins, as for the interpreter; what cannot be read, says
nothing of itself or contradicts itself is named, never passed over. Sources: the "Recording installed projects"
and "Core metadata" specifications of the Python packaging user guide.
"""

import re
from typing import Callable, Dict, List, NamedTuple, Optional, Sequence, Tuple

from lineage.portable.environment import EDITABLE, LOCAL, Package, Problem, Unknown
from lineage.portable.identity import Origin, parse_origin, record_identity, wheel_tag
from lineage.portable.names import canonical_name, is_name
from lineage.portable.tree import FileTree, Unreadable

# The value is stripped afterwards: a pattern that does it needs quadratic time on a long run of blanks.
_NAME = re.compile(rb"^name[ \t]*:(.*)$", re.MULTILINE | re.IGNORECASE)
_VERSION = re.compile(rb"^version[ \t]*:(.*)$", re.MULTILINE | re.IGNORECASE)
_HEADER_END = re.compile(rb"\r?\n\r?\n")


class Distribution(NamedTuple):
    """One installed distribution and where it lies on this machine."""

    package: Package
    path: str
    """the entry of ``sys.path`` it was found in"""
    info: str
    """its ``.dist-info`` directory, ``.egg-info`` directory or ``.egg-info`` file"""
    source: Optional[str] = None
    """the local directory it was installed from, where its installer says so"""


class Installed(NamedTuple):
    """All that was found, sorted by name."""

    distributions: Tuple[Distribution, ...]
    unknown: Tuple[Unknown, ...]
    problems: Tuple[Problem, ...]


def read_installed(tree: FileTree, paths: Sequence[str], identify: Callable[[str], bool]) -> Installed:
    """The distributions on ``paths``, in the order of ``sys.path``.

    Identities (record, origin, tag, installer) are read for the names that ``identify`` wants; reading them costs
    four files each.
    """
    found: Dict[str, Distribution] = {}
    unknown: List[Unknown] = []
    problems: List[Problem] = []
    for path in dict.fromkeys(paths):
        try:
            names = tree.names(path)
        except FileNotFoundError:
            continue
        except NotADirectoryError:
            archive = path.rpartition("/")[2]
            unknown.append(Unknown("packages", "an archive on sys.path is not read: " + archive))
            continue
        except Unreadable as error:
            unknown.append(Unknown("packages", "a directory on sys.path cannot be read: " + error.message))
            continue
        for name in names:
            if name.endswith((".dist-info", ".egg-info")):
                _add(found, _read_one(tree, path, name, identify, unknown, problems), problems)
    ordered = tuple(found[name] for name in sorted(found))
    return Installed(ordered, tuple(sorted(set(unknown))), tuple(sorted(set(problems))))


def _add(found: Dict[str, Distribution], one: Optional[Distribution], problems: List[Problem]) -> None:
    if one is None:
        return
    winner = found.setdefault(one.package.name, one)
    if winner is not one and winner.info != one.info:
        detail = "version {} stands in front of another copy, version {}".format(
            winner.package.version, one.package.version
        )
        problems.append(Problem("package.shadowed", "package:" + one.package.name, detail))


def _read_one(
    tree: FileTree,
    path: str,
    directory: str,
    identify: Callable[[str], bool],
    unknown: List[Unknown],
    problems: List[Problem],
) -> Optional[Distribution]:
    info = path + "/" + directory
    claimed = directory.rpartition(".")[0].partition("-")
    if directory.startswith("~"):
        detail = "a leftover of an interrupted uninstall, as installers see it: not a distribution"
        problems.append(Problem("package.leftover", "package:" + claimed[0], detail))
        return None
    subject = "package:" + canonical_name(claimed[0])
    try:
        name, version = read_name(tree, info)
        if (canonical_name(claimed[0]), claimed[2]) != (canonical_name(name), version):
            _check_claim(claimed[0], claimed[2], name, version, subject, problems)
        canonical = canonical_name(name)
        package = Package(canonical, version)
        if not identify(canonical):
            return Distribution(package, path, info)
        if directory.endswith(".egg-info"):
            return _egg(tree, path, info, package, problems)
        return _identified(tree, path, info, package, problems)
    except (Unreadable, ValueError, RecursionError) as error:
        unknown.append(Unknown(subject, "its metadata cannot be read: {}".format(error)))
        return None


def read_name(tree: FileTree, info: str) -> Tuple[str, str]:
    """Name and version as the metadata at ``info`` says; raises ``ValueError`` or ``Unreadable``."""
    data = tree.read(info + "/METADATA")
    if data is None and info.endswith(".egg-info"):
        data = tree.read(info + "/PKG-INFO")
        if data is None:
            data = tree.read(info)
    if data is None:
        raise ValueError("there is no METADATA")
    header = _HEADER_END.split(data, 1)[0]
    values = []
    for field, pattern in (("Name", _NAME), ("Version", _VERSION)):
        written = pattern.findall(header)
        if len(written) != 1:
            raise ValueError("{} stands {} times in METADATA".format(field, len(written)))
        values.append(written[0].strip(b" \t\r").decode("utf-8"))
    name, version = values
    if not is_name(name):
        raise ValueError("not a name: {!r}".format(name[:80]))
    if not version or not version.isprintable() or len(version) > 200:
        raise ValueError("not a version: {!r}".format(version[:80]))
    return name, version


def _check_claim(
    claimed_name: str, claimed_version: str, name: str, version: str, subject: str, problems: List[Problem]
) -> None:
    """The directory name spells name and version too, escaped; an egg-info adds ``-pyX.Y``."""
    if canonical_name(claimed_name) != canonical_name(name):
        raise ValueError("METADATA says {}, its directory {}".format(name, claimed_name))
    plain = claimed_version.partition("-py")[0]
    if plain and _folded(plain) != _folded(version):
        detail = "METADATA says version {}, its directory {}".format(version, plain)
        problems.append(Problem("package.contradictory", subject, detail))


def _folded(version: str) -> str:
    return re.sub(r"[-_+.]+", ".", version).lower()


def _egg(tree: FileTree, path: str, info: str, package: Package, problems: List[Problem]) -> Distribution:
    """``setup.py develop`` leaves the egg-info in the source tree, beside its code and its ``setup.py``."""
    for script in ("/setup.py", "/pyproject.toml"):
        if tree.read(path + script) is not None:
            return Distribution(package._replace(origin=EDITABLE), path, info, path)
    problems.append(Problem("package.no-record", "package:" + package.name, "an egg-info has no RECORD"))
    return Distribution(package, path, info)


def _identified(tree: FileTree, path: str, info: str, package: Package, problems: List[Problem]) -> Distribution:
    installer = _text(tree.read(info + "/INSTALLER"))
    wheel = tree.read(info + "/WHEEL")
    direct = None if installer == "conda" else tree.read(info + "/direct_url.json")
    origin = Origin("") if direct is None else parse_origin(direct)
    record = tree.read(info + "/RECORD")
    identity = None if record is None else record_identity(record)
    if identity is None:
        detail = "RECORD is missing" if record is None else "RECORD lists no file"
        problems.append(Problem("package.no-record", "package:" + package.name, detail))
    package = package._replace(
        record=None if origin.text == EDITABLE else identity,
        artifact=origin.artifact,
        tag=None if wheel is None else wheel_tag(wheel),
        origin=origin.text or None,
        installer=installer,
    )
    return Distribution(package, path, info, origin.directory)


def _text(data: Optional[bytes]) -> Optional[str]:
    if data is None:
        return None
    text = data.decode("utf-8", "replace").strip()
    return text[:40] if text.isprintable() and text else None


def is_local(package: Package) -> bool:
    """Whether it was installed from a place that only one machine has."""
    return package.origin in (LOCAL, EDITABLE)
