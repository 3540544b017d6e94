"""An image as it is built: what its commands install, whichever kind of file describes it.

Nothing is run: a name or a version that hangs on a variable without a value in the file, or on the output of a command,
is unknown, and the rest of its row is judged.
"""

import posixpath
import re
from collections.abc import Mapping, Sequence

from lineage.dependencies.conda.spec import add_spec
from lineage.dependencies.docker.copies import Context, Copy
from lineage.dependencies.docker.installs import Install, installs
from lineage.dependencies.docker.listed import Asking, read_listed, read_project
from lineage.dependencies.docker.partial import readable_part
from lineage.dependencies.docker.parts import Part, Parts
from lineage.dependencies.docker.pythons import PythonChoice, python_choices
from lineage.dependencies.docker.scripts import activated, nested_script, script_file
from lineage.dependencies.docker.shell_words import Command, Word, commands
from lineage.dependencies.docker.stages import DockerText
from lineage.dependencies.docker.told import Said, files_of, raw_of, texts_of
from lineage.dependencies.forms import Include
from lineage.dependencies.groups import group_of_file
from lineage.dependencies.pip import requirements
from lineage.dependencies.pip.origins import ARCHIVES
from lineage.dependencies.python_version import chosen
from lineage.dependencies.rows import Rows, subject_of
from lineage.errors import InputError

_TOLD = "installs what a variable or another command tells"
_APT = re.compile(r"([A-Za-z0-9][A-Za-z0-9.+-]*)(?::[a-z0-9]+)?(?:/[^=\s]+)?(?:=(\S+))?")
_UNNAMED = re.compile(r"[A-Za-z0-9._-]*\$")
"""a variable in the name itself"""
_LINE = re.compile(r"(?::[0-9]+)+\Z")
_DEPTH = 4
"""scripts in the words of scripts"""
_MOST_SCRIPT = 1 << 20
_IN_PROJECT = ("POETRY_VIRTUALENVS_IN_PROJECT", "PIPENV_VENV_IN_PROJECT")


