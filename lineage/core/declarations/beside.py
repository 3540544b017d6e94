"""What the project beside a lock asks for: the roots of locks that do not say what their packages are for."""

import posixpath
import re
import tomllib

from lineage.core.declarations import pyproject
from lineage.core.declarations.forms import Include
from lineage.core.declarations.rows import Rows
from lineage.errors import InputError
from lineage.model.declarations import Dependency

_MAX_SIZE = 1 << 20  # bytes; no real project file is larger
_DOTTED = re.compile(rb"(?:\.[ \t]*+[A-Za-z0-9_\"'-]++[ \t]*+){17}")
"""Keys that ``tomllib`` needs quadratic time for; no project has any, and the roots are only looked up."""


def asked_beside(rows: Rows, include: Include) -> tuple[Dependency, ...]:
    """The rows of the pyproject.toml beside a lock, without what builds it; none where it is not there or not readable.

    A file that is read is added to ``rows.files``. Whoever judges that file itself tells what is wrong with it.
    """
    path = posixpath.join(posixpath.dirname(rows.path), "pyproject.toml")
    try:
        content = include(path)
        if content is None or len(content) > _MAX_SIZE or _DOTTED.search(content):
            return ()
        document = tomllib.loads(content.decode("utf-8"))
        found = pyproject.declarations(path, document, content, include)
    except (InputError, ValueError, RecursionError):
        return ()
    rows.files.update(found.files)
    return tuple(row for row in found.dependencies if row.group != "build")
