"""``lineage.verifying.code_differences``: which edits leave the same code; others are named with their line.

The answers were written down before the tool was asked.
"""

import json

import pytest

from lineage.code.same_code import is_same_code
from lineage.verifying.code_differences import ONLY_LAYOUT, Difference, first_difference

CODE = '''\
"""Features of the model."""

import numpy
import pandas

SIZE = 3
NAMES = ["a", "b"]


def scale(x, by=2):
    """Scale it."""
    # by a factor
    return x * by


@staticmethod
def shift(x):
    return f"{x!r} shifted"


class Model:
    """A model."""

    depth = 4

    def fit(self, x):
        def inner(y):
            return y + 1

        return inner(x)


if __name__ == "__main__":
    print(scale(1))
'''

SAME_EDITS: list[tuple[str, str, str, int]] = [
    ("a comment is another", "# by a factor", "# by any factor", 12),
    ("a comment is gone", "    # by a factor\n", "", 12),
    ("a comment behind code", "SIZE = 3", "SIZE = 3  # rows", 6),
    ("a blank line more", "import pandas\n\n", "import pandas\n\n\n", 6),
    ("quotes", '["a", "b"]', "['a', 'b']", 7),
    ("a trailing comma", '["a", "b"]', '["a", "b",]', 7),
    ("parentheses", "return x * by", "return (x * by)", 13),
    ("spaces", "SIZE = 3", "SIZE=3", 6),
    ("a line is wrapped", "return x * by", "return (\n        x\n        * by\n    )", 13),
    ("two statements in a line", "import numpy\nimport pandas\n", "import numpy; import pandas\n", 3),
    ("the layout of a docstring", '"""Scale it."""', '"""\n    Scale it.\n    """', 11),
    ("an encoding cookie", '"""Features', '# -*- coding: utf-8 -*-\n"""Features', 1),
    ("a type comment", "SIZE = 3", "SIZE = 3  # type: int", 6),
    ("hexadecimal", "SIZE = 3", "SIZE = 0x3", 6),
    ("blanks at an end", "depth = 4\n", "depth = 4  \n", 24),
    ("a text in two pieces", '"__main__"', '"__main" "__"', 33),
    ("an escape", '"a", "b"', '"\\x61", "b"', 7),
    ("a raw text", '"a", "b"', 'r"a", "b"', 7),
    ("a name in another normal form", "SIZE = 3", "\uff33IZE = 3", 6),
]
"""(kind, text, what stands for it, line of the first difference): none of them changes what is done"""

