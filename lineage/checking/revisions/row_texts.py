"""What stood on each side of a change of a package, as people read it."""

from collections.abc import Callable, Sequence

from lineage.checking.due.package_moves import value_of
from lineage.dependencies.artifacts import are_other_files, first_digest
from lineage.model.declarations import Dependency

Rows = Sequence[Dependency]


def texts_of(left: Rows, right: Rows) -> tuple[str | None, str | None]:
    """The values as written, ``""`` for a package without any; with as much beside them as tells the sides apart."""
    if not left or not right:
        return _text(left, _shown), _text(right, _shown)
    old, new = _moved(left, right)
    details = (_shown, _with_source, _with_extras, _with_group, _with_marker)
    both = ((_text(old, detail), _text(new, detail)) for detail in details)
    return next((pair for pair in both if pair[0] != pair[1]), (_builds(old, new), _builds(new, old)))


def _text(rows: Rows, detail: Callable[[Dependency], str]) -> str | None:
    return ", ".join(sorted({detail(row) for row in rows} - {""})) if rows else None


def _builds(rows: Rows, others: Rows) -> str:
    """Values of which the version is the other side's: with what tells the one build from the other."""
    are_other = are_other_files([one.digests for one in rows], [one.digests for one in others])
    digest = first_digest(one.digests for one in rows) if are_other else ""
    return ", ".join(sorted({_build(row, digest) for row in rows}))


def _build(row: Dependency, digest: str) -> str:
    told = ", ".join(filter(None, (row.origin or row.source, digest))) or "an index"
    return f"{_shown(row)} ({told})" if row.version else f"{row.origin} {row.source}".strip()


def _moved(left: Rows, right: Rows) -> tuple[Rows, Rows]:
    """Of several rows those that the other side lacks; all, where rows only came beside others or went from there."""
    theirs, mine = ({value_of(row) for row in side} for side in (left, right))
    old, new = [row for row in left if value_of(row) not in mine], [row for row in right if value_of(row) not in theirs]
    return (old, new) if old and new else (left, right)


def _shown(row: Dependency) -> str:
    text = row.version or row.written or row.specifier
    if row.origin and not row.version:
        return row.origin
    if row.label:
        return f"{text}={row.label}" if row.version else f"{text} {row.label}".lstrip()
    return text


def _with_source(row: Dependency) -> str:
    text = _shown(row)
    return (
        f"{text} ({row.origin or row.source or ('conda' if row.manager == 'conda' else 'from an index')})"
        if row.version
        else text
    )


def _with_extras(row: Dependency) -> str:
    return f"[{','.join(row.extras)}]{_shown(row)}" if row.extras else _shown(row)


def _with_group(row: Dependency) -> str:
    return f"{_shown(row)} ({row.group})".lstrip()


def _with_marker(row: Dependency) -> str:
    return f"{_shown(row)} ; {row.marker}" if row.marker else _shown(row)
