"""How the models of a retraining are to be captured, kept beside its run until they are."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from lineage.errors import InputError
from lineage.model.retraining import Renewal
from lineage.system.files import read_document, replace

_NAME = "renewals.json"


def keep_renewals(place: Path, renewals: Sequence[Renewal]) -> None:
    """Keep them in the directory of a run. Raises ``StoreError``."""
    replace(place / _NAME, json.dumps([asdict(one) for one in renewals], sort_keys=True).encode("ascii"))


def kept_renewals(place: Path) -> tuple[Renewal, ...]:
    """What was kept; nothing of a run that is no retraining. Raises ``InputError`` where it cannot be read."""
    path = place / _NAME
    if not path.exists():
        return ()
    try:
        rows = json.loads(read_document(path, "record of a retraining"))
        return tuple(Renewal(**{**row, "paths": tuple(row["paths"]), "reasons": tuple(row["reasons"])}) for row in rows)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        hint = "retrain again, or capture the weights with lineage capture PATH"
        raise InputError(f"the record of the retraining cannot be read: {error}", str(path), hint) from error
