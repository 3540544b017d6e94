"""``lineage.checking.due.package_moves``: when two origins are one."""

import pytest

from lineage.checking.due.package_moves import conda_build, is_same_source

A, B = "a" * 40, "b" * 40
GIT = "git+https://example.org/acme/fraudlib"


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        (None, None, True),
        (None, f"{GIT}@{A}", False),
        (None, "https://example.org/a-1.0.tar.gz", False),
        (None, "path:./vendor/a-1.0.whl", False),
        (None, "local", None),
        ("editable", None, None),
        (f"{GIT}@{A}", f"{GIT}@{A}", True),
        (f"{GIT}@{A}", f"{GIT}@{B}", False),
        (f"{GIT}@{A}", f"{GIT}.git@{A}", True),
        (f"{GIT}@{A}", f"git+ssh://git@example.org/acme/fraudlib.git@{A}", True),
        (f"{GIT}@{A}", f"{GIT}@{A}#subdirectory=b", False),
        (f"{GIT}@{A}", f"git+https://example.org/other/fraudlib@{A}", False),
        (f"{GIT}@{A}", f"{GIT}@v1", None),
        (f"{GIT}@{A}", GIT, None),
        (f"{GIT}@v1", f"{GIT}@v2", False),
        (GIT, f"{GIT}.git", True),
        (f"hg+https://example.org/acme/fraudlib@{A}", f"{GIT}@{A}", False),
        ("https://example.org/a-1.0.tar.gz", "https://example.org/a-1.1.tar.gz", False),
        ("https://example.org/a-1.0.tar.gz", f"{GIT}@{A}", False),
        ("local", "path:./vendor/a-1.0.whl", None),
        ("repository:libs/a", "path:./libs/a", None),
        ("path:./a-1.whl", "path:./b-1.whl", False),
        ("local", f"{GIT}@{A}", False),
    ],
)
def test_where_a_package_comes_from(left: str | None, right: str | None, same: bool | None) -> None:
    assert is_same_source(left, right) is same
    assert is_same_source(right, left) is same


def test_the_build_of_conda() -> None:
    origins = ["conda:conda-forge:py311h64a7726_0", "https://example.org/a.whl", None]

    assert [conda_build(one) for one in origins] == ["py311h64a7726_0", None, None]
