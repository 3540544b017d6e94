"""The log beside a manifest, ``<stem>.lineage-log.toml``: appended to only, each entry bound to a manifest's id."""

from collections.abc import Collection
from datetime import date
from pathlib import Path

from lineage.errors import InputError
from lineage.portable.policy import Accept
from lineage.portable.reading import Reader
from lineage.redaction.secrets import find_secret
from lineage.system.files import locked, read_document, replace, sweep
from lineage.system.tomlfile import parse_toml

_SHA256 = r"sha256:[0-9a-f]{64}"
_PRINTABLE = r"[^\x00-\x1f\x7f]+"
Difference = tuple[str, str | None, str | None]
"""(subject, recorded, observed)"""

_HINT = "take the file from git as it was committed; lineage accept appends to it"


def read_log(content: bytes, where: str) -> tuple[Accept, ...]:
    """The accepts of a log, in their order. Raises ``InputError`` with every failure."""
    reader = Reader(parse_toml(content, where), "")
    found = []
    for row in reader.tables("accept"):
        found.append(
            Accept(
                manifest=row.matching("manifest", _SHA256, "sha256: and 64 hexadecimal digits"),
                subject=row.matching("subject", _PRINTABLE, "printable"),
                recorded=row.optional_text("recorded", _PRINTABLE, "printable"),
                observed=row.optional_text("observed", _PRINTABLE, "printable"),
                because=row.matching("because", _PRINTABLE, "printable"),
                made=row.day("made"),
                until=row.day("until") if row.has("until") else None,
            )
        )
        row.done()
    reader.done()
    reader.finish(where, _HINT)
    return tuple(found)


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
    found = find_secret(accept.because)
    if found is not None:
        hint = "give the reason without it"
        raise InputError(f"looks like {found[1]}: nothing was written", where="--because", hint=hint)
    if not accept.because.isprintable():
        raise InputError("holds a character that cannot be printed: nothing was written", where="--because")
    from lineage.system.tomlwriter import render_toml

    given = {key: value for key, value in accept._asdict().items() if value is not None}
    with locked(path.parent) as held:
        if held:
            sweep(path)
        before = read_document(path, "log") if path.exists() else b""
        if any(one._replace(made=accept.made) == accept for one in read_log(before, str(path))):
            return False
        entry = render_toml({"accept": [given]}, ()).lstrip(b"\n")
        content = before + (b"\n" * (not before.endswith(b"\n")) + b"\n" if before else b"") + entry
        read_log(content, str(path))
        replace(path, content)
    return True
