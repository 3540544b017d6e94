"""The settings with which git does not follow a program that the repository's own configuration names.

What the user's own configuration names in its place is followed, and data (addresses, headers, proxies) is in force
wherever it stands. Listed is what a fetch or a checkout can start; no other program of a configuration is run by what
we ask: pagers need a terminal, editors, signers and external diffs other subcommands.
"""

import re
import shlex
from collections.abc import Iterator, Mapping
from typing import NamedTuple

_OWN = ("local", "worktree")
_USER = ("system", "global")
_HELPER = re.compile(r"credential\.(.+\.)?helper", re.DOTALL)
_FILTER = re.compile(r"filter\.(.+)\.(clean|smudge|process)", re.DOTALL)
_ADDRESS = re.compile(r"remote\..+\.url", re.DOTALL)
_HOOK = re.compile(r"(hook\..+)\.command", re.DOTALL)
_KIND = re.compile(r"remote\..+\.vcs", re.DOTALL)
_ON_SERVER = re.compile(r"remote\..+\.(uploadpack|receivepack)", re.DOTALL)
_WRITTEN = {
    "core.sshcommand": "core.sshCommand",
    "core.askpass": "core.askPass",
    "core.gitproxy": "core.gitProxy",
    "core.alternaterefscommand": "core.alternateRefsCommand",
}
_ASIDE = "core.alternateRefsCommand"


class _Row(NamedTuple):
    scope: str
    key: str
    value: str


class Unfollowed(NamedTuple):
    """What git is told so that it follows none of them."""

    rows: tuple[tuple[str, str], ...]
    """keys and values"""
    variables: dict[str, str]
    keys: tuple[str, ...] = ()
    """of the configuration, that are not followed, as git's documentation writes them"""

    def ways(self) -> str:
        """Those by which a server is reached, for a message; ``""`` where there is none."""
        return ", ".join(key for key in self.keys if key != _ASIDE and not key.startswith(("filter.", "hook.")))

    def filters(self) -> str:
        """Those that make files what they are in a work tree, for a message."""
        return ", ".join(key for key in self.keys if key.startswith("filter."))


def unfollowed(listing: str, env: Mapping[str, str]) -> Unfollowed:
    """Of what ``git config --show-scope --list -z`` says, in an environment."""
    fields = listing.split("\0")
    rows = [_Row(scope, *_pair(entry)) for scope, entry in zip(fields[0::2], fields[1::2], strict=False)]
    own = {row.key: row.value for row in rows if row.scope in _OWN}
    user = {row.key: row.value for row in rows if row.scope in _USER}
    named = {key: list(_instead(key, value, user, env)) for key, value in own.items()}
    found = [told for rows_ in named.values() for told in rows_]
    keys = tuple(_WRITTEN.get(key, key) for key, value in own.items() if named[key] or _is_more(key, value))
    if any(map(_HELPER.fullmatch, own)):  # an empty one forgets those before it
        found.append(("credential.helper", ""))
        found += [(row.key, row.value) for row in rows if row.scope in _USER and _HELPER.fullmatch(row.key)]
    if "core.gitproxy" not in own:
        return Unfollowed(tuple(found), {}, keys)
    # Of several proxies the first one counts, which no setting of ours can be: the variable stands before them all.
    users = (row.value for row in rows if row.scope in _USER and row.key == "core.gitproxy")
    proxy = next((one for one in users if " for " not in one), "")
    return Unfollowed(tuple(found), {"GIT_PROXY_COMMAND": proxy}, keys)


def _is_more(key: str, value: str) -> bool:
    """Whether a program is named by a key for which nothing is said in its own place."""
    is_command = _ADDRESS.fullmatch(key) is not None and value.startswith("ext::")
    return is_command or key == "core.gitproxy" or _HELPER.fullmatch(key) is not None


def _pair(entry: str) -> tuple[str, str]:
    key, _, value = entry.partition("\n")
    return key, value


def _instead(key: str, value: str, user: Mapping[str, str], env: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What is said in the place of one key of the repository's own; nothing where it names no program."""
    neutral = {
        "core.sshcommand": shlex.quote(env.get("GIT_SSH") or "ssh"),
        "core.askpass": env.get("SSH_ASKPASS", ""),
        "core.alternaterefscommand": ":",
    }
    if key in neutral:
        yield key, user.get(key, neutral[key])
    elif side := _ON_SERVER.fullmatch(key):
        yield key, user.get(key, f"git-{side[1].removesuffix('pack')}-pack")
    elif _KIND.fullmatch(key):
        yield f"protocol.{value}.allow", "never"
    elif hook := _HOOK.fullmatch(key):
        yield f"{hook[1]}.enabled", "false"
    elif filtered := _FILTER.fullmatch(key):
        yield key, user.get(key, "")
        required = f"filter.{filtered[1]}.required"
        yield required, user.get(required, "false")
