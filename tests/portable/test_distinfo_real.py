"""A real installation, read as its own library reads it."""

import csv
import hashlib
import json
import re
import sys
from importlib.metadata import Distribution as Theirs
from importlib.metadata import distributions

from lineage.portable.distinfo import InstalledPackages, read_installed
from lineage.portable.environment import Package
from lineage.portable.tree import DiskTree


def everything(name: str) -> bool:
    return True


def found() -> InstalledPackages:
    return read_installed(DiskTree(), sys.path, everything)


def first_of_each_name() -> dict[str, Theirs]:
    first: dict[str, Theirs] = {}
    for one in distributions(path=sys.path):
        first.setdefault(re.sub(r"[-_.]+", "-", one.metadata["Name"]).lower(), one)
    return first


def identity_of(one: Theirs) -> str | None:
    """As the contract words it, by the library's own reader of RECORD."""
    left_out = {"RECORD", "RECORD.jws", "RECORD.p7s", "INSTALLER", "REQUESTED", "direct_url.json"}
    left_out |= {"provenance_url.json", "uv_cache.json", "uv_build.json"}
    lines = []
    for path, digest, _ in csv.reader((one.read_text("RECORD") or "").splitlines()):
        directory, _, name = path.rpartition("/")
        if path.startswith(("../", "/")) or path.endswith(".pyc"):
            continue
        if directory.endswith(".dist-info") and name in left_out:
            continue
        lines.append(f"{path},{digest}")
    return "sha256:" + hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest() if lines else None


def as_package(name: str, one: Theirs, ours: Package) -> Package:
    """What the library tells; what it does not tell as we read it."""
    tags = re.findall(r"^Tag: (.*)$", one.read_text("WHEEL") or "", re.MULTILINE)
    direct = json.loads(one.read_text("direct_url.json") or "{}")
    is_editable = direct.get("dir_info", {}).get("editable") is True
    return ours._replace(
        name=name,
        version=one.version,
        installer=(one.read_text("INSTALLER") or "").strip() or None,
        record=None if is_editable else identity_of(one),
        tag=tags[0] if len(tags) == 1 else ours.tag,
        origin=ours.origin if direct else None,
    )


def test_every_distribution_of_this_interpreter_is_read_as_its_library_reads_it() -> None:
    theirs = first_of_each_name()
    ours = {one.package.name: one.package for one in found().distributions}

    assert list(ours) == sorted(theirs)
    assert len(ours) > 4
    assert ours == {name: as_package(name, one, ours[name]) for name, one in theirs.items()}


def test_nothing_of_a_clean_installation_is_unknown() -> None:
    archives = [one for one in found().unknown if "an archive on sys.path is not read" not in one.reason]

    assert archives == []
    assert [one for one in found().problems if one.code == "package.contradictory"] == []
