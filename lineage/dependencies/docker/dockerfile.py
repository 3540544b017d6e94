"""A Dockerfile: the base image of its last stage, and what the RUN instructions of that stage install.

Source: the Dockerfile reference. The stages that the last one is built FROM count with it; what it only copies from
another stage is not followed. Nothing is run: a name or a version that hangs on a variable without a value in the file,
or on the output of a command, is unknown.
"""

import json
import posixpath
import re

from lineage.dependencies.conda.spec import add_spec
from lineage.dependencies.docker.copies import Context, Copy, copies_of, mounts_of
from lineage.dependencies.docker.installs import Install, installs
from lineage.dependencies.docker.pythons import PythonChoice, python_choices
from lineage.dependencies.docker.shell_words import Command, Word, commands
from lineage.dependencies.docker.stages import (
    DockerText,
    Instruction,
    assign,
    plain_image,
    python_of_image,
    read_stages,
    words_of,
)
from lineage.dependencies.forms import Include
from lineage.dependencies.groups import group_of_file
from lineage.dependencies.pip import requirements
from lineage.dependencies.pip.origins import ARCHIVES
from lineage.dependencies.python_version import chosen
from lineage.dependencies.rows import Rows, subject_of
from lineage.errors import InputError
from lineage.model.declarations import Declarations
from lineage.portable.environment import Unknown

_FLAG = re.compile(r"\s*(--[a-z]+(?:=\S*)?)(?=\s)")
_TOLD = "installs what a variable or another command tells"
_SHELLS = frozenset({"sh", "bash", "dash", "ash", "zsh"})
_UV_PYTHON = "UV_PYTHON"
_APT = re.compile(r"([A-Za-z0-9][A-Za-z0-9.+-]*)(?::[a-z0-9]+)?(?:/[^=\s]+)?(?:=(\S+))?")


class DockerBuild:
    """What was found in the stages so far."""

    def __init__(self, path: str, include: Include, arguments: dict[str, str]) -> None:
        self.rows = Rows(path)
        self.python: tuple[str | None, int] = (None, 0)
        self.system: set[tuple[str, str, int]] = set()
        self._path, self._include, self._globals = path, include, arguments
        self._group = group_of_file(path)
        self._context = Context(path, include)
        self._copies: list[Copy] = []
        self._folder = "/"
        self._constants: dict[str, str] = {}
        self._arguments: dict[str, str] = {}

    def enter_stage(self) -> None:
        """Arguments end with their stage; what ENV, WORKDIR and COPY did stays in what is built from it."""
        self._arguments = {}

    def follow(self, one: Instruction) -> None:
        """One instruction of a stage."""
        variables = {**self._arguments, **self._constants}
        if one.keyword == "ARG":
            assign(words_of(one, variables), self._arguments, self._globals)
        elif one.keyword == "ENV":
            self._set_constants(words_of(one, variables))
            if _UV_PYTHON in self._constants and _UV_PYTHON not in variables:
                self._choose(PythonChoice(self._constants[_UV_PYTHON], 0, True), one.line)
        elif one.keyword == "WORKDIR":
            words = words_of(one, variables)
            self._folder = posixpath.normpath(posixpath.join(self._folder, words[0].text if words else ""))
        elif one.keyword in ("COPY", "ADD"):
            listed = _listed(one.body.text)
            words = tuple(map(_word, listed)) if listed is not None else words_of(one, variables)
            self._copies += copies_of([word.text for word in words], self._folder)
        elif one.keyword == "RUN":
            self._run(one, variables)

    def _set_constants(self, words: tuple[Word, ...]) -> None:
        if words and "=" not in words[0].text:
            value = " ".join(word.text for word in words[1:])
            words = (Word(f"{words[0].text}={value}", 0, all(word.is_known for word in words)),)
        assign(words, self._constants, {})

    def _run(self, one: Instruction, variables: dict[str, str]) -> None:
        flags, text = _without_flags(one.body.text)
        before = len(self._copies)
        self._copies += mounts_of([flag for flag in flags if flag.startswith("--mount=")], self._folder)
        listed = _listed(text)
        if listed is not None:
            self._follow_commands((tuple(map(_word, listed)),), one.body)
        else:
            found = commands(text, variables)
            self._follow_commands(found, one.body)
            if not found or posixpath.basename(found[0][0].text) in _SHELLS:
                for document in one.documents:
                    if not document.text.startswith("#!") or "sh" in document.text.partition("\n")[0]:
                        self._follow_commands(commands(document.text, variables), document)
        del self._copies[before:]

    def _follow_commands(self, found: tuple[Command, ...], text: DockerText) -> None:
        folder = self._folder
        for command in found:
            if command[0].text == "cd" and len(command) == 2:
                folder = posixpath.normpath(posixpath.join(folder, command[1].text))
            for choice in python_choices(command):
                self._choose(choice, text.line_at(choice.offset))
            for install in installs(command):
                self._install(install, text.line_at(install.offset), folder)

    def _install(self, one: Install, line: int, folder: str) -> None:
        place = f"{self._path}:{line}"
        if one.kind == "file":
            self._file(one, line, folder)
        elif one.kind == "apt":
            self._apt(one, line)
        elif not one.is_known:
            subject = "packages" if "://" in one.text else subject_of(one.text)
            self._unknown(subject, f"{place} {_TOLD}{_shown(one.text)}")
        elif one.kind == "conda":
            self._conda(one.text, line)
        elif any(letter in one.text.partition("[")[0] for letter in "*?") and "=" not in one.text:
            self._unknown("packages", f"{place} installs what it does not name{_shown(one.text)}")
        else:
            text = one.text.removeprefix("-e ")
            is_place = text.startswith("/") and not text.lower().endswith(ARCHIVES)
            # A directory in the image is code that was copied there.
            self.rows.requirement(f".{text}" if is_place else one.text, self._group, line)

    def _apt(self, one: Install, line: int) -> None:
        match = _APT.fullmatch(one.text) if one.is_known else None
        if match is not None:
            self.system.add((f"apt:{match[1]}", match[2] or "", line))
        elif not one.text.endswith(".deb"):
            named = re.match(r"[a-z0-9][a-z0-9.+-]*(?==)", one.text)
            subject = f"system:apt:{named[0]}" if named else "system:apt"
            self._unknown(subject, f"{self._path}:{line} {_TOLD}{_shown(one.text)}")

    def _conda(self, text: str, line: int) -> None:
        python = add_spec(self.rows, text, self._group, line)
        if python:
            self.python = (python, line)

    def _choose(self, one: PythonChoice, line: int) -> None:
        """What is chosen last counts; what is only installed, where nothing is chosen."""
        if not one.is_known:
            self._unknown("python", f"{self._path}:{line} chooses a Python that a variable tells{_shown(one.text)}")
            return
        python = chosen(self.rows, one.text, line)
        if python is not None and not (one.is_installed and self.python[0]):
            self.python = (python, line)

    def _file(self, one: Install, line: int, folder: str) -> None:
        place = f"{self._path}:{line}"
        found = self._context.find(one.text, folder, self._copies) if one.is_known and one.text else None
        if found is None:
            self._unknown("packages", f"{place} installs what a file lists that is not found{_shown(one.text)}")
            return
        path, content = found
        if path in self.rows.files:
            return
        try:
            self.rows.merge(requirements.included(path, content, self._include), self._group)
        except InputError as error:
            self._unknown("packages", f"{place} installs what {path} lists: {error.message} ({error.where})")

    def _unknown(self, subject: str, reason: str) -> None:
        self.rows.unknown.append(Unknown(subject, reason))


