"""An environment whose packages have every shape that an import can take, and a model that uses them."""

import base64
import hashlib
import os
import sysconfig
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

from lineage.model.manifest import StoredManifest
from lineage.model.report import Report
from lineage.portable.policy import Policy
from lineage.targets.directory import DirectorySource
from lineage.targets.interpreter import InterpreterSource
from lineage.targets.source import Source
from lineage.verifying.packages import Packages
from lineage.verifying.verify import verify
from lineage.verifying.weights import WeightsPlace
from tests.support import projects
from tests.support.projects import python_of, site_packages, write
from tests.support.recording import recorded

TAG = str(sysconfig.get_config_var("EXT_SUFFIX"))
"""``.cpython-311-x86_64-linux-gnu.so``"""
TRAIN = b"import alpha, beta\nimport space.one\n"
OPEN = b"__path__ = __import__('pkgutil').extend_path(__path__, __name__)\n"

Alter = Callable[[Path], object]
"""What is done to a site-packages."""


def dist(
    site: Path,
    name: str,
    files: Mapping[str, bytes],
    *,
    version: str = "1.0",
    requires: str = "",
    rows: str | None = None,
    more: Mapping[str, bytes] | None = None,
) -> Path:
    """A distribution of these files, as an installer leaves it; ``rows`` instead of what its RECORD would say."""
    info = f"{name.replace('-', '_')}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n" + (
        f"Requires-Dist: {requires}\n" * bool(requires)
    )
    every = {**files, f"{info}/METADATA": metadata.encode(), f"{info}/WHEEL": b"Tag: py3-none-any\n"}
    every |= {f"{info}/{path}": content for path, content in (more or {}).items()}
    listed = "".join(row(path, content) for path, content in every.items()) + f"{info}/RECORD,,\n"
    write(site, {**every, f"{info}/RECORD": (listed if rows is None else rows).encode()})
    return site / info


def row(path: str, content: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    return f"{path},sha256={digest},{len(content)}\n"


def make_environment(path: Path) -> Path:
    """``alpha`` is a package with a part of its own in C, ``beta`` one file, ``space`` shared; ``gamma`` required."""
    projects.make_environment(path, packages=())
    site = site_packages(path)
    dist(site, "alpha", {"alpha/__init__.py": b"A = 1\n", "alpha/core.so": b"\x7fELF alpha"}, requires="gamma")
    dist(site, "beta", {"beta.py": b"B = 1\n"})
    dist(site, "gamma", {"gamma_core/__init__.py": b"C = 1\n", "tests/__init__.py": b"# gamma's\n"})
    dist(site, "space-one", {"space/one/__init__.py": b"D = 1\n"})
    return path


def make_model(root: Path, environment: Path, train: bytes = TRAIN) -> StoredManifest:
    return recorded(projects.make_repository(root, {"train.py": train}), environment)


def source_of(kind: str, environment: Path, *pythonpath: Path) -> Source:
    if kind == "dir":
        return DirectorySource(str(environment))
    path = {"PYTHONPATH": os.pathsep.join(map(str, pythonpath))} if pythonpath else {}
    return InterpreterSource(str(python_of(environment)), env={**os.environ, **path})


def report_on(stored: StoredManifest, source: Source, policy: Policy | None = None) -> Report:
    comparators = (Packages(), WeightsPlace(skip=True))
    return verify(stored, source, comparators, policy or Policy(), today=date(2026, 11, 21))


def said(report: Report) -> list[str]:
    """What stands in front of something, and what cannot be told of modules."""
    codes = ("package-shadowed", "package-provider")
    found = [
        f"{one.severity} {one.change.subject} {one.change.code}" for one in report.findings if one.change.code in codes
    ]
    return sorted(found + [f"unknown {one.subject}" for one in report.unknown])
