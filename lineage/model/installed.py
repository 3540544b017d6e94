"""What a distribution says of itself beyond its identity: needed to tell why a package matters."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """One installed distribution, as its own metadata describes it."""

    name: str
    """canonical, PEP 503"""
    requires: tuple[str, ...] = ()
    """``Requires-Dist`` as written"""
    files: tuple[str, ...] = ()
    """paths of RECORD, POSIX, relative to the directory it is installed in; empty when there is no RECORD"""
    top_level: tuple[str, ...] = ()
    """``top_level.txt``, where there is one"""
