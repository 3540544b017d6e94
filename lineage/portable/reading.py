"""Strict reading of parsed TOML or JSON: every failure is collected with the path of its key, then raised once.

A reader takes each key that the format knows; what is left over at the end is an unknown key, an error too. After a
failure a harmless value of the right type is returned, so that reading goes on and finds the rest.
"""

import datetime
import re
from typing import Any, Iterator, List, Mapping, Optional, Sequence, Tuple

from lineage.errors import InputError

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_MAX_SHOWN = 20


def key_path(path: str, key: str) -> str:
    """The dotted path of a key, quoted where TOML needs it: ``environment.packages."ruamel.yaml"``."""
    written = key if _BARE_KEY.fullmatch(key) else '"{}"'.format(key.encode("unicode_escape").decode("ascii"))
    return "{}.{}".format(path, written) if path else written


class Reader:
    """One table of a document. What is found wrong is shared with the readers of its sub-tables."""

    def __init__(
        self, table: Mapping[str, Any], path: str = "", strict: bool = True, parent: Optional["Reader"] = None
    ) -> None:
        self.path = path
        self.strict = strict
        self.failures: List[str] = [] if parent is None else parent.failures
        self.notes: List[str] = [] if parent is None else parent.notes
        self._table = dict(table)

    def fail(self, key: str, message: str) -> None:
        """Note a failure at a key of this table; an empty key means the table itself."""
        where = key_path(self.path, key) if key else self.path or "the document"
        self.failures.append("{}: {}".format(where, message))

    def take(self, key: str) -> Any:
        """The raw value, ``None`` when the key is not there (TOML has no null)."""
        return self._table.pop(key, None)

    def peek(self, key: str) -> Any:
        """What ``take`` would give, not taken."""
        return self._table.get(key)

    def has(self, key: str) -> bool:
        return key in self._table

    def text(self, key: str, default: Optional[str] = None) -> str:
        """A non-empty text; required unless there is a default."""
        value = self.take(key)
        if value is None:
            if default is None:
                self.fail(key, "is missing")
            return default or ""
        if not isinstance(value, str) or not value:
            self.fail(key, "must be a text that is not empty, not {}".format(kind_of(value)))
            return default or ""
        return value

    def optional_text(self, key: str, pattern: Optional[str] = None, form: str = "") -> Optional[str]:
        if not self.has(key):
            return None
        return self.matching(key, pattern or r"(?s).+", form)

    def matching(self, key: str, pattern: str, form: str) -> str:
        """A required text of the given form; ``form`` describes it for people."""
        before = len(self.failures)
        value = self.text(key)
        if len(self.failures) == before and re.fullmatch(pattern, value) is None:
            self.fail(key, "must be {}, not {!r}".format(form, value[:80]))
        return value

    def choice(self, key: str, choices: Sequence[str], default: Optional[str] = None) -> str:
        value = self.text(key, default)
        if value and value not in choices:
            self.fail(key, "must be one of {}, not {!r}".format(", ".join(choices), value[:80]))
            return default or choices[0]
        return value or choices[0]

    def integer(self, key: str) -> int:
        value = self.take(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            self.fail(key, "is missing" if value is None else "must be a number >= 0, not {}".format(kind_of(value)))
            return 0
        return value

    def texts(self, key: str, default: Tuple[str, ...] = ()) -> Tuple[str, ...]:
        """A list of texts."""
        if not self.has(key):
            return default
        value = self.take(key)
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            self.fail(key, "must be a list of texts, not {}".format(kind_of(value)))
            return default
        return tuple(value)

    def moment(self, key: str) -> datetime.datetime:
        """A time with its offset, in UTC."""
        value = self.take(key)
        if not isinstance(value, datetime.datetime) or value.tzinfo is None:
            self.fail(key, "is missing" if value is None else "must be a time with its offset (…Z)")
            return datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
        try:
            return value.astimezone(datetime.timezone.utc)
        except OverflowError:  # its offset leads out of the years that Python knows
            self.fail(key, "must be a time in the years 1 to 9999 of UTC")
            return datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)

    def day(self, key: str) -> datetime.date:
        value = self.take(key)
        if not isinstance(value, datetime.date) or isinstance(value, datetime.datetime):
            self.fail(key, "must be a date, as 2027-01-31")
            return datetime.date.min
        return value

    def table(self, key: str) -> "Reader":
        """A sub-table; empty when it is not there."""
        value = self.take(key)
        if value is not None and not isinstance(value, dict):
            self.fail(key, "must be a table, not {}".format(kind_of(value)))
        return Reader(value if isinstance(value, dict) else {}, key_path(self.path, key), self.strict, self)

    def tables(self, key: str) -> Tuple["Reader", ...]:
        """An array of tables; empty when it is not there."""
        value = self.take(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.fail(key, "must be an array of tables, not {}".format(kind_of(value)))
            return ()
        path = key_path(self.path, key)
        return tuple(Reader(item, "{}[{}]".format(path, i), self.strict, self) for i, item in enumerate(value))

    def remaining(self) -> Iterator[str]:
        """The keys not taken yet, in the order of the document."""
        return iter(tuple(self._table))

    def done(self) -> None:
        """Every key still here is one that the format does not know: a failure, or a note when not strict."""
        for key in self._table:
            if self.strict:
                self.fail(key, "is not a known key")
            else:
                self.notes.append("{}: is not known to this version".format(key_path(self.path, key)))

    def finish(self, where: str, hint: Optional[str] = None) -> None:
        """Raises ``InputError`` with all failures, if there are any."""
        if self.failures:
            shown = self.failures[:_MAX_SHOWN]
            if len(self.failures) > _MAX_SHOWN:
                shown.append("… and {} more".format(len(self.failures) - _MAX_SHOWN))
            raise InputError(shown[0] if len(shown) == 1 else "\n  ".join([""] + shown), where, hint)


def kind_of(value: object) -> str:
    """What a parsed value is, in the words of TOML."""
    if isinstance(value, bool):
        return "true or false"
    for kind, name in (
        (str, "a text"),
        (int, "a number"),
        (float, "a number"),
        (list, "a list"),
        (dict, "a table"),
    ):
        if isinstance(value, kind):
            return "an empty text" if value == "" else name
    return "a date or time"
