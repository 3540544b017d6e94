"""Environment markers (PEP 508), judged for the environment that a manifest records, never for our own."""

import re
from collections.abc import Mapping

from lineage.portable.environment import Environment

_QUOTED = re.compile(r"\"[^\"]*+\"|'[^']*+'")
_VARIABLE = re.compile(r"[a-z_]++")
_OPERATORS = frozenset({"and", "or", "in", "not"})
_SYSTEMS = {"linux": ("posix", "linux", "Linux"), "darwin": ("posix", "darwin", "Darwin")}
_SYSTEMS |= {"windows": ("nt", "win32", "Windows")}


def marker_environment(environment: Environment) -> dict[str, str]:
    """What markers can ask for and an environment tells; what it does not tell is not there.

    The kernel's release and build are never recorded.
    """
    python, implementation = environment.python, environment.implementation
    found: dict[str, str | None] = {
        "platform_machine": environment.platform.machine,
        "platform_python_implementation": implementation,
        "implementation_name": {"CPython": "cpython", "PyPy": "pypy"}.get(implementation or ""),
        "python_full_version": python,
        "python_version": None if python is None else ".".join(python.split(".")[:2]),
        # The implementation has its own version, which only CPython's is known to equal.
        "implementation_version": python if implementation == "CPython" else None,
    }
    names = _SYSTEMS.get(environment.platform.os or "")
    if names is not None:
        found |= dict(zip(("os_name", "sys_platform", "platform_system"), names, strict=True))
    return {key: value for key, value in found.items() if value is not None}


def holds(marker: str, environment: Mapping[str, str]) -> bool | None:
    """Whether a marker holds; ``None`` where it is none, or asks for what the environment does not tell."""
    if not marker:
        return True
    if untold(marker, environment):
        return None
    from packaging.markers import Marker  # most rows have no marker

    try:
        return Marker(marker).evaluate({**environment, "extra": ""})
    except (ValueError, RecursionError):  # whatever packaging raises, and what Python does of too long a number
        return None


def untold(marker: str, environment: Mapping[str, str]) -> tuple[str, ...]:
    """The variables that a marker asks for and the environment does not tell, sorted.

    ``packaging`` would fill them from the interpreter that runs us, which is not the target.
    """
    asked = set(_VARIABLE.findall(_QUOTED.sub(" ", marker))) - _OPERATORS
    return tuple(sorted(asked - set(environment) - {"extra"}))
