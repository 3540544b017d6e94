"""What a setup script computes of what stands in it: loops, comprehensions, functions of its own, tables of tables."""

import pytest

from lineage.dependencies.setuptools.setup_tables import MAX_STEPS
from tests.support.declared import declared

FILES = {"requirements.txt": "a\nb==1\n", "requirements-dev.txt": "pytest\n", "requirements/base.txt": "q\n"}
HF = """
import re
_deps = ["a>=1", "b==2", "c", 'c-x; python_version < "4"']
deps = {b: a for a, b in (re.findall(r"^(([^!=<>~ ]+)(?:[!=<>~ ].*)?$)", x)[0] for x in _deps)}
def deps_list(*pkgs):
    return [deps[pkg] for pkg in pkgs]
extras = {}
extras["x"] = deps_list("a", "b")
extras["y"] = deps_list("none")
setup(install_requires=[deps["c"], deps["b"]], extras_require=extras)
"""


def seen(script: str) -> tuple[str, list[str]]:
    """(the rows as ``name specifier group``, the reasons of what is unknown)."""
    found = declared("setup.py", script, FILES)
    rows = (f"{row.name}{row.specifier}" + f" {row.group}" * (row.group != "main") for row in found.dependencies)
    return ", ".join(rows), [one.reason.partition(" ")[2] for one in found.unknown]


@pytest.mark.parametrize(
    ("script", "rows"),
    [
        ("R = ['a', 'b>=1']\nsetup(install_requires=[r for r in R if r])", "a, b>=1"),
        ("setup(install_requires=list(r.strip() for r in '''\n a\n b\n'''.splitlines()))", "a, b"),
        ("setup(install_requires={str(r) for r in [*['a'], 'b']})", "a, b"),
        ("R = ['a']\nR += ['b']\nsetup(install_requires=[r.lower() for r in R])", "a, b"),
        ("D = {'a': '>=1', 'b': '==2'}\nsetup(install_requires=[k + v for k, v in D.items()])", "a>=1, b==2"),
        ("D = {'a': '>=1'}\nsetup(install_requires=[f'{k}{v}' for k, v in D.items()])", "a>=1"),
        ("D = {'a': '>=1', 'b': ''}\nsetup(install_requires=[k for k in D] + list(D.keys()))", "a, a, b, b"),
        ("D = {'x': 'a>=1'}\nsetup(install_requires=list(D.values()))", "a>=1"),
        ("D = {'x': ['a', 'b']}\nsetup(install_requires=[r for v in D.values() for r in v])", "a, b"),
        ("R = []\nfor x in ['a', 'b']:\n    R.append(x)\nsetup(install_requires=R)", "a, b"),
        ("R = []\nfor x, v in [('a', '1')]:\n    R += [f'{x}=={v}']\nsetup(install_requires=R)", "a==1"),
        (
            "R = []\nfor x in 'ab'.split():\n  for y in ['1']:\n    R.append(x + '>' + y)\nsetup(install_requires=R)",
            "ab>1",
        ),
        ("E = {}\nfor n in ('x', 'y'):\n    E[n] = ['d-' + n]\nsetup(extras_require=E)", "d-x extra:x, d-y extra:y"),
        ("E = {'x': ['a']}\nsetup(extras_require={k.lower(): v for k, v in E.items()})", "a extra:x"),
        ("E = {'x': ['a']}\nsetup(extras_require={**{k: E[k] for k in E}, 'y': ['b']})", "a extra:x, b extra:y"),
        ("A, B = {'x': ['a']}, {'y': ['b']}\nsetup(extras_require=A | B)", "a extra:x, b extra:y"),
        ("A = {'x': ['a']}\nsetup(extras_require=dict(A, y=['b']))", "a extra:x, b extra:y"),
        (
            "E = {'x': ['a']}\nE['x'].append('b')\nE['x'] += ['c']\nsetup(extras_require=E)",
            "a extra:x, b extra:x, c extra:x",
        ),
        ("E = {}\nE.setdefault('x', []).append('a')\nE.pop('x').append('b')\nsetup(extras_require=E)", "a extra:x"),
        (
            "E = {'x': ['a']}\nE['all'] = sorted({d for v in E.values() for d in v})\nsetup(extras_require=E)",
            "a extra:x",
        ),
        ("E = {'x': ['a']}\nE['all'] = list(chain.from_iterable(E.values()))\nsetup(extras_require=E)", "a extra:x"),
        ("E = {'x': ['a']}\nsetup(install_requires=E['x'] + sum(E.values(), []))", "a, a"),
        ("setup(install_requires=[v for t in [{'x': 'a'}] for v in t.values()])", "a"),
        ("setup(install_requires=['a'] if x else ['b'])", "a, b"),
        ("setup(install_requires=None or ['a'])", "a"),
        ("R = ['a']\nR.insert(0, 'b')\nR.insert(0)\nx.R.append('c')\nsetup(install_requires=R)", "a, b"),
        ("class C:\n    R = ['a']\nsetup(install_requires=C.R)", "a"),
        ("R = ['a', '']\nsetup(install_requires=list(filter(None, map(str.strip, R))))", "a"),
        ("V = 1.5\nsetup(install_requires=[f'a>={V}', '=='.join(['b', '2'])])", "a>=1.5, b==2"),
        ("def r():\n    one = ['a']\n    one.append('b')\n    return one\nsetup(install_requires=r())", "a, b"),
        ("def r(name, *more):\n    return [name, *more]\nsetup(install_requires=r('a', 'b'))", "a, b"),
        (
            "def get(n):\n    return open(n + '.txt').read().split()\nsetup(install_requires=get('requirements'))",
            "a, b==1",
        ),
        (
            "def read(*p):\n    return open(join(*p)).read()\nsetup(install_requires=read('requirements', 'base.txt'))",
            "q",
        ),
        (
            "def get(n):\n    return open(n)\n"
            "setup(install_requires=get('requirements.txt'), extras_require={'dev': get('requirements-dev.txt')})",
            "a, b==1, pytest dev",
        ),
    ],
)
def test_what_is_computed_of_what_stands_there_is_seen(script: str, rows: str) -> None:
    assert seen(script) == (rows, [])


