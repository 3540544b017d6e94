"""The nouns of an environment: what was recorded, what was observed, and what could not be seen.

Every value is immutable and hashable. ``None`` always means "not known", never "nothing there".
"""

from typing import NamedTuple, Optional, Tuple

USES = ("weights", "served", "imported", "required", "loaded", "present", "unknown")
"""Why a package matters to a model, strongest first; ``unknown`` is judged as ``weights``."""

LOCAL = "local"
"""Origin of what was installed from a file or directory outside the repository: no path of a machine is kept."""

EDITABLE = "editable"
"""Origin of an editable install from outside the repository: its content has no identity."""

REPOSITORY = "repository:"
"""Prefix of the origin of what is installed from the model's own repository: code, judged as files."""


class Package(NamedTuple):
    """One distribution. Identities that are not known are ``None``."""

    name: str
    """canonical, PEP 503"""
    version: str
    """as written in its metadata, local label included"""
    use: str = "unknown"
    """one of ``USES``"""
    record: Optional[str] = None
    """``sha256:<hex>`` of what is installed, see ``identity.record_identity``"""
    artifact: Optional[str] = None
    """``sha256:<hex>`` of the wheel or sdist"""
    tag: Optional[str] = None
    """wheel tag, PEP 425, compressed where the wheel has several"""
    origin: Optional[str] = None
    """PEP 610: ``git+https://…@<commit>``, the archive's address, or one of the constants above"""
    installer: Optional[str] = None
    modules: Tuple[str, ...] = ()
    """import names used by the model that this distribution provides"""


class Platform(NamedTuple):
    os: Optional[str] = None
    """``linux``, ``darwin``, ``windows``"""
    machine: Optional[str] = None
    """``x86_64``, ``aarch64``, …"""
    libc: Optional[str] = None
    """family and version: ``glibc 2.36``"""


class Environment(NamedTuple):
    """What a Python environment is: interpreter, platform and packages, sorted by name."""

    python: Optional[str] = None
    """full version: ``3.11.7``"""
    implementation: Optional[str] = None
    """``CPython``, ``PyPy``"""
    abi: Optional[str] = None
    """SOABI: ``cpython-311-x86_64-linux-gnu``"""
    platform: Platform = Platform()
    accelerator: Tuple[Tuple[str, str], ...] = ()
    """(field, value): ``driver``, ``cuda``, ``gpus``"""
    variables: Tuple[Tuple[str, str], ...] = ()
    """(name, value), from an allow-list only"""
    packages: Tuple[Package, ...] = ()


class Problem(NamedTuple):
    """Something that makes a record less than exact."""

    code: str
    subject: str
    detail: str


class Unknown(NamedTuple):
    """Something that could not be seen: never a pass, unless a policy accepts it by name."""

    subject: str
    reason: str
    accepted: bool = False
    use: Optional[str] = None
    """of a package, against a manifest: its recorded use, or ``extra`` when it is not recorded"""


class Observation(NamedTuple):
    """What could be seen of a target, with what could not be seen named."""

    environment: Environment
    kind: str
    """``python``, ``manifest``, …: how the target was read"""
    location: str
    """the target as the user named it"""
    executed: bool = False
    """whether a program of the target was run"""
    installed: bool = True
    """packages were read as installed files, so a RECORD could have been seen"""
    unknown: Tuple[Unknown, ...] = ()
    problems: Tuple[Problem, ...] = ()
    started: Tuple[Tuple[str, str], ...] = ()
    """code that runs when its interpreter starts and is known: (file name, what it is known by)"""
