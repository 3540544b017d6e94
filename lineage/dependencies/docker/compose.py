"""The build arguments that a compose file gives a Dockerfile, where that leaves them without a value.

Source: the Compose specification, ``services.NAME.build``: the Dockerfile by ``context`` and ``dockerfile``, ``args``
as a table or a list. What services give different values, or the caller's environment tells, stays unknown.
"""

import posixpath
from collections.abc import Iterator
from typing import Any

from lineage.dependencies.docker.expansions import substitute
from lineage.dependencies.forms import Include
from lineage.errors import InputError
from lineage.system.yamlfile import read_yaml

NAMES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
_LEVELS = 4
"""folders that are looked into, from that of the Dockerfile upwards"""


def given_arguments(path: str, include: Include) -> tuple[dict[str, str], frozenset[str]]:
    """({argument: value}, the compose files that tell) for a Dockerfile, by the nearest folder that has such a file."""
    folder = posixpath.dirname(path)
    for _ in range(_LEVELS):
        for name in NAMES:
            file = posixpath.join(folder, name)
            try:
                content = include(file)
                document = None if content is None else read_yaml(content, file)
            except InputError:  # the arguments stay unknown by their names
                continue
            found = _values(document, folder, path)
            if found:
                return found, frozenset({file})
        if not folder:
            break
        folder = posixpath.dirname(folder)
    return {}, frozenset()


def _values(document: object, folder: str, path: str) -> dict[str, str]:
    values: dict[str, set[str | None]] = {}
    for build in _builds(document):
        context, file = build.get("context", "."), build.get("dockerfile", "Dockerfile")
        if not isinstance(context, str) or not isinstance(file, str):
            continue
        if posixpath.normpath(posixpath.join(folder, context, file)) == path:
            for name, value in _pairs(build.get("args")):
                values.setdefault(name, set()).add(value)
    single = {name: next(iter(told)) for name, told in values.items() if len(told) == 1}
    return {name: value for name, value in single.items() if value is not None}


def _builds(document: object) -> Iterator[dict[Any, Any]]:
    services = document.get("services") if isinstance(document, dict) else None
    for service in services.values() if isinstance(services, dict) else ():
        build = service.get("build") if isinstance(service, dict) else None
        if isinstance(build, dict):
            yield build


def _pairs(listed: object) -> Iterator[tuple[str, str | None]]:
    """Arguments with their values; ``None`` for one that hangs on the environment, or is a number with a point."""
    if isinstance(listed, list):
        pairs = [one.partition("=") for one in listed if isinstance(one, str)]
        yield from ((name, substitute(value, {}) if equals else None) for name, equals, value in pairs)
    elif isinstance(listed, dict):
        for name, value in listed.items():
            text = str(value) if isinstance(value, int) else value
            yield str(name), substitute(text, {}) if isinstance(text, str) else None
