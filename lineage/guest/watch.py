"""Start the recorder in a Python process of a watched run, and then be as if this had never been there.

Installed as ``site/sitecustomize.py`` of a run's directory, which stands first on PYTHONPATH; run by the ``site``
module of the program's own interpreter, any from 2.7 on (one older than 3.6 is only passed through). It takes its
directory off ``sys.path``, runs ``parts/recorder.py`` without leaving it in ``sys.modules``, and then imports the
``sitecustomize`` that it hid: its effects, its exceptions, or the ImportError of a missing one.

Forbidden: printing, warnings, imports but of modules that every start has loaded, raising anything of its own.
"""

import os
import sys

OLDEST = (3, 6)

OURS = (
    (ArithmeticError, AttributeError, EOFError, ImportError, LookupError, MemoryError)
    + (NameError, OSError, RuntimeError, SyntaxError)
    + (TypeError, ValueError, Warning)
)
"""What statements of the watcher can raise, and all that it ever swallows."""


def begin(own):
    """Leave ``sys.path``, and start the recorder unless an earlier start of this interpreter did."""
    sys.path[:] = [entry for entry in sys.path if entry != own]
    sys.path_importer_cache.pop(own, None)
    if sys.version_info < OLDEST:
        return
    run = os.path.dirname(own)
    load(run, "recorder")["start"](run, OURS, load, content)


def load(run, name):
    """The names that a file of ``parts`` defines, by its source; compiled once for each kind of interpreter.

    The compiled form is a file of our own: with PYTHONDONTWRITEBYTECODE every process would compile it again.
    """
    import marshal

    magic = sys.modules["_frozen_importlib_external"].MAGIC_NUMBER
    source = os.path.join(run, "parts", name + ".py")
    compiled = "%s.%s-%s" % (source, sys.implementation.cache_tag, "".join("%02x" % byte for byte in bytearray(magic)))
    try:
        code = marshal.loads(content(compiled))
    except OSError:
        # The name is no path: coverage and debuggers take it for what no file holds.
        code = compile(content(source), "<lineage %s>" % name, "exec", dont_inherit=True, optimize=2)
        keep(compiled, marshal.dumps(code))
    names = {"__name__": "<lineage %s>" % name, "__file__": source}
    exec(code, names)
    return names


def content(path):
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
    try:
        return os.read(descriptor, 1 << 20)  # all of a file of ours
    finally:
        os.close(descriptor)


def keep(path, data):
    """Whole or not at all; another process may write the same at this moment."""
    partial = "%s.%d" % (path, os.getpid())
    try:
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0), 0o600)
        try:
            whole = os.write(descriptor, data) == len(data)
        finally:
            os.close(descriptor)
        if whole:
            os.rename(partial, path)
        else:
            os.unlink(partial)
    except OSError:
        pass


def forget_coverage():
    """Take this file out of the data of a coverage that a ``.pth`` file started: its report would miss the source.

    To be called last, as every call of a function of this file puts it in again.
    """
    try:
        coverage = sys.modules.get("coverage")
        measured = coverage.Coverage.current() if coverage else None
        if measured:
            measured._collector.data.pop(__file__, None)
    except OURS:
        pass


def chain():
    """Import the hidden ``sitecustomize``, as ``site`` does; not by ``import``, which ``-X importtime`` would show."""
    sys.modules.pop("sitecustomize", None)
    find = getattr(sys.modules.get("_frozen_importlib"), "_find_and_load", None)
    if find is None:
        __import__("sitecustomize")
    else:
        find("sitecustomize", __import__)


if __name__ == "sitecustomize":
    itself = sys.modules.get(__name__)  # held: Python 2 empties the globals of a module that nobody holds
    try:
        begin(os.path.dirname(os.path.abspath(__file__)))
    except OURS:
        pass
    try:
        chain()
    finally:
        forget_coverage()