def _shown(text: str) -> str:
    """The text of a word where it cannot hold a password."""
    return "" if any(mark in text for mark in ("://", "@")) else f": {text[:80]}"


def _word(text: str) -> Word:
    return Word(text, 0)


def _listed(text: str) -> list[str] | None:
    """The words of the form ``["pip", "install"]``; ``None`` for the form of a shell."""
    if not text.lstrip().startswith("["):
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if found and all(isinstance(one, str) for one in found) else None


def _without_flags(text: str) -> tuple[list[str], str]:
    """(the flags of an instruction, its text with white space for them, so that offsets stay)."""
    flags: list[str] = []
    end = 0
    while (match := _FLAG.match(text, end)) is not None:
        flags.append(match[1])
        end = match.end()
    return flags, " " * end + text[end:]


FORM = "Dockerfile"
PARSE = "text"

_NAMES = re.compile(
    r"(?:.+[-_.])?(?:Dockerfile|Containerfile)(?:[-_.].+)?|(?-i:[A-Za-z0-9]*(?:Dockerfile|Containerfile))",
    re.IGNORECASE,
)
_OTHERS = (
    *(".dockerignore", ".containerignore", ".md", ".rst", ".txt", ".html", ".json", ".yml", ".yaml", ".toml", ".lock"),
    *(".py", ".pyc", ".ipynb", ".sh", ".rs", ".go", ".js", ".ts", ".rb", ".java", ".swp", ".patch", ".diff"),
    *(".j2", ".jinja", ".jinja2", ".tmpl", ".tpl", ".template", ".mustache", ".erb", ".m4", ".in"),
)
"""What is written about one, and templates: these become a Dockerfile only where they are filled in."""


def recognise(path: str) -> bool:
    """Whether a file is a Dockerfile, by its name."""
    base = posixpath.basename(path)
    return _NAMES.fullmatch(base) is not None and not base.lower().endswith(_OTHERS)


def declarations(path: str, document: object, content: bytes, include: Include) -> Declarations:
    """What the last stage has. Raises ``InputError`` where the text is no Dockerfile, with file and line."""
    stages = read_stages(content, path)
    chain = stages.chain()
    build = DockerBuild(path, include, stages.arguments)
    for stage in chain:
        build.enter_stage()
        for one in stage.body:
            build.follow(one)
    image, line = chain[0].image, chain[0].line
    python, python_line = build.python if build.python[0] else (None, 0)
    if image.is_known:
        build.system.add(("image", plain_image(image.text), line))
        python, python_line = (python, python_line) if python else (python_of_image(image.text), line)
    else:
        reason = f"{path}:{line} is built from {image.text}, where a variable has no value"
        build.rows.unknown.append(Unknown("system:image", reason))
        if python is None and "python" in image.text.rpartition("/")[2]:
            build.rows.unknown.append(Unknown("python", reason))
    return build.rows.finish(FORM, python=python, python_line=python_line, system=build.system)