OTHER_EDITS: list[tuple[str, str, str, int, str]] = [
    ("a constant", "SIZE = 3", "SIZE = 4", 6, "constant 3 → 4 in SIZE"),
    ("a constant of another type", "SIZE = 3", "SIZE = 3.0", 6, "constant 3 → 3.0 in SIZE"),
    ("a constant of a text", "SIZE = 3", 'SIZE = "3"', 6, "constant 3 → '3' in SIZE"),
    ("true for one", "y + 1", "y + True", 28, "constant 1 → True in function Model.fit"),
    ("an operator", "x * by", "x + by", 13, "function scale differs"),
    ("a unary operator", "return x * by", "return -x * by", 13, "function scale differs"),
    ("a name", "return x * by", "return x * SIZE", 13, "function scale differs"),
    ("a default argument", "by=2", "by=3", 10, "constant 2 → 3 in function scale"),
    ("a default argument more", "(x, by=2)", "(x=1, by=2)", 10, "function scale differs"),
    ("an argument more", "(x, by=2)", "(x, by=2, *, z=0)", 10, "function scale differs"),
    ("only by position", "(x, by=2)", "(x, /, by=2)", 10, "function scale differs"),
    ("the order of arguments", "inner(x)", "inner(*x)", 30, "function Model.fit differs"),
    ("a decorator", "@staticmethod", "@classmethod", 16, "function shift differs"),
    ("a decorator is gone", "@staticmethod\n", "", 16, "function shift differs"),
    ("a decorator more", "    def fit", "    @property\n    def fit", 26, "function Model.fit differs"),
    ("an import more", "import numpy\n", "import json\nimport numpy\n", 3, "import json added"),
    ("an import is gone", "import numpy\n", "", 3, "import numpy is gone"),
    ("another import", "import pandas", "import polars", 4, "import pandas is gone, import polars added"),
    ("an import by another name", "import pandas", "import pandas as pd", 4,
     "import pandas is gone, import pandas as pd added"),
    ("the order of imports", "import numpy\nimport pandas", "import pandas\nimport numpy", 4, "import numpy moved"),
    ("a future import", "import numpy\n", "from __future__ import annotations\nimport numpy\n", 3,
     "from __future__ import annotations added"),
    ("a type annotation", "def scale(x,", "def scale(x: int,", 10, "function scale differs"),
    ("the annotation of a result", "def shift(x):", "def shift(x) -> str:", 17, "function shift differs"),
    ("the annotation of a value", "SIZE = 3", "SIZE: int = 3", 6, "SIZE differs"),
    ("the words of a docstring", "Scale it.", "Scale them.", 11, "docstring of function scale differs"),
    ("the words of a module", "Features of", "Parts of", 1, "docstring differs"),
    ("the words of a class", "A model.", "The model.", 22, "docstring of class Model differs"),
    ("a docstring is gone", '    """A model."""\n\n', "", 22, "docstring of class Model is gone"),
    ("an f-string", "shifted", "moved", 18, "constant ' shifted' → ' moved' in function shift"),
    ("a conversion in an f-string", "{x!r}", "{x!s}", 18, "function shift differs"),
    ("no f-string any more", 'f"{x!r} shifted"', '"{x!r} shifted"', 18, "function shift differs"),
    ("a walrus", "return x * by", "return (x := x) * by", 13, "function scale differs"),
    ("async", "def scale", "async def scale", 10, "function scale differs"),
    ("match", "    return x * by", "    match x:\n        case 1:\n            return 2\n    return x * by", 13,
     "function scale differs"),
    ("a statement more in a function", "    return x * by", "    x = 1\n    return x * by", 13,
     "function scale differs"),
    ("a statement less in a function", "        return inner(x)\n", "", 28, "function Model.fit differs"),
    ("a nested function", "return y + 1", "return y - 1", 28, "function Model.fit differs"),
    ("the name of a nested function", "def inner(y)", "def deep(y)", 27, "function Model.fit differs"),
    ("a class attribute", "depth = 4", "depth = 5", 24, "constant 4 → 5 in Model.depth"),
    ("a class attribute more", "    depth = 4\n", "    width = 1\n    depth = 4\n", 24, "Model.width added"),
    ("a base class", "class Model:", "class Model(dict):", 21, "class Model differs"),
    ("a method more", "\n\nif __name__", "\n    def predict(self):\n        return 1\n\n\nif __name__", 32,
     "function Model.predict added"),
    ("__all__", "SIZE = 3\n", '__all__ = ["scale"]\nSIZE = 3\n', 6, "__all__ added"),
    ("an element of a list", '["a", "b"]', '["a", "c"]', 7, "constant 'b' → 'c' in NAMES"),
    ("the order of a list", '["a", "b"]', '["b", "a"]', 7, "constant 'a' → 'b' in NAMES"),
    ("a list is longer", '["a", "b"]', '["a", "b", "c"]', 7, "NAMES differs"),
    ("a list is shorter", '["a", "b"]', '["a"]', 7, "NAMES differs"),
    ("another normal form in a text", '"a", "b"', '"\uff41", "b"', 7, "constant 'a' → '\uff41' in NAMES"),
    ("a function has another name", "def shift", "def move", 17, "function shift is gone, function move added"),
    ("a value has another name", "SIZE = 3", "COUNT = 3", 6, "SIZE is gone, COUNT added"),
    ("a value is added to", "SIZE = 3", "SIZE = 3\nSIZE += 1", 7, "SIZE added"),
    ("a value is added to instead", "NAMES = ", "NAMES += ", 7, "NAMES differs"),
    ("the main clause", "print(scale(1))", "print(scale(2))", 34, "constant 1 → 2"),
    ("the condition of the main clause", "if __name__ ==", "if __name__ !=", 33, "statement differs"),
    ("a statement at the end", "    print(scale(1))\n", "    print(scale(1))\nscale(2)\n", 35, "statement added"),
    ("another statement", "if __name__ ==", "while __name__ ==", 33, "statement differs"),
    ("indentation", "        return inner(x)", "            return inner(x)", 30, "function Model.fit differs"),
    ("a long text", '"__main__"', '"' + "m" * 99 + '"', 33, f"constant '__main__' → '{'m' * 39}…"),
]  # fmt: skip
"""(kind, text, what stands for it, line of the observed version, what differs)"""


