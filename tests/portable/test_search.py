"""Which file ``import`` would take: held against the import system of the Python that runs this."""

import importlib.machinery
import importlib.util
import marshal
import shutil
import sysconfig
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.portable.identity import content_lines
from lineage.portable.search import MAX_INIT_BYTES, Content, Search, Taken, content_of, dotted, tops_of
from lineage.portable.tree import DiskTree
from tests.support.projects import write

TAG = str(sysconfig.get_config_var("EXT_SUFFIX"))
ABI = TAG.strip(".").removesuffix(".so")
OPEN = b"__path__ = __import__('pkgutil').extend_path(__path__, __name__)\n"

COMPILED = importlib.util.MAGIC_NUMBER + bytes(12) + marshal.dumps(compile("", "m", "exec"))

NAMES = st.sampled_from(
    [
        *("m.py", "m.pyc", "m.so", "m.abi3.so", f"m{TAG}", "m.cpython-36m-x86_64-linux-gnu.so", "m/data.txt", "m.txt"),
        *("m/__init__.py", "m/__init__.pyc", "m/__init__.so", f"m/__init__{TAG}", "m/n.py", "m/n/__init__.py", "m.pyw"),
        *("m/__init__.py/x", "m.py/x", "m/n/x.txt", "M.py"),
    ]
)
ENTRY = st.tuples(st.booleans(), st.lists(NAMES, max_size=4, unique=True))


def fits(names: Sequence[str]) -> list[str]:
    """Without what needs another to be a directory."""
    kept: list[str] = []
    for name in names:
        if not any(name.startswith(f"{one}/") or one.startswith(f"{name}/") for one in kept):
            kept.append(name)
    return kept


def expected(paths: list[str]) -> str | None:
    """The file that the import system takes for ``m``, ``""`` for a namespace."""
    importlib.invalidate_caches()
    spec = importlib.machinery.PathFinder.find_spec("m", paths)
    return None if spec is None else spec.origin if spec.has_location else ""


