"""What each git hook says and leaves behind. They advise: only what was asked to block stops anything.

Between two commits a hook keeps three files below git's directory of the work tree. ``hook-names`` and ``hook-state``
let ``hooks/hook.sh`` tell with git alone that a commit concerns no model: the names that the last judging asked for,
and the state that they are true of (a commit, and the digest of what was staged on it, or ``-``). ``hook-answer`` holds
the trailers of that state for the hook that comes next. They only ever save time.
"""

import contextlib
import gc
import hashlib
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from lineage.errors import InputError, RepositoryError
from lineage.hooking.message import line, newly_due, newly_undecided, trailer, with_trailers

if TYPE_CHECKING:
    from lineage.git.objects import GitObjects

HOOKS = ("pre-commit", "prepare-commit-msg", "post-merge", "post-checkout", "pre-push")
_WITHOUT_TRAILERS = ("merge", "squash")
_COMMENTS = "#;@!$%^&|:"
"""What git chooses one of where ``core.commentChar`` is ``auto``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The answer of a hook."""

    lines: tuple[str, ...] = ()
    verdict: str = "pass"
    """``fail`` or ``undecided`` where it would stop what is done"""
    trailers: tuple[str, ...] = ()


def judged(start: Path, since: str | None, env: Mapping[str, str]) -> Told:
    """The models that what is staged makes newly due, against a commit; ``None``: against HEAD, where there is one.

    When pre-commit pushes, it tells a range of commits in ``env``, and they are judged instead. Raises ``InputError``
    or ``RepositoryError`` where nothing can be judged.
    """
    gc.set_threshold(100_000)  # as lineage check
    from lineage.checking.check import Judges
    from lineage.checking.revisions.readings import Readings, kept_readings
    from lineage.checking.revisions.revision import at_commit, at_index
    from lineage.config import policies_of
    from lineage.git.objects import GitObjects
    from lineage.hooking.judge import judge

    with GitObjects(start) as objects:
        cache = kept_readings(objects)
        readings = Readings(objects.blob, cache)
        pushed = _pushed(objects, env) if since is None else None
        if pushed is None:
            commit = objects.known("HEAD") if since is None else objects.commit(since)
            head = at_index(objects, readings)
        else:
            commit, head = pushed[0], at_commit(objects, pushed[1], readings)
        base = None if commit is None else at_commit(objects, commit, readings)
        policies = policies_of(base, head, None, True)
        today = datetime.now(UTC).date()
        judges = Judges(policies=policies, today=today, allows_empty=True, lists_changes=False)
        found = judge(base, head, judges)
        cache.save()
        due, undecided = newly_due(found.plan.models), newly_undecided(found.plan.models)
        told = Told(
            lines=(*(line(one, "retrain") for one in due), *(line(one, "undecided") for one in undecided)),
            verdict=found.plan.verdict,
            trailers=tuple(map(trailer, due)),
        )
        if commit is not None and pushed is None:
            with contextlib.suppress(OSError, RepositoryError):
                _remember(objects.directory / "lineage", commit, objects.staged_since(commit), found.names, told)
    return told


def _pushed(objects: "GitObjects", env: Mapping[str, str]) -> tuple[str, str] | None:
    """The commits of the range that pre-commit tells; ``None`` where it tells none that is here."""
    start, end = (objects.known(env.get(f"PRE_COMMIT_{side}_REF") or "0" * 40) for side in ("FROM", "TO"))
    return None if start is None or end is None else (start, end)


def _remember(directory: Path, commit: str, listing: bytes, names: Iterable[str], told: Told) -> None:
    """Keep an answer; the state comes last, so that what was cut short counts for nothing."""
    directory.mkdir(exist_ok=True)
    state = directory / "hook-state"
    state.unlink(missing_ok=True)
    digest = _blob(listing, len(commit))
    plain = sorted(one for one in names if "\n" not in one)
    _put(directory / "hook-names", os.fsencode("".join(f"{one}\n" for one in plain)))
    answer = "".join(f"{one}\n" for one in (f"{commit} {digest}", *told.trailers))
    _put(directory / "hook-answer", answer.encode("utf-8", "surrogateescape"))
    _put(state, f"{commit} {digest if listing else '-'}\n".encode("ascii"))


