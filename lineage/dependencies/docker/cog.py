"""cog.yaml: the image that Cog builds for a model.

Source: Cog's documentation of ``cog.yaml`` and its schema: the Python, requirements in a list or a file, packages of
the system, and commands that run before the code is there. What predicts or trains asks for no package.
"""

import posixpath
from typing import Any

from lineage.dependencies.conda.shapes import as_table
from lineage.dependencies.docker.yaml_description import Description
from lineage.dependencies.forms import Include
from lineage.model.declarations import Declarations

FORM = "cog.yaml"
PARSE = "yaml"

_HINT = "write it as Cog's documentation of cog.yaml says"


def recognise(path: str) -> bool:
    """Whether a file is one of Cog, by its name."""
    return posixpath.basename(path) in ("cog.yaml", "cog.yml")


def declarations(path: str, document: Any, content: bytes, include: Include) -> Declarations:
    """What an image of Cog has. Raises ``InputError`` for another shape."""
    told = Description(path, content, include, _HINT)
    build = told.table({} if document is None else as_table(document, "the file", path, _HINT), "build")
    told.python(build, "python_version")
    told.requirements(build, "python_packages")
    if isinstance(file := build.get("python_requirements"), str):
        told.included(file, told.line("python_requirements"))
    told.system(build, "system_packages")
    told.setting(build, "cuda", "cuda")
    told.setting(build, "cudnn", "cudnn")
    for key in ("pre_install", "run"):
        listed = build.get(key)
        if isinstance(listed, str):
            listed = [listed]
        if isinstance(listed, list):
            listed = [one["command"] if isinstance(one, dict) and "command" in one else one for one in listed]
        told.run(told.texts({key: listed}, key))
    return told.finish(FORM)
