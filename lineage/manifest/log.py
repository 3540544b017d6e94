"""The log beside a manifest, ``<stem>.lineage-log.toml``: appended to only, each entry bound to a manifest's id."""

from collections.abc import Callable, Collection, Mapping
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from lineage.errors import InputError
from lineage.model.outside import Called
from lineage.portable.policy import Accept
from lineage.portable.reading import Reader
from lineage.redaction.secrets import find_secret
from lineage.system.files import locked, read_document, replace, sweep
from lineage.system.tomlfile import parse_toml

_SHA256 = r"sha256:[0-9a-f]{64}"
_PRINTABLE = r"[^\x00-\x1f\x7f]+"
Difference = tuple[str, str | None, str | None]
"""(subject, recorded, observed)"""

Entry = TypeVar("Entry", Accept, Called)

_HINT = "take the file from git as it was committed; lineage accept appends to it"


def read_log(content: bytes, where: str) -> tuple[Accept, ...]:
    """The accepts of a log, in their order. Raises ``InputError`` with every failure."""
    return _read(content, where)[0]


def read_calls(content: bytes, where: str) -> tuple[Called, ...]:
    """What a log calls due, in its order. Raises ``InputError`` with every failure."""
    return _read(content, where)[1]


def _read(content: bytes, where: str) -> tuple[tuple[Accept, ...], tuple[Called, ...]]:
    reader = Reader(parse_toml(content, where), "")
    rows, calls = reader.tables("accept"), reader.tables("due")
    found = tuple(_accept(row) for row in rows), tuple(Called(**_entry(row)) for row in calls)
    for row in (*rows, *calls):
        row.done()
    reader.done()
    reader.finish(where, _HINT)
    return found


def _accept(row: Reader) -> Accept:
    return Accept(
        subject=row.matching("subject", _PRINTABLE, "printable"),
        recorded=row.optional_text("recorded", _PRINTABLE, "printable"),
        observed=row.optional_text("observed", _PRINTABLE, "printable"),
        until=row.day("until") if row.has("until") else None,
        **_entry(row),
    )


def _entry(row: Reader) -> Mapping[str, Any]:
    """What every entry has: whose it is, why, and since when."""
    return {
        "manifest": row.matching("manifest", _SHA256, "sha256: and 64 hexadecimal digits"),
        "because": row.matching("because", _PRINTABLE, "printable"),
        "made": row.day("made"),
    }


def stale_accepts(
    path: Path, manifest: str, today: date, differing: Collection[Difference] | None = None
) -> list[tuple[Accept, str]]:
    """The accepts of a log that count for nothing any more, each with the reason; none where there is no log.

    ``manifest`` is the id of the manifest beside it, ``today`` a day in UTC, ``differing`` what differs
    of the model now, where that is known. Raises ``InputError``.
    """
    if not path.is_file():
        return []
    found = []
    for one in read_log(read_document(path, "log"), str(path)):
        if one.manifest != manifest:
            found.append((one, f"was accepted for the manifest {one.manifest[:19]}, which this one replaced"))
        elif one.until is not None and one.until < today:
            found.append((one, f"ended on {one.until}"))
        elif differing is not None and (one.subject, one.recorded, one.observed) not in differing:
            sides = f"{one.recorded or 'nothing'} → {one.observed or 'nothing'}"
            found.append((one, f"accepts {sides}, and that is not what differs now"))
    return found


def append_accept(path: Path, accept: Accept) -> bool:
    """Append one accept, whole and durable; false where the same one stands there already, whatever day it was made.

    Raises ``StoreError``; ``InputError`` where what stands there is no log, or the reason cannot be published.
    """
    return _append(path, "accept", accept, read_log)


def append_call(path: Path, called: Called) -> bool:
    """The same for what somebody calls due."""
    return _append(path, "due", called, read_calls)


def _append(path: Path, kind: str, entry: Entry, read: Callable[[bytes, str], tuple[Entry, ...]]) -> bool:
    found = find_secret(entry.because)
    if found is not None:
        hint = "give the reason without it"
        raise InputError(f"looks like {found[1]}: nothing was written", where="--because", hint=hint)
    if not entry.because.isprintable():
        raise InputError("holds a character that cannot be printed: nothing was written", where="--because")
    from lineage.system.tomlwriter import render_toml

    given = {key: value for key, value in entry._asdict().items() if value is not None}
    with locked(path.parent) as held:
        if held:
            sweep(path)
        before = read_document(path, "log") if path.exists() else b""
        if any(one._replace(made=entry.made) == entry for one in read(before, str(path))):
            return False
        added = render_toml({kind: [given]}, ()).lstrip(b"\n")
        content = before + (b"\n" * (not before.endswith(b"\n")) + b"\n" if before else b"") + added
        read(content, str(path))
        replace(path, content)
    return True
