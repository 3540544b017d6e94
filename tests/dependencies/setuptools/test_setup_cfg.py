"""setup.cfg of setuptools: its lists, extras, Python and ``file:``."""

import pytest

from lineage.model.declarations import Declarations, Dependency
from lineage.portable.environment import Unknown
from tests.support.declared import declared, refused

WHOLE = """\
# all
[metadata]
name = fraud
long_description = file: README.md

[options]
python_requires = >=3.8
packages = find:
install_requires =
    numpy>=1.20  # why
    # pandas

    scipy ; python_version<"3.9"
    bad=1
setup-requires = cython; setuptools_scm
tests_require = mock ; python_version < "3"

[options.extras_require]
test: pytest; hypothesis
GPU =
    torch==2.1
; more
more = file: requirements.txt, more.txt
none = file: none.txt

[flake8]
install_requires = nothing
"""


def test_a_whole_file() -> None:
    files = {"api/requirements.txt": "numpy==1.26.4\n", "api/more.txt": "six\n"}

    assert declared("api/setup.cfg", WHOLE, files) == Declarations(
        path="api/setup.cfg",
        form="setup.cfg",
        files=("api/more.txt", "api/requirements.txt", "api/setup.cfg"),
        python=">=3.8",
        python_line=7,
        dependencies=(
            Dependency(name="cython", group="build", line=15),
            Dependency(name="hypothesis", group="test", line=19),
            Dependency(name="mock", marker='python_version < "3"', group="test", line=16),
            Dependency(
                name="numpy",
                version="1.26.4",
                specifier="==1.26.4",
                written="==1.26.4",
                group="extra:more",
                file="api/requirements.txt",
                line=1,
            ),
            Dependency(name="numpy", specifier=">=1.20", written=">=1.20", line=10),
            Dependency(name="pytest", group="test", line=19),
            Dependency(name="scipy", marker='python_version < "3.9"', line=13),
            Dependency(name="setuptools-scm", group="build", line=15),
            Dependency(name="six", group="extra:more", file="api/more.txt", line=1),
            Dependency(name="torch", version="2.1", specifier="==2.1", written="==2.1", group="extra:gpu", line=21),
        ),
        unknown=(
            Unknown("package:bad", "api/setup.cfg:14 is not a requirement that can be read: 'bad=1'"),
            Unknown("packages", "api/setup.cfg:24 reads api/none.txt, which does not exist"),
        ),
    )


@pytest.mark.parametrize(
    "content", ["", "[metadata]\nname = a\n", "[options]\npython_requires =\ninstall_requires =\n"]
)
def test_a_file_that_asks_for_nothing(content: str) -> None:
    assert declared("setup.cfg", content) == Declarations(path="setup.cfg", form="setup.cfg", files=("setup.cfg",))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            "a = 1\n",
            "setup.cfg:1: stands in no section\n  correct the file, or restore the version that git holds",
        ),
        (
            "[options]\n\nnumpy\n",
            "setup.cfg:3: is neither a section nor a key with a value\n"
            "  correct the file, or restore the version that git holds",
        ),
        ("[options]\n<<<<<<< HEAD\n", "setup.cfg:2: is a conflict marker\n  take one side whole"),
        (b"[options]\n\xff", "setup.cfg:2: is not UTF-8\n  save it as UTF-8"),
    ],
)
def test_what_is_no_such_file_is_refused(content: str | bytes, message: str) -> None:
    assert refused("setup.cfg", content) == message


def test_an_included_file_that_is_broken_is_refused() -> None:
    content = "[options]\ninstall_requires = file: requirements.txt\n"

    assert refused("setup.cfg", content, {"requirements.txt": "-r requirements.txt"}) == (
        "requirements.txt:1: includes requirements.txt, which includes this file"
    )
