"""``lineage.checking.due.promises``: what several files promise of one package, where other rows or forks speak too."""

from dataclasses import replace

import pytest

from lineage.checking.due.package_moves import Promise, is_same_promise
from lineage.checking.due.promises import Promises
from lineage.model.declarations import Declarations, Dependency

FILE = Declarations(path="requirements.txt", form="requirements")


def promised(*rows: Dependency) -> Promise:
    return Promises([replace(FILE, dependencies=rows)], {}).of("a")


def a(version: str | None = None, specifier: str = "", line: int = 1, **keys: str | bool) -> Dependency:
    return Dependency(name="a", version=version, specifier=specifier, line=line, **keys)  # type: ignore[arg-type]


EXACT = Promise(state="exact", version="1.0", text="1.0", where="requirements.txt:1", group="main")


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([a("1.0"), a("1", line=2)], EXACT, id="one version"),
        pytest.param([a("1.0"), a(specifier="<2", line=2)], EXACT, id="beside a range"),
        pytest.param([a("1.0"), a(specifier="odd", line=2)], EXACT, id="beside a range that is none"),
        pytest.param([a("1.0"), a("2.0", group="dev")], EXACT, id="beside development"),
        pytest.param(
            [a(specifier="<2"), a("2.0", group="dev")],
            Promise(state="range", specifier="<2", text="<2", where="requirements.txt:1", group="main"),
            id="a range beside development",
        ),
        pytest.param([a("1.0"), a("2.0", group="extra:x")], EXACT, id="beside an extra"),
        pytest.param([a("1.0"), a(specifier=">2", group="extra:x")], EXACT, id="beside the range of an extra"),
        pytest.param(
            [a(None, origin="path:./a-1.whl"), a("1.0")],
            Promise(
                state="unknown",
                text="1.0, path:./a-1.whl",
                where="requirements.txt:1",
                group="main",
                reason="requirements.txt:1 and others ask for 1.0, path:./a-1.whl at once",
            ),
            id="two sources",
        ),
        pytest.param(
            [a(specifier="<2", written="<2"), a(specifier="<2,>=1", line=2), a(line=3)],
            Promise(state="range", specifier="<2,>=1", text="<2,<2,>=1", where="requirements.txt:1", group="main"),
            id="ranges together",
        ),
        pytest.param(
            [a()], Promise(state="range", text="any version", where="requirements.txt:1", group="main"), id="any"
        ),
        pytest.param([], Promise(state="unnamed"), id="nothing"),
    ],
)
def test_several_rows_of_a_package(rows: list[Dependency], expected: Promise) -> None:
    found = promised(*rows)

    assert found == expected


def test_what_contradicts_is_told_with_every_text() -> None:
    rows = [a("1.0", label="py_0"), a("1.0", label="py_1"), a("1.0", origin="https://example.org/a.whl")]

    assert promised(*rows).reason == (
        "requirements.txt:1 and others ask for 1.0 (https://example.org/a.whl), 1.0 py_0, 1.0 py_1 at once"
    )
    assert promised(a("1.0"), a("1.0", label="py_0")).label == "py_0"
    assert promised(a("1.0"), a(specifier=">2", line=2)).text == "1.0, >2"


def test_the_names_and_the_groups() -> None:
    rows = (a("1"), Dependency(name="b", group="extra:x"), Dependency(name="c", marker='os_name == "nt"'))
    found = Promises([Declarations(path="a.txt", form="requirements", dependencies=rows)], {"os_name": "posix"})

    assert (found.names, found.serving) == (frozenset("ab"), frozenset("a"))


def test_the_graph_of_several_rows_of_one_package() -> None:
    rows = (
        Dependency(name="a", version="1", requires=("b",)),
        Dependency(name="a", version="2", requires=("c",), marker='os_name == "posix"'),
        Dependency(name="b", version="1", requires=("c",)),
        Dependency(name="z", version="1", requires=("c",)),
    )
    lock = Declarations(path="uv.lock", form="uv.lock", is_lock=True, has_graph=True, dependencies=rows)
    flat = Declarations(path="a.txt", form="requirements", dependencies=rows)

    found = Promises([lock], {"os_name": "posix"})

    assert [found.chain("c", roots) for roots in (["a"], ["z", "b"], ["c"], ["other"])] == [("a",), ("b",), (), ()]
    assert Promises([flat], {}).chain("c", ["a"]) == ()


def test_a_lock_of_nothing_speaks_and_one_for_development_does_not() -> None:
    dev = Dependency(name="b", version="1", group="dev")
    locks = [Declarations(path="uv.lock", form="uv.lock", is_lock=True, dependencies=rows) for rows in [(), (dev,)]]

    assert [Promises([one], {}).of("a").state for one in locks] == ["absent", "unnamed"]


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        (Promise(state="exact", version="1.0", where="a:1"), Promise(state="exact", version="1", where="a:2"), True),
        (Promise(state="exact", version="1.0"), Promise(state="exact", version="1.1"), False),
        (Promise(state="exact", version="1.0"), Promise(state="exact", version="1.0", label="x"), False),
        (Promise(state="exact", version="1.0"), Promise(state="exact", version="1.0", manager="conda"), False),
        (Promise(state="exact", version="1.0"), Promise(state="exact", version="1.0", origin="local"), False),
        (Promise(state="exact", origin="local"), Promise(state="exact", origin="local"), True),
        (Promise(state="exact", origin="local", version="1"), Promise(state="exact", origin="local"), False),
        (Promise(state="range", specifier="<2"), Promise(state="range", specifier="<2.0"), True),
        (Promise(state="range", specifier="<2"), Promise(state="range", specifier="<3"), False),
        (Promise(state="absent", where="a"), Promise(state="absent", where="b"), True),
        (Promise(state="absent"), Promise(state="unnamed"), False),
        (Promise(state="own", text="path:a"), Promise(state="own", text="path:a"), True),
        (Promise(state="unknown", text="1, 2"), Promise(state="unknown", text="1, 3"), False),
    ],
)
def test_when_two_promises_are_one(left: Promise, right: Promise, same: bool) -> None:
    assert is_same_promise(left, right) is same
    assert is_same_promise(right, left) is same


def test_the_block_of_a_script_stands_beside_a_lock_that_is_not_its_own() -> None:
    script = Declarations(path="train.py", form="script", dependencies=(a("1.0"),))
    project = Declarations(path="uv.lock", form="uv.lock", is_lock=True, dependencies=(a("2.0"),))
    own = Declarations(path="train.py.lock", form="script.lock", is_lock=True, dependencies=(a("3.0"),))

    both = Promises([script, project], {})
    assert both.of("a").state == "unknown"
    assert both.of("a", both.keys("a", "1.0")).version == "1.0"
    assert Promises([script, own], {}).of("a").version == "3.0"
    assert Promises([project, own], {}).of("a", frozenset({("script.lock", "main", "")})).version == "3.0"
