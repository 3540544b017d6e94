"""The distributions that an interpreter sees on its ``sys.path``, read as files; nothing of them is executed.

Rules: the first distribution of a name on the path wins, as for the interpreter; what cannot be read, says nothing of
itself or contradicts itself is named, never passed over. Sources: "Recording installed projects" and "Core metadata" of
the Python packaging user guide; for eggs, "The Internal Structure of Python Eggs" of setuptools' documentation.
"""

import re
from typing import Callable, Dict, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from lineage.portable.editables import Listing, project_around, project_linked, read_links
from lineage.portable.environment import EDITABLE, LOCAL, Package, Problem, Unknown
from lineage.portable.identity import (
    Origin,
    content_lines,
    identity_of,
    name_and_version,
    parse_origin,
    wheel_tag,
)
from lineage.portable.names import canonical_name, is_info, is_name
from lineage.portable.search import Content, content_of
from lineage.portable.tree import FileTree, Unreadable

_HEADER_END = re.compile(rb"\r?\n\r?\n")


class Distribution(NamedTuple):
    """One installed distribution and where it lies on this machine."""

    package: Package
    path: str
    """the entry of ``sys.path`` it was found in"""
    info: str
    """its ``.dist-info`` directory, ``.egg-info`` directory or file, or an egg's ``EGG-INFO``"""
    source: Optional[str] = None
    """the local directory it was installed from, where its installer says so"""
    content: Optional[Content] = None
    """what it gives to ``import`` by its RECORD; ``None`` where it has none, or nobody asked for its identity"""


class InstalledPackages(NamedTuple):
    """All that was found, sorted by name."""

    distributions: Tuple[Distribution, ...]
    unknown: Tuple[Unknown, ...]
    problems: Tuple[Problem, ...]


def read_installed(tree: FileTree, paths: Sequence[str], identify: Callable[[str], bool]) -> InstalledPackages:
    """The distributions on ``paths``, in the order of ``sys.path``.

    Identities (record, origin, tag, installer) are read for the names that ``identify`` wants; reading them costs
    four files each.
    """
    found: Dict[str, Distribution] = {}
    unknown: List[Unknown] = []
    problems: List[Problem] = []
    damaged: List[Distribution] = []  # what can be read beats it
    listed = [one for path in dict.fromkeys(paths) for one in _listed(tree, path, unknown)]
    links = read_links(listed, unknown, problems)
    for path, view, names in listed:
        is_egg = path.lower().endswith(".egg")
        for name in names:
            if is_info(name) or (is_egg and name.lower() == "egg-info"):
                try:
                    one = _read_one(view, path, name, links, identify, problems)
                except (Unreadable, ValueError, RecursionError) as error:
                    one, reason = None, "its metadata cannot be read: {}".format(error)
                    unknown.append(Unknown("package:" + canonical_name(_claimed(path, name)[0]), reason))
                    damaged += [_by_name(path, name)] if is_name(_claimed(path, name)[0]) else []
                if one is not None:
                    _add(found, one, unknown, problems)
    for one in damaged:
        found.setdefault(one.package.name, one)
    ordered = tuple(found[name] for name in sorted(found))
    return InstalledPackages(ordered, tuple(sorted(set(unknown))), tuple(sorted(set(problems))))


def _listed(tree: FileTree, path: str, unknown: List[Unknown]) -> List[Listing]:
    """An entry of ``sys.path`` with the tree that reads it and its names; nothing where there is no such entry."""
    try:
        return [(path, tree, tree.names(path))]
    except FileNotFoundError:
        return []
    except Unreadable as error:
        unknown.append(Unknown("packages", "a directory on sys.path cannot be read: " + error.message))
        return []
    except NotADirectoryError:
        pass
    # Only here: hardly any path has an archive on it, and zipfile is dear to import.
    from lineage.portable.archive import read_archive

    try:
        archive = read_archive(tree, path)
        return [(path, archive, archive.names(path))]
    except FileNotFoundError:
        return []
    except Unreadable as error:
        reason = "an archive on sys.path is not read: " + path.rpartition("/")[2]
        unknown.append(Unknown("packages", reason + (": " + error.message if error.message else "")))
        return []


def _add(found: Dict[str, Distribution], one: Distribution, unknown: List[Unknown], problems: List[Problem]) -> None:
    winner = found.setdefault(one.package.name, one)
    if winner is one or winner.info == one.info or _is_one_source(winner, one):
        return
    subject = "package:" + one.package.name
    versions = (winner.package.version, one.package.version)
    detail = "version {} stands in front of another copy, version {}".format(*versions)
    problems.append(Problem("package.shadowed", subject, detail))
    if winner.path == one.path and (
        versions[0] != versions[1] or None not in (winner.package.record, one.package.record)
    ):
        # The interpreter takes whichever the file system lists first, and files of both lie there.
        reason = "two copies in one directory, versions {} and {}: which is in use cannot be told".format(*versions)
        unknown.append(Unknown(subject, reason))


