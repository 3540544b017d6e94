"""``pinned_by``: what must change in the repository for the environment of its models to move."""

from collections.abc import Mapping

import pytest

from lineage.checking.revisions.pinning import pinned_by
from lineage.checking.revisions.readings import Readings
from lineage.checking.revisions.revision import Revision
from lineage.manifest.document import INLINE, to_document
from lineage.system.blobcache import BlobCache
from lineage.system.tomlwriter import render_toml
from tests.support.checked import manifest

EXACT = b"numpy==1.26.4\n"
RANGE = b"numpy>=1.26\n"
LOCK = b'version = 1\nrequires-python = ">=3.11"\n\n[[package]]\nname = "numpy"\nversion = "1.26.4"\n'
LOCK += b'source = { registry = "https://pypi.org/simple" }\n'
COMMIT = b"numpy @ git+https://example.org/numpy@" + b"0" * 40 + b"\n"


def model(path: str, content: bytes) -> dict[str, bytes]:
    """A manifest that declares a file, and the file."""
    name = path.replace("/", "-")
    return {
        f"{name}.pkl.lineage.toml": render_toml(to_document(manifest(name, {path: content})), INLINE),
        path: content,
    }


def pinned(files: Mapping[str, bytes]) -> tuple[str, ...]:
    readings = Readings(lambda _: None, BlobCache(None, "1"))
    blobs = {path: f"{number:040}" for number, path in enumerate(files)}
    return pinned_by(Revision(name="worktree", files=blobs, read_blob=lambda path, _: files[path], readings=readings))


PINNED = {
    "exact": ({"requirements.txt": EXACT}, "requirements.txt"),
    "a range beside what was compiled of it": (
        {"requirements.in": RANGE, "requirements.txt": EXACT},
        "requirements.txt",
    ),
    "constraints": ({"requirements.txt": b"-c constraints.txt\nnumpy\n", "constraints.txt": EXACT}, "constraints.txt"),
    "a lock beats ranges": ({"uv.lock": LOCK, "requirements.txt": RANGE}, "uv.lock"),
    "a lock beats what cannot be read": ({"uv.lock": LOCK, "requirements.txt": b"numpy==\xff\n"}, "uv.lock"),
    "a commit": ({"requirements.txt": COMMIT}, "requirements.txt"),
    "a wheel": ({"requirements.txt": b"https://example.org/numpy-1.26.4-py3-none-any.whl\n"}, "requirements.txt"),
    "a lock beats what it does not name": ({"uv.lock": LOCK, "requirements.txt": b"scipy>=1.11\n"}, "uv.lock"),
    "ranges for development": ({"requirements.txt": EXACT, "requirements-dev.txt": b"ruff\n"}, "requirements.txt"),
    "ranges of other directories": ({"requirements.txt": EXACT, "demo/requirements.txt": RANGE}, "requirements.txt"),
    "a model's own directory": (
        {**model("fraud/requirements.txt", EXACT), "setup.cfg": b"["},
        "fraud/requirements.txt",
    ),
}
UNPINNED: dict[str, dict[str, bytes]] = {
    "nothing": {},
    "nothing that names a package": {".python-version": b"3.11.7\n"},
    "a range": {"requirements.txt": EXACT + b"scipy>=1.11\n"},
    "a wildcard": {"requirements.txt": b"numpy==1.26.*\n"},
    "a branch": {"requirements.txt": b"numpy @ git+https://example.org/numpy@main\n"},
    "an archive whose version nothing tells": {"requirements.txt": b"numpy @ https://example.org/numpy.zip\n"},
    "a row that cannot be read": {"requirements.txt": EXACT + b"scipy ==== 1\n"},
    "a file that cannot be read": {"requirements.txt": EXACT, "environment.yml": b"dependencies: [\n"},
    "development alone": {"requirements-dev.txt": EXACT},
    "a lock of another directory": {"requirements.txt": RANGE, "demo/uv.lock": LOCK},
    "one model of two": {**model("fraud/requirements.txt", EXACT), **model("churn/requirements.txt", RANGE)},
    "a manifest that cannot be read": {"requirements.txt": RANGE, "fraud.pkl.lineage.toml": b"["},
}


@pytest.mark.parametrize("case", PINNED)
def test_pinned(case: str) -> None:
    files, path = PINNED[case]
    assert path in pinned(files)


@pytest.mark.parametrize("case", UNPINNED)
def test_unpinned(case: str) -> None:
    assert pinned(UNPINNED[case]) == ()


def test_all_that_pin_are_told() -> None:
    both = {**model("fraud/uv.lock", LOCK), **model("churn/requirements.txt", EXACT)}
    assert pinned(both) == ("churn/requirements.txt", "fraud/uv.lock")
