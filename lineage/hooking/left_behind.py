"""What a push leaves behind: snapshots of code and objects of DVC that the pushed manifests need."""

import shlex
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from lineage.checking.revisions.readings import Readings
from lineage.code.snapshots.rules import NAMESPACE
from lineage.errors import InputError, RepositoryError
from lineage.git.asking import give
from lineage.git.objects import GitObjects
from lineage.git.published import listed_refs
from lineage.model.manifest import Manifest, manifests_among


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """One line that git gives a pre-push hook."""

    local: str
    """the id of what is pushed"""
    ref: str
    """its name there"""
    remote: str
    """the id of what the remote has under that name; zeros for nothing"""


def parse_pushed(text: str) -> tuple[Pushed, ...]:
    """What is pushed, without what is deleted; lines of another form are left out."""
    rows = [line.split() for line in text.splitlines()]
    found = [Pushed(local=row[1], ref=row[2], remote=row[3]) for row in rows if len(row) == 4]
    return tuple(one for one in found if one.local.strip("0"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What stays behind of one model."""

    name: str
    what: str
    command: str

    def __str__(self) -> str:
        return f"{self.name}: {self.what}: {self.command}"


def left_behind(
    objects: GitObjects,
    readings: Readings,
    pushed: Sequence[Pushed],
    remote: tuple[str, str],
    *,
    trusts_config: bool = False,
) -> tuple[Left, ...]:
    """What the manifests in the pushed commits need and the remote will not have.

    ``remote``: its name and its address. The remote is asked for its refs, and DVC's for its objects, only where a
    manifest needs it. Raises ``RepositoryError``, ``NotFollowedError`` where a program that the repository's own
    configuration names was not followed.
    """
    manifests = _manifests(objects, readings, pushed, remote[0])
    wanted = {one.code.commit: one for one in manifests if one.code.commit and one.code.is_snapshot}
    wanted = {commit: one for commit, one in wanted.items() if objects.has(commit)}
    taken = {one.local for one in pushed}
    found = []
    if wanted.keys() - taken:
        kept = [f"{NAMESPACE}*"]
        there = set(listed_refs(objects.root, remote[1], "the remote", kept, trusts_config=trusts_config).values())
        for commit in sorted(wanted.keys() - taken - there):
            command = f"git push {shlex.quote(remote[0])} {NAMESPACE}{commit}:{NAMESPACE}{commit}"
            found.append(Left(name=wanted[commit].name, what="the snapshot of its code is not pushed", command=command))
    return tuple(found + [one for manifest in manifests for one in _of_dvc(manifest, objects.root)])


def _manifests(objects: GitObjects, readings: Readings, pushed: Sequence[Pushed], remote: str) -> tuple[Manifest, ...]:
    """Each manifest that a pushed commit brings, the newest of one name first; what cannot be read is left out."""
    found: dict[tuple[str, str], Manifest] = {}
    for one in pushed:
        tip = objects.known(one.local)
        if tip is None:  # a tag of something else
            continue
        known = objects.known(one.remote) if one.remote.strip("0") else None
        for path, blob in _brought(objects, tip, known, remote):
            try:
                stored = readings.manifest(path, blob, _content(objects, blob))
            except InputError:
                continue
            found.setdefault((path, blob), stored.manifest)
    return tuple(found.values())


def _content(objects: GitObjects, blob: str) -> Callable[[], bytes]:
    return lambda: objects.blob(blob) or b""


def _brought(objects: GitObjects, tip: str, known: str | None, remote: str) -> Iterable[tuple[str, str]]:
    """(path, blob id) of the manifests that the commits behind ``tip`` bring which the remote lacks."""
    paths = manifests_among(objects.tree(tip))
    if not paths:
        return []
    lacks = ["--not", known] if known else ["--not", f"--remotes={remote}"]
    commits = give(objects.root, "rev-list", tip, *lacks, "--", *paths).stdout
    form = ("--stdin", "-r", "-m", "--root", "--no-commit-id", "--raw", "--no-renames", "--no-abbrev", "-z")
    rows = give(objects.root, "diff-tree", *form, "--", *paths, given=commits).stdout.split(b"\0")
    heads, names = rows[0::2], rows[1::2]
    brought = [
        (name.decode("utf-8", "surrogateescape"), head.split(b" ")[3].decode())
        for head, name in zip(heads, names, strict=False)
    ]
    return [(path, blob) for path, blob in brought if blob.strip("0")]


def _of_dvc(manifest: Manifest, root: Path) -> list[Left]:
    """The weights that DVC tracks as recorded, and whose objects its default remote lacks."""
    from lineage.dvc.tracking import dvc_output, dvc_project

    found = []
    for one in manifest.weights:
        project, inside = dvc_project(root, one.path)
        if not (project / ".dvc").is_dir():
            continue
        output = dvc_output(project, inside)
        if output is None or output.md5 is None or output.md5 != one.md5:
            continue
        from lineage.dvc.tracking import missing_in_remote

        try:
            missing = missing_in_remote(project, inside)
        except RepositoryError as error:
            found.append(Left(name=manifest.name, what=error.message, command="dvc push"))
            continue
        where = "" if project == root else f" --cd {shlex.quote(project.relative_to(root).as_posix())}"
        if missing is None:
            what, command = "DVC has no default remote for its weights", f"dvc{where} remote add --default NAME URL"
            found.append(Left(name=manifest.name, what=what, command=command))
        elif missing:
            what = "its weights are not in DVC's remote"
            found.append(Left(name=manifest.name, what=what, command=f"dvc{where} push {shlex.quote(inside)}"))
    return found
