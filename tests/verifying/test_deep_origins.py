"""``--deep`` where packages did not come from a wheel into one directory: conda, Debian, several entries, a root."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest

from lineage.portable.compare import Change
from lineage.portable.distinfo import read_installed
from lineage.portable.environment import Environment, Observation, Unknown
from lineage.portable.tree import DiskTree
from lineage.targets.rooted_tree import RootedTree
from lineage.targets.source import Examination
from lineage.verifying.installed_files import compare_files
from tests.support.projects import install, write

NUMPY = b'__version__ = "1.26.4"\n'


def short(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]


def examine(prefix: Path, *paths: Path, root: Path | None = None) -> Examination:
    """What a source would have seen of an environment with these entries of ``sys.path``."""
    tree = DiskTree() if root is None else RootedTree(str(root))
    inside = [str(path) if root is None else f"/{path.relative_to(root).as_posix()}" for path in paths]
    installed = read_installed(tree, inside, lambda name: True)
    packages = tuple(one.package for one in installed.distributions)
    observation = Observation(environment=Environment(packages=packages), kind="dir", location="here")
    return Examination(
        observation=observation,
        distributions=installed.distributions,
        markers=(),
        stdlib=frozenset({"json"}),
        prefix=str(prefix),
        tree=tree,
        root="" if root is None else str(root),
        paths=tuple(inside),
    )


def found(target: Examination, *conda: str) -> tuple[tuple[Change, ...], tuple[Unknown, ...], int]:
    comparison = compare_files(target, {"numpy": "weights"}, lambda name: name == "numpy", None, conda)
    return comparison.changes, comparison.unknown, dict(comparison.checked)["installed"]


def altered(content: bytes, path: str = "numpy/__init__.py") -> Change:
    detail = f"{path} differs from its RECORD"
    return Change("package:numpy", "package-file", short(NUMPY), short(content), "build", "weights", detail)


@pytest.mark.parametrize(("written", "expected"), [(b"/home/ada/env", ()), (b"evil", (altered(b"evil"),))])
def test_what_conda_wrote_a_prefix_into_is_what_it_installed(
    written: bytes, expected: tuple[Change, ...], tmp_path: Path
) -> None:
    site = tmp_path / "lib/python3.11/site-packages"
    install(site, "numpy", "1.26.4")
    paths = [
        {"_path": "lib/python3.11/site-packages/numpy/__init__.py", "sha256": hashlib.sha256(NUMPY).hexdigest(),
         "sha256_in_prefix": hashlib.sha256(b"/home/ada/env").hexdigest(), "prefix_placeholder": "/opt/placeholder"},
    ]  # fmt: skip
    write(tmp_path / "conda-meta", {"numpy-1.26.4-0.json": json.dumps({"paths_data": {"paths": paths}}).encode()})
    write(tmp_path / "conda-meta", {"broken.json": b"{", "other.json": b"[]", "history": b""})
    (site / "numpy/__init__.py").write_bytes(written)
    target = examine(tmp_path, site)
    (one,) = target.distributions

    of_conda = replace(target, distributions=(one._replace(package=one.package._replace(origin="conda:main/0")),))

    assert found(target, "numpy") == ((altered(written),), (), 4)
    assert found(of_conda, "numpy") == (expected, (), 4)
    assert found(of_conda) == ((altered(written),), (), 4)  # not recorded as conda's
    del paths[0]["prefix_placeholder"]
    write(tmp_path / "conda-meta", {"numpy-1.26.4-0.json": json.dumps({"paths_data": {"paths": paths}}).encode()})
    assert found(of_conda, "numpy") == ((altered(written),), (), 4)  # a file without a placeholder is copied as it is


def test_what_debian_altered_cannot_be_told(tmp_path: Path) -> None:
    site = tmp_path / "usr/lib/python3/dist-packages"
    for name in ("numpy", "six"):
        install(site, name, "1.26.4")
        (site / name / "__init__.py").write_bytes(b"stripped")

    reason = "not verifiable: Debian changes files after their RECORD is written: numpy/__init__.py"
    assert found(examine(tmp_path / "usr", site)) == ((), (Unknown("package:numpy", reason, use="weights"),), 8)


def test_the_modules_of_a_package_without_a_record_are_its_own(tmp_path: Path) -> None:
    site = tmp_path / "lib/python3/dist-packages"
    info = {"PKG-INFO": b"Metadata-Version: 1.1\nName: numpy\nVersion: 1\n", "top_level.txt": b"_core\nnumpy\n"}
    write(site / "numpy-1.egg-info", info)
    write(site, {"numpy/__init__.py": b"", "_core.so": b"", "beside.py": b"", "json.py": b""})

    changes, unknown, number = found(examine(tmp_path, site))

    assert [(change.subject, change.detail) for change in changes] == [
        ("file:beside.py", "is in no RECORD"),
        ("file:json.py", "is in no RECORD and stands in front of json of the standard library"),
    ]
    assert (unknown, number) == ((Unknown("package:numpy", "not verifiable: no RECORD", use="weights"),), 0)


def test_what_stands_behind_hides_nothing(tmp_path: Path) -> None:
    first, second = (tmp_path / f"lib/{name}/site-packages" for name in ("a", "b"))
    install(first, "numpy", "1.26.4")
    write(second, {"numpy.py": b""})

    behind, before = found(examine(tmp_path, first, second)), found(examine(tmp_path, second, first))

    change = Change("file:numpy.py", "unowned-file", None, "1 file", "none", None, "is in no RECORD")
    in_front = "is in no RECORD and stands in front of the recorded package numpy"
    assert behind == ((change,), (), 4)
    assert before == ((change._replace(step="added", detail=in_front),), (), 4)


def test_a_copy_that_another_stands_in_front_of_owns_its_files(tmp_path: Path) -> None:
    first, second = (tmp_path / f"lib/{name}/site-packages" for name in ("a", "b"))
    install(first, "numpy", "1.26.4")
    install(second, "numpy", "1.26.3", module="numpy_core")

    assert found(examine(tmp_path, first, second)) == ((), (), 4)


def test_links_of_a_root_lead_into_the_root(tmp_path: Path) -> None:
    root = tmp_path / "root"
    site = root / "opt/lib/python3.11/site-packages"
    install(site, "numpy", "1.26.4")
    (site / "numpy/__init__.py").unlink()
    (site / "numpy/__init__.py").symlink_to("/srv/numpy.py")
    write(root, {"srv/numpy.py": NUMPY})

    changes, _, number = found(examine(root / "opt", site, root=root))

    detail = "numpy/__init__.py is a link out of the environment: the content it leads to is the recorded one"
    assert changes == (Change("package:numpy", "package-file", short(NUMPY), "a link", "none", "weights", detail),)
    assert number == 4

    (root / "srv/numpy.py").rename(tmp_path / "numpy.py")
    (site / "numpy/__init__.py").unlink()
    (site / "numpy/__init__.py").symlink_to(tmp_path / "numpy.py")
    assert found(examine(root / "opt", site, root=root)) == (
        (altered(b"")._replace(observed="a link that leads nowhere"),),
        (),
        3,
    )


def test_an_entry_with_code_of_its_own_may_hide_what_comes_after_it(tmp_path: Path) -> None:
    before, site, after = (tmp_path / name for name in ("src", "lib/site-packages", "code"))
    install(site, "numpy", "1.26.4")
    for place in (before, after):
        write(place, {f"{name}.py": b"" for name in ("mine", "json", "numpy")})
        write(place, {"sitecustomize/__init__.py": b"", "deep/data.json": b""})
        (place / "gone").symlink_to("nowhere/at/all")

    changes, unknown, number = found(examine(tmp_path, before, tmp_path / "no/such", site, after))

    runs, in_front = "is in no RECORD and runs whenever Python starts", "is in no RECORD and stands in front of"
    assert [(change.subject, change.detail) for change in changes] == [
        ("file:numpy.py", f"{in_front} the recorded package numpy"),
        ("file:sitecustomize", runs),
    ]
    assert (unknown, number) == ((), 4)

    standard = replace(examine(tmp_path, before, tmp_path / "base/lib/python3.11", site), base=str(tmp_path / "base"))
    (tmp_path / "base/lib/python3.11").mkdir(parents=True)
    details = [change.detail for change in found(standard)[0]]
    assert details == [f"{in_front} json of the standard library", f"{in_front} the recorded package numpy", runs]


def test_progress_counts_every_byte_once(tmp_path: Path) -> None:
    site = tmp_path / "lib/site-packages"
    install(site, "numpy", "1.26.4", content=b"#" * (5 << 20))
    record = site / "numpy-1.26.4.dist-info/RECORD"
    row = "numpy/__pycache__/__init__.cpython-311.pyc,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\n"
    record.write_text(record.read_text() + row)
    read: list[int] = []

    compare_files(examine(tmp_path, site), {"numpy": "weights"}, lambda name: True, read.append)

    files = [path for path in site.rglob("*") if path.is_file() and path != record]
    assert (sum(read), max(read)) == (sum(path.stat().st_size for path in files), 1 << 20)
