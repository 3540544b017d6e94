"""What must not stop half-way, done in a process of its own: what ends ours, SIGKILL too, does not end that one."""

import os
import pickle
import signal
from collections.abc import Callable
from typing import NoReturn

from lineage.errors import LineageError, StoreError

_IGNORED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


def do_whole(action: Callable[[], None]) -> bool:
    """Do something quick that changes files only; whether an interrupt came meanwhile, which the caller has to raise.

    Raises what ``action`` raises, which has taken back what it did then; ``StoreError`` where its process was ended.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _do(action, writing)
    os.close(writing)
    status, is_interrupted = _wait(child)
    with os.fdopen(reading, "rb") as told:
        answer = told.read()
    if status == 0:
        return is_interrupted
    if not answer:
        raise StoreError("was ended half-way: what stood there before lies beside it, in .lineage-import-*")
    error: LineageError | OSError = pickle.loads(answer)
    raise error


def _do(action: Callable[[], None], writing: int) -> NoReturn:
    status = 1
    try:
        os.setsid()
        for number in _IGNORED:
            signal.signal(number, signal.SIG_IGN)
        action()
        status = 0
    except (LineageError, OSError) as error:
        os.write(writing, pickle.dumps(error))
    finally:
        os._exit(status)


def _wait(child: int) -> tuple[int, bool]:
    """(exit status, whether an interrupt came)."""
    is_interrupted = False
    while True:
        try:
            return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), is_interrupted
        except KeyboardInterrupt:
            is_interrupted = True
