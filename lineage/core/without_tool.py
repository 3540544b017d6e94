"""A watched process without what this tool loaded in it: what ``lineage.capture`` imports is no part of a model."""

import posixpath
from dataclasses import replace

from lineage.model.observed import Process

_TOOL = "lineage"


def without_tool(process: Process) -> Process:
    """The process as if it had not used this tool; one that did not is given back as it is.

    Left out are the tool's own modules and those that were imported first by one that is left out.
    """
    files = dict(process.modules)
    own = files.get(_TOOL)
    if own is None or posixpath.basename(own) != "__init__.py":
        return process
    package = posixpath.dirname(own) + "/"
    gone = {name for name, file in process.modules if file and file.startswith(package)}
    children: dict[str, list[str]] = {}
    for name, importer in process.importers:
        children.setdefault(importer, []).append(name)
    pending = [file for name in gone if (file := files.get(name))]
    while pending:
        for name in children.get(pending.pop(), ()):
            if name not in gone:
                gone.add(name)
                file = files.get(name)
                pending += [file] if file else []
    kept = tuple(one for one in process.modules if one[0] not in gone)
    left = {file for name, file in process.modules if name in gone and file} - {file for _, file in kept if file}
    return replace(
        process,
        modules=kept,
        importers=tuple(one for one in process.importers if one[0] not in gone),
        libraries=tuple(one for one in process.libraries if one not in left),
    )
