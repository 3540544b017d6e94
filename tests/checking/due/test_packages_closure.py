"""``lineage.checking.due.packages`` with a lock: what beats what, who requires whom, what is new or replaced."""

from collections.abc import Mapping

import pytest

from lineage.model.plan import Due
from lineage.portable.environment import Package
from lineage.portable.policy import Policy, RetrainPolicy
from tests.support.judging import NUMPY, due, of

SKLEARN = Package("scikit-learn", "1.5.0", use="weights", modules=("sklearn",))
JOBLIB = Package("joblib", "1.4.0", use="required")
CV2 = Package("opencv-python", "4.8.0", use="imported", modules=("cv2",))
Rows = Mapping[str, tuple[str, tuple[str, ...]]]
LOCKED: Rows = {"scikit-learn": ("1.5.0", ("joblib",)), "joblib": ("1.4.0", ())}
WEIGHTS, CODE = "named in the weights", "imported by the model's code"


def lock(rows: Rows, *, dev: tuple[str, ...] = ()) -> str:
    """A ``uv.lock`` whose project needs all rows that no other one needs; ``dev`` in its group for development."""
    needed = {name for _, needs in rows.values() for name in needs}
    main = ", ".join(f'{{ name = "{name}" }}' for name in rows if name not in needed and name not in dev)
    others = ", ".join(f'{{ name = "{name}" }}' for name in dev)
    text = 'version = 1\n\n[[package]]\nname = "app"\nversion = "0.1"\nsource = { virtual = "." }\n'
    text += f"dependencies = [{main}]\n"
    text += f"\n[package.dev-dependencies]\ndev = [{others}]\n"
    for name, (version, needs) in rows.items():
        listed = ", ".join(f'{{ name = "{one}" }}' for one in needs)
        text += f'\n[[package]]\nname = "{name}"\nversion = "{version}"\n'
        text += f'source = {{ registry = "https://example.org/simple" }}\ndependencies = [{listed}]\n'
    return text


def locked(packages: Package | list[Package], then: Rows | None, head: Rows, policy: Policy | None = None) -> list[Due]:
    sides = [None if one is None else {"uv.lock": lock(one)} for one in (then, head)]
    return due(packages, sides[0], sides[1] or {}, policy)


def test_the_chain_of_a_required_package() -> None:
    head = {**LOCKED, "joblib": ("1.5.0", ())}
    shown = f"joblib 1.4.0 → 1.5.0 (minor), required by scikit-learn, {WEIGHTS}"
    expected = [of(JOBLIB, "verify", shown, "1.5.0", "minor", "uv.lock:20")]

    assert locked([JOBLIB, SKLEARN], LOCKED, head) == expected
    assert locked([JOBLIB, SKLEARN], None, head) == expected
    assert locked([JOBLIB, SKLEARN], LOCKED, LOCKED) == []
    strict = Policy(retrain=RetrainPolicy(packages=(("joblib", "patch"),)))
    assert [one.action for one in locked([JOBLIB, SKLEARN], LOCKED, head, strict)] == ["retrain"]


def test_a_longer_chain_a_circle_and_none() -> None:
    deep: Rows = {"scikit-learn": ("1.5.0", ("mid",)), "mid": ("1", ("joblib", "scikit-learn")), "joblib": ("2.0", ())}
    circle: Rows = {"a": ("1", ("b",)), "b": ("1", ("a", "joblib")), "joblib": ("2.0", ())}
    requirements = due([JOBLIB, SKLEARN], "joblib==1.4.0", "joblib==2.0")

    found = [locked([JOBLIB, SKLEARN], LOCKED, one) for one in (deep, circle)]

    assert found[0] == [
        of(
            JOBLIB,
            "retrain",
            f"joblib 1.4.0 → 2.0 (major), required by mid, required by scikit-learn, {WEIGHTS}",
            "2.0",
            "major",
            "uv.lock:26",
        ),
        Due(
            subject="package:mid",
            action="verify",
            message=f"mid 1 is new, required by scikit-learn, {WEIGHTS}",
            observed="1",
            step="added",
            use="required",
            where="uv.lock:20",
        ),
    ]
    # By the graph of the capture, where HEAD's does not tell any more.
    assert [one.message for one in found[1]] == [
        f"joblib 1.4.0 → 2.0 (major), required by scikit-learn, {WEIGHTS}",
        f"scikit-learn 1.5.0 → nothing (removed), {WEIGHTS}",
    ]
    assert [one.message for one in requirements] == ["joblib 1.4.0 → 2.0 (major), required by what the model imports"]


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        pytest.param("numpy>=2", [], id="a lock beats a range beside it"),
        pytest.param("numpy==2.0", [], id="a lock beats a version beside it"),
    ],
)
def test_a_lock_beats_what_stands_beside_it(head: str, expected: list[Due]) -> None:
    files = {"uv.lock": lock({"numpy": ("1.26.4", ())})}

    assert due(NUMPY, {**files, "requirements.in": "numpy"}, {**files, "requirements.in": head}) == expected


