"""What a pickle remembers by number, as far as it can name a module."""

from lineage.weights.formats.streams import TooMuch
from lineage.weights.pickle.opcodes import OPAQUE, REMEMBERED

MAX_VALUES = 400_000
MAX_LOOSE = 400_000


class Memo:
    """``values`` holds the few that matter; ``count`` how many numbers are taken from 0 on without a gap."""

    __slots__ = ("_loose", "_scattered", "count", "dense", "values")

    def __init__(self) -> None:
        self.values: dict[int, object] = {}
        self.count = 0
        self.dense = True
        """no number beyond ``count`` is taken"""
        self._loose: set[int] = set()
        """taken numbers beyond ``count``: Python 2 begins at 1"""
        self._scattered = False
        """there were too many of them to keep"""

    def put(self, number: int, value: object) -> None:
        if number == self.count and self.dense:
            self.count += 1
        elif number >= self.count and not self._scattered:
            self._put_loose(number)
        if value.__class__ not in REMEMBERED:
            self.values.pop(number, None)
        elif len(self.values) < MAX_VALUES:
            self.values[number] = value

    def append(self, value: object) -> None:
        """Takes the number that MEMOIZE would: how many there are. Raises TooMuch where that is no longer known."""
        if self._scattered:
            raise TooMuch(f"it remembers more than {MAX_LOOSE} objects out of order")
        self.put(self.count + len(self._loose), value)

    def get(self, number: int) -> object:
        return self.values.get(number, OPAQUE)

    def _put_loose(self, number: int) -> None:
        self._loose.add(number)
        while self.count in self._loose:
            self._loose.discard(self.count)
            self.count += 1
        if len(self._loose) > MAX_LOOSE:
            self._loose.clear()
            self._scattered = True
        self.dense = not self._loose and not self._scattered
