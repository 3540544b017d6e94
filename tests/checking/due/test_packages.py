"""``lineage.checking.due.packages``: recorded versions against what the dependency files of HEAD promise."""

import pytest

from lineage.checking.due.packages import action_of
from lineage.model.plan import Due
from lineage.portable.environment import Package
from lineage.portable.policy import Policy, RetrainPolicy, VerifyPolicy
from tests.support.judging import NUMPY, due, of

WHERE = "requirements.txt:1"
USED = "named in the weights"
JOBLIB = Package("joblib", "1.4.2", use="required")


def numpy(action: str, observed: str | None, step: str, note: str | None = None, where: str = WHERE) -> list[Due]:
    message = f"numpy 1.26.4 → {observed or 'nothing'} ({note or step}), {USED}"
    return [of(NUMPY, action, message, observed, step, where)]


def untold(reason: str, observed: str | None, where: str = WHERE) -> list[Due]:
    return [of(NUMPY, "undecided", f"{reason}, {USED}", observed, "unknown", where)]


ALLOWED = "still allowed"


@pytest.mark.parametrize(
    ("then", "head", "expected"),
    [
        pytest.param("numpy==1.26.4", "numpy==1.26.4", [], id="same"),
        pytest.param("numpy==1.26.4", "# pinned\nNumPy == 1.26.4 --hash=sha256:" + "a" * 64, [], id="layout"),
        pytest.param("numpy==1.26.4", "numpy==1.26.4.0", [], id="spelling"),
        pytest.param("numpy==1.26.4", "numpy==2.0.1", numpy("retrain", "2.0.1", "major"), id="major"),
        pytest.param("numpy==1.26.4", "numpy==1.27.0", numpy("retrain", "1.27.0", "minor"), id="minor"),
        pytest.param("numpy==1.26.4", "numpy==1.26.3", numpy("verify", "1.26.3", "patch"), id="patch"),
        pytest.param("numpy==1.26.4", "numpy==1.26.4+mkl", numpy("verify", "1.26.4+mkl", "build"), id="label"),
        pytest.param("numpy==1.26.4", "numpy===odd", numpy("undecided", "odd", "unknown"), id="no version"),
        pytest.param("numpy==1.26.4", "numpy==1!1.26.4", numpy("retrain", "1!1.26.4", "major"), id="epoch"),
        pytest.param("numpy==1.26.4", "scipy==1.0", numpy("retrain", None, "removed", where=""), id="removed"),
        pytest.param("scipy==1.0", "scipy==2.0", [], id="never named"),
        pytest.param("scipy==1.0", "numpy==1.26.4", [], id="named as recorded"),
        pytest.param("scipy==1.0", "numpy==2.0.1", numpy("retrain", "2.0.1", "major"), id="named otherwise"),
        pytest.param("numpy>=1", "numpy==1.26.4", [], id="pinned to what is recorded"),
        pytest.param("numpy==1.26.4", "numpy>=1.26", numpy("verify", ">=1.26", "unknown", ALLOWED), id="loosened"),
        pytest.param("numpy==1.26.4", "numpy", numpy("verify", "any version", "unknown", ALLOWED), id="any"),
        pytest.param("numpy>=1,<2", "numpy>=1,<3", numpy("verify", ">=1,<3", "unknown", ALLOWED), id="widened"),
        pytest.param("numpy>=1,<2", "numpy<2.0,>=1.0", [], id="the same range"),
        pytest.param("numpy>=1", "numpy>=2", numpy("retrain", ">=2", "major"), id="lower bound"),
        pytest.param("numpy>=1", "numpy<1.26.4", numpy("verify", "<1.26.4", "patch"), id="upper bound"),
        pytest.param("numpy>=1", "numpy~=1.27.0", numpy("retrain", "~=1.27.0", "minor"), id="compatible"),
        pytest.param("numpy>=1", "numpy!=1.26.*", numpy("retrain", "!=1.26.*", "minor"), id="refused"),
        pytest.param("numpy==1.25.0", "numpy==1.26.4", [], id="HEAD has what was recorded"),
        pytest.param("numpy==1.25.0", "numpy==1.25.1", numpy("retrain", "1.25.1", "minor"), id="from the recorded"),
        pytest.param(None, "numpy==1.26.4", [], id="no capture, same"),
        pytest.param(None, "numpy==2.0.1", numpy("retrain", "2.0.1", "major"), id="no capture, major"),
        pytest.param(None, "numpy>=1", [], id="no capture, still allowed"),
        pytest.param(None, "numpy>=2", numpy("retrain", ">=2", "major"), id="no capture, range"),
        pytest.param(None, "scipy", [], id="no capture, not named"),
    ],
)
def test_one_package(then: str | None, head: str, expected: list[Due]) -> None:
    assert due(NUMPY, then, head) == expected


