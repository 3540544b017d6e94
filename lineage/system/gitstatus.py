"""``git status --porcelain=v2 -z`` as values.

Every record ends in a null character; its first letter says how many fields stand before the path, which may
itself hold spaces and newlines. The form is described in git-status(1), "Porcelain Format Version 2".
"""

from lineage.errors import RepositoryError
from lineage.model.code import FileChange
from lineage.system.gitcommand import decode

ARGUMENTS = (
    "status",
    "--porcelain=v2",
    "-z",
    "--untracked-files=all",
    "--ignore-submodules=none",
    "--no-renames",  # a rename is the loss of one path and the appearance of another
)


def parse_status(output: bytes) -> tuple[FileChange, ...]:
    """The changes that git reports, sorted by path.

    A path that was taken out of the index and still lies in the work tree is there twice: ``deleted`` and
    ``untracked``. Raises RepositoryError for a record that the format does not have.
    """
    records = [record for record in output.split(b"\0") if record and not record.startswith(b"#")]
    return tuple(sorted((_change(record) for record in records), key=lambda c: (c.path, c.status)))


def _change(record: bytes) -> FileChange:
    match record[:2]:
        case b"? ":
            return FileChange(path=decode(record[2:]), status="untracked")
        case b"1 ":
            return FileChange(path=_field(record, 8), status=_status(record[2:4]))
        case b"u ":
            return FileChange(path=_field(record, 10), status="unmerged")
        case _:
            raise _unreadable(record)


def _field(record: bytes, before: int) -> str:
    fields = record.split(b" ", before)
    if len(fields) <= before:
        raise _unreadable(record)
    return decode(fields[before])


def _status(staged_and_not: bytes) -> str:
    """One word for what happened to a path between HEAD and index, and between index and work tree."""
    if b"D" in staged_and_not:
        return "deleted"
    return "added" if b"A" in staged_and_not else "modified"


def _unreadable(record: bytes) -> RepositoryError:
    hint = "please report this, with the output of git --version"
    return RepositoryError(f"unknown record of git: {record!r}", where="git status", hint=hint)
