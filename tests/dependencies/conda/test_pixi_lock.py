"""pixi.lock, versions 4 to 7: rows by environment and platform."""

import pytest

from lineage.dependencies.conda.spec import MARKERS
from lineage.model.declarations import Declarations, Dependency
from lineage.portable.environment import Unknown
from tests.support.declared import declared, refused

LINUX, MAC, WIN = MARKERS["linux-64"], MARKERS["osx-arm64"], MARKERS["win-64"]
CHANNEL = "https://example.org/conda-forge"
COMMIT = "0123456789" * 4
SEVENTH = f"""\
version: 7
platforms:
- name: gpu
  subdir: linux-64
  virtual-packages:
  - __cuda=12
- name: osx-arm64
environments:
  default:
    channels:
    - url: {CHANNEL}/
    packages:
      gpu:
      - conda: {CHANNEL}/linux-64/python-3.11.7-h_0_cpython.conda
      - conda: {CHANNEL}/linux-64/numpy-1.26.4-py311_0.conda
      - pypi: https://example.org/x/torch-2.1.0+cpu-cp311-cp311-linux_x86_64.whl
      - pypi: ./
      - conda_source: "core[8a76ea86] @ libs/core"
      - conda_source: "rest[8a76ea86] @ git+https://example.org/rest?rev=main#{COMMIT}"
      osx-arm64:
      - conda: {CHANNEL}/osx-arm64/numpy-1.26.3-py311_0.conda
  test:
    packages:
      gpu:
      - conda: {CHANNEL}/linux-64/python-3.12.1-h_0_cpython.conda
      - conda: {CHANNEL}/linux-64/numpy-1.26.4-py311_0.conda
      - conda: {CHANNEL}/noarch/pytest-8.0.0-pyhd_0.conda
packages:
- conda: {CHANNEL}/linux-64/python-3.11.7-h_0_cpython.conda
  sha256: aa
- conda: {CHANNEL}/linux-64/python-3.12.1-h_0_cpython.conda
- conda: {CHANNEL}/linux-64/numpy-1.26.4-py311_0.conda
  depends:
  - __glibc >=2.17
  - libblas >=3.9.0,<4.0a0
  - python >=3.11,<3.12.0a0
- conda: {CHANNEL}/osx-arm64/numpy-1.26.3-py311_0.conda
- conda: {CHANNEL}/noarch/pytest-8.0.0-pyhd_0.conda
- pypi: https://example.org/x/torch-2.1.0+cpu-cp311-cp311-linux_x86_64.whl
  requires_dist:
  - sympy
  - opt-einsum>=3.3 ; extra == 'opt'
- pypi: ./
  name: Acme_App
  version: 0.1.0
- conda_source: "core[8a76ea86] @ libs/core"
  version: 1.2.0
  build: x_0
- conda_source: "rest[8a76ea86] @ git+https://example.org/rest?rev=main#{COMMIT}"
"""


def conda(name: str, version: str, line: int, marker: str, label: str = "py311_0", **more: object) -> Dependency:
    return Dependency(
        name=name,
        version=version,
        specifier=f"=={version}",
        label=label,
        marker=marker,
        line=line,
        manager="conda",
        **more,  # type: ignore[arg-type]
    )


def test_a_whole_lock_of_version_7() -> None:
    assert declared("pixi.lock", SEVENTH) == Declarations(
        path="pixi.lock",
        form="pixi.lock",
        is_lock=True,
        has_graph=True,
        dependencies=(
            Dependency(name="acme-app", origin="path:.", marker=LINUX, line=45, is_own=True),
            Dependency(name="core", origin="path:./libs/core", marker=LINUX, line=47, is_own=True, manager="conda"),
            conda("numpy", "1.26.3", 37, MAC),
            conda("numpy", "1.26.4", 32, LINUX, requires=("libblas",)),
            conda("pytest", "8.0.0", 38, LINUX, "pyhd_0", group="test"),
            Dependency(
                name="rest",
                origin=f"git+https://example.org/rest@{COMMIT}",
                marker=LINUX,
                line=49,
                manager="conda",
            ),
            Dependency(
                name="torch",
                version="2.1.0+cpu",
                specifier="==2.1.0+cpu",
                marker=LINUX,
                line=39,
                requires=("sympy",),
            ),
        ),
        python="3.11.7",
        python_line=29,
        files=("pixi.lock",),
    )


