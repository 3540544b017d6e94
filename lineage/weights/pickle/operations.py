"""The rarer opcodes of a pickle, each as a step on a stack reduced to what names modules."""

from collections.abc import Callable

from lineage.weights.formats.gathering import Gathered
from lineage.weights.formats.streams import Damaged, TooMuch, Window
from lineage.weights.pickle.payloads import KEYS, begins_booster, read_booster, skip_array
from lineage.weights.pickle.values import (
    FLAT,
    OPAQUE,
    ArrayType,
    Global,
    Made,
    Memo,
    called,
    found_global,
    made,
)

MAX_NESTED = 8
MAX_TUPLE = 64
MAX_TEXT_BYTES = 512
"""a longer text names no module"""
NEWEST_PROTOCOL = 5
SHORTEST_MODEL_BYTES = 64


class Operations:
    """The state of a pickle's machine. A step raises Damaged, TooMuch, and IndexError for taking what is not there."""

    def __init__(self, window: Window, found: Gathered, *, persistent: bool = False) -> None:
        """``persistent``: objects by an id of their own are no problem, their loader knows them."""
        self.window, self.found = window, found
        self.protocol = 0
        self.stopped = False
        self.result: object = OPAQUE
        """what stood on top of the stack at the end"""
        self.has_arrays = False
        """joblib's arrays stand between the opcodes"""
        self._persistent = persistent
        self._stack: list[object] = []
        self._marks: list[int] = []
        self._memo = Memo()
        self._outer: list[tuple[list[object], list[int], Memo, int]] = []

    def run_one(self, code: int) -> None:
        """Takes the step of an opcode that was just passed."""
        handler = _HANDLERS.get(code)
        if handler is None:
            raise Damaged(f"byte {self.window.place - 1}: {code:#04x} is no opcode of a pickle")
        handler(self)

    # Texts and numbers, containers, the memo, objects: in the order of pickletools.

    def _number(self, width: int) -> int:
        return int.from_bytes(self.window.take(width), "little")

    def _text(self, length: int) -> None:
        if length <= MAX_TEXT_BYTES:
            self._stack.append(self.window.take(length))
        else:
            self._bytes(length)

    def _bytes(self, length: int) -> None:
        if length >= SHORTEST_MODEL_BYTES and self.window.fill() and begins_booster(self.window):
            read_booster(self.window, length, self.found)
        else:
            self.window.skip(length)
        self._stack.append(OPAQUE)

    def _long(self, length: int) -> None:
        if length <= MAX_TEXT_BYTES:
            self._stack.append(int.from_bytes(self.window.take(length), "little", signed=True))
        else:
            self._bytes(length)

    def _line(self) -> None:
        self.window.take_line()
        self._stack.append(OPAQUE)

    def _line_number(self) -> int:
        """Raises Damaged where the line is no number."""
        start, line = self.window.place, self.window.take_line()
        if not line.strip().isdigit() or len(line) > 20:
            raise Damaged(f"byte {start}: {line[:40]!r} is no number")
        return int(line)

    def _line_int(self) -> None:
        line = self.window.take_line().removesuffix(b"L")
        self._stack.append(int(line) if line.isdigit() and len(line) < 20 and line not in (b"00", b"01") else OPAQUE)

    def _line_text(self) -> None:
        line = self.window.take_line()
        self._stack.append(line if len(line) <= MAX_TEXT_BYTES else OPAQUE)

    def _line_string(self) -> None:
        line = self.window.take_line().strip()
        self._stack.append(line[1:-1] if len(line) <= MAX_TEXT_BYTES else OPAQUE)

    def _pop(self) -> None:
        if self._marks and self._marks[-1] >= len(self._stack):
            self._marks.pop()
        else:
            self._stack.pop()

    def _pop_mark(self) -> None:
        del self._stack[self._marks.pop() :]

    def _replace_mark(self) -> None:
        self._pop_mark()
        self._stack.append(OPAQUE)

    def _tuple(self, start: int) -> None:
        """Makes a tuple of what stands from ``start`` on."""
        items = self._stack[start:]
        del self._stack[start:]
        kept = len(items) <= MAX_TUPLE
        self._stack.append(tuple(one if one.__class__ in FLAT else OPAQUE for one in items) if kept else OPAQUE)

    def _last_tuple(self, count: int) -> None:
        if count > len(self._stack):
            raise IndexError
        self._tuple(len(self._stack) - count)

    def _set_items(self) -> None:
        start = self._marks.pop()
        items = self._stack[start : start + 2 * MAX_TUPLE]
        del self._stack[start:]
        for key, value in zip(items[::2], items[1::2], strict=False):
            self._note(key, value)

    def _set_item(self) -> None:
        value, key = self._stack.pop(), self._stack.pop()
        self._note(key, value)

    def _note(self, key: object, value: object) -> None:
        """Keeps what matters of a dictionary: the state of joblib's wrapper, the version of scikit-learn."""
        if not isinstance(key, bytes):
            return
        if key == b"_sklearn_version" and isinstance(value, bytes):
            self.found.add_writer("sklearn", value.decode("utf-8", "replace"), "_sklearn_version")
        elif key in KEYS:
            kept = self._stack[-1]
            if not isinstance(kept, dict):
                kept = self._stack[-1] = {}
            kept[key] = value

    def _get_line(self) -> None:
        self._stack.append(self._memo.get(self._line_number()))

    def _put_line(self) -> None:
        self._memo.put(self._line_number(), self._stack[-1])

    def _protocol(self) -> None:
        self.protocol = self._number(1)
        if self.protocol > NEWEST_PROTOCOL:
            raise TooMuch(f"byte {self.window.place - 2}: pickle protocol {self.protocol} is not known")

    def _name(self, module: object, name: object) -> object:
        """Raises Damaged where no module can have that name."""
        place = self.window.place
        if not isinstance(module, bytes) or not isinstance(name, bytes):
            self.found.partly_read(f"byte {place}: it computes the name of what it imports")
            return OPAQUE
        one = found_global(module, name, self.protocol, place)
        self.found.add_module(one.module)
        return one

    def _global(self) -> None:
        module = self.window.take_line()
        self._stack.append(self._name(module, self.window.take_line()))

    def _stack_global(self) -> None:
        name, module = self._stack.pop(), self._stack.pop()
        self._stack.append(self._name(module, name))

    def _instance(self) -> None:
        self._pop_mark()
        self._global()
        self._stack.append(made(self._stack.pop()))

    def _object(self) -> None:
        start = self._marks.pop()
        kind = self._stack[start]
        del self._stack[start:]
        self._stack.append(made(kind))

    def _new(self, arguments: int) -> None:
        del self._stack[len(self._stack) - arguments :]
        self._stack.append(made(self._stack.pop()))

    def _reduce(self) -> None:
        arguments, function = self._stack.pop(), self._stack.pop()
        result = called(function, arguments, self.window.place)
        if isinstance(result, Global):
            self.found.add_module(result.module)
        self._stack.append(result)

    def _build(self) -> None:
        state, target = self._stack.pop(), self._stack[-1]
        if isinstance(target, ArrayType) and isinstance(state, tuple):
            target.update(state)
        elif isinstance(target, Made):
            self._stack[-1] = OPAQUE
            self.has_arrays = True
            if not skip_array(self.window, state):
                self._begin_nested()

    def _extension(self, width: int) -> None:
        number = self._number(width)
        self.found.partly_read(f"it imports by the extension code {number}, which only a registry of its process knows")
        self._stack.append(OPAQUE)

    def _line_persistent_id(self) -> None:
        self._line()
        self._persistent_id()

    def _persistent_id(self) -> None:
        self._stack.pop()
        if not self._persistent:
            self.found.partly_read("it refers to objects that only its own loader knows (persistent ids)")
        self._stack.append(OPAQUE)

    def _next_buffer(self) -> None:
        self.found.partly_read("it refers to buffers that are kept elsewhere (out of band)")
        self._stack.append(OPAQUE)

    def _begin_nested(self) -> None:
        """An array of objects: joblib wrote a pickle of its own there."""
        if len(self._outer) >= MAX_NESTED:
            raise TooMuch(f"byte {self.window.place}: pickles in pickles, more than {MAX_NESTED} deep")
        self._outer.append((self._stack, self._marks, self._memo, self.protocol))
        self._stack, self._marks, self._memo, self.protocol = [], [], Memo(), 0

    def _stop(self) -> None:
        if self._outer:
            self._stack, self._marks, self._memo, self.protocol = self._outer.pop()
        else:
            self.result = self._stack[-1]
            self.stopped = True


