"""``git status --porcelain=v2 -z`` as values.

Every record ends in a null character; its first letter says how many fields stand before the path, which may
itself hold spaces and newlines. The form is described in git-status(1), "Porcelain Format Version 2".
"""

from lineage.errors import RepositoryError
from lineage.git.gitpython import decode
from lineage.model.code import Edit, FileChange, Staged

ARGUMENTS = (
    "status",
    "--porcelain=v2",
    "-z",
    "--untracked-files=all",
    "--ignore-submodules=dirty",  # git would run filters inside: what a submodule holds is asked of it alone
    "--no-renames",  # a rename is the loss of one path and the appearance of another
)
_NOTHING = "000000"


def parse_status(output: bytes) -> tuple[FileChange, ...]:
    """The changes that git reports, sorted by path.

    A path that was taken out of the index and still lies in the work tree is there twice: ``deleted`` and
    ``untracked``. Raises RepositoryError for a record that the format does not have.
    """
    return tuple(FileChange(path=edit.path, status=edit.status) for edit in parse_edits(output))


def parse_edits(output: bytes) -> tuple[Edit, ...]:
    """The same, with what the index holds."""
    records = [record for record in output.split(b"\0") if record and not record.startswith(b"#")]
    return tuple(sorted((_edit(record) for record in records), key=lambda edit: (edit.path, edit.status)))


def _edit(record: bytes) -> Edit:
    match record[:2]:
        case b"? ":
            return Edit(path=decode(record[2:]), status="untracked")
        case b"1 ":
            path = _field(record, 8)
            _, states, _, _, mode, now, _, blob, _ = decode(record).split(" ", 8)
            return Edit(
                path=path,
                status=_status(states),
                staged=None if mode == _NOTHING else Staged(mode=mode, blob=blob),
                is_staged=states[0] != ".",
                is_as_staged=states[1] == ".",
                mode=now,
            )
        case b"u ":
            return Edit(path=_field(record, 10), status="unmerged", mode=decode(record.split(b" ", 7)[6]))
        case _:
            raise _unreadable(record)


def _field(record: bytes, before: int) -> str:
    fields = record.split(b" ", before)
    if len(fields) <= before:
        raise _unreadable(record)
    return decode(fields[before])


def _status(staged_and_not: str) -> str:
    """One word for what happened to a path between HEAD and index, and between index and work tree."""
    if "D" in staged_and_not:
        return "deleted"
    return "added" if "A" in staged_and_not else "modified"


def _unreadable(record: bytes) -> RepositoryError:
    hint = "please report this, with the output of git --version"
    return RepositoryError(f"unknown record of git: {record!r}", where="git status", hint=hint)
