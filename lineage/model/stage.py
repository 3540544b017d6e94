"""A DVC stage, as ``dvc.yaml`` declares it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """All paths POSIX, relative to the repository root."""

    name: str
    file: str
    """the ``dvc.yaml`` it stands in"""
    commands: tuple[str, ...]
    """``cmd``, one or several shell command lines, as written"""
    directory: str
    """the working directory of the commands; ``""`` is the root"""
    deps: tuple[str, ...] = ()
    outs: tuple[str, ...] = ()
    """outs, metrics and plots"""
