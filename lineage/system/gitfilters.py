"""The settings that keep git from running the filters which a configuration names: what an edit is, is told by bytes.

A filter is a program that anybody who can write to a configuration of the repository can name; and one that is missing
here, or another version there, would make two commits of one state.
"""

from collections.abc import Callable, Collection
from typing import NamedTuple, Protocol

from lineage.system.gitcommand import Answer, decode

_KEYS = ("clean", "smudge", "process")


class Unfiltered(NamedTuple):
    """How git is asked so that no filter is run."""

    settings: tuple[str, ...]
    """options before the subcommand"""
    variables: dict[str, str]
    """of the environment: for names that an option cannot say"""


class Ask(Protocol):
    def __call__(self, *arguments: str, accepted: tuple[int, ...] = (0,)) -> Answer: ...


def unfiltered(ask: Ask) -> Unfiltered:
    """What to add to a question so that none of the filters that are configured now is run."""
    listing = ask("config", "-z", "--name-only", "--get-regexp", r"^filter\..*\.", accepted=(0, 1)).output
    names = sorted({decode(key).split(".", 1)[1].rpartition(".")[0] for key in listing.split(b"\0") if key})
    rows = [(f"filter.{name}.{key}", "") for name in names if name for key in _KEYS]
    rows += [(f"filter.{name}.required", "false") for name in names if name]
    return Unfiltered(_options(rows, lambda key: "=" not in key), _variables([row for row in rows if "=" in row[0]]))


def _options(rows: Collection[tuple[str, str]], is_option: Callable[[str], bool]) -> tuple[str, ...]:
    return tuple(word for key, value in rows if is_option(key) for word in ("-c", f"{key}={value}"))


def _variables(rows: Collection[tuple[str, str]]) -> dict[str, str]:
    """``-c`` ends a key at its first equals sign; these say it whole (git 2.31)."""
    found = {"GIT_CONFIG_COUNT": str(len(rows))} if rows else {}
    for number, (key, value) in enumerate(rows):
        found |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return found