def test_a_table_that_a_program_makes_of_a_list_gives_its_rows_by_name() -> None:
    assert seen(HF) == ("a>=1 extra:x, b==2 extra:x, b==2, c", ["computes extras_require['y']"])


@pytest.mark.parametrize(
    "script",
    [
        "setup(install_requires=[r for r in make()])",
        "setup(install_requires=[a for a, b in ['x']])",
        "setup(install_requires=[a for a, b in [('x', 'y', 'z')]])",
        "setup(install_requires=[make(r) for r in ['a']])",
        "setup(install_requires=list(make().values()))",
        "setup(install_requires=[k for k in {make(): 1}])",
        "setup(install_requires=' '.join(make()))",
        "setup(install_requires=make() | {})",
        "setup(install_requires=a @ b)",
        "setup(install_requires={'x': ['a']}[make()])",
        "setup(install_requires={'x': ['a']}['y'])",
        "setup(install_requires=(x for x in x))",
        "def r():\n    pass\nsetup(install_requires=r())",
        "def r():\n    return r()\nsetup(install_requires=r())",
        "def r(a):\n    return a\nsetup(install_requires=r(a=['b']))",
        "setup(install_requires=make()())",
        "setup(install_requires={k: v for k, v in make()}['a'])",
    ],
)
def test_what_is_not_seen_is_unknown(script: str) -> None:
    rows, reasons = seen(script)

    assert rows == ""
    assert reasons in (["computes install_requires"], ["computes install_requires"] * 2)


def test_keys_that_nobody_sees_are_unknown() -> None:
    assert seen("E = {}\nfor n in make():\n    E[n] = ['a']\nsetup(extras_require=E)") == (
        "",
        ["computes a part of extras_require"],
    )
    assert seen("setup(extras_require={k: ['a'] for k in make()})") == ("", ["computes extras_require"])
    assert seen("setup(extras_require={} | make())") == ("", ["computes extras_require"])


def test_loops_within_each_other_take_no_time() -> None:
    loops = " ".join(f"for x{number} in R" for number in range(8))
    script = f"R = [{', '.join(repr(f'a{n}') for n in range(100))}]\nsetup(install_requires=[x0 {loops}])"

    assert MAX_STEPS < 100**8
    assert seen(script) == ("", ["computes install_requires"])
