"""A definition file of Apptainer or Singularity: the base image of its last stage, and what ``%post`` installs.

Source: Apptainer's documentation of definition files. ``%files`` copies from the repository or, ``from`` a stage, from
an earlier one; ``%arguments`` gives the values that ``{{ NAME }}`` stands for, and may be given others where it is
built. What ``%setup`` does beside the image, and what runs in it later, installs nothing.
"""

import posixpath
import re
from typing import NamedTuple

from lineage.dependencies.docker.build import ImageBuild
from lineage.dependencies.docker.copies import Context, StageCopy, copies_of
from lineage.dependencies.docker.shell_words import Word, commands
from lineage.dependencies.docker.stages import DockerText, plain_image, python_of_image
from lineage.dependencies.forms import Include
from lineage.dependencies.pip.lines import Line, decode, is_conflict
from lineage.dependencies.rows import Rows
from lineage.errors import InputError
from lineage.model.declarations import Declarations

FORM = "Apptainer definition"
PARSE = "text"

_NAMES = re.compile(r"(?:.*\.)?(?:singularity|apptainer)(?:[-_.].*)?|.+\.def", re.IGNORECASE)
_OTHERS = re.compile(
    r".*\.(?:md|rst|txt|html|json|ya?ml|toml|cfg|ini|conf|config|py|ipynb|sh|go|rs|js|png|svg|sif|simg|img|swp|patch|diff"
    r"|j2|jinja2?|tmpl|tpl|template|in|nf|smk|lock|log|lua|pdf)",
    re.IGNORECASE,
)
_HEADER = re.compile(r"(bootstrap|from|stage|osversion)[ \t]*:(.*)", re.IGNORECASE)
_SECTION = re.compile(
    r"%(pre|setup|files|post|environment|runscript|startscript|test|labels|help|arguments|app[a-z]+)\b(.*)",
    re.IGNORECASE,
)
_ARGUMENT = re.compile(r"\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}")
_REGISTRIES = frozenset({"docker", "library", "oras", "shub", "docker-daemon"})
_HINT = "take one side whole"


class Section(NamedTuple):
    """A part of a stage."""

    name: str
    """``header`` for what stands before the first"""
    rest: str
    """behind the name"""
    text: DockerText


def recognise(path: str) -> bool:
    """Whether a file may be one, by its name: others are called ``.def`` too, and declare nothing."""
    base = posixpath.basename(path)
    return _NAMES.fullmatch(base) is not None and _OTHERS.fullmatch(base) is None


def declarations(path: str, document: object, content: bytes, include: Include) -> Declarations:
    """What the last stage has; nothing where a file is none. Raises ``InputError`` for a conflict, and no UTF-8."""
    if re.search(rb"^\s*bootstrap\s*:", content, re.IGNORECASE | re.MULTILINE) is None:
        return Rows(path).finish(FORM)
    context = Context(path, include)
    earlier: dict[str, DefinedStage] = {}
    stage = None
    for sections in _stages(path, decode(content, path).splitlines()):
        stage = DefinedStage(path, include, context, earlier)
        for one in sorted(sections, key=lambda one: _ORDER.get(one.name, 0)):
            stage.follow(one)
        earlier[stage.name] = stage
    return Rows(path).finish(FORM) if stage is None else stage.finish()


_ORDER = {"header": -3, "arguments": -2, "files": -1}
"""Files are there before commands run, wherever the section stands."""


