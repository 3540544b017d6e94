"""Shared libraries of known families that a process mapped from outside of what is installed.

A package's version says nothing of a library that came from elsewhere: through LD_LIBRARY_PATH, from the system, from a
module of a cluster. Which version was mapped is told by the file's name alone; nothing is opened or called.
"""

import posixpath
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from lineage.portable.environment import Package, Problem

FOREIGN = "environment.foreign-library"
_NUMBERS = r"[0-9]+(?:\.[0-9]+)"
_NAME = re.compile(rf"lib(?P<stem>.+?)(?:-r?(?P<release>{_NUMBERS}+))?\.so(?:\.(?P<version>{_NUMBERS}*))?")


@dataclass(frozen=True, slots=True)
class Family:
    """Libraries that come together, from one maker."""

    name: str
    stems: str
    """a regular expression that matches the whole name without ``lib`` and version"""
    packages: str = "(?!)"
    """a regular expression that matches the canonical name of a distribution that brings them"""


_CU = r"(?:-cu[0-9]+)?"
FAMILIES = (
    Family("cudart", r"cudart", rf"nvidia-cuda-runtime{_CU}"),
    Family("cublas", r"cublas(?:lt)?|nvblas", rf"nvidia-cublas{_CU}"),
    Family("cudnn", r"cudnn(?:_\w+)?", rf"nvidia-cudnn{_CU}"),
    Family("nccl", r"nccl", rf"nvidia-nccl{_CU}"),
    Family("cufft", r"cufftw?", rf"nvidia-cufft{_CU}"),
    Family("cusparse", r"cusparse(?:lt)?", rf"nvidia-cusparse(?:lt)?{_CU}"),
    Family("cusolver", r"cusolver(?:mg)?", rf"nvidia-cusolver{_CU}"),
    Family("nvrtc", r"nvrtc(?:-builtins)?", rf"nvidia-cuda-nvrtc{_CU}"),
    Family("nvinfer", r"nvinfer(?:_\w+)?|nvonnxparser", rf"tensorrt{_CU}(?:-libs|-bindings)?"),
    Family("mkl", r"mkl_\w+", r"mkl"),
    Family("openblas", r"(?:scipy_)?openblas\w*", r"scipy-openblas(?:32|64)"),
    Family("blis", r"blis(?:-mt)?"),
    Family("armpl", r"armpl\w*"),
    Family("blas", r"c?blas|lapack|lapacke"),
    Family("gomp", r"gomp"),
    Family("iomp", r"iomp5", r"intel-openmp"),
    Family("omp", r"omp"),
    Family("torch", r"torch(?:_\w+)?|c10(?:_\w+)?", r"torch"),
    Family("hdf5", r"hdf5(?:_\w+)?"),
)
"""The driver's own (libcuda, libnvidia-…) are no family: they lie outside of every package, as the driver does."""

_IMPLEMENTATIONS = frozenset({"mkl", "openblas", "blis", "armpl"})


def family_of(path: str) -> Family | None:
    """The family that a shared object belongs to, by its name; copies that a wheel renamed count too."""
    known = _known(path)
    return None if known is None else known[0]


def foreign_problems(foreign: Collection[str], packages: Sequence[Package]) -> tuple[Problem, ...]:
    """One problem for each family of ``foreign``: paths of libraries that nothing installed brought, links followed.

    The generic names of BLAS and LAPACK are not told beside the library that stands behind them.
    """
    found: dict[str, tuple[Family, re.Match[str]]] = {}
    for path in sorted(foreign, key=lambda path: (len(posixpath.basename(path)), path)):
        known = _known(path)
        if known is not None:
            found.setdefault(known[0].name, known)
    if not _IMPLEMENTATIONS.isdisjoint(found):
        found.pop("blas", None)
    return tuple(sorted(_problem(family, named, packages) for family, named in found.values()))


def _known(path: str) -> tuple[Family, re.Match[str]] | None:
    """The family of a shared object, and its name taken apart."""
    named = _NAME.fullmatch(posixpath.basename(path))
    if named is None:
        return None
    stem = re.sub(r"(?:-r[0-9]+)?-[0-9a-f]{8,}.*", "", named["stem"].lower())
    return next(((one, named) for one in FAMILIES if re.fullmatch(one.stems, stem)), None)


def _problem(family: Family, named: re.Match[str], packages: Sequence[Package]) -> Problem:
    # As precise as the name tells.
    version = named["release"] or named["version"]
    said = f"{version} by its file's name" if version else "a version that its file's name does not tell"
    rivals = [f"{one.name} {one.version}" for one in packages if re.fullmatch(family.packages, one.name)]
    if not rivals:
        return Problem(FOREIGN, f"library:{_short(named)}", f"loaded {said}: no installed package provides it")
    detail = f"loaded {said}, and not the one of {' or '.join(rivals)}"
    return Problem(FOREIGN, f"library:{_short(named)}", detail)


def _short(named: re.Match[str]) -> str:
    """The name that programs ask for: ``libcudart.so.12`` of ``libcudart.so.12.1.105``."""
    major = (named["version"] or "").partition(".")[0]
    return f"lib{named['stem']}.so.{major}" if major else f"lib{named['stem']}.so"