@pytest.mark.parametrize(
    ("then", "head", "expected"),
    [
        pytest.param(
            "numpy==1.26.4",
            "numpy==1.26.4\nnumpy==1.25",
            untold("requirements.txt:1 and others ask for 1.25, 1.26.4 at once", "1.25, 1.26.4"),
            id="two at once",
        ),
        pytest.param("numpy==1.26.4\nnumpy==1.25", "numpy==1.25\n\nnumpy==1.26.4", [], id="two at once, as ever"),
        pytest.param(
            "numpy==1.26.4\nnumpy==1.25",
            "numpy==1.26.4\nnumpy==1.24",
            untold("requirements.txt:1 and others ask for 1.24, 1.26.4 at once", "1.24, 1.26.4"),
            id="another two at once",
        ),
        pytest.param(
            "numpy==1.26.4",
            "numpy==1.26.4\nnumpy<1.25",
            untold(
                "requirements.txt:1 and others ask for 1.26.4, <1.25 at once", "1.26.4, <1.25", "requirements.txt:1"
            ),
            id="a range that forbids the version beside it",
        ),
        pytest.param("numpy==1.26.4", "numpy==1.26.4\nnumpy<2", [], id="a range that allows the version beside it"),
        pytest.param(
            "numpy==1.26.4",
            "numpy==1.26.4 -oops",
            untold("requirements.txt:1 has an option that is not known here: '-o'", None, "requirements.txt:1"),
            id="a part that is not read",
        ),
        pytest.param("numpy==1.26.4 -oops", "scipy\nnumpy==1.26.4  -oops", [], id="the same part"),
        pytest.param("numpy==1.26.4 -oops", "numpy==1.26.4", [], id="a part that is gone"),
        pytest.param(
            "numpy==1.26.4 -oops", "numpy==2.0 -oh", numpy("retrain", "2.0", "major"), id="judged by what is read"
        ),
        pytest.param(
            "numpy==1.26.4; odd",
            "numpy==1.26.4; even",
            untold("requirements.txt:1 has a marker that cannot be read: 'even'", None, "requirements.txt:1"),
            id="a marker that is not read",
        ),
        pytest.param(
            'numpy>="1"',
            'numpy>="2"',
            untold(
                "requirements.txt:1 is not a requirement that can be read: 'numpy>=\"2\"', "
                "so nothing tells which numpy it is",
                None,
                "",
            ),
            id="not read on either side",
        ),
        pytest.param('numpy>="1"', 'scipy\nnumpy>="1"  # so', [], id="not read, and the same"),
        pytest.param("numpy=>1", "numpy==1.26.4", [], id="readable again"),
        pytest.param(
            "numpy==1.26.4",
            "numpy=>1",
            untold(
                "requirements.txt:1 is not a requirement that can be read: 'numpy=>1', "
                "so nothing tells which numpy it is",
                None,
                "",
            ),
            id="not read",
        ),
        pytest.param(
            "numpy>=1",
            "numpy==1.26.4; platform_release>'5'\nnumpy==2.0; platform_release<='5'",
            untold(
                'requirements.txt:2 and others ask for 1.26.4, 2.0, by the marker platform_release <= "5", '
                "which cannot be judged",
                "1.26.4, 2.0",
                "requirements.txt:2",
            ),
            id="a marker that cannot be judged",
        ),
        pytest.param("numpy>=1", "numpy==1.26.4; platform_release>'5'", [], id="the only row"),
        pytest.param(
            "numpy==1.26.4; python_version<'3.12'\nnumpy==2.0; python_version>='3.12'",
            "numpy==1.26.4; python_version<'3.12'\nnumpy==2.1; python_version>='3.12'",
            [],
            id="a marker for others",
        ),
        pytest.param(
            "numpy==1.26.4; python_version<'3.12'\nnumpy==2.0; python_version>='3.12'",
            "numpy==1.26.4; python_version<'3.11'\nnumpy==2.0; python_version>='3.11'",
            numpy("retrain", "2.0", "major", where="requirements.txt:2"),
            id="a marker moved",
        ),
        pytest.param(
            "numpy==1.26.4",
            "numpy==1.26.4; sys_platform=='win32'",
            numpy("retrain", None, "removed", where=""),
            id="for other systems only",
        ),
    ],
)
def test_several_rows(then: str | None, head: str, expected: list[Due]) -> None:
    assert due(NUMPY, then, head) == expected