def edited(text: str, by: str) -> bytes:
    assert CODE.count(text) >= 1, text
    return CODE.replace(text, by, 1).encode()


WHOLE: list[tuple[str, bytes, str]] = [
    ("CRLF", CODE.replace("\n", "\r\n").encode(), ""),
    ("tabs", CODE.replace("    ", "\t").encode(), "11"),
    ("two blanks", CODE.replace("    ", "  ").encode(), "11"),
    ("a byte order mark", b"\xef\xbb\xbf" + CODE.encode(), "1"),
    ("another encoding", b"# coding: latin-1\n" + CODE.encode("latin-1"), "1"),
    ("no line at the end", CODE.rstrip().encode(), ""),
    ("lines more at the end", CODE.encode() + b"\n\n", "35"),
]
"""(kind, content, place of the first difference): none of them changes what is done"""


@pytest.mark.parametrize(("_kind", "observed", "place"), WHOLE, ids=[one[0] for one in WHOLE])
def test_an_edit_of_the_whole_file(_kind: str, observed: bytes, place: str) -> None:
    assert is_same_code("a.py", CODE.encode(), observed)
    assert first_difference("a.py", CODE.encode(), observed) == Difference(place, ONLY_LAYOUT)


def test_there_are_enough_kinds() -> None:
    kinds = [one[0] for one in (*SAME_EDITS, *OTHER_EDITS)]
    assert len(kinds) == len(set(kinds)) >= 75


@pytest.mark.parametrize(("_kind", "text", "by", "line"), SAME_EDITS, ids=[one[0] for one in SAME_EDITS])
def test_an_edit_of_comments_or_layout(_kind: str, text: str, by: str, line: int) -> None:
    observed = edited(text, by)

    assert is_same_code("a.py", CODE.encode(), observed)
    assert first_difference("a.py", CODE.encode(), observed) == Difference(str(line), ONLY_LAYOUT)


@pytest.mark.parametrize(("_kind", "text", "by", "line", "what"), OTHER_EDITS, ids=[one[0] for one in OTHER_EDITS])
def test_an_edit_of_what_is_done(_kind: str, text: str, by: str, line: int, what: str) -> None:
    observed = edited(text, by)

    assert not is_same_code("a.py", CODE.encode(), observed)
    assert first_difference("a.py", CODE.encode(), observed) == Difference(str(line), what)


UNREADABLE = ", compared by its bytes: it is no Python that can be parsed here"
TWO = b"print 1\nprint 2\n"
DEEP = b"x" + b"+1" * 10_000


