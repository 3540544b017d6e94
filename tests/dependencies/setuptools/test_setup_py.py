"""setup.py, read and not run: what stands there, what is read from files, and what a program computes."""

import pytest

from lineage.model.declarations import Declarations, Dependency
from lineage.portable.environment import Unknown
from tests.support.declared import declared, refused

WHOLE = '''\
import os
from setuptools import setup, find_packages

V = "1.5"
install = ["numpy>=1.20", "scipy", f"scikit-learn=={V}"]
install += ["six"]
if os.name == "nt":
    install.append("colorama")
install.extend(["pandas %s" % "<2"])

extras = {
    "test": ["pytest"],
    "GPU": ("torch>=" + V, "cupy=={}".format(V)),
    ":python_version<'3.8'": ["backport"],
}
extras["docs"] = """
    sphinx
    # furo
    myst
""".split("\\n")
extras["all"] = sum(extras.values(), [])

setup(
    name="fraud",
    install_requires=install,
    extras_require=extras,
    python_requires=">=" + "3.8",
    setup_requires="cython",
    **dict(tests_require="mock nose".split()),
)
'''


def test_a_whole_script() -> None:
    assert declared("setup.py", WHOLE) == Declarations(
        path="setup.py",
        form="setup.py",
        files=("setup.py",),
        python=">=3.8",
        python_line=27,
        dependencies=(
            Dependency(name="backport", marker='python_version < "3.8"', line=14),
            Dependency(name="colorama", line=8),
            Dependency(name="cupy", version="1.5", specifier="==1.5", written="==1.5", group="extra:gpu", line=13),
            Dependency(name="cython", group="build", line=28),
            Dependency(name="mock", group="test", line=29),
            Dependency(name="myst", group="docs", line=16),
            Dependency(name="nose", group="test", line=29),
            Dependency(name="numpy", specifier=">=1.20", written=">=1.20", line=5),
            Dependency(name="pandas", specifier="<2", written="<2", line=9),
            Dependency(name="pytest", group="test", line=12),
            Dependency(name="scikit-learn", version="1.5", specifier="==1.5", written="==1.5", line=5),
            Dependency(name="scipy", line=5),
            Dependency(name="six", line=6),
            Dependency(name="sphinx", group="docs", line=16),
            Dependency(name="torch", specifier=">=1.5", written=">=1.5", group="extra:gpu", line=13),
        ),
    )


def seen(content: str) -> tuple[list[str], list[str]]:
    """(names of the rows, reasons of what is unknown)."""
    found = declared("setup.py", content, {"requirements.txt": "numpy\n", "deps.txt": "scipy\n"})
    return [row.name for row in found.dependencies], [one.reason for one in found.unknown]


COMPUTED = "setup.py:1 computes install_requires"
DEEP = "setup.py:52 takes its arguments from a program"
TOO = "setup.py:11 computes install_requires"


@pytest.mark.parametrize(
    ("expression", "names", "reasons"),
    [
        ("['a', 'b']", ["a", "b"], []),
        ("'a'", ["a"], []),
        ("'a\\nb'", ["a", "b"], []),
        ("['a'] + ['b'] + list(('c',))", ["a", "b", "c"], []),
        ("[*['a'], *sorted({'b'})]", ["a", "b"], []),
        ("{'x': ['a']}['x']", ["a"], []),
        ("dict(x=['a'])['x']", ["a"], []),
        ("{'x': ['a'], 'x': ['b']}['x']", ["b"], []),
        ("'a b'.strip().split()", ["a", "b"], []),
        ("'a,b'.split(',')", ["a", "b"], []),
        ("'a\\nb'.splitlines()", ["a", "b"], []),
        ("['a%s' % '>1', 'b%s%s' % ('>', '1'), '{}{}'.format('c', '>1')]", ["a", "b", "c"], []),
        ("[f'a>{1}', 'b']", ["a", "b"], []),
        ("[f'a>{x}', 'b']", ["b"], [COMPUTED]),
        ("['a%d' % 1]", [], [COMPUTED]),
        ("['a' % 'b']", [], [COMPUTED]),
        ("['a%s%%' % 'b']", [], [COMPUTED]),
        ("['a{0}'.format('1')]", [], [COMPUTED]),
        ("['a{}'.format(x='1')]", [], [COMPUTED]),
        ("['a%s' % make()]", [], [COMPUTED]),
        ("['a>' + make()]", [], [COMPUTED]),
        ("['a', make(), 'b']", ["a", "b"], [COMPUTED]),
        ("make() + ['a']", ["a"], [COMPUTED]),
        ("1", [], [COMPUTED]),
        ("missing", [], [COMPUTED]),
        ("{'x': 'a'}['y']", [], [COMPUTED]),
        ("{'x': 'a'}[0]", [], [COMPUTED]),
        ("make()['x']", [], [COMPUTED]),
        ("['a', 'b'][0]", ["a"], []),
        ("['a'][1]", [], [COMPUTED]),
        ("[][0]", [], [COMPUTED]),
        ("len(['a'])", [], [COMPUTED]),
        ("make().split()", [], [COMPUTED]),
        ("'a'.split(make())", [], [COMPUTED]),
        ("'a'.split(' ', 1)", [], [COMPUTED]),
        ("'a'.upper()", [], [COMPUTED]),
        ("(lambda: 'a')()", [], [COMPUTED]),
        ("-1", [], [COMPUTED]),
        ("open('requirements.txt').read().splitlines()", ["numpy"], []),
        ("[line.strip() for line in open('deps.txt')]", ["scipy"], []),
        ("parse_requirements('requirements.txt') + ['a']", ["a", "numpy"], []),
        ("read('requirements.txt', 'LICENSE.txt')", ["numpy"], []),
        ("read('a.txt', 'b.txt')", [], [COMPUTED]),
        ("read('requirements-none.txt')", [], ["setup.py:1 reads requirements-none.txt, which does not exist"]),
        ("['a==']", [], ["setup.py:1 is not a requirement that can be read: 'a=='"]),
    ],
)
def test_an_expression_means(expression: str, names: list[str], reasons: list[str]) -> None:
    assert seen(f"setup(install_requires={expression})") == (names, reasons)