class DefinedStage:
    """One stage, as its sections are followed."""

    def __init__(self, path: str, include: Include, context: Context, earlier: dict[str, "DefinedStage"]) -> None:
        self.image = ImageBuild(path, include, context)
        self.name = ""
        self._earlier = earlier
        self._header: dict[str, tuple[Word, int]] = {}

    def follow(self, one: Section) -> None:
        """One section."""
        if one.name == "header":
            self._read_header(one)
        elif one.name == "files":
            self._copy(one)
        elif one.name in ("post", "appinstall"):
            self.image.run(one.text, {})

    def _read_header(self, one: Section) -> None:
        for number, line in zip(one.text.lines, one.text.text.splitlines(), strict=False):
            match = _HEADER.fullmatch(line.partition(" #")[0].strip())
            if match is not None:
                text = match[2].strip()
                self._header[match[1].lower()] = (Word(text, 0, "${" not in text), number)
        self.name = self._header["stage"][0].text if "stage" in self._header else ""

    def _copy(self, one: Section) -> None:
        """``%files [from STAGE]``: a source a line, and where it goes; in its own place where that is not said."""
        stage = one.rest.split()[1:2] if one.rest.split()[:1] == ["from"] else []
        for number, line in zip(one.text.lines, one.text.text.splitlines(), strict=False):
            words = [word.text for command in commands(line, {}) for word in command][:2]
            if not words:
                continue
            source, target = words[0], words[-1]
            if not stage:
                self.image.copies += copies_of((source, posixpath.join("/", target)), "/")
                continue
            source, target = (posixpath.normpath(posixpath.join("/", one)) for one in (source, target))
            self._copy_of_stage(StageCopy(stage[0], (source,), target), number)

    def _copy_of_stage(self, copy: StageCopy, line: int) -> None:
        other = self._earlier.get(copy.stage)
        if other is None:
            message = f"copies from stage {copy.stage}, which is not there"
            self.image.parts.at(copy.target).rows.unread("packages", line, message, message)
            return
        for part in self.image.parts.copy(other.image.parts, copy.sources[0], copy.target, line):
            self.image.chosen = part.python or self.image.chosen
            self.image.borrowed = other.python or self.image.borrowed

    @property
    def python(self) -> tuple[str, int] | None:
        """The Python that the commands chose, else that of the base image, else that of a stage copied from."""
        image, line = self._header.get("from", (Word("", 0), 0))
        told = python_of_image(image.text) if image.is_known else None
        return self.image.chosen or ((told, line) if told else None) or self.image.borrowed

    def finish(self) -> Declarations:
        """What the stage has."""
        rows = self.image.parts.installed()
        rows.extend(self.image.rows.finish(""))
        self._add_base(rows)
        python, line = self.python or (None, 0)
        return rows.finish(FORM, python=python, python_line=line, system=self.image.system)

    def _add_base(self, rows: Rows) -> None:
        agent = self._header["bootstrap"][0].text.lower() if "bootstrap" in self._header else ""
        for key in ("from", "osversion"):
            if key not in self._header:
                continue
            image, line = self._header[key]
            if image.is_known:
                text = image.text if agent in _REGISTRIES or not agent else f"{agent}:{image.text}"
                self.image.system.add(("image", plain_image(text), line))
            else:
                message = f"is built from {image.text}, where an argument has no value"
                rows.unread("system:image", line, message, image.text)


def _stages(path: str, lines: list[str]) -> list[list[Section]]:
    """The sections of each stage, with the values of arguments put in. Raises ``InputError`` for a conflict."""
    stages: list[list[Section]] = []
    name, rest, start = "header", "", 1
    gathered: list[str] = []

    def end(line: int) -> None:
        numbers = tuple(range(start, start + len(gathered))) or (line,)
        offsets: list[int] = []
        length = 0
        for text in gathered:
            offsets.append(length)
            length += len(text) + 1
        if stages:
            stages[-1].append(Section(name, rest, DockerText("\n".join(gathered), tuple(offsets) or (0,), numbers)))

    for number, line in enumerate(lines, start=1):
        if is_conflict(Line(number, line)):
            raise InputError("is a conflict marker", f"{path}:{number}", _HINT)
        header = _HEADER.fullmatch(line.strip())
        section = _SECTION.fullmatch(line)
        if header is not None and header[1].lower() == "bootstrap" and name != "help":
            if stages or name != "header":
                end(number)
                name, rest, start, gathered = "header", "", number, []
            stages.append([])
            gathered.append(line)
        elif section is not None:
            end(number)
            name, rest, start, gathered = section[1].lower(), section[2].strip(), number + 1, []
        else:
            gathered.append(line)
    end(len(lines))
    return [_with_arguments(one) for one in stages]


def _with_arguments(sections: list[Section]) -> list[Section]:
    """``{{ NAME }}`` with its value; as a variable without one where ``%arguments`` gives none."""
    values: dict[str, str] = {}
    for one in sections:
        if one.name == "arguments":
            pairs = (line.partition("=") for line in one.text.text.splitlines())
            values.update((key.strip(), value.strip().strip("\"'")) for key, equals, value in pairs if equals)

    def put(text: str) -> str:
        return _ARGUMENT.sub(lambda found: values.get(found[1], f"${{{found[1]}}}"), text)

    return [one._replace(rest=put(one.rest), text=_replaced(one.text, put(one.text.text))) for one in sections]


def _replaced(old: DockerText, text: str) -> DockerText:
    """The same lines with another text."""
    offsets = [0]
    for line in text.split("\n")[:-1]:
        offsets.append(offsets[-1] + len(line) + 1)
    return DockerText(text, tuple(offsets[: len(old.lines)]), old.lines)