@pytest.mark.parametrize(
    ("path", "recorded", "observed", "found"),
    [
        ("a.py", TWO, b"print 1\nprint 3\n", Difference("2", "differs" + UNREADABLE)),
        ("a.py", b"x = 1\n", b"x = (\n", Difference("1", "differs" + UNREADABLE)),
        ("a.py", TWO, TWO.replace(b"\n", b"\r\n"), Difference("", "line ends differ" + UNREADABLE)),
        ("a.py", b"a\0b", b"a\0c", Difference("", "its bytes differ" + UNREADABLE)),
        ("a.py", DEEP, DEEP + b"+1", Difference("1", "differs" + UNREADABLE)),
        ("a.py", b"x = [" + b"f(" * 40 + b"1" + b")" * 40 + b"]\n",
         b"x = [" + b"f(" * 40 + b"2" + b")" * 40 + b"]\n", Difference("1", "constant 1 → 2 in x")),
        ("a.py", b"x = 0x" + b"f" * 5000, b"x = 0x" + b"e" * 5000, Difference("1", "differs")),
        ("a.py", b"", b"x = 1\n", Difference("1", "x added")),
        ("a.py", b"x = 1\n", b"", Difference("1", "x is gone")),
        ("a.py", b"a()\nx = 1\n", b"a()\n", Difference("1", "x is gone")),
        ("a.py", b"a()\nb()\nx = 1\n", b"a()\nx = 1\n", Difference("2", "statement is gone")),
        ("a.py", b"a()\nb()\nc()\n", b"b()\nc()\na()\n", Difference("3", "statement moved")),
        ("a.py", b"a()\nb()\nc()\n", b"c()\na()\nb()\n", Difference("1", "statement moved")),
        ("a.py", b"def f(): 1\ndef g(): 2\n", b"def g(): 2\ndef f(): 1\n", Difference("2", "function f moved")),
        ("a.py", b"def f(): 1\ndef g(): 2\ndef h(): 3\n", b"def h(): 3\ndef f(): 1\ndef g(): 2\n",
         Difference("1", "function h moved")),
        ("a.py", b"x = 1\n", b"x = 2\nx = 1\n", Difference("1", "x added")),
        ("a.py", b"x = 1\ny = 2\n", b"y = 3\n", Difference("1", "x is gone")),
        ("a.py", b"y = 3\n", b"x = 1\ny = 2\n", Difference("1", "x added")),
        ("a.py", b"a()\n", b"x = 1\n", Difference("1", "statement is gone, x added")),
        ("a.py", b"x, y = 1, 2\n", b"x, y = 1, 3\n", Difference("1", "constant 2 → 3 in (x, y)")),
        ("a.py", b"def f():\n    'a'\n", b"def f():\n    'b'\n", Difference("2", "docstring of function f differs")),
        ("a.py", b"def f(): 'a'\n", b"def f(): 'b'\n", Difference("1", "constant 'a' → 'b' in function f")),
        ("a.py", b"class A:\n    class B:\n        x = 1\n", b"class A:\n    class B:\n        x = 2\n",
         Difference("3", "constant 1 → 2 in A.B.x")),
        ("a.py", b"class A:\n    x = 1\n", b"class A: pass\n", Difference("1", "A.x is gone, statement added")),
        ("a.py", b"class A:\n    x = 1\n    y = 2\n", b"class A:\n    x = 1\n", Difference("2", "A.y is gone")),
        ("a.pyi", b"x: int\n", b"x: str\n", Difference("1", "x differs")),
        ("a.sh", b"a\nb\n", b"a\nc\n", Difference("2", "differs")),
        ("a.sh", b"a\nb\n", b"a\r\nb\r\n", Difference("", "line ends differ")),
        ("a.sh", b"a\nb\n", b"a\n", Difference("1", "differs")),
        ("a.sh", b"a\n", b"", Difference("1", "differs")),
        ("a.ipynb", b'{"cells": [{"cell_type": "code"}]}', b'{"cells": [{"cell_type":  "code"}]}',
         Difference("1", "differs")),
        ("a.bin", b"a\0b", b"ab", Difference("", "its bytes differ")),
        ("a.bin", b"ab", b"a\0b", Difference("", "its bytes differ")),
    ],
)  # fmt: skip
def test_the_first_difference(path: str, recorded: bytes, observed: bytes, found: Difference) -> None:
    assert first_difference(path, recorded, observed) == found


def notebook(*cells: tuple[str, object], output: int = 0) -> bytes:
    rows = [{"cell_type": kind, "source": source, "outputs": [output]} for kind, source in cells]
    return json.dumps({"cells": rows, "nbformat": 4}, indent=1).encode()


CELLS = (("markdown", "# A"), ("code", ["x = 1\n", "y = 2"]), ("code", "!ls"))


@pytest.mark.parametrize(
    ("observed", "found"),
    [
        (notebook(*CELLS, output=3), Difference("7", ONLY_LAYOUT)),
        (notebook(CELLS[1], CELLS[0], CELLS[2]), Difference("4", ONLY_LAYOUT)),
        (notebook(CELLS[0], ("code", "x = 1\ny = 3"), CELLS[2]), Difference("cell 2, line 2", "constant 2 → 3 in y")),
        (notebook(CELLS[0], CELLS[1], ("code", "!rm")), Difference("cell 3, line 1", "differs")),
        (notebook(CELLS[0], CELLS[1], ("code", "rm")), Difference("cell 3, line 1", "differs")),
        (notebook(*CELLS, ("code", "1")), Difference("cell 4", "cell of code added")),
        (notebook(*CELLS[:2]), Difference("", "1 of 2 cells of code are gone")),
        (b"{}", Difference("1", "differs")),
        (b'{"cells": [{"cell_type": "code", "source": 3}]}', Difference("1", "differs")),
    ],
)
def test_a_notebook_is_told_by_cells(observed: bytes, found: Difference) -> None:
    assert first_difference("a.ipynb", notebook(*CELLS), observed) == found