@pytest.mark.parametrize(
    ("script", "names", "reasons"),
    [
        ("import setuptools\nsetuptools.setup(install_requires=['a'])", ["a"], []),
        ("setup = make\nother(install_requires=['a'])", [], []),
        ("if x:\n    r = ['a']\nelse:\n    r = ['b']\nsetup(install_requires=r)", ["a", "b"], []),
        ("r: list[str] = ['a']\nr: list\nsetup(install_requires=r)", ["a"], []),
        ("def main():\n    r = ['a']\n    setup(install_requires=r)", ["a"], []),
        ("r, s = ['a'], ['b']\nsetup(install_requires=r)", ["a"], []),
        ("r, s = make()\nsetup(install_requires=r)", [], ["setup.py:2 computes install_requires"]),
        ("c = {'install_requires': ['a']}\nsetup(**c)", ["a"], []),
        (
            "c = {}\nc['install_requires'] = ['a']\nc[x] = 1\nsetup(**c)",
            ["a"],
            ["setup.py:4 takes its arguments from a program"],
        ),
        ("setup(**make())", [], ["setup.py:1 takes its arguments from a program"]),
        (
            "setup(**{**{'install_requires': ['a']}, **make()})",
            ["a"],
            ["setup.py:1 takes its arguments from a program"],
        ),
        ("setup(name='a', **{})", [], []),
        (
            "setup(**dict(make(), install_requires=['a']))",
            ["a"],
            ["setup.py:1 takes its arguments from a program"],
        ),
        ("a0 = {}\n" + "".join(f"a{n + 1} = a{n}\n" for n in range(50)) + "setup(**a50)", [], [DEEP]),
        ("a0 = ['x']\n" + "".join(f"a{n + 1} = a{n}\n" for n in range(50)) + "setup(install_requires=a50)", [], [TOO]),
        (
            "def read(name):\n    with open(name) as f, g:\n        return f.read()\n"
            "setup(install_requires=read('deps.txt'))",
            ["scipy"],
            [],
        ),
        (
            "def deps():\n    with open('deps.txt') as f:\n        return list(f)\nsetup(install_requires=deps())",
            ["scipy"],
            [],
        ),
        ("with open('deps.txt') as f:\n    r = f.read().split()\nsetup(install_requires=r)", ["scipy"], []),
        ("setup(extras_require=make())", [], ["setup.py:1 computes extras_require"]),
        ("setup(extras_require={make(): ['a']})", [], ["setup.py:1 computes a part of extras_require"]),
        ("setup(extras_require={'x': make()})", [], ["setup.py:1 computes extras_require['x']"]),
        ("setup(extras_require={':what': ['a']})", ["a"], []),
        (
            "e = {'x': ['a']}\ne.update(make())\ne.pop('y')\nsetup(extras_require=e)",
            ["a"],
            ["setup.py:2 computes a part of extras_require"],
        ),
        ("e = {'x': ['a']}\ne.update({'y': ['b']})\nsetup(extras_require=e)", ["a", "b"], []),
        ("e = {'x': ['a']}\ne.update({k: e[k] for k in e})\nsetup(extras_require=e)", ["a"], []),
        ("x = x + ['a']\nsetup(install_requires=x)", ["a"], []),
    ],
)
def test_a_script_means(script: str, names: list[str], reasons: list[str]) -> None:
    assert seen(script) == (names, reasons)


def test_python_that_a_program_computes_is_unknown() -> None:
    found = declared("setup.py", "setup(python_requires=make())")

    assert (found.python, found.python_line) == (None, 0)
    assert found.unknown == (Unknown("python", "setup.py:1 computes python_requires"),)


def test_names_that_stand_for_each_other_take_no_time() -> None:
    script = "".join(f"a{n} = a{n + 1} + a{n + 1}\n" for n in range(30)) + "a30 = ['x']\nsetup(install_requires=a0)"

    assert declared("setup.py", script).unknown == (Unknown("packages", "setup.py:32 computes install_requires"),)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("x = `a`\n", "setup.py:1: is no Python 3 that can be read"),
        ("\n<<<<<<< HEAD\n", "setup.py:2: is no Python 3 that can be read"),
        ("x = " + "(" * 5000, "setup.py:1: is no Python 3 that can be read"),
        ("x = " + "-" * 50_000 + "1", "setup.py: is no Python 3 that can be read"),
    ],
    ids=["python 2", "conflict", "parentheses", "deep"],
)
def test_what_is_no_python_is_refused(content: str | bytes, message: str) -> None:
    assert refused("setup.py", content) == message
