"""A Dockerfile: the base image of its last stage, and what the RUN instructions of that stage install.

Source: the Dockerfile reference. The stages that the last one is built FROM count with it, and of those that it copies
from what the copied place holds, as far as the commands tell where they install. An argument without a value has the
one that a compose file of the repository gives it.
"""

import json
import posixpath
import re
from dataclasses import replace

from lineage.dependencies.docker.build import ImageBuild
from lineage.dependencies.docker.compose import given_arguments
from lineage.dependencies.docker.copies import Context, StageCopy, copies_of, mounts_of, stage_copy_of, stage_mounts_of
from lineage.dependencies.docker.expansions import substitute
from lineage.dependencies.docker.parts import may_hold_packages
from lineage.dependencies.docker.pythons import PythonChoice
from lineage.dependencies.docker.scripts import SHELLS
from lineage.dependencies.docker.shell_words import Word
from lineage.dependencies.docker.stages import (
    DOCUMENT,
    Instruction,
    Stages,
    assign,
    plain_image,
    python_of_image,
    read_stages,
    words_of,
)
from lineage.dependencies.docker.told import slices
from lineage.dependencies.forms import Include
from lineage.errors import InputError
from lineage.model.declarations import Declarations

_FLAG = re.compile(r"\s*(--[a-z]+(?:=\S*)?)(?=\s)")
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""that of an image which sets none"""

_UV_PYTHON = "UV_PYTHON"
_OPEN = re.compile(rb"^\s*ARG\s+[^=\n]+$", re.IGNORECASE | re.MULTILINE)
"""an argument without a value"""

MAX_FOLLOWED = 20_000
"""Instructions: those of a stage that is copied from are followed once more."""

MAX_STAGE_COPIES = 500
"""Copies from other stages."""


class Dockerfile:
    """All stages of one file; each is followed where it is asked for, once."""

    def __init__(self, path: str, stages: Stages, include: Include) -> None:
        self.path, self.stages = path, stages
        self.context = Context(path, include)
        self.left = MAX_FOLLOWED
        self.copies_left = MAX_STAGE_COPIES
        self._include = include
        self._built: dict[int, StageBuild | None] = {}

    def built(self, index: int) -> "StageBuild | None":
        """A stage with those that it is built from; ``None`` while it is followed itself, and where it is too long."""
        if index not in self._built:
            self._built[index] = None
            chain = self.stages.chain(index)
            self.left -= sum(1 + len(stage.body) for stage in chain)
            if self.left < 0:
                return None
            build = StageBuild(self, self._include)
            for stage in chain:
                build.enter_stage()
                for one in stage.body:
                    build.follow(one)
            build.choose_python(chain[0].image, chain[0].line)
            self._built[index] = build
        return self._built[index]


class StageBuild:
    """One stage, and what it is built from, as its instructions are followed."""

    def __init__(self, file: Dockerfile, include: Include) -> None:
        self.image = ImageBuild(file.path, include, file.context)
        self.python: tuple[str, int] | None = None
        self._file = file
        self._constants: dict[str, str] = {"PATH": _PATH}
        self._arguments: dict[str, str] = {}

    def enter_stage(self) -> None:
        """Arguments end with their stage; what ENV, WORKDIR and COPY did stays in what is built from it."""
        self._arguments = {}

    def choose_python(self, image: Word, line: int) -> None:
        """The Python that the commands chose, else that of the base image, else that of a stage copied from."""
        told = python_of_image(image.text) if image.is_known else None
        self.python = self.image.chosen or ((told, line) if told else None) or self.image.borrowed

    def follow(self, one: Instruction) -> None:
        """One instruction of a stage."""
        variables = {**self._arguments, **self._constants}
        if one.keyword in ("ENV", "COPY", "ADD"):
            self.image.said.add(one.body.text)
        elif one.keyword == "ARG":
            for text in slices(words_of(one, {}), one.body.text):
                self.image.said.add(text)
        if one.keyword == "ARG":
            assign(words_of(one, variables), self._arguments, self._file.stages.arguments)
        elif one.keyword == "ENV":
            self._set_constants(words_of(one, variables))
            if _UV_PYTHON in self._constants and _UV_PYTHON not in variables:
                self.image.choose(PythonChoice(self._constants[_UV_PYTHON], 0, True), one.line)
        elif one.keyword == "WORKDIR":
            words = words_of(one, variables)
            self.image.folder = posixpath.normpath(posixpath.join(self.image.folder, words[0].text if words else ""))
        elif one.keyword in ("COPY", "ADD"):
            self._copy(one, variables)
        elif one.keyword == "RUN":
            self._run(one, variables)

    def _set_constants(self, words: tuple[Word, ...]) -> None:
        if words and "=" not in words[0].text:
            value = " ".join(word.text for word in words[1:])
            words = (Word(f"{words[0].text}={value}", 0, all(word.is_known for word in words)),)
        assign(words, self._constants, {})

    def _copy(self, one: Instruction, variables: dict[str, str]) -> None:
        flags, text = _without_flags(one.body.text)
        listed = _listed(text)
        words = [*flags, *listed] if listed else [word.text for word in words_of(one, variables)]
        copy = stage_copy_of(words, self.image.folder)
        if copy is not None:
            self._copy_of_stage(copy, one.line)
            return
        if one.documents and words:
            self._write(one, words[-1], variables)
        self.image.copies += copies_of(words, self.image.folder)

    def _write(self, one: Instruction, target: str, variables: dict[str, str]) -> None:
        """``COPY <<EOF /requirements.txt``: each line with the variables that are known, on its own line."""
        for start, document in zip(DOCUMENT.finditer(one.body.text), one.documents, strict=False):
            name, is_quoted = start[3], bool(start[2])
            lines = document.text.split("\n")
            if not is_quoted:
                lines = [line if (told := substitute(line, variables)) is None else told for line in lines]
            inside = posixpath.join(target, name) if target.endswith("/") else target
            place = posixpath.normpath(posixpath.join(self.image.folder, inside))
            text = "\n" * (document.lines[0] - 1) + "\n".join(lines)
            self._file.context.written[place] = (self._file.path, text.encode())

    def _copy_of_stage(self, copy: StageCopy, line: int) -> None:
        """What another stage installed in the places that are copied; of another image that it was copied."""
        index = self._file.stages.index_of(copy.stage)
        if index is None:
            name, _, tag = plain_image(copy.stage).partition(":")
            if any(map(may_hold_packages, copy.sources)):
                self.image.system.add((f"image:{name}", tag, line))
            return
        other = self._file.built(index)
        self._file.copies_left -= 1
        if other is None or self._file.copies_left < 0:
            message = f"copies from stage {copy.stage}, which is not read"
            self.image.parts.at(copy.target).rows.unread("packages", line, message, message)
            return
        for source in copy.sources:
            for part in self.image.parts.copy(other.image.parts, source, copy.target, line):
                self.image.chosen = part.python or self.image.chosen
                self.image.borrowed = other.python or self.image.borrowed

    def _run(self, one: Instruction, variables: dict[str, str]) -> None:
        flags, text = _without_flags(one.body.text)
        mounts = [flag for flag in flags if flag.startswith("--mount=")]
        before, archives = len(self.image.copies), self.image.parts.archive_places()
        self.image.copies += mounts_of(mounts, self.image.folder)
        for copy in stage_mounts_of(mounts, self.image.folder):
            self._mount(copy, one.line)
        shown = self.image.parts.archive_places() - archives
        body = one.body._replace(text=text)
        found = self.image.run(body, variables, _listed(text))
        if not found or posixpath.basename(found[0][0].text) in SHELLS:
            for document in one.documents:
                if not document.text.startswith("#!") or "sh" in document.text.partition("\n")[0]:
                    self.image.run(document, variables)
        del self.image.copies[before:]
        self.image.parts.drop_archives(shown)

    def _mount(self, copy: StageCopy, line: int) -> None:
        """Packages that another stage keeps as files, for one command."""
        index = self._file.stages.index_of(copy.stage)
        other = self._file.built(index) if index is not None else None
        if other is not None:
            self.image.parts.copy(other.image.parts, copy.sources[0], copy.target, line, only_archives=True)


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
    found = _declared(path, content, include, {})
    if not (found.unknown or found.parts) or _OPEN.search(content) is None:
        return found
    given, files = given_arguments(path, include)
    if not given:
        return found
    again = _declared(path, content, include, given)
    return replace(again, files=tuple(sorted({*again.files, *files})))


def _declared(path: str, content: bytes, include: Include, given: dict[str, str]) -> Declarations:
    stages = read_stages(content, path, given)
    chain = stages.chain(len(stages.stages) - 1)
    build = Dockerfile(path, stages, include).built(len(stages.stages) - 1)
    if build is None:
        raise InputError(f"has more than {MAX_FOLLOWED} instructions", path)
    rows = build.image.parts.installed()
    rows.extend(build.image.rows.finish(""))
    image, line = chain[0].image, chain[0].line
    system = build.image.system
    if image.is_known:
        system.add(("image", plain_image(image.text), line))
    else:
        message = f"is built from {image.text}, where a variable has no value"
        rows.unread("system:image", line, message, image.text)
        if build.python is None and "python" in image.text.rpartition("/")[2]:
            rows.unread("python", line, message, image.text)
    python, python_line = build.python or (None, 0)
    return rows.finish(FORM, python=python, python_line=python_line, system=system)