_HANDLERS: dict[int, Callable[[Operations], object]] = {
    ord("I"): Operations._line_int,
    ord("L"): Operations._line_int,
    ord("F"): Operations._line,
    ord("V"): Operations._line_text,
    ord("S"): Operations._line_string,
    ord("U"): lambda one: one._text(one._number(1)),
    ord("T"): lambda one: one._text(one._number(4)),
    ord("X"): lambda one: one._text(one._number(4)),
    0x8D: lambda one: one._text(one._number(8)),
    ord("C"): lambda one: one._bytes(one._number(1)),
    ord("B"): lambda one: one._bytes(one._number(4)),
    0x8E: lambda one: one._bytes(one._number(8)),
    0x96: lambda one: one._bytes(one._number(8)),
    0x8A: lambda one: one._long(one._number(1)),
    0x8B: lambda one: one._long(one._number(4)),
    0x97: Operations._next_buffer,
    0x98: lambda one: None,
    ord(")"): lambda one: one._stack.append(()),
    0x85: lambda one: one._last_tuple(1),
    0x86: lambda one: one._last_tuple(2),
    0x87: lambda one: one._last_tuple(3),
    ord("t"): lambda one: one._tuple(one._marks.pop()),
    ord("l"): Operations._replace_mark,
    ord("d"): Operations._replace_mark,
    0x91: Operations._replace_mark,
    ord("e"): Operations._pop_mark,
    0x90: Operations._pop_mark,
    ord("1"): Operations._pop_mark,
    ord("0"): Operations._pop,
    ord("2"): lambda one: one._stack.append(one._stack[-1]),
    ord("s"): Operations._set_item,
    ord("u"): Operations._set_items,
    ord("g"): Operations._get_line,
    ord("p"): Operations._put_line,
    0x80: Operations._protocol,
    0x95: lambda one: one._number(8),
    ord("c"): Operations._global,
    0x93: Operations._stack_global,
    ord("i"): Operations._instance,
    ord("o"): Operations._object,
    0x81: lambda one: one._new(1),
    0x92: lambda one: one._new(2),
    ord("R"): Operations._reduce,
    ord("b"): Operations._build,
    0x82: lambda one: one._extension(1),
    0x83: lambda one: one._extension(2),
    0x84: lambda one: one._extension(4),
    ord("P"): Operations._line_persistent_id,
    ord("Q"): Operations._persistent_id,
    ord("."): Operations._stop,
}
