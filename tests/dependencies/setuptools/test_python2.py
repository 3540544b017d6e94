"""Setup scripts of Python 2: what they ask for is read, whatever else stands in them."""

import pytest

from tests.support.declared import refused, rows


@pytest.mark.parametrize(
    "statement",
    [
        "print 'building'",
        "print",
        "if True: print 'a', 'b'",
        "print >>sys.stderr, 'a'",
        "print 'a %s' \\\n  % 1",
        "try:\n    pass\nexcept (IOError, OSError), error:\n    raise",
        "try:\n    pass\nexcept ValueError, error:\n    raise SystemExit, 1",
        "exec open('version.py').read()",
        "os.chmod('x', 0755)",
        "name = ur'x'",
    ],
)
def test_a_statement_of_python_2_does_not_hide_the_rest(statement: str) -> None:
    [row] = rows("setup.py", f"{statement}\nsetup(install_requires=['numpy>=1'])\n")

    assert (row.name, row.specifier, row.line) == ("numpy", ">=1", statement.count("\n") + 2)


def test_what_is_no_python_at_all_is_refused() -> None:
    assert refused("setup.py", "print 'a'\nsetup(install_requires=['numpy'\n") == (
        "setup.py:2: is no Python 3 that can be read"
    )
