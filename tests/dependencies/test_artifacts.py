"""``lineage.dependencies.artifacts``: indexes, channels and digests, as far as they tell builds apart."""

import pytest

from lineage.dependencies.artifacts import (
    are_other_files,
    are_other_indexes,
    channel_of,
    digests_of,
    first_digest,
    source_of,
)


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("", ""),
        ("pypi", "PyPI"),
        ("https://pypi.org/simple", "PyPI"),
        ("https://user:word@pypi.python.org/simple/", "PyPI"),
        ("https://pypi.org.example.org/simple", "pypi.org.example.org"),
        ("https://ada:word@mirror.example.org/root/simple/", "mirror.example.org/root"),
        ("https://download.pytorch.org/whl/cu121", "download.pytorch.org/whl/cu121"),
        ("https://conda.example.org/t/tk-0123/acme", "conda.example.org/acme"),
        ("https://a:b@c@example.org/x@y/simple", "<redacted>"),
        ("../wheels/", "../wheels"),
    ],
)
def test_an_index_by_its_address(address: str, found: str) -> None:
    assert source_of(address) == found


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("https://conda.example.org/forge/linux-64/numpy-1.26.4-h_0.conda#0123", "conda.example.org/forge"),
        ("https://conda.example.org/t/tk-0123/acme/noarch/rich-13.0-p_0.tar.bz2", "conda.example.org/acme"),
        ("linux-64/numpy-1.26.4-h_0.conda", ""),
        ("", ""),
    ],
)
def test_a_channel_by_the_address_of_a_package(address: str, found: str) -> None:
    assert channel_of(address) == found


def test_digests_are_short_sorted_and_of_one_algorithm() -> None:
    assert digests_of([]) == ""
    assert digests_of([f"sha256:{'B' * 64}", f"sha256:{'a' * 64}", f"sha512:{'c' * 128}"]) == "sha256 aaaaaaaa bbbbbbbb"
    assert digests_of(["0" * 32]) == "md5 00000000"
    assert first_digest(["sha256 bbbbbbbb", "sha256 aaaaaaaa"]) == "sha256:aaaaaaaa"
    assert first_digest([""]) == first_digest([]) == ""


@pytest.mark.parametrize(
    ("left", "right", "is_other"),
    [
        (["sha256 a b"], ["sha256 c"], True),
        (["sha256 a b"], ["sha256 b c"], False),
        (["sha256 a", "sha256 b"], ["", "sha256 b"], False),
        (["sha256 a"], ["md5 c"], False),
        (["sha256 a"], [""], False),
        ([], [], False),
    ],
)
def test_other_files_have_none_in_common(left: list[str], right: list[str], is_other: bool) -> None:
    assert are_other_files(left, right) == are_other_files(right, left) == is_other


def test_other_indexes_are_named_on_both_sides() -> None:
    assert are_other_indexes(["PyPI", ""], ["a.example.org"])
    assert not are_other_indexes(["", ""], ["a.example.org"])
    assert not are_other_indexes(["PyPI", "a.example.org"], ["a.example.org", "PyPI"])
