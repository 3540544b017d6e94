"""The rows of a lock that count for a target: what is promised exactly, and what stays unknown by its name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.dependencies.pip.requirements import locked
from lineage.portable.environment import LOCAL, Package, Unknown
from lineage.targets.lock_selection import Selection, select
from tests.support.generated import NAMES, VERSIONS

A, B, C = ("a" * 64, "b" * 64, "c" * 64)
COMMIT, OTHER = "1" * 40, "2" * 40
GIT = "git+https://example.org/acme/fraudlib"
LINUX = {"python_version": "3.11", "python_full_version": "3.11.7", "sys_platform": "linux", "os_name": "posix"}
NARROWER = "numpy==1.26.4\nscipy<2\njoblib==1.4.2 ; sys_platform == 'win32'\n"


def selected(text: str, recorded: tuple[Package, ...] = ()) -> Selection:
    files = {"narrower.txt": NARROWER.encode()}
    return select(locked("requirements.txt", None, text.encode(), files.get, LINUX), LINUX, recorded)


def pin(name: str, version: str, artifact: str | None = None, origin: str | None = None) -> Package:
    return Package(name=name, version=version, artifact=artifact, origin=origin)


PROMISED: list[tuple[str, str, tuple[Package, ...]]] = [
    ("pins", "Numpy==1.26.4\nscipy===1.13.0\n", (pin("numpy", "1.26.4"), pin("scipy", "1.13.0"))),
    ("no version, and no range", "numpy===newest\nnumpy", (pin("numpy", "newest"),)),
    ("local label", "torch==2.1.0+cu121", (pin("torch", "2.1.0+cu121"),)),
    ("marker that holds", "numpy==1.26.4 ; sys_platform == 'linux'", (pin("numpy", "1.26.4"),)),
    ("marker that does not hold", "numpy==1.26.4 ; sys_platform == 'win32'", ()),
    (
        "one of two markers",
        "numpy==1.26.4 ; python_version < '3.12'\nnumpy==2.0.1 ; python_version >= '3.12'",
        (pin("numpy", "1.26.4"),),
    ),
    ("the same twice", "numpy==1.26.4\nnumpy==1.26.4.0", (pin("numpy", "1.26.4"),)),
    ("a range beside it", "numpy==1.26.4\nnumpy>=1.20,<2", (pin("numpy", "1.26.4"),)),
    ("a pre-release", "numpy==2.0.0rc1\nnumpy>=1.20", (pin("numpy", "2.0.0rc1"),)),
    ("pinned by a constraint", "numpy>=1.20\n-c narrower.txt", (pin("numpy", "1.26.4"),)),
    ("a constraint that does not count", "joblib==1.3.0\n-c narrower.txt", (pin("joblib", "1.3.0"),)),
    ("one hash", f"numpy==1.0 --hash=sha256:{A}", (pin("numpy", "1.0", f"sha256:{A}"),)),
    ("several hashes", f"numpy==1.0 --hash=sha256:{A} --hash=sha256:{B}", (pin("numpy", "1.0"),)),
    ("a hash of another kind", f"numpy==1.0 --hash=sha512:{A}{A}", (pin("numpy", "1.0"),)),
    (
        "hashes of two rows",
        f"numpy==1.0 --hash=sha256:{A} --hash=sha256:{B}\nnumpy --hash=sha256:{B} --hash=sha256:{C}",
        (pin("numpy", "1.0", f"sha256:{B}"),),
    ),
    (
        "a wheel",
        f"https://example.org/numpy-1.0-py3-none-any.whl#sha256={A}",
        (pin("numpy", "1.0", f"sha256:{A}", "https://example.org/numpy-1.0-py3-none-any.whl"),),
    ),
    ("a local wheel", "./wheels/numpy-1.0-py3-none-any.whl", (pin("numpy", "1.0", origin=LOCAL),)),
    (
        "a commit whose version a constraint tells",
        f"numpy @ {GIT}@{COMMIT}\n-c narrower.txt",
        (pin("numpy", "1.26.4", origin=f"{GIT}@{COMMIT}"),),
    ),
]


def rest_of(text: str) -> tuple[Unknown, ...]:
    """The constraints of ``narrower.txt`` that nothing asks for."""
    if "narrower" not in text:
        return ()
    reason = "narrower.txt:{} only constrains it: no row says that it is installed"
    named = [(1, "numpy"), (2, "scipy")]
    return tuple(Unknown(f"package:{name}", reason.format(line)) for line, name in named if name not in text)


@pytest.mark.parametrize(("_name", "text", "packages"), PROMISED, ids=[row[0] for row in PROMISED])
def test_an_exact_version_is_promised(_name: str, text: str, packages: tuple[Package, ...]) -> None:
    assert selected(text) == Selection(packages=packages, unknown=rest_of(text))


UNKNOWN: list[tuple[str, str, str]] = [
    ("range", "\n\nnumpy>=1.2,<2", "requirements.txt:3 allows >=1.2,<2, which is no version"),
    ("no specifier", "numpy", "requirements.txt:1 allows any version, which is no version"),
    ("wildcard", "numpy==1.26.*", "requirements.txt:1 allows ==1.26.*, which is no version"),
    (
        "two ranges",
        "numpy>=1.2\nnumpy<2",
        "requirements.txt:1 allows >=1.2 and requirements.txt:2 allows <2, which is no version",
    ),
    ("two pins", "numpy==1.26.4\nnumpy==2.0.1", "requirements.txt:1 pins 1.26.4, but requirements.txt:2 pins 2.0.1"),
    ("two pins in a row", "numpy==1.0,==2.0", "requirements.txt:1 allows ==1.0,==2.0, which is no version"),
    ("a label is a version", "numpy==1.0\nnumpy==1.0+a",
     "requirements.txt:1 pins 1.0, but requirements.txt:2 pins 1.0+a"),
    ("contradicted", "numpy==1.26.4\nnumpy>=2", "requirements.txt:2 allows >=2, which 1.26.4 is not"),
    ("a version that is none", "numpy===newest\nnumpy>=2", "requirements.txt:2 allows >=2, which newest is not"),
    ("a version that cannot be counted", "numpy==1" + "0" * 5000,
     f"requirements.txt:1 allows ==1{'0' * 5000}, which 1{'0' * 5000} is not"),
    ("contradicted by itself", "numpy==1.26.4,>=2", "requirements.txt:1 allows ==1.26.4,>=2, which 1.26.4 is not"),
    ("contradicted by a constraint", "numpy==1.0\n-c narrower.txt",
     "requirements.txt:1 pins 1.0, but narrower.txt:1 pins 1.26.4"),
    ("a marker", "numpy==1.0\nnumpy==1.0 ; platform_release > '5'",
     "requirements.txt:2 depends on platform_release, which is not known"),
    ("markers", "numpy==1.0 ; platform_version == '' or platform_machine == 'x'",
     "requirements.txt:1 depends on platform_machine, platform_version, which is not known"),
    ("a marker without sense", "numpy==1.0 ; python_version ~= 'x'",
     "requirements.txt:1 depends on what cannot be judged"),
    ("editable", f"-e {GIT}@{COMMIT}#egg=numpy", "requirements.txt:1 installs it editable, without a version"),
    ("a branch", f"numpy @ {GIT}@main", "requirements.txt:1 names a repository, but no full commit"),
    ("no ref", f"numpy @ {GIT}", "requirements.txt:1 names a repository, but no full commit"),
    ("a short commit", f"numpy @ {GIT}@1111111", "requirements.txt:1 names a repository, but no full commit"),
    ("a commit", f"numpy @ {GIT}@{COMMIT}", "requirements.txt:1 names where it comes from, but not its version"),
    ("an archive", "numpy @ https://example.org/numpy-1.0.tar.gz",
     "requirements.txt:1 names where it comes from, but not its version"),
    ("a directory", "numpy @ file:///srv/numpy", "requirements.txt:1 names where it comes from, but not its version"),
    ("two places", f"numpy @ {GIT}@{COMMIT}\nnumpy @ {GIT}@{OTHER}",
     "requirements.txt:1 and requirements.txt:2 install it from different places"),
    ("a variable", "numpy @ https://example.org/${PLACE}/numpy.zip",
     "requirements.txt:1 installs it from an address that is not kept: it may hold a secret"),
    ("hashes that exclude each other", f"numpy==1.0 --hash=sha256:{A}\nnumpy==1.0 --hash=sha256:{B}",
     "requirements.txt:1 and the other rows of it have no hash in common"),
]  # fmt: skip


@pytest.mark.parametrize(("_name", "text", "reason"), UNKNOWN, ids=[row[0] for row in UNKNOWN])
def test_what_is_not_exact_is_unknown_by_its_name(_name: str, text: str, reason: str) -> None:
    found = selected(text)

    assert found == Selection(unknown=(Unknown("package:numpy", reason), *rest_of(text)))


def test_a_row_without_a_name_may_be_any_package() -> None:
    text = "-e .\n./libs/a ; platform_release > '5'\n./libs/b ; sys_platform == 'win32'\nhttps://example.org/c.zip\n"

    assert selected(text) == Selection(
        unknown=tuple(
            Unknown(
                "packages",
                f"requirements.txt:{line} installs a file or directory whose name it does not tell",
            )
            for line in (1, 2, 4)
        )
    )


AT = f"{GIT}@{COMMIT}"
RECORDED = [
    ("the same commit has the same version", f"fraudlib @ {AT}", pin("fraudlib", "0.3", origin=AT),
     pin("fraudlib", "0.3", origin=AT)),
    ("another commit may have any", f"fraudlib @ {GIT}@{OTHER}", pin("fraudlib", "0.3", origin=AT),
     "requirements.txt:1 names where it comes from, but not its version"),
    ("a local file has no identity", "fraudlib @ file:///srv/fraudlib", pin("fraudlib", "0.3", origin=LOCAL),
     "requirements.txt:1 names where it comes from, but not its version"),
    ("nor a branch", f"fraudlib @ {GIT}@main", pin("fraudlib", "0.3", origin=f"{GIT}@main"),
     "requirements.txt:1 names a repository, but no full commit"),
    ("the recorded hash among others", f"fraudlib==1 --hash=sha256:{A} --hash=sha256:{B}",
     pin("fraudlib", "1", f"sha256:{B}"), pin("fraudlib", "1", f"sha256:{B}")),
    ("not the recorded hash", f"fraudlib==1 --hash=sha256:{B} --hash=sha256:{A}",
     pin("fraudlib", "1", f"sha256:{C}"), pin("fraudlib", "1", f"sha256:{A}")),
    ("no hash", "fraudlib==1", pin("fraudlib", "1", f"sha256:{C}"), pin("fraudlib", "1")),
    ("no hash, where another row has one",
     f"fraudlib==1\nnumpy==1 ; sys_platform == 'win32' --hash=sha256:{A}", pin("fraudlib", "1", f"sha256:{C}"),
     "requirements.txt:1 has no hash, where other rows have one"),
    ("a range that the recorded version breaks", f"fraudlib @ {AT}\nfraudlib<2", pin("fraudlib", "3.0", origin=AT),
     "requirements.txt:2 allows <2, which 3.0 is not"),
]  # fmt: skip


@pytest.mark.parametrize(("_name", "text", "recorded", "expected"), RECORDED, ids=[row[0] for row in RECORDED])
def test_what_is_recorded_tells_what_to_look_for(
    _name: str, text: str, recorded: Package, expected: Package | str
) -> None:
    if isinstance(expected, Package):
        assert selected(text, (recorded,)) == Selection(packages=(expected,))
    else:
        assert selected(text, (recorded,)) == Selection(unknown=(Unknown("package:fraudlib", expected),))


@given(st.dictionaries(NAMES, VERSIONS, max_size=6))
def test_every_pin_is_a_package(pins: dict[str, str]) -> None:
    text = "".join(f"{name}=={version}\n" for name, version in pins.items())

    assert selected(text) == Selection(packages=tuple(pin(name, version) for name, version in sorted(pins.items())))