def _is_one_source(left: Distribution, right: Distribution) -> bool:
    """Whether one editable install is seen twice: where it was installed, and in its source on ``sys.path``."""
    if left.package.version != right.package.version or EDITABLE not in (left.package.origin, right.package.origin):
        return False
    source = left.source if left.package.origin == EDITABLE else right.source
    return source is not None and all(
        (one.source or one.path) == source or (one.path + "/").startswith(source + "/") for one in (left, right)
    )


def _read_one(
    tree: FileTree,
    path: str,
    directory: str,
    links: Mapping[str, str],
    identify: Callable[[str], bool],
    problems: List[Problem],
) -> Optional[Distribution]:
    """Raises ``Unreadable``, ``ValueError`` and ``RecursionError`` where its metadata is damaged."""
    info = path + "/" + directory
    is_dist_info = directory.lower().endswith(".dist-info")
    claimed = _claimed(path, directory)
    if directory.startswith("~"):
        detail = "a leftover of an interrupted uninstall, as installers see it: not a distribution"
        problems.append(Problem("package.leftover", "package:" + claimed[0], detail))
        return None
    header = _header(tree, info, is_dist_info)
    name, version = name_and_version(header)
    if canonical_name("".join(claimed)) != canonical_name(name + "-" + version):
        _check_claim(claimed[0], claimed[2], name, version, "package:" + canonical_name(claimed[0]), problems)
    canonical = canonical_name(name)
    package = Package(canonical, version)
    if not identify(canonical):
        return Distribution(package, path, info)
    if not _is_utf_8(header):
        problems.append(Problem("package.undecodable", "package:" + canonical, "its METADATA is not UTF-8"))
    if not is_dist_info:
        return _egg(tree, path, info, package, links, problems)
    return _identified(tree, path, info, package, problems)


def _claimed(path: str, directory: str) -> Tuple[str, str, str]:
    """Name, hyphen and version, as the directory spells them."""
    return (directory if "." in directory else path.rpartition("/")[2]).rpartition(".")[0].partition("-")


def _by_name(path: str, directory: str) -> Distribution:
    """What is damaged stays a distribution: by the name and version that its directory claims."""
    name, _, version = _claimed(path, directory)
    plain = version.partition("-py")[0][:200] if version.isprintable() else ""
    return Distribution(Package(canonical_name(name), plain or "unknown"), path, path + "/" + directory)


def _header(tree: FileTree, info: str, is_dist_info: bool) -> bytes:
    data = tree.read(info + "/METADATA")
    if data is None and not is_dist_info:
        data = tree.read(info + "/PKG-INFO")
        if data is None:
            data = tree.read(info)
    if data is None:
        raise ValueError("there is no METADATA")
    header = data.partition(b"\n\n")[0]
    # Only where a line ends otherwise: searching every file for both ends takes ten times as long.
    return _HEADER_END.split(data, 1)[0] if b"\r" in header else header


def _is_utf_8(header: bytes) -> bool:
    try:
        header.decode("utf-8")
    except ValueError:
        return False
    return True


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


def _egg(
    tree: FileTree, path: str, info: str, package: Package, links: Mapping[str, str], problems: List[Problem]
) -> Distribution:
    """``setup.py develop`` leaves the egg-info in the source tree, beside the code; an installer elsewhere."""
    source = links.get(path) or project_around(tree, path, info)
    if source is not None:
        return Distribution(package._replace(origin=EDITABLE), path, info, source)
    problems.append(Problem("package.no-record", "package:" + package.name, "an egg-info has no RECORD"))
    return Distribution(package, path, info)


def _identified(tree: FileTree, path: str, info: str, package: Package, problems: List[Problem]) -> Distribution:
    installer = _text(tree.read(info + "/INSTALLER"))
    wheel = tree.read(info + "/WHEEL")
    direct = None if installer == "conda" else tree.read(info + "/direct_url.json")
    origin = Origin("") if direct is None else parse_origin(direct)
    record = tree.read(info + "/RECORD")
    if direct is None and record is not None and b".pth," in record:
        source = project_linked(tree, path, record)
        if source is not None:
            origin = Origin(EDITABLE, directory=source)
    lines = [] if record is None else content_lines(record)
    identity = identity_of(lines)
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
    return Distribution(package, path, info, origin.directory, content_of(lines) if lines else None)


def _text(data: Optional[bytes]) -> Optional[str]:
    if data is None:
        return None
    text = data.decode("utf-8", "replace").strip()
    return text[:40] if text.isprintable() and text else None


def is_local(package: Package) -> bool:
    """Whether it was installed from a place that only one machine has."""
    return package.origin in (LOCAL, EDITABLE)
