"""conda-lock.yml: a row for each package and platform, whatever the layout."""

import pytest

from lineage.dependencies.conda.spec import MARKERS
from lineage.model.declarations import Declarations, Dependency
from lineage.portable.environment import Unknown
from tests.support.declared import declared, refused

LINUX, MAC = MARKERS["linux-64"], MARKERS["osx-arm64"]
WHOLE = """\
# made by conda-lock
version: 1
metadata:
  content_hash:
    linux-64: 0123
  package: none
package:
- name: python
  version: 3.11.7
  manager: conda
  platform: linux-64
  dependencies:
    bzip2: '>=1'
  url: https://example.org/conda-forge/linux-64/python-3.11.7-hab00c5b_0_cpython.conda
  hash:
    md5: '0123'
  category: main
  optional: false
- category: main
  dependencies:
    __glibc: '>=2.17'
    _openmp_mutex: ''
    libblas: '>=3.9'
    python: '>=3.11'
  manager: conda
  name: numpy
  platform: linux-64
  url: https://example.org/conda-forge/linux-64/numpy-1.26.4-py311h64a7726_0.conda
  version: 1.26.4
- name: numpy
  version: 1.26.3
  build: py311h7125741_0
  manager: conda
  platform: osx-arm64
  category: main
- name: ruff
  version: 0.4.1
  manager: pip
  platform: linux-64
  dependencies:
    Python_Dateutil: '>=1'
  url: https://example.org/x/ruff-0.4.1-py3-none-any.whl
  category: lint
- name: train
  version: 1.1.1w
  manager: conda
  platform: linux-64
  url: none
  category: gpu
- name: fraud
  version: '0.1'
  manager: pip
  platform: linux-64
  url: git+https://ada:secret@example.org/acme/fraud@0123
- name: part
  version: '0.2'
  manager: pip
  platform: linux-64
  source:
    type: url
    url: https://example.org/part-0.2.tar.gz
"""


def test_a_whole_lock() -> None:
    assert declared("conda-lock.yml", WHOLE) == Declarations(
        path="conda-lock.yml",
        form="conda-lock.yml",
        is_lock=True,
        has_graph=True,
        dependencies=(
            Dependency(
                name="fraud",
                version="0.1",
                specifier="==0.1",
                origin="git+https://example.org/acme/fraud@0123",
                marker=LINUX,
                line=51,
            ),
            Dependency(
                name="numpy",
                version="1.26.3",
                specifier="==1.26.3",
                label="py311h7125741_0",
                marker=MAC,
                line=31,
                manager="conda",
            ),
            Dependency(
                name="numpy",
                version="1.26.4",
                specifier="==1.26.4",
                label="py311h64a7726_0",
                marker=LINUX,
                line=29,
                requires=("libblas", "openmp-mutex"),
                manager="conda",
            ),
            Dependency(
                name="part",
                version="0.2",
                specifier="==0.2",
                origin="https://example.org/part-0.2.tar.gz",
                marker=LINUX,
                line=56,
            ),
            Dependency(
                name="ruff",
                version="0.4.1",
                specifier="==0.4.1",
                marker=LINUX,
                group="dev",
                line=37,
                requires=("python-dateutil",),
            ),
            Dependency(
                name="train",
                version="1.1.1w",
                specifier="===1.1.1w",
                marker=LINUX,
                group="gpu",
                line=45,
                manager="conda",
            ),
        ),
        python="3.11.7",
        python_line=9,
        files=("conda-lock.yml",),
    )


def test_a_layout_that_does_not_tell_lines_tells_none() -> None:
    flow = "package: [{name: numpy, version: 1.26.4, manager: pip, platform: linux-64}]\n"

    assert declared("dev.conda-lock.yaml", flow).dependencies == (
        Dependency(name="numpy", version="1.26.4", specifier="==1.26.4", marker=LINUX, group="dev"),
    )


def test_a_version_below_another_key_is_not_the_line() -> None:
    item = "- version: '1'\n  name: a\n  manager: pip\n  platform: linux-64\n  hash:\n    version: x\n"

    assert [row.line for row in declared("conda-lock.yml", f"package:\n{item}").dependencies] == [2]


@pytest.mark.parametrize(
    ("fields", "subject"),
    [
        ("version: '1', manager: pip, platform: linux-64", "packages"),
        ("name: _, version: '1', manager: pip, platform: linux-64", "packages"),
        ("name: A_b, manager: pip, platform: linux-64", "package:a-b"),
        ("name: a, version: 3.10, manager: pip, platform: linux-64", "package:a"),
        ("name: a, version: true, manager: pip, platform: linux-64", "package:a"),
        ("name: a, version: '1', manager: npm, platform: linux-64", "package:a"),
        ("name: a, version: '1', manager: pip, platform: amiga-68", "package:a"),
    ],
)
def test_a_package_that_cannot_be_understood_is_unknown(fields: str, subject: str) -> None:
    good = "name: b, version: 2, manager: pip, platform: linux-64, url: 'git+https://[x', dependencies: []"
    found = declared("conda-lock.yml", f"package:\n- {{{fields}}}\n- {{{good}}}\n")

    needs = "needs a name, a version in quotes, a manager (conda, pip) and a platform that is known"
    assert found.unknown == (Unknown(subject, f"conda-lock.yml:2 {needs}"),)
    assert [(row.name, row.version, row.line) for row in found.dependencies] == [("b", "2", 3)]


def test_pythons_that_differ_by_platform_stand_side_by_side() -> None:
    one = "- {{name: python, version: 3.11.{0}, manager: conda, platform: {1}}}\n"
    text = "package:\n" + one.format(7, "linux-64") + one.format(9, "osx-64") + one.format(7, "win-64")
    found = declared("conda-lock.yml", text)

    assert (found.python, found.python_line, found.dependencies) == ("3.11.7 | 3.11.9", 2, ())
    assert found.unknown == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("version: 2\npackage: []\n", "version: is not 1, the only one that is known here\n  update lineage"),
        ("", "the file: is not a table\n  lock again, or restore the version that git holds"),
        ("version: 1\n", "package: is not a list\n  lock again, or restore the version that git holds"),
        ("package: {a: b}\n", "package: is not a list\n  lock again, or restore the version that git holds"),
        ("package: [a]\n", "package[0]: is not a table\n  lock again, or restore the version that git holds"),
    ],
)
def test_another_shape_is_refused(text: str, message: str) -> None:
    assert refused("conda-lock.yml", text) == f"conda-lock.yml: {message}"
