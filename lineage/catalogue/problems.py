"""What is not reproducible about a manifest, as of now: looked up live, never recorded."""

import shlex
from collections.abc import Callable, Collection
from datetime import date
from functools import partial
from pathlib import Path, PurePosixPath

from lineage.catalogue.published import code_problems
from lineage.dvc.tracking import TrackedOutput, dvc_output, dvc_project
from lineage.errors import InputError, RepositoryError, WeightsError
from lineage.git.published import listed_refs
from lineage.git.repository import GitRepository
from lineage.manifest.log import Difference, stale_accepts
from lineage.model.manifest import Manifest, StoredManifest, log_path
from lineage.model.report import Shown
from lineage.model.weights import Weights
from lineage.portable.distinfo import is_local
from lineage.portable.environment import Package, Problem
from lineage.weights.measure import dos2unix_md5s, found_as_recorded

_IGNORED = "lies there, but .dvcignore leaves it out: it is not recorded"
_LOCAL = "was installed from a file or directory that only one machine has"


def problems_now(
    stored: StoredManifest,
    *,
    root: Path | None = None,
    remote: bool = False,
    trusts_config: bool = False,
    today: date | None = None,
    differing: Collection[Difference] | None = None,
    advance: Callable[[int], None] | None = None,
) -> Shown:
    """The manifest with the problems of now: is its commit published, are its weights there, whole and tracked?

    ``root`` is where the weights are looked for when git cannot be asked; then nothing else is looked up. ``today``:
    which accepts of its log count for nothing any more, on this day (UTC)? ``differing`` is what differs of the model
    in the work tree, ``None`` where that is not known: an accept of anything else counts for nothing either. With
    ``remote`` also: is the commit on a remote now, and are the weights in DVC's default one? That asks the network;
    ``trusts_config``: by the programs, too, that the repository's own configuration names.

    Raises ``RepositoryError`` when DVC or git cannot read the repository that the manifest lies in.
    """
    manifest = stored.manifest
    problems = [Problem("package.local", f"package:{one.name}", _LOCAL) for one in _local(manifest)]
    problems += [] if today is None else _accept_problems(stored, today, differing)
    try:
        repository = GitRepository.open(Path(stored.path).absolute().parent)
    except RepositoryError as error:
        what = "nothing" if root is None else "nothing but the weights"
        told = f"{error.message}; {error.hint}" if error.hint else error.message
        problems.append(Problem("code.unknown", "code", f"{what} can be looked up: {told}"))
        if root is not None:
            problems += [problem for one in manifest.weights for problem in _bytes_problems(one, root, advance)]
        return Shown(stored=stored, asked=True, now=tuple(sorted(problems)))
    asking = partial(listed_refs, trusts_config=trusts_config)
    with repository:
        problems += code_problems(manifest.code, repository, remote=asking if remote else None)
        problems += _manifest_problems(stored, repository)
        tracked = frozenset(repository.index())
        for one in manifest.weights:
            found = _bytes_problems(one, repository.root, advance)
            problems += found
            is_whole = all(problem.code == "weights.ignored" for problem in found)
            problems += _tracking_problems(one, repository.root, tracked, is_whole=is_whole, remote=remote)
    return Shown(stored=stored, asked=True, now=tuple(sorted(problems)))


def _accept_problems(stored: StoredManifest, today: date, differing: Collection[Difference] | None) -> list[Problem]:
    """Accepts that count for nothing any more; a manifest of a revision has no log beside it."""
    path = log_path(Path(stored.path))
    try:
        stale = stale_accepts(path, stored.id, today, differing)
    except InputError as error:
        return [Problem("accept.unreadable", str(path), error.message)]
    return list(dict.fromkeys(Problem("accept.stale", one.subject, why) for one, why in stale))


def _local(manifest: Manifest) -> list[Package]:
    return [package for package in manifest.environment.packages if is_local(package)]


def _manifest_problems(stored: StoredManifest, repository: GitRepository) -> list[Problem]:
    path = Path(stored.path).absolute()
    if not path.is_file():
        return []
    relative = (path.parent.resolve() / path.name).relative_to(repository.root).as_posix()
    committed = repository.read_at("HEAD", relative)
    if committed is None:
        return [Problem("manifest.not-committed", relative, f"git add {shlex.quote(relative)}, then commit")]
    if committed != path.read_bytes():
        return [Problem("manifest.not-committed", relative, "differs from what is committed")]
    return []


