"""Files of no package: which can be imported, which start-up files are known, what each one means."""

import pytest

from lineage.portable.compare import Change
from lineage.portable.unowned_files import (
    Candidate,
    Owners,
    bounded,
    is_known_virtualenv,
    judge_candidate,
    module_of,
    needs_content,
    runs_code,
)

MODULES = [
    ("a.py", "a"),
    ("a.pyw", "a"),
    ("a.pyc", "a"),
    ("a.so", "a"),
    ("a.pyd", "a"),
    ("_a.cpython-311-x86_64-linux-gnu.so", "_a"),
    ("a.abi3.so", "a"),
    ("a.cp311-win_amd64.pyd", "a"),
    ("__init__.py", "__init__"),
    ("libgfortran-83c28eba.so.5.0.0", None),
    ("a-b.py", None),
    ("a.b.py", None),
    ("a.py.orig", None),
    ("a.pth", None),
    ("a.txt", None),
    ("a", None),
    (".py", None),
    ("1a.py", None),
]


@pytest.mark.parametrize(("name", "module"), MODULES)
def test_what_an_interpreter_would_import(name: str, module: str | None) -> None:
    assert module_of(name) == module


HACK = (
    b"import os; var = 'SETUPTOOLS_USE_DISTUTILS'; enabled = os.environ.get(var, 'local') == 'local'; "
    b"enabled and __import__('_distutils_hack').add_shim(); \n"
)
PATHS = [
    ("paths and comments", b"# import os\n/srv/code\n../lib\n", False),
    ("import within a line", b"/srv/import os\nimportant\n", False),
    ("import", b"/srv/code\nimport os\n", True),
    ("import and a tabulator", b"import\tos\n", True),
    ("after a byte order mark", b"\xef\xbb\xbfimport os\n", True),
    ("after a line that only UTF-8 ends", "x\u2028import os".encode(), True),
    ("after a line that only Latin-1 ends", b"x\x85import os", True),
    ("after a form feed", b"x\x0cimport os", True),
    ("virtualenv's", b"import _virtualenv", False),
    ("virtualenv's and more", b"import _virtualenv; import os", True),
    ("setuptools'", HACK, False),
    ("setuptools' as Debian has it", HACK.replace(b"'local')", b"'stdlib')"), False),
    ("setuptools' with another module", HACK.replace(b"_distutils_hack", b"_evil"), True),
    ("easy_install's", b"import sys; sys.__plen = len(sys.path)\n/srv/code\n", False),
    ("empty", b"", False),
]


@pytest.mark.parametrize(("_name", "content", "expected"), PATHS, ids=[row[0] for row in PATHS])
def test_what_a_path_file_runs(_name: str, content: bytes, expected: bool) -> None:
    assert runs_code(content) is expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [("a.pth", True), ("_virtualenv.py", True), ("a/_virtualenv.py", False), ("a.py", False), ("pth", False)],
)
def test_what_only_its_content_explains(path: str, expected: bool) -> None:
    assert needs_content(path) is expected


def test_virtualenvs_start_up_file_is_known_by_its_content() -> None:
    assert is_known_virtualenv(b"import sys\n") is False


RUNS = "is in no RECORD and runs whenever Python starts"
JUDGED = [
    ("a module", Candidate("a.py", "a"), "", "none", "is in no RECORD"),
    ("a module in front", Candidate("numpy.py", "numpy"), "the recorded package numpy", "added",
     "is in no RECORD and stands in front of the recorded package numpy"),
    ("sitecustomize", Candidate("sitecustomize.py", "sitecustomize"), "", "added", RUNS),
    ("usercustomize as a package", Candidate("usercustomize", "usercustomize", 3), "", "added", RUNS),
    ("a path file", Candidate("a.pth", "", 1, b"/srv/code\n"), "", "none", "is in no RECORD"),
    ("a path file with code", Candidate("a.pth", "", 1, b"import os\n"), "", "added", RUNS),
    ("a path file that cannot be read", Candidate("a.pth", ""), "", "added", RUNS),
]  # fmt: skip


@pytest.mark.parametrize(("_name", "one", "hidden", "step", "detail"), JUDGED, ids=[row[0] for row in JUDGED])
def test_what_a_file_of_no_package_means(_name: str, one: Candidate, hidden: str, step: str, detail: str) -> None:
    number = "1 file" if one.files == 1 else f"{one.files} files"

    assert judge_candidate(one, hidden) == Change(f"file:{one.path}", "unowned-file", None, number, step, None, detail)


def test_notes_are_bounded_and_failures_are_not() -> None:
    notes = [judge_candidate(Candidate(f"a{i:03}.py", "a"), "") for i in range(103)]
    failures = [judge_candidate(Candidate(f"b{i:03}.py", "b"), "b of the standard library") for i in range(150)]

    kept = bounded([*failures, *notes, *notes])

    assert kept == [
        *notes[:100],
        *failures,
        Change("files", "unowned-file", None, "3", "none", None, "3 more are in no RECORD"),
    ]
    assert bounded(reversed(kept[:-1])) == kept[:-1]


def test_who_owns_what() -> None:
    owners = Owners()
    owners.add("/site/numpy/core/a.py", "numpy")
    owners.add("/site/numpy/core/b.txt", "numpy")
    owners.add("/site/google/auth/b.py", "google-auth")
    owners.add("/site/google/api/c.so", "google-api")
    owners.add("/site/six.py", "six")

    assert owners.nearest("/site/numpy/core/new/x.py", "/site") == ("/site/numpy/core", {"numpy"})
    assert owners.nearest("/site/google/x.py", "/site") == ("/site/google", {"google-auth", "google-api"})
    assert owners.nearest("/site/new/x.py", "/site") == ("/site", set())
    assert [
        owners.hidden(module, lambda name: name != "google-api")
        for module in ("/site/six", "/site/numpy", "/site/google", "/site/google/api", "/site/new")
    ] == ["six", "numpy", "google-auth", None, None]
    assert [owners.hidden(f"/site/numpy/core/{name}", lambda name: True) for name in "ab"] == ["numpy", None]
