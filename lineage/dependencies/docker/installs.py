"""What the commands of a RUN install: pip, uv, conda and its like, apt, and tools that install what a project locks.

Sources: the manuals of pip, uv, conda, micromamba, Poetry, PDM, Pipenv and pixi. All other commands install
nothing known here.
"""

import posixpath
import re
from collections.abc import Sequence
from typing import NamedTuple

from lineage.dependencies.docker.options import VALUED, position_of, value_of, values_of
from lineage.dependencies.docker.shell_words import Command, Word

_PIP = re.compile(r"pip[0-9.]*")
_KEEPS = {"wheel": ("-w", "--wheel-dir"), "download": ("-d", "--dest")}
"""verbs of pip that keep packages as files, with the options that say where"""
_CONDA = frozenset({"conda", "mamba", "micromamba"})
_APT = frozenset({"apt-get", "apt", "aptitude"})
_PRINTS = frozenset({"echo", "printf", "grep", "ENTRYPOINT"})
_FILES = {"-r": "-r", "--requirement": "-r", "--requirements": "-r", "-c": "-c", "--constraint": "-c"}
_FILES |= {"--constraints": "-c"}
_EDITABLES = frozenset({"-e", "--editable"})
_PROJECTS = {
    "uv": frozenset({"sync"}),
    "poetry": frozenset({"install", "sync", "update"}),
    "pdm": frozenset({"install", "sync", "update"}),
    "pipenv": frozenset({"install", "sync", "update"}),
    "pixi": frozenset({"install", "sync"}),
}
"""tools, and their verbs that install what a project asks for"""
_PLACES = {
    "pip": ("--prefix", "--target", "-t", "--root"),
    "conda": ("-p", "--prefix"),
}
_PROGRAM = re.compile(r"(/.+)/bin/[^/]+")
_OF_SYSTEM = frozenset({"/usr", "/usr/local", "/opt/conda", "/opt/python"})
"""prefixes of a Python that no environment is made for"""


class Install(NamedTuple):
    """One thing that a command installs."""

    kind: str
    """``pip``, ``conda`` or ``apt``; ``file`` for a requirements file; ``listed`` for a file that conda is given;
    ``project`` for what the project around locks, by the name of the tool; ``environment`` for a new one, by its path;
    ``archives`` for a folder with packages to install from"""
    text: str
    """the requirement (``-e`` before an editable one), the spec, the path of the file"""
    offset: int
    is_known: bool
    """no variable without a value and no output of a command is in it"""
    place: str = ""
    """prefix or folder that the command says it installs into; ``""`` where it does not say"""
    is_archive: bool = False
    """the packages are kept in ``place`` as files, and not installed"""
    raw: str = ""
    """as it stands there, variables and all"""


def installs(command: Command) -> tuple[Install, ...]:
    """All that one command installs; nothing where it is none of the installers."""
    texts = [word.text for word in command]
    if posixpath.basename(texts[0]) in _PRINTS:
        return ()
    for index, text in enumerate(texts):
        name = posixpath.basename(text)
        if _PIP.fullmatch(name):
            return _of_pip(command, index, "xargs" in texts[:index])
        if name in _CONDA and "run" not in texts[index + 1 : index + 2]:
            return _of_conda(command, index)
        if name in _APT:
            return _arguments(command, index, "apt", {"install"})
        if name in _PROJECTS and "pip" not in texts[index + 1 :]:
            return _of_project(command, index)
        if name == "pip-sync":
            return _all_of("file", command[index + 1 :], "pip", "")
        if name == "virtualenv" or (name == "venv" and texts[index - 1] == "-m"):
            return _all_of("environment", command[index + 1 :], "pip", "")
    return ()


def _of_pip(command: Command, index: int, from_input: bool) -> tuple[Install, ...]:
    verb = position_of(command, index + 1, "pip")
    name = command[verb].text if verb < len(command) else ""
    place = _place(command, index, "pip")
    if name == "sync":
        return _all_of("file", command[verb + 1 :], "pip", place)
    found = _arguments(command, index, "pip", {"install", *_KEEPS}, from_input)
    if name in _KEEPS:
        folder = value_of(command, _KEEPS[name])
        return tuple(one._replace(place=folder or ".", is_archive=True) for one in found)
    links = value_of(command, ("-f", "--find-links"))
    from_folder = [Install("archives", links, command[verb].offset, True)] if links and "://" not in links else []
    return tuple(one._replace(place=place) for one in [*found, *from_folder])


def _of_conda(command: Command, index: int) -> tuple[Install, ...]:
    place = _place(command, index, "conda")
    rest = [word.text for word in command[index + 1 :]]
    verbs = {"install", "create", "update", "upgrade"}
    if verbs.isdisjoint(rest):
        return ()
    found = () if rest[:1] == ["env"] else _arguments(command, index, "conda", verbs)
    files = [
        Install("listed", word.text, word.offset, word.is_known)
        for word in values_of(command[index:], ("--file", "-f"))
    ]
    made = [Install("environment", place, command[index].offset, True)] if place else []
    return (*made, *(one._replace(place=place) for one in (*found, *files)))


def _of_project(command: Command, index: int) -> tuple[Install, ...]:
    """A tool that installs what a project locks, or adds to it."""
    tool = posixpath.basename(command[index].text)
    at = position_of(command, index + 1, "pip")
    verb = command[at].text if at < len(command) else ""
    place = _place(command, index, "pip")
    rest = command[at + 1 :]
    if tool == "uv" and verb == "venv":
        return _all_of("environment", rest, "pip", "") or (Install("environment", ".venv", command[at].offset, True),)
    added = _arguments(command, at - 1, "pip", {verb}) if verb in ("add", "install") else ()
    if verb == "add" or (tool == "pipenv" and added):
        return tuple(one if tool != "pixi" or one.kind != "pip" else one._replace(kind="conda") for one in added)
    if verb in _PROJECTS[tool]:
        return (Install("project", tool, command[at].offset, True, place),)
    return ()


def _all_of(kind: str, words: Sequence[Word], options: str, place: str) -> tuple[Install, ...]:
    """Every word that is neither an option nor the value of one."""
    found = []
    at = position_of(words, 0, options)
    while at < len(words):
        found.append(Install(kind, words[at].text, words[at].offset, words[at].is_known, place))
        at = position_of(words, at + 1, options)
    return tuple(found)


def _arguments(
    command: Command, index: int, kind: str, verbs: set[str], from_input: bool = False
) -> tuple[Install, ...]:
    verb = position_of(command, index + 1, kind)
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
            place += 2 if not equals and name in VALUED[kind] else 1
        else:
            found.append(Install(kind, word.text, word.offset, word.is_known))
            place += 1
    return tuple(found)


def _place(command: Command, index: int, kind: str) -> str:
    """The prefix or folder that a command says it installs into; ``""`` where it does not."""
    said = value_of(command[index:], _PLACES[kind])
    if said:
        return said
    programs = [word.text for word in command[: index + 1]]
    if kind == "pip":
        programs += [word.text for word in values_of(command[index:], ("--python", "-p"))]
    for text in reversed(programs):
        match = _PROGRAM.fullmatch(text)
        if match is not None and match[1] not in _OF_SYSTEM:
            return match[1]
    given = (text.removeprefix("VIRTUAL_ENV=") for text in programs if text.startswith("VIRTUAL_ENV="))
    return next(given, "")


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