FOURTH = f"""\
version: {{version}}
environments:
  default:
    packages:
      win-64:
      - conda: {CHANNEL}/win-64/bzip2-1.0.8-hcfcfb64_5.conda
      - pypi: direct+https://example.org/click-8.1.7-py3-none-any.whl
      - pypi: git+ssh://git@example.org/acme/flask@{COMMIT}
      - pypi: ./part
        extras: [x]
packages:
- kind: conda
  name: bzip2
  version: 1.0.8
  build: hcfcfb64_5
  url: {CHANNEL}/win-64/bzip2-1.0.8-hcfcfb64_5.conda
  depends:
  - vc >=14.2,<15
- kind: pypi
  name: click
  version: 8.1.7
  url: direct+https://example.org/click-8.1.7-py3-none-any.whl
- kind: pypi
  name: flask
  version: 3.0.2
  url: git+ssh://git@example.org/acme/flask@{COMMIT}
- kind: pypi
  name: part
  version: '0.1'
  path: ./part
"""


@pytest.mark.parametrize("version", [4, 5])
def test_a_whole_lock_of_an_older_version(version: int) -> None:
    found = declared("pixi.lock", FOURTH.format(version=version))

    assert found.unknown == ()
    assert found.dependencies == (
        conda("bzip2", "1.0.8", 14, WIN, "hcfcfb64_5", requires=("vc",)),
        Dependency(
            name="click",
            version="8.1.7",
            specifier="==8.1.7",
            origin="https://example.org/click-8.1.7-py3-none-any.whl",
            marker=WIN,
            line=21,
        ),
        Dependency(
            name="flask",
            version="3.0.2",
            specifier="==3.0.2",
            origin=f"git+ssh://example.org/acme/flask@{COMMIT}",
            marker=WIN,
            line=25,
        ),
        Dependency(name="part", origin="path:./part", marker=WIN, line=29, is_own=True),
    )


def lock(packages: str, used: str, environment: str = "default", platform: str = "linux-64") -> Declarations:
    text = f"version: 6\nenvironments: {{{environment}: {{packages: {{{platform}: [{used}]}}}}}}\n"
    return declared("pixi.lock", f"{text}packages: [{packages}]\n")


def test_one_python_in_other_environments_only_is_the_python() -> None:
    one = f"{{conda: {CHANNEL}/linux-64/python-3.11.7-h_0.conda}}"

    assert lock(one, one, "cuda").python == "3.11.7"


def test_a_build_without_the_global_lock_is_another_python() -> None:
    one = f"{{conda: {CHANNEL}/linux-64/python-3.14.0-h2b335a9_100_cp314t.conda}}"

    assert lock(one, one, "default").python == "3.14.0t"


def test_several_pythons_stand_side_by_side() -> None:
    first, second = (f"{{conda: {CHANNEL}/linux-64/python-3.{minor}.7-h_0.conda}}" for minor in (11, 12))
    found = lock(f"{first}, {second}", f"{first}, {second}")

    assert (found.python, found.dependencies, found.unknown) == ("3.11.7 | 3.12.7", (), ())


@pytest.mark.parametrize(
    ("item", "origin", "version"),
    [
        ("{conda: ./local/a-1.0-h_0.conda}", "local", "1.0"),
        ("{pypi: 'https://example.org/a-1.0.tar.gz'}", None, "1.0"),
        ("{pypi: 'file:///x/a-1.0.tar.gz'}", "local", "1.0"),
        ("{pypi: '../../a', name: a, version: '1.0'}", "local", "1.0"),
        ("{pypi: /x/a, name: a}", "local", None),
        ("{pypi: 'git+https://[x', name: a, version: '1.0'}", "local", "1.0"),
        ("{pypi: 'https://example.org/a.whl', name: a, version: '1.0', requires_dist: [3, '']}", None, "1.0"),
        ("{conda: '', name: a, version: '1.0'}", None, "1.0"),
    ],
)
def test_where_a_package_comes_from(item: str, origin: str | None, version: str | None) -> None:
    found = lock(item, item)

    assert [(row.name, row.origin, row.version) for row in found.dependencies] == [("a", origin, version)]


