"""What holds of every edit: order and layout are silent, a wider tolerance never adds, a revert is silence."""

from hypothesis import given
from hypothesis import strategies as st

from lineage.checking.revisions.dependency_edits import edits
from lineage.model.plan import ACTIONS
from lineage.portable.environment import USES, Package
from lineage.portable.policy import TOLERANCES, Policy, RetrainPolicy
from tests.support.declared import declared
from tests.support.judging import due

_NAMES = ("numpy", "scipy", "torch", "joblib")
_NUMBERS = st.integers(0, 3)
_VERSIONS = st.tuples(_NUMBERS, _NUMBERS, _NUMBERS, st.sampled_from(["", "rc1", "+cpu", "+cu121"])).map(
    lambda one: f"{one[0]}.{one[1]}.{one[2]}{one[3]}"
)
_RANGES = st.tuples(st.sampled_from([">=", "<", "~=", "!="]), _NUMBERS, _NUMBERS).map(
    lambda one: f"{one[0]}{one[1]}.{one[2]}"
)
_SOURCES = st.sampled_from(["", " @ git+https://example.org/a@v1", " @ https://example.org/a-1.0.tar.gz", "===odd"])
_ASKED = _VERSIONS.map("=={}".format) | _RANGES | _SOURCES
_MARKERS = st.sampled_from(["", " ; python_version < '3.12'", " ; sys_platform == 'win32'"])
_LINES = st.tuples(st.sampled_from(_NAMES), _ASKED, _MARKERS).map("".join)
_FILES = st.lists(_LINES, max_size=6)
_PACKAGES = st.lists(
    st.builds(Package, st.sampled_from(_NAMES), _VERSIONS, st.sampled_from(USES)), unique_by=lambda one: one.name
)
_POLICIES = st.tuples(*(st.sampled_from(TOLERANCES) for _ in range(6)))


def _policy(steps: tuple[str, ...]) -> Policy:
    return Policy(retrain=RetrainPolicy(uses=tuple(zip(USES[:-1], steps, strict=True))))


@given(lines=_FILES, packages=_PACKAGES, data=st.data())
def test_the_order_and_the_layout_are_silent(lines: list[str], packages: list[Package], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(lines))
    spaces = data.draw(st.sampled_from(["", "  ", " \\\n  "]))
    other = "# a comment\n\n" + "".join(f"{line}{spaces}\r\n" for line in shuffled)
    plain = "\n".join(lines)

    assert edits([declared("requirements.txt", plain)], [declared("requirements.txt", other)]) == ()
    assert due(packages, plain, other, _policy(("none",) * 6)) == []


@given(then=st.none() | _FILES, head=_FILES, packages=_PACKAGES, one=_POLICIES, other=_POLICIES)
def test_a_wider_tolerance_never_adds(
    then: list[str] | None, head: list[str], packages: list[Package], one: tuple[str, ...], other: tuple[str, ...]
) -> None:
    wide = tuple(max(pair, key=TOLERANCES.index) for pair in zip(one, other, strict=True))
    texts = (None if then is None else "\n".join(then), "\n".join(head))

    strict, lenient = (
        {each.subject: each.action for each in due(packages, *texts, _policy(steps))} for steps in (one, wide)
    )

    assert lenient.keys() <= strict.keys()
    assert [name for name in lenient if ACTIONS.index(lenient[name]) < ACTIONS.index(strict[name])] == []


@given(then=_FILES, head=_FILES, packages=_PACKAGES)
def test_what_is_due_is_one_of_the_edits(then: list[str], head: list[str], packages: list[Package]) -> None:
    before, after = ("\n".join(one) for one in (then, head))

    edited = {one.subject for one in edits(*([declared("requirements.txt", side)] for side in (before, after)))}

    assert {one.subject for one in due(packages, before, after, _policy(("none",) * 6))} <= edited
