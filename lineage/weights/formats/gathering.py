"""What several readers found, brought together: a set of each kind, sorted once at the end."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from lineage.model.weights import Contents, Writer
from lineage.portable.environment import Problem
from lineage.weights.formats.streams import Damaged, TooMuch

UNREADABLE = "weights.unreadable"
PARTLY_READ = "weights.partly-read"
UNKNOWN_FORMAT = "weights.unknown-format"

MAX_MODULES = 10_000
MAX_WRITERS = 100
MAX_PROBLEMS = 20
"""of one weights file; what comes later is counted"""
MAX_NAME = 200
"""characters of a name out of a file that a message or a record repeats"""


class Gathered:
    """Grows while one path is read; ``contents`` is the value that comes of it."""

    def __init__(self, subject: str) -> None:
        self.subject = subject
        self.modules: set[str] = set()
        self.beside: set[str] = set()
        self._writers: set[tuple[str, str, str]] = set()
        self._problems: dict[tuple[str, str], None] = {}

    def add_module(self, name: str) -> None:
        """Raises TooMuch for more modules than any model has."""
        if len(self.modules) >= MAX_MODULES and name not in self.modules:
            raise TooMuch(f"it names more than {MAX_MODULES} modules")
        self.modules.add(name)

    def add_writer(self, module: str, version: str, place: str) -> None:
        if len(self._writers) < MAX_WRITERS:
            self._writers.add((module, version, place))

    def add_problem(self, code: str, detail: str) -> None:
        """Once each."""
        if len(self._problems) < MAX_PROBLEMS:
            self._problems[(code, detail)] = None
        else:
            self._problems[(PARTLY_READ, "there are more problems than are listed")] = None

    def add_foreign_operators(self, packages: set[str]) -> None:
        """``packages`` or domains of operators that none of the loaders brings."""
        if packages:
            detail = f"its operators of {shown(packages)} come from a package that it does not name"
            self.add_problem("weights.custom-operators", detail)

    def unreadable(self, detail: str) -> None:
        self.add_problem(UNREADABLE, detail)

    def partly_read(self, detail: str) -> None:
        self.add_problem(PARTLY_READ, detail)

    def take(self, inner: "Gathered", place: str) -> None:
        """Adds what was found in a part at ``place``, which its problems then name."""
        for name in inner.modules:
            self.add_module(name)
        for writer in inner._writers:
            self.add_writer(*writer)
        for code, detail in inner._problems:
            self.add_problem(code, f"{place[:200]}: {detail}")

    def contents(self, *formats: str, loaders: Iterable[tuple[str, ...]] = ()) -> Contents:
        return Contents(
            formats=formats,
            modules=tuple(sorted(self.modules)),
            loaders=tuple(sorted(set(loaders))),
            writers=tuple(Writer(module=m, version=v, place=p) for m, v, p in sorted(self._writers)),
            beside=tuple(sorted(self.beside)),
            problems=tuple(sorted(Problem(code, self.subject, detail) for code, detail in self._problems)),
        )


def merge(parts: Iterable[Contents], formats: tuple[str, ...] | None = None) -> Contents:
    """All that ``parts`` say; ``formats`` are theirs, sorted, unless given."""
    found = tuple(parts)
    writers = {(one.module, one.version, one.place): one for part in found for one in part.writers}
    return Contents(
        formats=tuple(sorted({one for part in found for one in part.formats})) if formats is None else formats,
        modules=tuple(sorted({one for part in found for one in part.modules})),
        loaders=tuple(sorted({one for part in found for one in part.loaders})),
        writers=tuple(writers[key] for key in sorted(writers)),
        beside=tuple(sorted({one for part in found for one in part.beside})),
        problems=tuple(sorted({one for part in found for one in part.problems})),
    )


def only(code: str, subject: str, detail: str) -> Contents:
    """Nothing but one problem."""
    return Contents(problems=(Problem(code, subject, detail),))


def unknown_format(subject: str) -> Contents:
    return only(UNKNOWN_FORMAT, subject, "it is of no known format: nothing tells which modules it needs")


@contextmanager
def noting(found: Gathered) -> Iterator[None]:
    """What ends the reading inside becomes a problem of ``found``; only OSError goes through."""
    try:
        yield
    except Damaged as error:
        found.unreadable(error.message)
    except TooMuch as error:
        found.partly_read(error.message)


def is_version(text: object) -> bool:
    """Whether a text out of a file may stand as a version: short, printable, starting with a digit."""
    return isinstance(text, str) and 0 < len(text) <= 64 and text[0] in "0123456789" and text.isprintable()


def is_module(text: object) -> bool:
    """Whether a text out of a file may stand as a dotted module name."""
    return isinstance(text, str) and len(text) <= MAX_NAME and all(part.isidentifier() for part in text.split("."))


def shown(names: set[str]) -> str:
    """At most five of ``names``, sorted, quoted and cut, for a message."""
    first = ", ".join(repr(name[:MAX_NAME]) for name in sorted(names)[:5])
    return first if len(names) <= 5 else f"{first} and {len(names) - 5} more"
