"""What several readers found, brought together: a set of each kind, sorted once at the end."""

from collections.abc import Iterable

from lineage.model.weights import Contents, Writer
from lineage.portable.environment import Problem
from lineage.weights.formats.streams import TooMuch

UNREADABLE = "weights.unreadable"
PARTLY_READ = "weights.partly-read"
UNKNOWN_FORMAT = "weights.unknown-format"

MAX_MODULES = 10_000
MAX_WRITERS = 100
MAX_PROBLEMS = 20
"""of one weights file; what comes later is counted"""


class Gathered:
    """Grows while one path is read; ``contents`` is the value that comes of it."""

    def __init__(self, subject: str) -> None:
        self.subject = subject
        self.modules: set[str] = set()
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
        problems=tuple(sorted({one for part in found for one in part.problems})),
    )
