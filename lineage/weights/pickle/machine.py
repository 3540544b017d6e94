"""The stack machine of one pickle: its inner loop. What it keeps and leaves out, ``operations`` says."""

import re
from itertools import repeat
from typing import Final

from lineage.weights.formats.streams import MARGIN_BYTES, Damaged, TooMuch
from lineage.weights.pickle.operations import MAX_TUPLE, Operations
from lineage.weights.pickle.values import FLAT, OPAQUE, REMEMBERED

# Opcodes of protocols 0 to 5, as ``pickletools`` describes them: those that the inner loop knows.
MEMOIZE, BINGET, LONG_BINGET, BINPUT = 0x94, ord("h"), ord("j"), ord("q")
PUTS: Final = frozenset({BINPUT, ord("r")})
"""the longer one has four bytes of number"""
SHORT_BINUNICODE, MARK, NONE, APPEND, BININT, BINFLOAT = 0x8C, ord("("), ord("N"), ord("a"), ord("J"), ord("G")
TUPLE2, SETITEMS, APPENDS, BININT1 = 0x86, ord("u"), ord("e"), ord("K")
WIDTHS: Final = {ord("K"): 2, ord("M"): 3, ord("J"): 5, ord("G"): 9, ord("N"): 1, 0x88: 1, 0x89: 1}
"""of those that push a number or constant, in bytes"""

PUSHES_OPAQUE: Final = frozenset(b"]}\x8f")
"""one byte long: empty list, dict and set"""

_PLAIN = rb"K.|M..|J....|G.{8}|[N\x88\x89]"
PLAIN: Final = re.compile(_PLAIN, re.DOTALL)
"""one opcode that pushes a number or constant"""
PLAIN_RUN: Final = re.compile(rb"(?:" + _PLAIN + rb"){16,}+", re.DOTALL)
"""so many of them that no tuple worth following is among them; possessive: it never backtracks"""
RUN_STARTS: Final = frozenset(WIDTHS)

MAX_STACK = 4_000_000


class Machine(Operations):
    """Runs from one pickle's first opcode to its STOP, over the arrays and pickles that joblib puts inside."""

    def run(self) -> None:
        """Raises Damaged and TooMuch, OSError, and what a decoder below the window does."""
        window = self.window
        while not self.stopped:
            if not window.fill(MARGIN_BYTES + 1):
                raise Damaged(f"byte {window.place}: the pickle has no end")
            try:
                code = self._run_window(window.data, window.at)
                if window.at > len(window.data):
                    raise Damaged(f"byte {window.place}: the pickle ends in the middle of an opcode")
                if code is not None:
                    self.run_one(code)
            except IndexError as error:
                raise Damaged(f"byte {window.place}: an opcode takes more than there is") from error
            if len(self._stack) + len(self._marks) > MAX_STACK:
                raise TooMuch(f"byte {window.place}: more than {MAX_STACK} objects wait on its stack")

    def _run_window(self, data: bytes, at: int) -> int | None:
        """Runs the frequent opcodes, up to the first that is not: that one, already passed; or to the end of ``data``.

        This is the inner loop: a model may have hundreds of millions of opcodes.
        """
        end = len(data) - (0 if self.window.ended else MARGIN_BYTES)
        stack, marks, memo = self._stack, self._marks, self._memo
        push, get = stack.append, memo.values.get
        try:
            while at < end:
                code = data[at]
                if code == MEMOIZE:
                    at += 1
                    if stack[-1].__class__ in REMEMBERED or not memo.dense:
                        memo.append(stack[-1])
                    else:
                        memo.count += 1
                elif code == BININT1 and at + 2 < end and data[at + 2] not in RUN_STARTS:
                    push(data[at + 1])
                    at += 2
                elif code in RUN_STARTS:
                    at = self._push_plain(data, at, end)
                elif code == SHORT_BINUNICODE:
                    start = at + 2
                    at = start + data[at + 1]
                    push(data[start:at])
                elif code == BINGET:
                    push(get(data[at + 1], OPAQUE))
                    at += 2
                elif code == MARK:
                    marks.append(len(stack))
                    at += 1
                elif code in PUTS:
                    after = at + (2 if code == BINPUT else 5)
                    number = int.from_bytes(data[at + 1 : after], "little")
                    if number == memo.count and memo.dense and stack[-1].__class__ not in REMEMBERED:
                        memo.count += 1
                    else:
                        memo.put(number, stack[-1])
                    at = after
                elif code == TUPLE2:
                    last, first = stack.pop(), stack[-1]
                    stack[-1] = (
                        first if first.__class__ in FLAT else OPAQUE,
                        last if last.__class__ in FLAT else OPAQUE,
                    )
                    at += 1
                elif (code == SETITEMS and marks and len(stack) - marks[-1] > 2 * MAX_TUPLE) or code == APPENDS:
                    del stack[marks.pop() :]
                    at += 1
                elif code == LONG_BINGET:
                    push(get(int.from_bytes(data[at + 1 : at + 5], "little"), OPAQUE))
                    at += 5
                elif code in PUSHES_OPAQUE:
                    push(OPAQUE)
                    at += 1
                elif code == APPEND:
                    stack.pop()
                    at += 1
                else:
                    at += 1
                    return code
            return None
        finally:
            self.window.at = at

    def _push_plain(self, data: bytes, at: int, end: int) -> int:
        """Numbers and constants: one, or a long run of them at once. Gives where it ends."""
        code = data[at]
        width = WIDTHS[code]
        after = at + width
        if after < end and data[after] in RUN_STARTS and data[after + WIDTHS[data[after]]] in RUN_STARTS:
            run = PLAIN_RUN.match(data, at, end)
            if run is not None:
                self._stack.extend(repeat(OPAQUE, len(PLAIN.findall(data, at, run.end()))))
                return run.end()
        if code == BINFLOAT or width == 1:
            self._stack.append(None if code == NONE else OPAQUE)
        else:
            self._stack.append(int.from_bytes(data[at + 1 : after], "little", signed=code == BININT))
        return after