NEEDS = "needs a name and a version"


@pytest.mark.parametrize(
    ("item", "unknown"),
    [
        ("{pypi: 'https://example.org/a.zip'}", [("packages", f"pixi.lock {NEEDS}")]),
        ("{pypi: 'https://example.org/a.zip', name: A_b}", [("package:a-b", f"pixi.lock {NEEDS}")]),
        ("{conda: 'https://example.org/a', name: a}", [("package:a", f"pixi.lock {NEEDS}")]),
        ("{kind: npm, name: a, version: '1'}", [("package:a", f"pixi.lock {NEEDS}")]),
        ("{conda: 'https://example.org/a.conda', name: a}", [("package:a", f"pixi.lock {NEEDS}")]),
        ("{name: a, version: '1'}", [("package:a", f"pixi.lock {NEEDS}")]),
    ],
)
def test_a_package_that_cannot_be_understood_is_unknown(item: str, unknown: list[tuple[str, str]]) -> None:
    found = lock(item, "")

    assert [(one.subject, one.reason) for one in found.unknown] == unknown
    assert found.dependencies == ()


def test_what_an_environment_uses_must_be_there_and_its_platform_known() -> None:
    one = "{pypi: ./x, name: a}"

    assert lock(one, "{pypi: ./y}").unknown == (
        Unknown("packages", "pixi.lock has a package that packages: lacks, in environments.default.linux-64"),
    )
    assert lock(one, one, platform="amiga").unknown == (
        Unknown("package:a", "pixi.lock has a platform that is not known, in environments.default.amiga"),
    )


AGAIN = "lock again, or restore the version that git holds"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("version: 8\n", "version: is none of 4, 5, 6 and 7, which are known here\n  update lineage"),
        ("version: true\n", "version: is none of 4, 5, 6 and 7, which are known here\n  update lineage"),
        ("[]", f"the file: is not a table\n  {AGAIN}"),
        ("version: 6\n", f"packages: is not a list\n  {AGAIN}"),
        ("version: 6\npackages: [a]\n", f"packages[0]: is not a table\n  {AGAIN}"),
        ("version: 6\npackages: []\n", f"environments: is not a table\n  {AGAIN}"),
        ("version: 6\npackages: []\nenvironments: {a: b}\n", f"environments.a: is not a table\n  {AGAIN}"),
        (
            "version: 6\npackages: []\nenvironments: {a: {packages: {x: {}}}}\n",
            f"environments.a.packages.x: is not a list\n  {AGAIN}",
        ),
        (
            "version: 6\npackages: []\nenvironments: {a: {packages: {x: [1]}}}\n",
            f"environments.a.packages.x[0]: is not a table\n  {AGAIN}",
        ),
        ("version: 7\nplatforms: x\npackages: []\n", f"platforms: is not a list\n  {AGAIN}"),
    ],
)
def test_another_shape_is_refused(text: str, message: str) -> None:
    assert refused("pixi.lock", text) == f"pixi.lock: {message}"


def test_the_first_versions_have_the_shape_of_conda_lock() -> None:
    package = "name: numpy, version: 1.26.4, build: h_0, manager: conda, platform: linux-64, dependencies: ['a >=1', a]"
    found = declared("pixi.lock", f"version: 3\npackage:\n- {{{package}}}\n")

    assert (found.form, found.is_lock, found.has_graph) == ("pixi.lock", True, True)
    assert [(row.name, row.version, row.label, row.requires, row.line) for row in found.dependencies] == [
        ("numpy", "1.26.4", "h_0", ("a",), 3)
    ]
