"""Record what this interpreter imports, opens and starts: one append-only file for each process.

Run by ``watch.py`` inside the program's own process, Python 3.6 and newer, without standing in ``sys.modules``. A line
for each fact: a tag and its fields, tab-separated, ``\\``, tab and newline escaped by a backslash; read by
``lineage.running.records``. Each is written at once, as a program may be killed, by opening, appending and closing: the
program may close every descriptor, and use its number again, at any moment. What cannot be written waits for the next.

A hook swallows what its own statements raise, nothing else: an exception that the program's signal handler raises while
a hook runs belongs to the program. No locks: a fork would copy a held one. Forbidden: imports but of what every start
has loaded (and the built-in ``atexit``), calls of functions that the program can have replaced.
"""

import os
import sys

FORM = b"1"  # of the lines; the first field of the first line

MOST_NAMES = 50000
MOST_PATHS = 64
MOST_WAITING = 64
MOST_PENDING = 16

APPEND = os.O_WRONLY | os.O_APPEND | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0)
ENCODING = sys.getfilesystemencoding()
IMPORTLIB = os.path.dirname(os.__file__) + "/importlib/"

# Bound here, as programs and their test tools replace the names in ``os``.
open_, write_, close_, getpid, getcwd = os.open, os.write, os.close, os.getpid, os.getcwd
# A module's dictionary, whatever its class makes of attributes: asking the module itself would load a lazy one.
names_of = type(sys).__dict__["__dict__"].__get__  # type: ignore[index]


def line(tag, *fields):
    """One line as bytes; a field is text (paths with surrogates for what is not decodable), a number or bytes."""
    return b"\t".join([tag] + [field if type(field) is bytes else encoded(field) for field in fields]) + b"\n"


def encoded(field):
    text = field if type(field) is str else str(field)
    try:
        data = text.encode(ENCODING, "surrogateescape")
    except UnicodeError:
        data = text.encode("utf-8", "backslashreplace")
    if b"\\" in data or b"\n" in data or b"\t" in data:
        data = data.replace(b"\\", b"\\\\").replace(b"\n", b"\\n").replace(b"\t", b"\\t")
    return data


def triples(facts):
    """The lines of (tag, name, file) as one text: their number decides what an import costs."""
    text = "".join(["%s\t%s\t%s\n" % fact for fact in facts])
    if "\\" not in text and text.count("\t") == 2 * len(facts) and text.count("\n") == len(facts):
        try:
            return text.encode(ENCODING, "surrogateescape")
        except UnicodeError:
            pass
    return b"".join([line(tag.encode(), name, file) for tag, name, file in facts])


class Record(object):
    """The file of one process. ``name`` is its name in ``records``."""

    def __init__(self, folder):
        self.name = "%d-%s.log" % (getpid(), "".join("%02x" % byte for byte in bytearray(os.urandom(6))))
        self.path = folder + "/" + self.name
        self.waiting = []
        self.torn = False
        self.failed = False

    def create(self):
        """Raises ``OSError`` where there can be none; nothing that is written later makes the file again."""
        close_(open_(self.path, APPEND | os.O_CREAT | os.O_EXCL, 0o600))

    def born(self):
        """Form, pid, parent and the time in seconds: how a record begins."""
        return FORM, getpid(), os.getppid(), "%.3f" % os.stat(self.path).st_mtime

    def write(self, lines):
        """Append them after what waited; never raises ``OSError``."""
        if self.waiting:
            before, self.waiting = self.waiting, []
            lines = before + lines
        data = b"".join(lines)
        try:
            descriptor = open_(self.path, APPEND)
            try:
                if self.torn:  # a newline ends what was written in part
                    data = b"\n" + data
                written = write_(descriptor, data)
            finally:
                close_(descriptor)
            if written == len(data):
                self.torn = False
                return
            self.torn = self.torn or written > 0
            reason = 0
        except OSError as error:
            reason = error.errno or 0
            if is_foreign(sys.exc_info()[2]):  # a TimeoutError
                raise
        if not self.failed:
            self.failed = True
            lines = lines + [line(b"x", "write", reason)]
        self.waiting = lines[-MOST_WAITING:] + self.waiting


