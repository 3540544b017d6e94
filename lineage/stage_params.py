"""The parameters that files give a DVC stage, as a capture would record them."""

from collections.abc import Callable, Mapping

from lineage.core.stagevalues import nested, picked, recordable, together
from lineage.errors import InputError
from lineage.model.stage import Stage
from lineage.system.valuefile import parse_values


def stage_params(stage: Stage, read: Callable[[str], bytes | None]) -> tuple[Mapping[str, object], str]:
    """(nested values, the first file that gives any); ``read`` gives the bytes of a path, ``None`` for none.

    Raises ``InputError`` for a file that cannot be read.
    """
    found = []
    for path, keys in stage.params:
        content = read(path)
        if content is None:
            continue
        values = parse_values(content, path)
        if not isinstance(values, Mapping):
            raise InputError("must be a table of names and values", where=path)
        kept = nested(picked(values, keys)[0]) if keys else values
        found.append((path, recordable(kept)[0]))
    return together(found), found[0][0] if found else ""
