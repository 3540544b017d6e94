"""Messages of Protocol Buffers, field by field and forward only: what the caller leaves of a field is passed over.

Format: https://protobuf.dev/programming-guides/encoding/ . Groups are no part of the formats read here.
Hand-written because protobuf keeps in memory what it parses, and has to know the types of all messages beforehand.
"""

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from lineage.weights.formats.streams import Damaged, TooMuch, Window

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
MAX_FIELDS = 500_000
MAX_TEXT_BYTES = 4096
"""of a field that is kept"""
_VARINT_BYTES = 10


class Field(NamedTuple):
    number: int
    wire: int
    value: int
    """of a varint; of ``BYTES`` the offset where its content ends; else 0"""


class Messages:
    """The messages of one stream of ``size`` bytes; nested ones are read by asking for ``fields`` again."""

    def __init__(self, stream: BinaryIO, size: int) -> None:
        stream.seek(0)
        self.size = size
        self._window = Window(stream, size)
        self._left = MAX_FIELDS

    def fields(self, end: int) -> Iterator[Field]:
        """The fields from here to the offset ``end``.

        Raises Damaged where they do not fit, TooMuch when all messages together have more than ``MAX_FIELDS``.
        """
        window = self._window
        while window.place < end:
            start = window.place
            field = self._field(start, end)
            yield field
            if field.wire == BYTES:  # nothing inside it reaches behind its end
                window.skip(field.value - window.place)

    def text(self, field: Field) -> str:
        """The content of a field as text. Raises Damaged when it is none, TooMuch when it is long."""
        start = self._window.place
        if field.wire != BYTES:
            raise Damaged(f"byte {start}: a number where text should be")
        if field.value - start > MAX_TEXT_BYTES:
            raise TooMuch(f"byte {start}: a text of {field.value - start} bytes")
        try:
            return self._window.take(field.value - start).decode("utf-8")
        except UnicodeDecodeError as error:
            raise Damaged(f"byte {start}: not UTF-8 text") from error

    def inside(self, field: Field) -> Iterator[Field]:
        """The fields of the message that is the content of ``field``."""
        if field.wire != BYTES:
            raise Damaged(f"byte {self._window.place}: a number where a message should be")
        return self.fields(field.value)

    def _field(self, start: int, end: int) -> Field:
        self._left -= 1
        if self._left < 0:
            raise TooMuch(f"byte {start}: more than {MAX_FIELDS} fields")
        key = self._varint()
        number, wire, value = key >> 3, key & 7, 0
        if wire == VARINT:
            value = self._varint()
        elif wire == BYTES:
            length = self._varint()
            value = self._window.place + length
        elif wire in (FIXED64, FIXED32):
            self._window.skip(8 if wire == FIXED64 else 4)
        if not number or wire not in (VARINT, FIXED64, BYTES, FIXED32):
            raise Damaged(f"byte {start}: field {number} of wire type {wire}")
        if max(value if wire == BYTES else 0, self._window.place) > end:
            raise Damaged(f"byte {start}: field {number} ends behind what holds it")
        return Field(number, wire, value)

    def _varint(self) -> int:
        window = self._window
        ready = window.fill(_VARINT_BYTES)
        value = 0
        for index in range(min(ready, _VARINT_BYTES)):
            byte = window.data[window.at + index]
            value |= (byte & 0x7F) << (7 * index)
            if byte < 0x80:
                window.at += index + 1
                return value
        raise Damaged(f"byte {window.place}: a number without an end")
