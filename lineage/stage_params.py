"""The parameters that the files of a revision give the DVC stage of some weights, as a capture would record them."""

import posixpath
from collections.abc import Mapping

from lineage.core.inputs import is_within
from lineage.core.stagevalues import nested, picked, recordable, together
from lineage.errors import InputError
from lineage.model.manifest import Manifest
from lineage.model.stage import Stage
from lineage.revisions import Revision
from lineage.system.valuefile import parse_values


def stage_params(manifest: Manifest, revision: Revision) -> tuple[Mapping[str, object], str]:
    """(nested values, the first file that gives any): none where no stage makes the weights or it has no parameters.

    Raises ``InputError`` for a file that cannot be read.
    """
    stage = _maker(revision.stages(), [one.path for one in manifest.weights]) if manifest.params else None
    if stage is None:
        return {}, ""
    found = []
    for path, keys in stage.params:
        content = revision.read(path)
        if content is None:
            continue
        values = parse_values(content, path)
        if not isinstance(values, Mapping):
            raise InputError("must be a table of names and values", where=path)
        kept = nested(picked(values, keys)[0]) if keys else values
        found.append((path, recordable(kept)[0]))
    return together(found), found[0][0] if found else ""


def _maker(stages: tuple[Stage, ...], paths: list[str]) -> Stage | None:
    """The stage with the output that is the weights, else the nearest around them."""
    for path in paths:
        found = [
            (len(out), index)
            for index, stage in enumerate(stages)
            for out in map(posixpath.normpath, stage.outs)
            if is_within(path, [out])
        ]
        if found:
            return stages[max(found)[1]]
    return None