class Recorder(object):
    """A finder of ``sys.meta_path`` that finds nothing, and what else tells of this process."""

    def __init__(self, folder, swallowed, libraries):
        self.folder = folder
        self.swallowed = swallowed
        self.libraries = libraries
        self.home = where()
        self.pid = getpid()
        self.record = Record(self.folder)
        self.seen = set()
        self.pending = []
        self.told = {"__main__": ""}
        self.path = list(sys.path)
        self.paths = 0
        self.ended = False
        self.joined = False

    def begin(self, describe, sees_files):
        """The first lines: who this is, what the probe says, what is loaded by now; then the hooks."""
        main = self.absolute((getattr(sys, "argv", None) or [""])[0])
        self.record.write([line(b"start", *self.record.born(), sys.executable or "", main, int(sees_files))])
        try:
            answer = [line(b"answer", repr(describe()))]
        except self.swallowed as error:
            answer = [line(b"x", "probe", type(error).__name__)]
        self.record.write(answer + [triples(self.untold())])
        # Not by ``import``, which ``-X importtime`` would show. The first to register is the last to run.
        sys.modules["_frozen_importlib"]._gcd_import("atexit").register(self.hook(self.end))
        sys.meta_path.insert(0, self)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self.hook(self.fork))

    def find_spec(self, name, path=None, target=None):
        """Note who imports what for the first time; ``None``: the other finders find it."""
        try:
            if type(name) is str and name not in self.seen and len(self.seen) < MOST_NAMES:
                self.note(name, sys._getframe(1))
        except self.swallowed:
            if is_foreign(sys.exc_info()[2]):
                raise
        return None  # noqa: RET501

    def hook(self, function):
        """The function without arguments that calls it, and swallows what is ours."""

        def call(*_):
            try:
                function()
            except self.swallowed:
                if is_foreign(sys.exc_info()[2]):
                    raise

        return call

    def note(self, name, frame):
        self.seen.add(name)
        facts = self.loaded()
        facts.append(("i", name, self.absolute(importer(frame))))
        self.pending.append(name)
        lines = [triples(facts)]
        if sys.path != self.path and self.paths < MOST_PATHS:
            self.paths += 1
            lines.append(self.path_line())
        if len(self.seen) == MOST_NAMES:
            lines.append(line(b"x", "names", MOST_NAMES))
        self.write(lines)
        if not self.joined and "multiprocessing.util" in sys.modules:
            self.join_multiprocessing()

    def write(self, lines):
        """To the record of this very process: one that was forked by other means than ``os.fork`` notices here."""
        if getpid() != self.pid:
            self.fork()
        self.record.write(lines)

    def loaded(self):
        """(``m``, name, file) of modules that were being found; those that failed are asked for a while."""
        pending, self.pending = self.pending, []
        if not self.told["__main__"] and file_of(sys.modules.get("__main__")):
            pending.append("__main__")
        facts, waiting = [], []
        for name in pending:
            module = sys.modules.get(name)
            if module is None:
                waiting.append(name)
            else:
                file = self.told[name] = file_of(module)
                facts.append(("m", name, self.absolute(file)))
        if waiting:
            self.pending = waiting[-MOST_PENDING:] + self.pending
        return facts

    def untold(self):
        """The same of all that is loaded and was not told, or differently."""
        facts = []
        for name, module in list(sys.modules.items()):
            file = file_of(module)
            if type(name) is str and (name not in self.told or self.told[name] != file):
                self.told[name] = file
                facts.append(("m", name, self.absolute(file)))
        return facts

    def absolute(self, file):
        """From where the program began: code names its file as it was first found."""
        return self.home + "/" + file if file[:1] not in "/<" and self.home else file

    def path_line(self):
        self.path = list(sys.path)
        return line(b"p", *[entry for entry in self.path if type(entry) is str])

    def fork(self):
        """Go on in a file of the child's own, which names the one that it goes on from."""
        before, self.pid = self.record.name, getpid()
        self.record = Record(self.folder)
        self.ended = False
        self.record.create()
        self.record.write([line(b"forked", *self.record.born(), before)])
        if not self.joined and "multiprocessing.util" in sys.modules:
            self.join_multiprocessing(is_late=not hasattr(os, "register_at_fork"))

    def join_multiprocessing(self, is_late=False):
        """Its workers leave by ``os._exit`` after their finalizers: be the last of these."""
        names = names_of(sys.modules["multiprocessing.util"])
        if "_exit_function" not in names:
            return  # it is being imported
        self.joined = True
        end = self.hook(self.end)
        finalize = lambda _: names["Finalize"](None, end, exitpriority=-1000)  # noqa: E731
        names["register_after_fork"](self, finalize)
        if is_late:
            finalize(self)

    def end(self):
        """What a regular end can still tell; once for each process."""
        if self.ended and getpid() == self.pid:
            return
        self.write([self.path_line(), triples(self.untold())])
        self.ended = True
        try:
            lines = [line(b"l", library) for library in self.libraries()]
        except OSError as error:
            lines = [line(b"x", "libraries", error.errno or 0)]
        self.write(lines + [line(b"end", len(self.seen))])


def where():
    """The working directory; ``""`` where that is gone."""
    try:
        return getcwd()
    except OSError:
        return ""


def is_foreign(traceback):
    """Whether an exception began outside this file: in a signal handler that ran while a hook did."""
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    return not traceback.tb_frame.f_code.co_filename.startswith("<lineage ")


def importer(frame):
    """The file of the innermost code that is not the import system's."""
    while frame is not None:
        file = frame.f_code.co_filename
        if not file.startswith(("<frozen importlib", "<lineage ", IMPORTLIB)):
            return file
        frame = frame.f_back
    return "<unknown>"


def file_of(module):
    """The file of a module, ``""`` where it has none or is no module but an object in the place of one."""
    try:
        file = names_of(module).get("__file__")
    except TypeError:
        return ""
    return file if type(file) is str else ""


def start(run, swallowed, load, content):
    """Begin the record of this interpreter; where its file cannot be made, nothing is left behind.

    ``swallowed``: exception classes; ``load``: name of a part → what it defines; ``content``: path → bytes.
    """
    if any(type(finder).__module__ == __name__ for finder in sys.meta_path):
        return
    recorder = Recorder(run + "/records", swallowed, load(run, "mapped")["libraries"])
    recorder.record.create()
    sees_files = hasattr(sys, "addaudithook")
    recorder.begin(load(run, "probe")["describe"], sees_files)
    if sees_files:
        roots = content(run + "/parts/roots").decode(ENCODING, "surrogateescape").split("\0")
        sys.addaudithook(load(run, "opened")["watcher"](recorder, line, is_foreign, roots, run))
