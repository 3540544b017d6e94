"""Names sorted as Python sorts them, whether they fit into one run or not."""

from hypothesis import given
from hypothesis import strategies as st

from lineage.weights.files import SortedNames

NAMES = st.lists(st.text(st.characters(exclude_characters="\0/", exclude_categories=()), max_size=6))


def in_order(names: list[str]) -> list[str]:
    found = SortedNames()
    for name in names:
        found.add(name)
    return list(found)


@given(NAMES)
def test_one_run(names: list[str]) -> None:
    assert in_order(names) == sorted(names)


def test_several_runs() -> None:
    odd = ["é", "\udcff", "a\nb", "a/", "文", "\U0001f600"]
    names = [*odd, *(f"{index * 7919 % 200_003:06d}" for index in range(200_003))]
    assert in_order(names) == sorted(names)
    assert in_order(names[:131_072]) == sorted(names[:131_072])  # two runs, and nothing behind them
