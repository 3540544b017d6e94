"""Tell a recorder which files its process opens below the run's roots, and which programs it starts.

An audit hook of Python 3.8 and newer; it can never be taken off again, sees every event of the interpreter, and what
it raises stops the program's own call: most events leave by its first statement. An event comes before the attempt: a
file that could not be opened is told too. What C code opens by itself (writers of PyTorch, XGBoost, HDF5) is not seen.
"""

import os
import sys

MOST_FILES = 50000

EVENTS = frozenset(
    ["open", "os.exec", "os.link", "os.posix_spawn", "os.rename", "os.system", "subprocess.Popen"],
)
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
DIRECTORY = getattr(os, "O_DIRECTORY", 0)
ENCODING = sys.getfilesystemencoding()
getcwd = os.getcwd


def watcher(recorder, line, is_foreign, roots, own):
    """The hook. ``roots``: absolute paths, whose files are told; ``own``: the directory whose files never are."""
    below = tuple(root.rstrip("/") + "/" for root in roots)
    seen = set()  # type: ignore[var-annotated]
    popen = [None]

    def tell(tag, path):
        if (tag, path) in seen or len(seen) >= MOST_FILES:
            return
        seen.add((tag, path))
        recorder.write([line(tag, path)])
        if len(seen) == MOST_FILES:
            recorder.write([line(b"x", "files", MOST_FILES)])

    def audit(event, args):
        if event not in EVENTS:
            return
        try:
            if event == "open":
                path = args[0]
                if type(path) is str and path.endswith(".pyc"):
                    return
                path = absolute(path)
                if path is not None and path.startswith(below) and not path.startswith(own):
                    for tag in ways(path, args[2]):
                        tell(tag, path)
            elif event == "os.rename" or event == "os.link":
                path = absolute(args[1])
                if path is not None and path.startswith(below):
                    tell(b"w", path)
            else:
                name = program(event, args)
                again = event == "os.posix_spawn" and name == popen[-1]  # by which Popen may start what it told
                popen[:] = [name if event == "subprocess.Popen" else None]
                if not again:
                    recorder.write([line(b"s", name)])
        except recorder.swallowed:
            if is_foreign(sys.exc_info()[2]):
                raise

    own = own.rstrip("/") + "/"
    return audit


def ways(path, flags):
    """Tags of what the flags of an opening allow: reading, writing; none for code and directories."""
    if type(flags) is not int or flags & DIRECTORY == DIRECTORY != 0 or "/__pycache__/" in path:
        return ()
    if not flags & WRITING:
        return () if path.endswith((".py", ".pyc")) else (b"r",)
    if flags & os.O_RDWR and not flags & os.O_TRUNC:
        return (b"r", b"w")
    return (b"w",)


def absolute(path):
    """The absolute path without ``.`` and ``..``, links kept; ``None`` for descriptors and what is no path."""
    if isinstance(path, bytes):
        path = path.decode(ENCODING, "surrogateescape")
    elif not isinstance(path, str):
        return None
    if not path.startswith("/"):
        path = getcwd() + "/" + path
    if "/." not in path and "//" not in path:
        return path
    parts = []  # type: ignore[var-annotated]
    for part in path.split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
    return "/" + "/".join(parts)


def program(event, args):
    """The last part of the name of what is started: nothing of its arguments, which can hold secrets."""
    if event == "os.system":
        return "sh"
    name = args[0]
    if name is None and event == "subprocess.Popen":
        name = args[1] if isinstance(args[1], (str, bytes)) else args[1][0]
    if isinstance(name, bytes):
        name = name.decode(ENCODING, "surrogateescape")
    elif not isinstance(name, str):
        name = type(name).__fspath__(name)
    return name.rpartition("/")[2]
