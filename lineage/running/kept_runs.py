"""Watched runs, kept below git's own directory from their start until their models are captured.

``runs/<id>/`` holds ``code.json`` (the code when it began), ``site`` (the watcher), ``records`` (what each process
saw), ``asked`` (captures that processes asked for), ``held`` (empty, locked by the wrapper while it lives) and, once
the command has ended with 0, ``ended.json``. A directory without ``ended.json`` whose wrapper is gone is of a run that
did not complete.
"""

import fcntl
import hashlib
import json
import os
import re
import secrets
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, fields
from dataclasses import replace as replace_fields
from datetime import UTC, datetime
from pathlib import Path

from lineage.errors import InputError, StoreError
from lineage.model.manifest import freeze, thaw
from lineage.model.retraining import Renewal
from lineage.model.run import AskedCapture, Run, Session, StartedCode, Unwatched
from lineage.portable.environment import Problem
from lineage.system.files import read_document, replace
from lineage.system.tomlfile import parse_toml
from lineage.system.waiting import wait_for

SCHEMA = "1.0"
_ID = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9a-f]{6}")
_MOST_ASKED = 1000


def runs_directory(common: Path) -> Path:
    """Where the runs of a repository lie; ``common`` is git's common directory."""
    return common / "lineage" / "runs"


def own_runs_directory(root: Path) -> Path:
    """Where the runs of code below ``root`` lie that no repository takes: below the directory for temporary files.

    Others may write beside it, and what lies in a run's directory is executed in the training: so it is made for us
    alone. Raises ``StoreError`` where somebody else made it, or may write there.
    """
    own = Path(tempfile.gettempdir(), f"lineage-{os.getuid()}")
    try:
        with suppress(FileExistsError):
            own.mkdir(mode=0o700)
        found = own.lstat()
    except OSError as error:
        raise StoreError(f"the run cannot be recorded: {error.strerror}", str(own)) from error
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o022:
        hint = "remove it, or set TMPDIR to a directory of your own"
        raise StoreError("is not a directory that only you can write: nothing is run from there", str(own), hint)
    return own / f"runs-{hashlib.sha256(os.fsencode(root)).hexdigest()[:16]}"


@contextmanager
def opened_run(directory: Path, now: datetime) -> Iterator[Path]:
    """A new directory for one run, held while the body runs. Raises ``StoreError`` where none can be made."""
    place = directory / f"{now.astimezone(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with _alone(directory):
            _sweep(directory)
            place.mkdir(mode=0o700)
            (place / "asked").mkdir()
            descriptor = _hold(place / "held")
    except OSError as error:
        raise StoreError(f"the run cannot be recorded: {error.strerror}", str(place)) from error
    try:
        yield place
    finally:
        os.close(descriptor)


@contextmanager
def begun_run(
    directories: Sequence[Callable[[], Path]], now: datetime, furnish: Callable[[Path], object]
) -> Iterator[Path]:
    """The same in the first of these directories that takes what ``furnish`` writes there: a training is worth it.

    ``furnish`` is given the new directory, and raises ``StoreError``; so does this where no directory is left.
    """
    with ExitStack() as held:
        for number, directory in enumerate(directories, start=1):
            try:
                place = held.enter_context(_furnished(directory(), now, furnish))
            except StoreError:
                if number == len(directories):
                    raise
            else:
                break
        yield place


@contextmanager
def _furnished(directory: Path, now: datetime, furnish: Callable[[Path], object]) -> Iterator[Path]:
    with opened_run(directory, now) as place:
        try:
            furnish(place)
        except StoreError:
            remove_run(place)
            raise
        yield place


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """No other run begins meanwhile: between its making and its holding, a run would be swept away."""
    descriptor = _hold(directory.with_name(f"{directory.name}.lock"))
    try:
        yield
    finally:
        os.close(descriptor)


def _hold(path: Path) -> int:
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    wait_for(descriptor, path)
    return descriptor


def _sweep(directory: Path) -> None:
    """Remove what runs left behind that never completed: killed with their wrapper."""
    for place in directory.iterdir():
        if _ID.fullmatch(place.name) and not (place / "ended.json").exists() and not _is_held(place):
            remove_run(place)


