"""A Dockerfile: the base image of its last stage, and what the RUN instructions of that stage install.

Source: the Dockerfile reference. The stages that the last one is built FROM count with it; what it only copies from
another stage is not followed. Nothing is run: a name or a version that hangs on a variable without a value in the file,
or on the output of a command, is unknown.
"""

import posixpath
import re

from lineage.dependencies.docker.build import Build
from lineage.dependencies.docker.stages import plain_image, python_of_image, read_stages
from lineage.dependencies.forms import Include
from lineage.model.declarations import Declarations
from lineage.portable.environment import Unknown

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
    build = Build(path, include, stages.arguments)
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