def _put(path: Path, content: bytes) -> None:
    """Replace a file as a whole. What a crash takes of it is only worked out again, so nothing is synced."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _blob(listing: bytes, hexadecimals: int) -> str:
    """What ``git hash-object`` makes of the listing, as the shell has it: one newline at its end."""
    content = listing.rstrip(b"\n") + b"\n"
    return hashlib.new("sha256" if hexadecimals == 64 else "sha1", b"blob %d\0" % len(content) + content).hexdigest()


def write_trailers(
    message: Path, source: str | None, told: Callable[[], tuple[str, ...]], env: Mapping[str, str]
) -> None:
    """Let a commit message hold exactly the trailers that are true; not one of a merge or squash.

    Raises ``InputError`` or ``StoreError``.
    """
    if source in _WITHOUT_TRAILERS:
        return
    try:
        before = message.read_bytes()
    except OSError as error:
        raise InputError(f"the message cannot be read: {error.strerror}", where=str(message)) from error
    text = before.decode("utf-8", "surrogateescape")
    comment = None if env.get("GIT_EDITOR") == ":" else _comment(message.absolute().parent, text)
    after = with_trailers(text, told(), comment).encode("utf-8", "surrogateescape")
    if after != before:
        message.write_bytes(after)  # git itself holds it: no other file may take its place


def _comment(directory: Path, text: str) -> str:
    """What begins a comment of the message."""
    from lineage.hooking.place import comment_of

    found = comment_of(directory)
    if found != "auto":
        return found or "#"
    last = text.rstrip("\n").rpartition("\n")[2][:1]
    return last if last and last in _COMMENTS else "#"


def trailers_in(path: Path) -> tuple[str, ...]:
    """The trailers that an earlier hook left. Raises ``InputError``."""
    try:
        text = path.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError as error:
        raise InputError(f"the trailers cannot be read: {error.strerror}", where=str(path)) from error
    return tuple(text.splitlines()[1:])


def suited(start: Path, env: Mapping[str, str]) -> Told:
    """One line where the active environment does not suit the manifests that are checked out, else none."""
    from lineage.checking.revisions.readings import Readings, kept_readings
    from lineage.checking.revisions.revision import at_index
    from lineage.git.objects import GitObjects
    from lineage.hooking.judge import manifests_of, unfit

    with GitObjects(start) as objects:
        prefix = _active(env, objects.root)
        if prefix is None:
            return Told()
        cache = kept_readings(objects)
        found = unfit(manifests_of(at_index(objects, Readings(objects.blob, cache))), prefix)
        cache.save()
    if not found:
        return Told()
    first = found[0]
    name, recorded, installed = first.differing[0]
    packages = f" (and {len(first.differing) - 1} more)" if len(first.differing) > 1 else ""
    models = f"; {len(found) - 1} more" if len(found) > 1 else ""
    place = os.path.relpath(prefix, objects.root) if prefix.is_relative_to(objects.root) else str(prefix)
    text = f"{place} does not suit {first.name}: {name} {recorded} is recorded, {installed} installed{packages}{models}"
    return Told(lines=(text,))


def _active(env: Mapping[str, str], root: Path) -> Path | None:
    """The environment that is active, or the project's own; ``None`` for none: what is first on PATH is nobody's."""
    conda = None if env.get("CONDA_DEFAULT_ENV") == "base" else env.get("CONDA_PREFIX")
    for one in (env.get("VIRTUAL_ENV"), conda):
        if one:
            return Path(one)
    own = root / ".venv"
    return own if (own / "pyvenv.cfg").is_file() else None


def behind(start: Path, remote: tuple[str, str], given: str, trusts_config: bool = False) -> Told:
    """What a push leaves behind that the manifests in it need; ``given``: as git tells a pre-push hook.

    ``trusts_config``: the remote is asked by what the repository's own configuration names, too.
    """
    from lineage.checking.revisions.readings import Readings, kept_readings
    from lineage.git.objects import GitObjects
    from lineage.hooking.left_behind import left_behind, parse_pushed

    pushed = parse_pushed(given)
    if not pushed:
        return Told()
    with GitObjects(start) as objects:
        cache = kept_readings(objects)
        found = left_behind(objects, Readings(objects.blob, cache), pushed, remote, trusts_config=trusts_config)
        cache.save()
    return Told(lines=tuple(map(str, found)), verdict="fail" if found else "pass")