class ImageBuild:
    """One stage of an image, as far as it was followed."""

    def __init__(self, path: str, include: Include, context: Context) -> None:
        self.parts = Parts(path)
        self.rows = Rows(path)
        """what is known beside the packages, and what is not"""
        self.system: set[tuple[str, str, int]] = set()
        self.copies: list[Copy] = []
        self.folder = "/"
        self.chosen: tuple[str, int] | None = None
        """the Python that was chosen last, and the line that says so"""
        self.borrowed: tuple[str, int] | None = None
        """that of a stage of which an environment was copied"""
        self.said = Said()
        """what may tell what cannot be read of the commands"""
        self._path, self._include, self._context = path, include, context
        self._texts = Context(path, include)
        self._group = group_of_file(path)
        self._environments: set[str] = set()
        self._active: str | None = None
        self._variables: Mapping[str, str] = {}

    def run(
        self, text: DockerText, variables: Mapping[str, str], words: Sequence[str] | None = None
    ) -> tuple[Command, ...]:
        """Follows a script, or the words of one command; gives its commands."""
        self._active, self._variables = None, variables
        found = commands(text.text, variables) if words is None else (tuple(Word(one, 0) for one in words),)
        self._follow(found, text, self.folder, 0)
        return found

    def _follow(self, found: tuple[Command, ...], text: DockerText, folder: str, depth: int) -> None:
        installed = [installs(command) for command in found]
        texts = list(texts_of(found, text.text))
        whole = "\n".join(texts)
        for command, raw, listed in zip(found, texts, installed, strict=True):
            if not listed:
                self.said.add(whole if any(word.text == "read" for word in command) else raw)
        for command, raw, listed in zip(found, texts, installed, strict=True):
            if command[0].text == "cd" and len(command) == 2:
                folder = posixpath.normpath(posixpath.join(folder, command[1].text))
            script = nested_script(command)
            if script is not None and depth < _DEPTH:
                inner = commands(script.text, self._variables)
                self._follow(inner, _inside(text, script), folder, depth + 1)
                continue
            file = script_file(command) if depth < _DEPTH else None
            if file is not None:
                self._follow_file(file, text.line_at(command[0].offset), folder, depth + 1)
            environment = activated(command)
            if environment is not None:
                self._active = posixpath.normpath(posixpath.join(folder, environment))
            for install in listed:
                told = install._replace(raw=raw_of(install, command, raw, whole))
                self._install(told, text.line_at(install.offset), folder)
            made = next((one.text for one in listed if one.kind == "environment"), None)
            for choice in python_choices(command):
                place = posixpath.normpath(posixpath.join(folder, made)) if made else None
                self.choose(choice, text.line_at(choice.offset), place)

    def _follow_file(self, name: str, line: int, folder: str, depth: int) -> None:
        """A script of the repository; all that it installs stands where it is run. One of elsewhere tells nothing."""
        try:
            found = self._context.find(name, folder, self.copies)
            if found is not None and len(found[1]) > _MOST_SCRIPT:
                raise InputError(f"is larger than {_MOST_SCRIPT} bytes")
        except InputError as error:
            self.rows.unread("packages", line, f"runs {name}: {error.message}", name, error.message)
            return
        if found is not None and found[0] not in self.rows.files:
            self.rows.files.add(found[0])
            script = found[1].decode("utf-8-sig", "replace")
            self._follow(commands(script, self._variables), DockerText(script, (0,), (line,)), folder, depth)

    def choose(self, one: PythonChoice, line: int, place: str | None = None) -> None:
        """What is chosen last counts; what is only installed, where nothing is chosen."""
        part = self.parts.at(place)
        if not one.is_known:
            part.rows.unread("python", line, f"chooses a Python that a variable tells{_shown(one.text)}", one.text)
            return
        python = chosen(part.rows, one.text, line)
        if python is not None and not (one.is_installed and self.chosen):
            part.python = self.chosen = (python, line)

    def _install(self, one: Install, line: int, folder: str) -> None:
        place = posixpath.normpath(posixpath.join(folder, one.place)) if one.place else self._place(one, folder)
        part = self.parts.at(place, one.is_archive)
        if one.kind == "environment":
            self._environments.add(posixpath.normpath(posixpath.join(folder, one.text)))
        elif one.kind in ("file", "listed", "project"):
            self._file(part, one, line, folder)
        elif one.kind == "archives":
            self.parts.archives(posixpath.normpath(posixpath.join(folder, one.text)))
        elif one.kind == "apt":
            self._apt(one, line, folder)
        else:
            self._package(part, one, line, folder)

    def _place(self, one: Install, folder: str) -> str | None:
        """Where a command installs that does not say it."""
        if one.kind == "project" and self._active is None:
            if one.text == "uv":
                return posixpath.join(folder, self._variables.get("UV_PROJECT_ENVIRONMENT", ".venv"))
            if one.text in ("pdm", "pixi") or any(self._variables.get(name) for name in _IN_PROJECT):
                return posixpath.join(folder, ".pixi" if one.text == "pixi" else ".venv")
        found = self._active or self._variables.get("VIRTUAL_ENV")
        if found:
            return posixpath.normpath(found)
        on_path = (one.removesuffix("/bin") for one in self._variables.get("PATH", "").split(":"))
        return next((one for one in on_path if one in self._environments), None)

    def _package(self, part: Part, one: Install, line: int, folder: str) -> None:
        told = f"{_TOLD}{_shown(one.text)}"
        if not one.is_known:
            known = readable_part(one.text) if one.kind == "pip" else None
            if known is not None:
                part.rows.requirement(known, self._group, line)
                part.rows.partly(subject_of(one.text), line, told, *self._told(part.rows, one, folder))
                return
            is_named = "://" not in one.text and not _UNNAMED.match(one.text)
            subject = subject_of(one.text) if is_named else "packages"
            part.rows.unread(subject, line, told, *self._told(part.rows, one, folder))
        elif one.kind == "conda":
            python = add_spec(part.rows, one.text, self._group, line)
            if python:
                part.python = self.chosen = (python, line)
        elif any(letter in one.text.partition("[")[0] for letter in "*?") and "=" not in one.text:
            if not self.parts.archives(posixpath.normpath(posixpath.join(folder, posixpath.dirname(one.text)))):
                message = f"installs what it does not name{_shown(one.text)}"
                part.rows.unread("packages", line, message, *self._told(part.rows, one, folder))
        else:
            text = one.text.removeprefix("-e ")
            is_place = text.startswith("/") and not text.lower().endswith(ARCHIVES)
            # A directory in the image is code that was copied there.
            part.rows.requirement(f".{text}" if is_place else one.text, self._group, line)

    def _apt(self, one: Install, line: int, folder: str) -> None:
        match = _APT.fullmatch(one.text) if one.is_known else None
        if match is not None:
            self.system.add((f"apt:{match[1]}", match[2] or "", line))
        elif not one.text.endswith(".deb"):
            named = re.match(r"[a-z0-9][a-z0-9.+-]*(?==)", one.text)
            subject = f"system:apt:{named[0]}" if named else "system:apt"
            self.rows.unread(subject, line, f"{_TOLD}{_shown(one.text)}", *self._told(self.rows, one, folder))

    def _told(self, rows: Rows, one: Install, folder: str) -> list[str]:
        """All that tells what a text means that does not tell it itself, down to the files that are named."""
        texts = self.said.behind(one.raw, one.text if one.kind == "file" else "")
        for name in files_of(texts):
            try:
                found = self._texts.find(name, folder, self.copies)
            except InputError as error:
                texts.append(error.message)
                continue
            if found is not None:
                rows.files.add(found[0])
                texts.append(found[1].decode("utf-8", "replace"))
        return texts

    def _file(self, part: Part, one: Install, line: int, folder: str) -> None:
        def find(name: str) -> tuple[str, bytes] | None:
            return self._context.find(name, folder, self.copies) if one.is_known and name else None

        asking = Asking(line, self._group, self._include)
        try:
            if one.kind == "project":
                read_project(part, one.text, find, asking)
                return
            found = find(one.text)
            if found is None:
                message = f"installs what a file lists that is not found{_shown(one.text)}"
                part.rows.unread("packages", line, message, *self._told(part.rows, one, folder))
            elif one.kind == "listed":
                read_listed(part, *found, asking)
                self.chosen = part.python or self.chosen
            elif found[0] not in part.rows.files or found[0] == self._path:
                part.rows.merge(requirements.included(*found, self._include), self._group)
        except InputError as error:
            file = _LINE.sub("", error.where or one.text)
            message = f"installs what {file} lists: {error.message} ({error.where})"
            part.rows.unread("packages", line, message, message, *part.rows.contents((file,), self._include))


def _inside(text: DockerText, script: Word) -> DockerText:
    """The lines of a script that is a word of another one; only the first where quotes or variables moved its text."""
    start = text.text.find(script.text, script.offset, script.offset + len(script.text) + 2)
    if start < 0:
        return DockerText(script.text, (0,), (text.line_at(script.offset),))
    kept = [(begin - start, line) for begin, line in zip(text.starts, text.lines, strict=True) if begin > start]
    return DockerText(script.text, (0, *(one for one, _ in kept)), (text.line_at(start), *(line for _, line in kept)))


def _shown(text: str) -> str:
    """The text of a word where it cannot hold a password."""
    return "" if any(mark in text for mark in ("://", "@")) else f": {text[:80]}"