def test_what_a_lock_beats_without_the_capture_and_when_it_moves() -> None:
    files = {"uv.lock": lock({"numpy": ("1.26.4", ())}), "requirements.in": "numpy==1.26.4"}
    moved = {**files, "uv.lock": lock({"numpy": ("2.0", ())})}

    assert due(NUMPY, None, {**files, "requirements.in": "numpy==2.0"}) == []
    assert due(NUMPY, None, {**files, "requirements.in": "numpy==1.26.4 -oops"}) == []
    assert [one.observed for one in due(NUMPY, files, moved)] == ["2.0"]


def test_what_a_lock_lacks_is_gone_unless_a_range_beside_it_names_it() -> None:
    removed = [of(NUMPY, "retrain", f"numpy 1.26.4 → nothing (removed), {WEIGHTS}", None, "removed", "uv.lock")]
    then: Rows = {"numpy": ("1.26.4", ()), "scipy": ("1.0", ())}
    head: Rows = {"scipy": ("1.0", ())}

    assert locked(NUMPY, then, head) == removed
    assert locked(NUMPY, None, head) == removed
    assert locked(NUMPY, head, {"scipy": ("1.1", ())}) == []
    beside = due(NUMPY, {"uv.lock": lock(then)}, {"uv.lock": lock(head), "requirements.in": "numpy"})
    assert [(one.action, one.observed) for one in beside] == [("verify", "any version")]


def test_a_lock_for_development_only_says_nothing_of_serving() -> None:
    for_tests = {"requirements-dev.txt": "# made by uv: autogenerated by uv\npytest==8.0\n"}

    assert due(NUMPY, {**for_tests, "requirements.txt": "scipy"}, {**for_tests, "requirements.txt": "scipy>1"}) == []
    assert due(NUMPY, None, {"uv.lock": lock({})}) == [
        of(NUMPY, "retrain", f"numpy 1.26.4 → nothing (removed), {WEIGHTS}", None, "removed", "uv.lock")
    ]


def test_groups_stand_aside_unless_nothing_else_names_a_package() -> None:
    def project(main: str, dev: str) -> dict[str, str]:
        text = (
            f'[project]\nname = "app"\nversion = "1"\ndependencies = [{main}]\n\n[dependency-groups]\ndev = [{dev}]\n'
        )
        return {"pyproject.toml": text}

    def found(then: tuple[str, str], head: tuple[str, str]) -> list[tuple[str, str | None]]:
        return [(one.action, one.observed) for one in due(NUMPY, project(*then), project(*head))]

    assert found(('"numpy==1.26.4"', '"numpy"'), ('"numpy==1.26.4"', '"numpy==2.0"')) == []
    assert found(("", '"numpy==1.26.4"'), ("", '"numpy==2.0"')) == [("retrain", "2.0")]


