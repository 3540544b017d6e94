"""Weights put to their places, or all taken back."""

import hashlib
from pathlib import Path

import pytest

from lineage.errors import InputError
from lineage.model.weights import Weights
from lineage.sharing.placing import Placing
from lineage.sharing.tar import entries, opened
from tests.support.bundles import state, write_members
from tests.support.projects import make_repository, write

NEW = {"one": b"1", "big/a": b"2", "big/b/c": b"3"}


@pytest.mark.parametrize("force", [False, True])
def test_what_was_moved_is_moved_back(force: bool, tmp_path: Path) -> None:
    root = make_repository(tmp_path / "home")
    if force:
        write(root, {"one": b"old", "big/a": b"old", "last/is/there": b"old"})
    before = state(root)
    write_members(tmp_path / "x.tar", {**NEW, "last": b"4"})
    with opened(tmp_path / "x.tar") as file:
        found = {one.name: one for one in entries(file, "x.tar")}
        rows = [(name, found[name], hashlib.sha256(NEW.get(name, b"4")).hexdigest()) for name in found]
        placing = Placing(root, file, "x.tar", force)
        placing.add_weights(_weights("one"), [("", *rows[0][1:])])
        placing.add_weights(_weights("big"), [(name.removeprefix("big/"), one, sha) for name, one, sha in rows[1:3]])
        placing.add_weights(_weights("last/is/new"), [("", *rows[3][1:])])
        with pytest.raises(InputError, match=r"came to stand there meanwhile|changed"), placing:
            placing.stage(None)
            if not force:
                (root / "last/is/new").write_bytes(b"mine")
                placing.finish()
            raise InputError("changed")
    (root / "last/is/new").unlink(missing_ok=True)
    assert state(root) == before


def _weights(path: str) -> Weights:
    return Weights(path=path, size=1, sha256="", md5="")


def test_all_of_it_stands_in_the_end(tmp_path: Path) -> None:
    root = make_repository(tmp_path / "home")
    write(root, {"big/old": b"old", "one": b"old"})
    before, refs = state(root)
    write_members(tmp_path / "x.tar", NEW)
    with opened(tmp_path / "x.tar") as file:
        rows = [(one.name, one, hashlib.sha256(NEW[one.name]).hexdigest()) for one in entries(file, "x.tar")]
        placing = Placing(root, file, "x.tar", force=True)
        placing.add_weights(_weights("one"), [("", *rows[0][1:])])
        placing.add_weights(_weights("big"), [(name.removeprefix("big/"), one, sha) for name, one, sha in rows[1:]])
        placing.add_manifest("a/b.lineage.toml", b"text")
        with placing:
            placing.stage(None)
            placing.finish()
    kept = {path: content for path, content in before.items() if path not in ("big/old", "one")}
    assert state(root) == ({**kept, **NEW, "a/b.lineage.toml": b"text"}, refs)
    assert not list(root.rglob(".lineage-import-*"))
