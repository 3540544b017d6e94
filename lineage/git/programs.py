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
_HOOK = re.compile(r"(hook\..+)\.command", re.DOTALL)
_KIND = re.compile(r"remote\..+\.vcs", re.DOTALL)
_ON_SERVER = re.compile(r"remote\..+\.(uploadpack|receivepack)", re.DOTALL)


class _Row(NamedTuple):
    scope: str
    key: str
    value: str


class Unfollowed(NamedTuple):
    """What git is told so that it follows none of them."""

    rows: tuple[tuple[str, str], ...]
    """keys and values"""
    variables: dict[str, str]


def unfollowed(listing: str, env: Mapping[str, str]) -> Unfollowed:
    """Of what ``git config --show-scope --list -z`` says, in an environment."""
    fields = listing.split("\0")
    rows = [_Row(scope, *_pair(entry)) for scope, entry in zip(fields[0::2], fields[1::2], strict=False)]
    own = {row.key: row.value for row in rows if row.scope in _OWN}
    user = {row.key: row.value for row in rows if row.scope in _USER}
    found = [told for key, value in own.items() for told in _instead(key, value, user, env)]
    if any(map(_HELPER.fullmatch, own)):  # an empty one forgets those before it
        found.append(("credential.helper", ""))
        found += [(row.key, row.value) for row in rows if row.scope in _USER and _HELPER.fullmatch(row.key)]
    if "core.gitproxy" not in own:
        return Unfollowed(tuple(found), {})
    # Of several proxies the first one counts, which no setting of ours can be: the variable stands before them all.
    users = (row.value for row in rows if row.scope in _USER and row.key == "core.gitproxy")
    return Unfollowed(tuple(found), {"GIT_PROXY_COMMAND": next((one for one in users if " for " not in one), "")})


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
