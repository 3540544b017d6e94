"""The settings that keep git from running the filters which a configuration names: what an edit is, is told by bytes.

A filter is a program that anybody who can write to a configuration of the repository can name; and one that is missing
here, or another version there, would make two commits of one state.
"""

from typing import Protocol

from lineage.git.gitpython import Answer, decode

_KEYS = ("clean", "smudge", "process")


class Ask(Protocol):
    def __call__(self, *arguments: str, accepted: tuple[int, ...] = (0,)) -> Answer: ...


def unfiltered(ask: Ask) -> list[tuple[str, str]]:
    """Key and value of the settings with which none of the filters that are configured now is run."""
    listing = ask("config", "-z", "--name-only", "--get-regexp", r"^filter\..*\.", accepted=(0, 1)).output
    names = sorted({decode(key).split(".", 1)[1].rpartition(".")[0] for key in listing.split(b"\0") if key})
    rows = [(f"filter.{name}.{key}", "") for name in names if name for key in _KEYS]
    return rows + [(f"filter.{name}.required", "false") for name in names if name]
