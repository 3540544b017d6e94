"""bentofile.yaml: the image that BentoML builds for a service.

Source: BentoML's documentation of build options: packages and wheels for pip or a requirements file, an environment of
conda, the Python, packages of the system, a base image, a script that sets up the image. What ``lock_packages`` pins is
told only where the bento is built.
"""

import posixpath
from typing import Any

from lineage.dependencies.conda.shapes import as_table
from lineage.dependencies.conda.spec import add_spec
from lineage.dependencies.docker.listed import Asking, read_listed
from lineage.dependencies.docker.stages import DockerText, plain_image, python_of_image
from lineage.dependencies.docker.yaml_description import Description
from lineage.dependencies.forms import Include
from lineage.errors import InputError
from lineage.model.declarations import MAIN, Declarations

FORM = "bentofile.yaml"
PARSE = "yaml"

_HINT = "write it as BentoML's documentation of build options says"


def recognise(path: str) -> bool:
    """Whether a file is one of BentoML, by its name."""
    return posixpath.basename(path) in ("bentofile.yaml", "bentofile.yml")


def declarations(path: str, document: Any, content: bytes, include: Include) -> Declarations:
    """What the image of a service has. Raises ``InputError`` for another shape."""
    told = Description(path, content, include, _HINT)
    table = {} if document is None else as_table(document, "the file", path, _HINT)
    python, conda, docker = (told.table(table, key) for key in ("python", "conda", "docker"))
    told.requirements(python, "packages")
    told.requirements(python, "wheels")
    if isinstance(file := python.get("requirements_txt"), str):
        told.included(file, told.line("requirements_txt"))
    _read_conda(told, conda, path, include)
    told.system(docker, "system_packages")
    told.setting(docker, "cuda_version", "cuda")
    _read_image(told, docker)
    told.python(docker, "python_version")
    _read_script(told, docker, path, include)
    if docker.get("dockerfile_template") is not None:
        name = str(docker["dockerfile_template"])
        line = told.line("dockerfile_template")
        told.rows.unread(
            "packages",
            line,
            f"is built by the template {name[:80]}, which is not read",
            name,
            *_text(told, name, path, include),
        )
    return told.finish(FORM)


def _read_conda(told: Description, conda: dict[str, Any], path: str, include: Include) -> None:
    listed = conda.get("dependencies")
    if isinstance(listed, list):
        for one in [one for one in listed if isinstance(one, dict) and set(one) == {"pip"}]:
            told.requirements(one, "pip")
        listed = [one for one in listed if not isinstance(one, dict) or set(one) != {"pip"}]
    for text, line in told.texts({"dependencies": listed}, "dependencies"):
        python = add_spec(told.rows, text, MAIN, line)
        told.image.chosen = (python, line) if python else told.image.chosen
    told.requirements(conda, "pip")
    name = conda.get("environment_yml")
    if isinstance(name, str):
        line = told.line("environment_yml")
        file = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
        try:
            content = include(file)
            if content is None:
                told.rows.unread("packages", line, f"reads {file}, which does not exist", file)
            else:
                part = told.image.parts.at(None)
                read_listed(part, file, content, Asking(line, MAIN, include))
                told.image.chosen = part.python or told.image.chosen
        except InputError as error:
            message = f"reads {file}: {error.message} ({error.where})"
            told.rows.unread("packages", line, message, message, *told.rows.contents((file,), include))


def _read_image(told: Description, docker: dict[str, Any]) -> None:
    image = docker.get("base_image")
    if isinstance(image, str):
        line = told.line("base_image")
        told.image.system.add(("image", plain_image(image), line))
        python = python_of_image(image)
        told.image.chosen = told.image.chosen or ((python, line) if python else None)


def _read_script(told: Description, docker: dict[str, Any], path: str, include: Include) -> None:
    """The commands of a script that sets up the image; one in another language is unknown."""
    name = docker.get("setup_script")
    if not isinstance(name, str):
        return
    line = told.line("setup_script")
    texts = _text(told, name, path, include)
    if not texts or (texts[0].startswith("#!") and "sh" not in texts[0].partition("\n")[0]):
        told.rows.unread(
            "packages", line, f"runs {name[:80]}, which is no script of a shell that is there", name, *texts
        )
        return
    told.image.run(DockerText(texts[0], (0,), (line,)), {})


def _text(told: Description, name: str, path: str, include: Include) -> list[str]:
    file = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
    return list(told.rows.contents((file,), include))
