"""What the commands of a RUN install: pip, uv pip, conda and its like, apt. All others install nothing known here."""

import posixpath
import re
from collections.abc import Sequence
from typing import NamedTuple

from lineage.dependencies.docker.shell_words import Command, Word

_PIP = re.compile(r"pip[0-9.]*")
_CONDA = frozenset({"conda", "mamba", "micromamba"})
_APT = frozenset({"apt-get", "apt", "aptitude"})
_PRINTS = frozenset({"echo", "printf", "grep", "ENTRYPOINT"})
_VALUED = {
    "pip": frozenset(
        [
            "-i",
            "--index-url",
            "--pypi-url",
            "--extra-index-url",
            "-f",
            "--find-links",
            "--trusted-host",
            "-t",
            "--target",
            "--prefix",
            "--root",
            "--platform",
            "--python-version",
            "--implementation",
            "--abi",
            "--no-binary",
            "--only-binary",
            "--progress-bar",
            "--timeout",
            "--retries",
            "--cache-dir",
            "--upgrade-strategy",
            "--src",
            "-C",
            "--config-settings",
            "--config-setting",
            "--global-option",
            "--report",
            "--proxy",
            "--cert",
            "--client-cert",
            "--exists-action",
            "--log",
            "-p",
            "--python",
            "--index",
            "--default-index",
            "--link-mode",
            "--index-strategy",
            "--resolution",
            "--prerelease",
            "--torch-backend",
            "--exclude-newer",
            "--keyring-provider",
            "-b",
            "--build-constraint",
            "--group",
            "--python-platform",
            "--use-feature",
            "--only-final",
            "--all-releases",
            "-P",
            "--upgrade-package",
            "--reinstall-package",
            "--no-build-package",
            "--no-binary-package",
            "--override",
            "--overrides",
            "--extra",
        ]
    ),
    "conda": frozenset(
        [
            "-n",
            "--name",
            "-p",
            "--prefix",
            "-c",
            "--channel",
            "-f",
            "--file",
            "--repodata-fn",
            "--solver",
            "--platform",
            "--subdir",
            "-r",
            "--root-prefix",
            "--experimental",
            "--rc-file",
            "--log-level",
        ]
    ),
    "apt": frozenset(["-t", "--target-release", "--default-release", "-o", "--option", "-c", "--config-file", "-a"]),
}
_FILES = {"-r": "-r", "--requirement": "-r", "--requirements": "-r", "-c": "-c", "--constraint": "-c"}
_FILES |= {"--constraints": "-c"}
_EDITABLES = frozenset({"-e", "--editable"})


class Install(NamedTuple):
    """One thing that a command installs."""

    kind: str
    """``pip``, ``conda`` or ``apt``; ``file`` for a requirements file"""
    text: str
    """the requirement (``-e`` before an editable one), the spec, the path of the file"""
    offset: int
    is_known: bool
    """no variable without a value and no output of a command is in it"""


def installs(command: Command) -> tuple[Install, ...]:
    """All that one command installs; nothing where it is none of the installers."""
    texts = [word.text for word in command]
    if posixpath.basename(texts[0]) in _PRINTS:
        return ()
    for index, text in enumerate(texts):
        name = posixpath.basename(text)
        if _PIP.fullmatch(name):
            return _arguments(command, index, "pip", {"install"}, "xargs" in texts[:index])
        if name in _CONDA and "run" not in texts[index + 1 : index + 2]:
            return _arguments(command, index, "conda", {"install", "create", "update", "upgrade"})
        if name in _APT:
            return _arguments(command, index, "apt", {"install"})
    return ()


def _arguments(
    command: Command, index: int, kind: str, verbs: set[str], from_input: bool = False
) -> tuple[Install, ...]:
    verb = _position(command, index + 1, kind)
    if verb >= len(command) or command[verb].text not in verbs:
        return ()
    if from_input:
        return (Install(kind, "${}", command[verb].offset, False),)
    found: list[Install] = []
    place = verb + 1
    while place < len(command):
        word = command[place]
        name, equals, _ = word.text.partition("=")
        if kind == "pip" and (name in _FILES or name in _EDITABLES or word.text[:2] in ("-r", "-c", "-e")):
            place += _file_or_editable(command, place, found)
        elif word.text.startswith("-"):
            place += 2 if not equals and name in _VALUED[kind] else 1
        else:
            found.append(Install(kind, word.text, word.offset, word.is_known))
            place += 1
    return tuple(found)


def _position(command: Sequence[Word], index: int, kind: str) -> int:
    """Of the first word from ``index`` on that is neither an option nor the value of one."""
    while index < len(command) and command[index].text.startswith("-"):
        index += 2 if "=" not in command[index].text and command[index].text in _VALUED[kind] else 1
    return index


def _file_or_editable(command: Command, place: int, found: list[Install]) -> int:
    """Adds what ``-r FILE``, ``-rFILE`` or ``--requirement=FILE`` names; gives how many words that took."""
    word = command[place]
    name, equals, value = word.text.partition("=")
    taken, is_known = 1, word.is_known
    if name not in _FILES and name not in _EDITABLES:
        name, value = word.text[:2], word.text[2:]
    elif not equals:
        if place + 1 == len(command):
            return 1
        value, is_known, taken = command[place + 1].text, command[place + 1].is_known, 2
    editable = name in _EDITABLES
    found.append(Install("pip" if editable else "file", f"-e {value}" if editable else value, word.offset, is_known))
    return taken