@given(entries=st.lists(ENTRY, min_size=1, max_size=3))
def test_the_first_file_is_the_one_that_import_takes(
    entries: list[tuple[bool, list[str]]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.mktemp("search")
    paths = [str(root / str(i)) for i in range(len(entries))]
    for path, (is_archive, names) in zip(paths, entries, strict=True):
        if is_archive:
            with zipfile.ZipFile(path, "w") as archive:
                # A compiled file beside its source counts in an archive only if it is as old.
                for name in fits([one for one in names if one[:-1] not in names]):
                    archive.writestr(name, COMPILED if name.endswith(".pyc") else b"")
        else:
            Path(path).mkdir()
            write(Path(path), dict.fromkeys(fits(names), b""))

    found = Search(DiskTree(), paths, ABI).first("m")

    # An archive with a directory alone: Pythons differ in whether that is a portion of a namespace.
    if expected(paths) or (found is not None and found.file):
        assert (None if found is None else found.path) == expected(paths)
    shutil.rmtree(root)


FILES = {
    "a/space/one/__init__.py": b"",
    "a/space/lone.py": b"",
    "a/open/__init__.py": OPEN,
    "a/shut/__init__.py": b"",
    "a/flat.py": b"",
    "b/space/two/__init__.py": b"",
    "b/open/two.py": b"",
    "b/shut/two.py": b"",
    "b/flat/two.py": b"",
}

BELOW: list[tuple[str, tuple[str, str, tuple[str, ...]] | None]] = [
    ("space", ("a", "", ())),
    ("space.one", ("a", "space/one/__init__.py", ())),
    ("space.two", ("b", "space/two/__init__.py", ())),
    ("space.gone", None),
    ("gone.two", None),
    ("open.two", ("b", "open/two.py", ("a/open/__init__.py",))),
    ("open.gone", ("a", "open/__init__.py", ())),
    ("shut.two", ("a", "shut/__init__.py", ())),
    ("shut.two.three", ("a", "shut/__init__.py", ())),
    ("flat.two", ("a", "flat.py", ())),
]


@pytest.mark.parametrize(("module", "taken"), BELOW, ids=[one[0] for one in BELOW])
def test_below_a_package(module: str, taken: tuple[str, str, tuple[str, ...]] | None, tmp_path: Path) -> None:
    write(tmp_path, FILES)
    paths = [f"{tmp_path}/{one}" for one in ("a", "gone", "b")]
    wanted = taken and Taken(f"{tmp_path}/{taken[0]}", taken[1], tuple(f"{tmp_path}/{one}" for one in taken[2]))

    assert Search(DiskTree(), paths, ABI).first(module) == wanted


def test_what_lies_in_a_namespace(tmp_path: Path) -> None:
    files = ("a/space/one.py", "a/space/x-1.txt", "a/space/notes.txt", "b/space/one/__init__.py", "b/space/deep/m.so")
    write(tmp_path, dict.fromkeys((*files, "c/space/other.py"), b""))
    paths = [f"{tmp_path}/{name}" for name in "abc"]
    search = Search(DiskTree(), paths, ABI)

    assert search.inside("space", frozenset(paths[:2])) == ["space.deep", "space.one"]
    assert search.inside("space.deep", frozenset(paths)) == ["space.deep.m"]
    assert search.inside("none", frozenset(paths)) == []


def test_for_a_python_that_is_not_known_any_extension_counts(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"m.cpython-36m-x86_64-linux-gnu.so": b"", "m.py": b"", "n/o.pyd": b"", "n/o.py": b"", "m.x-y.txt": b""},
    )

    def first(module: str, abi: str | None) -> str:
        found = Search(DiskTree(), [str(tmp_path)], abi).first(module)
        assert found is not None
        return found.file

    assert [first("m", None), first("n.o", None)] == ["m.cpython-36m-x86_64-linux-gnu.so", "n/o.pyd"]
    assert [first("m", ABI), first("n.o", "cp311-win_amd64"), first("n.o", ABI)] == ["m.py", "n/o.pyd", "n/o.py"]


def test_what_cannot_be_read_is_passed_over(tmp_path: Path) -> None:
    write(tmp_path, {"broken.zip": b"PK", "a/m.py": b""})
    paths = [f"{tmp_path}/broken.zip", f"{tmp_path}/{'x' * 300}", f"{tmp_path}/broken.zip/inner", f"{tmp_path}/a"]

    assert Search(DiskTree(), paths, ABI).first("m") == Taken(f"{tmp_path}/a", "m.py")


INITS = [
    (OPEN, True),
    (b'"""Shared."""\n# by many\nfrom pkgutil import extend_path\n\n__path__ = extend_path(__path__,__name__)', True),
    (b"try:\n    import pkg_resources\n    pkg_resources.declare_namespace(__name__)\nexcept ImportError:\n"
     b"    import pkgutil\n    __path__ = pkgutil.extend_path(__path__, __name__)  # type: ignore\n", True),
    (b"__import__('pkg_resources').declare_namespace(__name__)", True),
    (OPEN + b"import os\n", False),
    (OPEN + b"x = 1; import os\n", False),
    (b'"""a"""; import os\n' + OPEN, False),
    (b"", False),
    (OPEN + b"#" * MAX_INIT_BYTES + b"\nimport os\n", False),
]  # fmt: skip


@pytest.mark.parametrize(("content", "is_open"), INITS, ids=map(str, range(len(INITS))))
def test_an_open_package_does_nothing_else(content: bytes, is_open: bool, tmp_path: Path) -> None:
    write(tmp_path, {"p/__init__.py": content})
    search = Search(DiskTree(), [str(tmp_path)], ABI)

    assert search.is_open(Taken(str(tmp_path), "p/__init__.py")) is is_open
    assert not search.is_open(Taken("/elsewhere", "p/__init__.py"))


def test_what_a_distribution_gives_to_import() -> None:
    rows = [
        *("alpha/__init__.py", "alpha/__init__.so", "alpha/deep/more.py", "alpha/__init__.pyi", "alpha.libs/x.so"),
        *(
            "beta.py",
            "beta.so",
            "gamma.pyw",
            "space/a/b/__init__.py",
            "space/a/c.py",
            "space/data.txt",
            "x-1.dist-info/X",
        ),
        *("one/two/three/four/five/six/seven.py", "b\u00e9ta/__init__.py", "a-b/c.py", "../../../bin/x"),
    ]
    content = content_of(content_lines("".join(f"{row},sha256=x,1\n" for row in rows).encode()))

    tops = {row.partition("/")[0] for row in rows} - {".."}
    assert content == Content(
        frozenset(tops),
        (
            *("alpha/__init__.py", "alpha/__init__.so", "beta.py", "beta.so", "b\u00e9ta/__init__.py"),
            *("space/a/b/__init__.py", "space/a/c.py"),
        ),
    )
    assert [dotted(file) for file in content.modules] == [
        *("alpha", "alpha", "beta", "beta", "b\u00e9ta", "space.a.b", "space.a.c"),
    ]


RECORDS = [
    (b"", set()),
    (b"a/b.py,,\na/c/d.py,,\nb.py,,\n\nc/x,,", {"a", "b.py", "c"}),
    (b'a/b.py,,\r\n"q/a, b.py",,\r\n../../bin/x,,\r\n__pycache__/z.pyc,,\r\n', {"a", "q"}),
    (b"a/1,,\nb/2,,\na/3,,\nd.py,,\nc/4,,\n", {"a", "b", "c", "d.py"}),
]


@pytest.mark.parametrize(("record", "names"), RECORDS, ids=["empty", "sorted", "quoted", "in no order"])
def test_the_names_on_top_of_a_record(record: bytes, names: set[str]) -> None:
    assert tops_of(record) == names
