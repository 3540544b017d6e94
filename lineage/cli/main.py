"""The way into every command, and the one error boundary: no traceback ever reaches a user.

click is imported by what is typed; a hook of git, which comes with each commit, does without (``hookrun``).
"""

import contextlib
import errno
import os
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

from lineage import __version__
from lineage.cli import exits
from lineage.errors import InputError, LineageError
from lineage.system.streams import discard_stdout, narrate_by, say, tell
from lineage.system.surroundings import set_apart, start_in_utf8

_HOOK = ["hook", "run"]
_DISK = frozenset({errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.EFBIG})
"""What a stream says that cannot take more: it names no file."""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit with its code."""
    if arguments is None:
        start_in_utf8()
    set_apart()
    narrate_by(_narrate)
    given = sys.argv[1:] if arguments is None else list(arguments)
    code = guarded(lambda: _called(given))
    if given[:2] == _HOOK or code == exits.INTERRUPTED:
        # An interrupt within ``exec`` of a text (as dataclasses are made) has Python end by the signal instead
        # of the code that is asked for, though it was caught (``_Py_UnhandledKeyboardInterrupt``, 3.8 and newer).
        _leave(code)
    sys.exit(code)


def _narrate(text: str) -> None:
    from lineage.report.printable import printable

    say(printable(text), False)


def _leave(code: int) -> NoReturn:
    """End here and now: all is said and written, and to take the interpreter apart is a tenth of a hook's time."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):  # nobody reads it any more, or it is closed
            stream.flush()
    os._exit(code)


def _called(given: list[str]) -> object:
    if given[:2] == _HOOK:
        from lineage.cli.hookrun import asked_of, run

        asked = asked_of(given[2:])
        if asked is not None:
            return run(asked)
    from lineage.cli.group import group

    return group.main(args=given, prog_name="lineage", standalone_mode=False)


def guarded(action: Callable[[], object]) -> int:
    """The exit code of an action, its errors told on stderr."""
    try:
        ended = action()
        if sys.stdout is not None:
            sys.stdout.flush()
        return ended if isinstance(ended, int) else exits.GOOD
    except KeyboardInterrupt:
        return exits.INTERRUPTED
    except LineageError as error:
        complain(error)
        return exits.of_error(error)
    except (BrokenPipeError, SystemExit):
        # The reader of a help text went away; click says so with an exit of 1, which means another thing here.
        discard_stdout()
        return exits.UNDECIDED
    except OSError as error:
        if error.errno == errno.ENOENT and error.filename is None:  # only getcwd names no file
            complain(InputError("the working directory does not exist any more", hint="cd to one that does"))
            return exits.UNUSABLE
        return _report_defect() if error.filename is None and error.errno not in _DISK else _refuse(error)
    except Exception as error:
        code = _told_by_click(error)
        return _report_defect() if code is None else code


def attempted(action: Callable[[], object]) -> bool:
    """Whether an action went well, its errors told on stderr. Raises ``KeyboardInterrupt`` where it was ended."""
    code = guarded(action)
    if code == exits.INTERRUPTED:
        raise KeyboardInterrupt
    return code == exits.GOOD


def _told_by_click(error: Exception) -> int | None:
    """The exit code of what click raises, told by it; ``None`` for anything else."""
    if "click" not in sys.modules:
        return None
    import click

    if isinstance(error, click.ClickException):
        error.show()
        return exits.UNUSABLE
    return exits.INTERRUPTED if isinstance(error, click.Abort) else None


def complain(error: LineageError) -> None:
    from lineage.report.printable import printable

    lines = str(error).split("\n")
    tell("\n".join([f"lineage: error: {printable(lines[0])}", *map(printable, lines[1:])]))


def _refuse(error: OSError) -> int:
    """A path that the system does not let us use, met where no better words were at hand."""
    where = os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else "standard output"
    if error.filename is None:
        discard_stdout()
    complain(InputError(f"cannot be used: {error.strerror or error}", where))
    return exits.UNUSABLE


def _report_defect() -> int:
    """A defect of ours: one line, and the details (without local values and secrets) in a file of its own."""
    import tempfile
    import traceback

    from lineage.redaction.secrets import without_secrets

    try:
        with tempfile.NamedTemporaryFile("w", prefix="lineage-defect-", suffix=".txt", delete=False) as file:
            file.write(f"lineage {__version__}, Python {sys.version}\n\n{without_secrets(traceback.format_exc())}")
        place = f"the report is in {file.name}"
    except OSError:
        place = f"no report could be written; it was: {without_secrets(traceback.format_exc(limit=0).strip())}"
    tell(f"lineage: this is a defect of lineage, not of your input; {place}")
    return exits.DEFECT