def _is_held(place: Path) -> bool:
    try:
        descriptor = os.open(place / "held", os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def remove_run(place: Path) -> None:
    """Remove all that is kept of a run; what cannot be removed stays."""
    shutil.rmtree(place, ignore_errors=True)


def keep_run(place: Path, run: Run) -> None:
    """Make it durable that a run completed. Raises ``StoreError``."""
    document = {"schema": SCHEMA, **asdict(run), "started": run.started.isoformat()}
    replace(place / "ended.json", json.dumps(document, sort_keys=True, indent=1).encode("utf-8", "surrogateescape"))


def find_run(directories: Iterable[Path], run_id: str) -> Path:
    """The directory of a run that completed, in one of these. Raises ``InputError``."""
    kept = {one.parent.name: one.parent for directory in directories for one in directory.glob("*/ended.json")}
    if run_id in kept:
        return kept[run_id]
    hint = f"kept are: {', '.join(sorted(kept))}" if kept else "no run waits for its capture"
    raise InputError("there is no such completed run", where=run_id, hint=hint)


def read_run(place: Path) -> Run:
    """What was kept of a run. Raises ``InputError`` where it cannot be read."""
    path = place / "ended.json"
    try:
        document = json.loads(read_document(path, "record of a run"))
        if not isinstance(document, dict) or document.pop("schema", None) != SCHEMA:
            raise ValueError("another schema")
        document["started"] = datetime.fromisoformat(document["started"])
        document["command"] = tuple(document["command"])
        document["written"] = tuple(document["written"])
        document["unwatched"] = tuple(Unwatched(**one) for one in document["unwatched"])
        return Run(**document)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        hint = "run the training again, or capture its weights with lineage capture PATH"
        raise InputError(f"the record of the run cannot be read: {error}", str(path), hint) from error


def keep_code(place: Path, started: StartedCode) -> None:
    """Keep what the code was when the run began. Raises ``StoreError``."""
    replace(place / "code.json", json.dumps(asdict(started), sort_keys=True).encode("ascii"))


def started_code(place: Path) -> StartedCode | None:
    """What the code was; ``None`` where there was no repository. Raises ``InputError``."""
    path = place / "code.json"
    if not path.exists():
        return None
    try:
        document = json.loads(read_document(path, "record of the code"))
        document["problems"] = tuple(Problem(*one) for one in document["problems"])
        return StartedCode(**document)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        hint = "run the training again, or capture its weights with lineage capture PATH"
        raise InputError(f"the record of the code cannot be read: {error}", str(path), hint) from error


def ask_capture(place: Path, asked: AskedCapture) -> None:
    """Note, from inside a process of the run, what is to be captured after it. Raises ``StoreError``."""
    from lineage.system.tomlwriter import render_toml

    path = place / "asked" / f"{datetime.now(UTC):%Y%m%d%H%M%S%f}-{os.getpid()}.toml"
    document = {field.name: thaw(getattr(asked, field.name)) for field in fields(asked) if field.name != "session"}
    if asked.session is not None:  # as text: cells may hold what TOML cannot
        document["session"] = json.dumps(asdict(asked.session))
    given = {key: value for key, value in document.items() if value is not None}
    replace(path, render_toml(given, ()))


def asked_captures(place: Path) -> tuple[AskedCapture, ...]:
    """What processes of the run asked for, in their order; of the same paths, the last. Raises ``InputError``."""
    found: dict[tuple[str, ...], AskedCapture] = {}
    for path in sorted((place / "asked").glob("*.toml"))[:_MOST_ASKED]:
        document = parse_toml(read_document(path, "request for a capture"), str(path))
        try:
            session = _session(document.pop("session", None))
            one = AskedCapture(**{key: freeze(value) for key, value in document.items()}, session=session)
        except (TypeError, ValueError) as error:
            raise InputError(f"the request for a capture cannot be read: {error}", str(path)) from error
        found.pop(one.paths, None)
        found[one.paths] = one
    return tuple(found.values())


def _session(text: str | None) -> Session | None:
    """Raises ``ValueError``, ``TypeError``."""
    if text is None:
        return None
    found = Session(**json.loads(text))
    cells = None if found.cells is None else tuple(found.cells)
    return replace_fields(found, cells=cells, numbers=tuple(found.numbers), given=tuple(found.given))


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
