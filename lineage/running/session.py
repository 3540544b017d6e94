"""What a process sees of itself: when it began, what it wrote, the script or the interactive session that it is.

IPython, and with it every Jupyter kernel, keeps the sources that it ran: in ``__main__`` as ``_ih``, the list that
users know as ``In``, with magics translated ("IPython reference: input caching system"), and as typed in the
``input_hist_raw`` of its history manager. A cell without text is not counted; ``%reset in`` leaves empty texts behind.
Nothing of IPython is imported for that.
"""

import math
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from lineage.model.run import Session

_TICK_S = 0.01
"""How exactly the system tells when a process began; it rounds down."""
_NOTEBOOK = ("__vsc_ipynb_file__", "__session__")
"""Names in ``__main__`` that hold the notebook's path: of VS Code, and of kernels that Jupyter started."""


def observe_script() -> Path | None:
    """The script that this process runs; ``None`` in an interactive session."""
    file = _names().get("__file__")
    return Path(file) if isinstance(file, str) and Path(file).is_file() else None


def began() -> float:
    """When this process began, in seconds since 1970, to a hundredth; 0 where the system does not tell (not Linux)."""
    try:
        fields = Path("/proc/self/stat").read_bytes().rpartition(b")")[2].split()
        age = time.clock_gettime(time.CLOCK_BOOTTIME) - int(fields[19]) / os.sysconf("SC_CLK_TCK")
    except (OSError, AttributeError, ValueError, IndexError):
        return 0.0
    return time.time() - age + _TICK_S


def wrote(paths: Sequence[Path]) -> bool | None:
    """Whether this process wrote the weights, itself or by programs that it waited for.

    ``False``: they are older than it, or larger than all that it wrote. ``None``: nobody can tell, as only some files
    of a directory are younger, or the system does not tell when it began.
    """
    start = began()
    if not start:
        return None
    older = younger = size = 0
    for seen in (one for path in paths for one in _files(path)):
        is_younger = _last_write(seen) >= start
        older, younger, size = older + (not is_younger), younger + is_younger, size + seen.st_size * is_younger
    if not younger or size > _written():
        return False
    return None if older else True


def _files(path: Path) -> Iterator[os.stat_result]:
    """What is known of a file, or of those below a directory; what cannot be told is left out."""
    inside = (Path(top, name) for top, _, names in os.walk(path) for name in names) if path.is_dir() else [path]
    for one in inside:
        with suppress(OSError):
            yield one.stat()


def _last_write(seen: os.stat_result) -> float:
    """When a file was written last. Bytes that were only moved or linked, or whose time was put forward, are older;
    some file systems know whole seconds only."""
    written = min(seen.st_mtime_ns, seen.st_ctime_ns)
    return written / 1e9 + (1 if written % 1_000_000_000 == 0 else 0)


def _written() -> float:
    """Bytes at most that this process wrote, mapped memory and the programs included that it waited for."""
    try:
        told = dict(line.split(": ") for line in Path("/proc/self/io").read_text("ascii").splitlines())
        return int(told["wchar"]) + int(told["write_bytes"])
    except (OSError, ValueError, KeyError):
        return math.inf


def observe_session() -> Session | None:
    """The session that this process is; ``None`` where it runs a script."""
    names = _names()
    history = names.get("_ih")
    is_kept = isinstance(history, list) and isinstance(names.get("_oh"), dict)
    if not is_kept and observe_script() is not None:
        return None
    sources = history[1:] if isinstance(history, list) and is_kept else []  # the first stands for no cell
    typed = enumerate(_typed(names, sources), start=1)
    kept = [(number, one) for number, one in typed if isinstance(one, str) and one.strip()]
    return Session(
        directory=os.path.realpath("."),
        cells=tuple(one for _, one in kept) if is_kept else None,
        numbers=tuple(number for number, _ in kept),
        forgotten=len(sources) - len(kept),
        notebook=_notebook(names, os.environ),
    )


def _typed(names: Mapping[str, object], sources: Sequence[object]) -> Sequence[object]:
    """The same sources as typed; ``_i1``, ``_i2``, … are too, but ``%reset`` takes them away."""
    shell = getattr(names.get("get_ipython"), "__self__", None)
    raw = getattr(getattr(shell, "history_manager", None), "input_hist_raw", None)
    if isinstance(raw, list) and len(raw) == len(sources) + 1:
        return raw[1:]
    return [names.get(f"_i{number}", source) for number, source in enumerate(sources, start=1)]


def _names() -> Mapping[str, object]:
    main = sys.modules.get("__main__")
    return {} if main is None else vars(main)


def _notebook(names: Mapping[str, object], variables: Mapping[str, str]) -> str | None:
    """The notebook's file, where the surroundings name one that is there: a name that is no path tells none."""
    told = [*(names.get(name) for name in _NOTEBOOK), variables.get("JPY_SESSION_NAME")]
    paths = (one for one in told if isinstance(one, str) and one.endswith(".ipynb"))
    return next((one for one in paths if os.path.isabs(one) and Path(one).is_file()), None)  # noqa: PTH117
