"""``lineage.code.same_code``: what is only layout, and what is not."""

import json

import pytest

from lineage.code.same_code import is_same_code

CODE = b'"""Train."""\nimport numpy\n\n\ndef f(x):\n    """Twice.\n\n    Really.\n    """\n    return x * 2  # double\n'


def notebook(*cells: object, **metadata: object) -> bytes:
    rows = [{"cell_type": "code", "source": cell, "outputs": [metadata]} for cell in cells]
    return json.dumps({"cells": [{"cell_type": "markdown", "source": "# A"}, *rows], "nbformat": 4}).encode()


CELL_IDS = json.dumps(
    {
        "cells": [
            {"cell_type": "code", "id": "a1", "source": "x = 1", "execution_count": 9, "metadata": {"tags": ["a"]}},
            {"cell_type": "markdown", "id": "b1", "source": "# B", "metadata": {}},
        ],
        "metadata": {"kernelspec": {"name": "python3"}},
        "nbformat_minor": 5,
    }
).encode()
NBFORMAT_3 = json.dumps(
    {
        "metadata": {"name": "old"},
        "nbformat": 3,
        "worksheets": [
            {
                "cells": [
                    {"cell_type": "markdown", "source": "# A"},
                    {"cell_type": "code", "input": ["x ", "= 1"], "language": "python", "prompt_number": 7},
                ]
            },
            {"cells": [{"cell_type": "code", "input": "y = 2", "outputs": []}]},
        ],
    }
).encode()
PERCENT = b'''# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
# ---
# %% [markdown]
# Some words
# %%
import numpy
# %% [markdown]
"""
# The data
"""
# %% tags=["parameters"]
lines = 2
# %%
"""
a query
"""
'''


@pytest.mark.parametrize(
    ("path", "left", "right", "same"),
    [
        ("a.py", CODE, CODE, True),
        ("a.py", CODE, CODE.replace(b"  # double", b""), True),
        ("a.py", CODE, CODE.replace(b"x * 2", b"(x*2)").replace(b"\n\n\n", b"\n"), True),
        ("a.py", CODE, CODE.replace(b"\n", b"\r\n"), True),
        ("a.py", b"\xef\xbb\xbf" + CODE, CODE, True),
        ("a.py", CODE, CODE.replace(b"Twice.\n\n    Really.\n    ", b"\n    Twice.\n\n    Really."), True),
        ("a.py", CODE, CODE.replace(b"Twice", b"Thrice"), False),
        ("a.py", b"x = u'a'\n", b'x = "a"\n', True),
        ("a.py", CODE, CODE.replace(b"* 2", b"* 3"), False),
        ("a.py", CODE, CODE.replace(b"def f", b"async def f"), False),
        ("a.py", b"class A:\n    '''A b'''\n", b"class A:\n    '''A b '''\n", True),
        ("a.py", b"", b"# nothing\n", True),
        ("a.py", b"x = 1\n", b"x = (\n", False),
        ("a.py", b"print 1\n", b"print  1\n", False),
        ("a.py", b"x = '\\d'\n", b"x = '\\d' # a\n", True),
        ("a.py", b"x" + b"+1" * 100_000, b"x" + b" +1" * 100_000, False),
        ("a.pyi", b"x: int\n", b"x : int\n", True),
        ("a.sh", b"# a\n", b"# b\n", False),
        ("a.ipynb", notebook("x = 1"), notebook("x=1 # one", n=3), True),
        ("a.ipynb", notebook("x = 1"), notebook("# one", "x = 1", ""), True),
        ("a.ipynb", notebook("x = 1"), CELL_IDS, True),
        ("a.ipynb", notebook("x = 1", "y = 2"), NBFORMAT_3, True),
        ("a.ipynb", notebook("y = 2", "x = 1"), NBFORMAT_3, False),
        ("a.ipynb", NBFORMAT_3, NBFORMAT_3.replace(b"# A", b"# B").replace(b'"prompt_number": 7', b'"x": 1'), True),
        ("a.ipynb", NBFORMAT_3, NBFORMAT_3.replace(b"y = 2", b"y = 3"), False),
        ("a.ipynb", b'{"worksheets": [{}]}', b'{"worksheets": [{} ]}', False),
        ("a.ipynb", b'{"cells": [{"cell_type": "code"}]}', b'{"cells": [{"cell_type":  "code"}]}', False),
        ("a.py", PERCENT, PERCENT.replace(b"The data", b"The figures").replace(b"# Some words", b"# Others"), True),
        ("a.py", PERCENT, PERCENT.replace(b"The data", b"The figures").replace(b"\n", b"\r\n"), True),
        ("a.py", PERCENT, PERCENT.replace(b"# The data\n", b"").replace(b"[markdown]", b"[md]"), True),
        ("a.py", PERCENT, PERCENT.replace(b"lines = 2", b"lines = 3"), False),
        ("a.py", PERCENT, PERCENT.replace(b"a query", b"another query"), False),
        ("a.py", PERCENT, PERCENT.replace(b"import numpy", b"").replace(b"a query", b"a query\nimport numpy"), False),
        ("a.ipynb", notebook(["x = 1\n", "y = 2"]), notebook("x = 1\ny = 2"), True),
        ("a.ipynb", notebook("x = 1", "y = 2"), notebook("y = 2", "x = 1"), False),
        ("a.ipynb", notebook("!pip install a"), notebook("!pip install b"), False),
        ("a.ipynb", notebook("%time x"), notebook("%time x", n=1), True),
        ("a.ipynb", b"{", b"{}", False),
        ("a.ipynb", b'{"cells": [{}]}', b'{"cells": [{} ]}', False),
    ],
)
def test_comments_and_layout_do_not_count(path: str, left: bytes, right: bytes, same: bool) -> None:
    assert is_same_code(path, left, right) is same
    assert is_same_code(path, right, left) is same
