"""A Dockerfile: the base image of its last stage, and what the RUN instructions of that stage install.

Source: the Dockerfile reference. The stages that the last one is built FROM count with it; what it only copies from
another stage is not followed. Nothing is run: a name or version that hangs on a variable without a value in the file, or
on the output of a command, is unknown.
"""

import posixpath
import re

from lineage.core.declarations.dockerlines import Instruction, instructions
from lineage.core.declarations.dockerstage import Stage
from lineage.core.declarations.forms import Include
from lineage.core.declarations.shellwords import Word, expand
from lineage.errors import InputError
from lineage.model.declarations import Declarations
from lineage.portable.environment import Unknown

FORM = "Dockerfile"
PARSE = "text"
MAX_STAGES = 200

_NAMES = re.compile(r"(?:.+[-_.])?(?:Dockerfile|Containerfile)(?:[-_.].+)?|.+\.dockerfile", re.IGNORECASE)
_FROM = re.compile(r"(?:--\S+\s+)*(?P<image>\S+)(?:\s+AS\s+(?P<name>\S+))?\s*", re.IGNORECASE)
_ARGUMENT = re.compile(r"(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?:=(?P<value>.*))?", re.DOTALL)
_HUB = re.compile(r"\A(?:(?:index\.)?docker\.io/)?(?:library/)?(?=[^/]*(?:/[^/]*)?\Z)")
_TAG = re.compile(r"v?(?P<version>[0-9]+(?:\.[0-9]+){0,2}(?:(?:a|b|rc)[0-9]+)?)(?:-.*)?")
_NAMED_TAG = re.compile(r"(?:.*-)?python-?(?P<version>[0-9]+\.[0-9]+(?:\.[0-9]+)?)(?:-.*)?")
_NOT_READ = frozenset({"dockerignore"})


def recognise(path: str) -> bool:
    """Whether a file is a Dockerfile, by its name."""
    base = posixpath.basename(path)
    return _NAMES.fullmatch(base) is not None and base.rpartition(".")[2] not in _NOT_READ


def declarations(path: str, document: object, content: bytes, include: Include) -> Declarations:
    """What the last stage has. Raises ``InputError`` where the text is no Dockerfile, with file and line."""
    stages, names = _stages(content, path)
    if not stages:
        raise InputError("has no FROM", path, "name the base image")
    chain = [stages[-1]]
    while chain[0][0] in names and len(chain) <= len(stages):
        chain.insert(0, stages[names[chain[0][0]]])
    return _read(path, chain, include)