def test_one_of_several_extras_is_told_by_what_was_recorded() -> None:
    def project(main: str, cpu: str, gpu: str) -> dict[str, str]:
        text = f'[project]\nname = "app"\nversion = "1"\ndependencies = [{main}]\n\n[project.optional-dependencies]\n'
        return {"pyproject.toml": f"{text}cpu = [{cpu}]\ngpu = [{gpu}]\n"}

    torch = Package("torch", "2.1.0+cpu", use="weights")
    then = project("", '"torch==2.1.0+cpu"', '"torch==2.1.0+cu121"')

    assert due(torch, then, project("", '"torch==2.1.0+cpu"', '"torch==2.2.0+cu121"')) == []
    assert [one.observed for one in due(torch, then, project("", '"torch==2.2.0+cpu"', '"torch==2.2.0+cu121"'))] == [
        "2.2.0+cpu"
    ]
    assert [one.action for one in due(torch, None, project("", '"torch==2.1.0+cpu"', '"torch==2.1.0+cu121"'))] == [
        "undecided"
    ]
    # Without the capture the main group counts.
    main = project('"torch==2.1.0+cpu"', '"torch==2.2.0"', "")
    assert due(torch, None, main) == []


def provider(action: str, message: str) -> Due:
    return Due(
        subject="package:opencv-python-headless",
        action=action,
        message=message,
        observed="4.9.0",
        step="added",
        use="imported",
        where="uv.lock:14",
    )


def test_a_package_that_takes_the_place_of_a_used_one_is_never_silent() -> None:
    then: Rows = {"opencv-python": ("4.8.0", ())}
    instead: Rows = {"opencv-python-headless": ("4.9.0", ())}
    gone = f"opencv-python 4.8.0 → nothing (removed), opencv-python-headless may provide cv2 instead, {CODE}"
    new = f"opencv-python-headless 4.9.0 is new and may provide cv2 instead of opencv-python, {CODE}"

    assert locked(CV2, then, instead) == [of(CV2, "retrain", gone, None, "removed", "uv.lock")]
    assert locked(CV2, then, {**instead, **then}) == [provider("undecided", new)]
    assert locked(CV2, None, {**instead, **then}) == [provider("undecided", new)]
    assert locked([CV2, Package("opencv-python-headless", "4.9.0")], then, {**instead, **then}) == []
    assert locked(CV2._replace(use="present"), then, {**instead, **then}) == []
    assert [one.message for one in locked(CV2._replace(modules=()), then, instead)] == [
        f"opencv-python 4.8.0 → nothing (removed), opencv-python-headless may provide opencv-python instead, {CODE}"
    ]


def test_without_the_capture_only_the_main_group_is_new() -> None:
    both = {"uv.lock": lock({"opencv-python": ("4.8.0", ()), "opencv-python-headless": ("4.9.0", ())})}
    aside = {
        "uv.lock": lock(
            {"opencv-python": ("4.8.0", ()), "opencv-python-headless": ("4.9.0", ())}, dev=("opencv-python-headless",)
        )
    }

    assert [len(due(CV2, None, one)) for one in (both, aside)] == [1, 0]


def test_a_new_package_that_nothing_used_needs_is_silent() -> None:
    required = {**LOCKED, "scikit-learn": ("1.5.0", ("joblib", "threadpoolctl")), "threadpoolctl": ("3.5", ())}
    tolerated = Policy(retrain=RetrainPolicy(packages=(("threadpoolctl", "any"),)))

    assert locked([JOBLIB, SKLEARN], LOCKED, {**LOCKED, "rich": ("13.0", ())}) == []
    assert [one.message for one in locked([JOBLIB, SKLEARN], LOCKED, required)] == [
        f"threadpoolctl 3.5 is new, required by scikit-learn, {WEIGHTS}"
    ]
    assert locked([JOBLIB, SKLEARN], LOCKED, required, tolerated) == []
    assert locked([JOBLIB, SKLEARN], None, required) == []


def test_a_new_variant_that_is_required_too_is_told_once() -> None:
    head: Rows = {
        "opencv-python": ("4.8.0", ("opencv-python-headless",)),
        "opencv-python-headless": ("4.9.0", ()),
    }

    assert [one.step for one in locked(CV2, {"opencv-python": ("4.8.0", ())}, head)] == ["added"]