def _bytes_problems(weights: Weights, root: Path, advance: Callable[[int], None] | None) -> list[Problem]:
    location = root / weights.path
    if not location.exists():
        return [Problem("weights.missing", weights.path, "are not in the work tree: dvc pull may bring them")]
    try:
        found = found_as_recorded(weights, location, advance=advance)
    except WeightsError as error:
        return [Problem("weights.unreadable", weights.path, error.message)]
    if (found.sha256, found.is_directory) != (weights.sha256, weights.is_directory):
        return [Problem("weights.changed", weights.path, "are not the bytes that were recorded")]
    left_out = [Problem("weights.ignored", f"{weights.path}/{path}", _IGNORED) for path in found.left_out.paths]
    if found.left_out.more:
        left_out.append(Problem("weights.ignored", f"{weights.path}/…", f"{found.left_out.more} more: {_IGNORED}"))
    return left_out


def _tracking_problems(
    weights: Weights, root: Path, tracked: frozenset[str], *, is_whole: bool, remote: bool
) -> list[Problem]:
    """``is_whole``: the recorded bytes lie in the work tree."""
    project, inside = dvc_project(root, weights.path)
    output = dvc_output(project, inside)
    if output is None:
        if weights.path in tracked or any(path.startswith(weights.path + "/") for path in tracked):
            return []
        detail = f"by neither DVC nor git: dvc add {shlex.quote(weights.path)}"
        return [Problem("weights.not-tracked", weights.path, detail)]
    pointer = (project / output.pointer).relative_to(root).as_posix()
    differing = _pointer_problem(weights, root, output, pointer, is_whole)
    if differing is not None:
        return [differing]
    problems = _remote_problems(weights, project, inside) if remote else []
    if not output.in_cache:
        detail = "DVC tracks them, but has no copy in its cache here"
        problems.append(Problem("weights.not-in-cache", weights.path, detail))
    return problems


def _pointer_problem(
    weights: Weights, root: Path, output: TrackedOutput, pointer: str, is_whole: bool
) -> Problem | None:
    """What keeps the pointer from telling that DVC holds the recorded bytes."""
    if output.md5 is None:
        code, detail = {
            "unrecorded": (
                "weights.pointer-without-md5",
                f"{pointer} names no MD5, as an import that was never downloaded: dvc update {shlex.quote(pointer)}",
            ),
            "unlisted": (
                "weights.pointer-unknown",
                f"they lie in a directory whose list is not in DVC's cache here: dvc fetch {shlex.quote(pointer)}",
            ),
            "new": (
                "weights.pointer-lacks",
                f"{pointer} tracks the directory around them, but not yet these: dvc commit {shlex.quote(pointer)}",
            ),
        }[output.unknown]
        return Problem(code, weights.path, detail)
    if output.md5 == weights.md5:
        return None
    if output.algorithm != "md5":
        if not is_whole:
            detail = f"{pointer} holds DVC 2's digest of text, to be compared only where the recorded bytes are"
            return Problem("weights.pointer-legacy", weights.path, detail)
        if output.md5 in dos2unix_md5s(root / weights.path):
            return None
    command = "dvc commit" if PurePosixPath(pointer).name == "dvc.lock" else "dvc add"
    detail = f"{pointer} tracks other bytes: {command} {shlex.quote(weights.path)}, or capture again"
    return Problem("weights.pointer-differs", weights.path, detail)


def _remote_problems(weights: Weights, root: Path, path: str) -> list[Problem]:
    from lineage.dvc.tracking import missing_in_remote

    try:
        missing = missing_in_remote(root, path)
    except RepositoryError as error:
        return [Problem("weights.remote-unknown", weights.path, error.message)]
    if missing is None:
        detail = "DVC has no default remote: dvc remote add --default NAME URL"
        return [Problem("weights.no-remote", weights.path, detail)]
    if missing:
        detail = f"{missing} of its objects are not in DVC's default remote: dvc push {shlex.quote(weights.path)}"
        return [Problem("weights.not-in-remote", weights.path, detail)]
    return []
