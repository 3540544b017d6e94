from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.weights.measure import TreeDigest, tree_digest

NAMES = st.text(st.characters(exclude_characters="/", codec="utf-8"), min_size=1, max_size=8)
PATHS = st.lists(NAMES, min_size=1, max_size=3).map("/".join)
MD5 = st.text("0123456789abcdef", min_size=32, max_size=32)

ROWS = (("b/ü.bin", "c4ca4238a0b923820dcc509a6f75849b"), ("a", "d41d8cd98f00b204e9800998ecf8427e"))


def test_md5_is_the_address_that_dvc_gives() -> None:
    # `dvc add` of a directory with an empty file `a` and a file `b/ü.bin` that holds `1`
    assert tree_digest(ROWS, "md5") == "022b2d3c38fc285df7e2f90455b10a0b"


def test_sha256_puts_its_key_behind_the_path() -> None:
    rows = (("x", "ab"),)
    # sha256 of `[{"relpath": "x", "sha256": "ab"}]`
    assert tree_digest(rows, "sha256") == "1321faf2dbb7cde95f8774bcfc6e23952b388e011f8b43b0077aea2eb1a9ca5b"


def test_the_order_of_the_rows_does_not_matter() -> None:
    assert tree_digest(reversed(ROWS), "md5") == tree_digest(ROWS, "md5")


def test_paths_are_sorted_by_code_point() -> None:
    rows = (("a/b", "1"), ("a.b", "2"), ("B", "3"), ("é", "4"))
    assert tree_digest(rows, "md5") == tree_digest(sorted(rows), "md5")


@given(st.dictionaries(PATHS, MD5, max_size=6))
def test_equal_to_dvc_data_on_any_tree(files: dict[str, str]) -> None:
    from dvc_data.hashfile.hash_info import HashInfo
    from dvc_data.hashfile.tree import Tree

    tree: Any = cast(Any, Tree)()
    for path, digest in files.items():
        tree.add(tuple(path.split("/")), None, HashInfo("md5", digest))
    tree.digest()

    assert tree_digest(files.items(), "md5") + ".dir" == tree.hash_info.value


@pytest.mark.parametrize("path", ["a", "b"])
def test_rows_that_are_fed_have_to_be_in_order(path: str) -> None:
    whole = TreeDigest("md5")
    whole.add("b", "1")
    with pytest.raises(ValueError) as caught:
        whole.add(path, "2")
    assert str(caught.value) == f"not in order: {path!r} after 'b'"
    assert whole.hexdigest() == tree_digest((("b", "1"),), "md5")