def test_a_recorded_version_that_is_none() -> None:
    odd = NUMPY._replace(version="odd")
    message = f"requirements.txt:1 allows >=2, which cannot be compared with odd, {USED}"

    assert due(odd, "numpy>=1", "numpy>=2") == [of(odd, "undecided", message, ">=2", "unknown", WHERE)]


@pytest.mark.parametrize(
    ("use", "step", "action"),
    [
        ("weights", "1.26.5", "verify"),
        ("weights", "1.27", "retrain"),
        ("served", "1.27", "retrain"),
        ("imported", "1.27", "retrain"),
        ("required", "1.27", "verify"),
        ("required", "2.0", "retrain"),
        ("loaded", "2.0", "verify"),
        ("present", "2.0", None),
        ("unknown", "1.26.5", "verify"),
        ("unknown", "1.27", "retrain"),
    ],
)
def test_the_use_decides(use: str, step: str, action: str | None) -> None:
    found = due(NUMPY._replace(use=use), "numpy==1.26.4", f"numpy=={step}")

    assert [(one.action, one.use) for one in found] == ([] if action is None else [(action, use)])


@pytest.mark.parametrize(
    ("retrain", "verify", "package", "action"),
    [
        ({"packages": (("num*", "minor"),)}, {}, NUMPY, "verify"),
        ({"packages": (("num*", "minor"), ("numpy", "any"))}, {}, NUMPY, None),
        ({"uses": (("weights", "minor"),)}, {}, NUMPY, "verify"),
        ({}, {"neutral": ("numpy",)}, NUMPY, "retrain"),
        ({}, {"neutral": ("numpy",)}, NUMPY._replace(use="imported"), None),
        ({"packages": (("numpy", "none"),)}, {"neutral": ("numpy",)}, NUMPY._replace(use="imported"), "retrain"),
    ],
)
def test_tolerances_rules_and_neutral_packages(
    retrain: dict[str, tuple[tuple[str, str], ...]], verify: dict[str, tuple[str, ...]], package: Package, action: str
) -> None:
    uses = {"uses": (*retrain["uses"], ("present", "any"))} if "uses" in retrain else {}
    policy = Policy(
        retrain=RetrainPolicy()._replace(**{**retrain, **uses}),  # type: ignore[arg-type]
        verify=VerifyPolicy()._replace(**verify),  # type: ignore[arg-type]
    )

    found = due(package, "numpy==1.26.4", "numpy==1.27", policy)

    assert [one.action for one in found] == ([] if action is None else [action])


def test_ten_small_bumps_add_up_and_an_edit_with_its_revert_is_silence() -> None:
    found = [due(JOBLIB, "joblib==1.4.2", f"joblib==1.{minor}.0") for minor in (4, 5)]

    assert [[(one.action, one.step) for one in side] for side in found] == [
        [("verify", "patch")],
        [("verify", "minor")],
    ]
    assert due(NUMPY, "numpy==1.26.4", "numpy==1.26.4") == []


@pytest.mark.parametrize(
    ("moved", "accepted", "action"),
    [
        ("none", "none", "none"),
        ("build", "none", "retrain"),
        ("build", "build", "verify"),
        ("major", "any", "none"),
        ("added", "major", "retrain"),
        ("removed", "any", "none"),
        ("allowed", "none", "verify"),
        ("unknown", "none", "undecided"),
    ],
)
def test_what_a_step_asks_for(moved: str, accepted: str, action: str) -> None:
    assert action_of(moved, accepted) == action
