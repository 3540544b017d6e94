"""What of a user's own values (name, labels, parameters, metrics, variables) a manifest may have."""

from collections.abc import Mapping
from pathlib import Path

from lineage.capturing.request import CaptureRequest
from lineage.errors import InputError
from lineage.model.manifest import SUFFIX, Table, freeze
from lineage.portable.environment import Problem
from lineage.redaction.secrets import secret_key
from lineage.redaction.values import published_values


def refuse_secrets(request: CaptureRequest) -> None:
    """What would not be written is refused before anything is read. Raises ``InputError``."""
    values = {"labels": request.labels, "metrics": request.metrics, "name": request.name, "params": request.params}
    found = secret_key(values)
    if found is not None:
        where = str(request.output or f"{request.paths[0]}{SUFFIX}")
        hint = "take it out of the labels, metrics or parameters"
        raise InputError(f"{found[0]} looks like {found[1]}: nothing was written", where, hint)


def published_tables(tables: Mapping[str, Table], root: Path) -> tuple[dict[str, Table], list[Problem]]:
    """The tables without secrets and paths of this machine, and what of them is left out."""
    found, problems = {}, []
    for what, values in tables.items():
        kept, lost = published_values(values, str(root))
        found[what] = freeze(kept)
        problems += [Problem(f"{what}.left-out", what, detail) for detail in lost]
    return found, problems


def published_name(name: str, root: Path) -> str:
    """A name that was given. Raises ``InputError`` for one that may not be published."""
    kept, lost = published_values({"name": name}, str(root))
    if lost:
        raise InputError(lost[0].partition(": ")[2], where="--name", hint="give the model another name")
    return str(kept["name"])
