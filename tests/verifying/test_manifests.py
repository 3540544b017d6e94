"""What differs between two manifests beyond their environments."""

from dataclasses import replace
from datetime import UTC, date, datetime

from hypothesis import given

from lineage.model.code import Code
from lineage.model.manifest import Manifest, freeze
from lineage.model.weights import Weights
from lineage.portable.compare import Change
from lineage.portable.environment import Problem
from lineage.verifying.diff import compare_manifests
from tests.support.documents import BASE, BLOB, COMMIT, FULL
from tests.support.generated import manifests

OTHER = "f" * 40


def changes(**fields: object) -> tuple[Change, ...]:
    """From the full manifest to the same with other fields."""
    return compare_manifests(FULL, replace(FULL, **fields))  # type: ignore[arg-type]


@given(manifest=manifests())
def test_a_manifest_differs_in_nothing_from_itself(manifest: Manifest) -> None:
    assert compare_manifests(manifest, manifest) == ()


@given(left=manifests(), right=manifests())
def test_swapping_the_sides_swaps_added_and_removed(left: Manifest, right: Manifest) -> None:
    swapped = {"added": "removed", "removed": "added", "unknown": "unknown"}
    mirrored = tuple(
        one._replace(recorded=one.observed, observed=one.recorded, step=swapped[one.step])
        for one in compare_manifests(right, left)
    )

    assert compare_manifests(left, right) == mirrored


def test_what_is_the_user_s_own_or_of_the_capture_is_no_difference() -> None:
    assert changes(labels=freeze({}), created=datetime(2027, 1, 1, tzinfo=UTC), parent=None, tool=None, name="x") == ()
    assert changes(problems=(), evidence="asserted", run=freeze({"seconds": 1})) == ()


def test_weights() -> None:
    one, _ = FULL.weights
    added = Weights(path="models/new", size=1, sha256="9" * 64, md5="9" * 32)

    assert changes(weights=(replace(one, sha256="8" * 64), added)) == (
        Change("weights:models/fraud.pkl", "weights-bytes", "sha256:bbbbbbbbbbbb", "sha256:888888888888", "unknown"),
        Change("weights:models/new", "weights-bytes", None, "sha256:999999999999", "added"),
        Change("weights:models/tokenizer", "weights-bytes", "sha256:dddddddddddd", None, "removed"),
    )


def test_the_commit() -> None:
    assert changes(code=replace(FULL.code, commit=OTHER)) == (
        Change("code:commit", "code-commit", f"snapshot {COMMIT}", f"snapshot {OTHER}", "unknown"),
    )
    assert changes(code=replace(FULL.code, commit=None)) == (
        Change("code:commit", "code-commit", f"snapshot {COMMIT}", f"uncommitted changes on {BASE}", "unknown"),
    )
    assert changes(code=replace(FULL.code, remote=None, tree=None, base=OTHER)) == ()
    unseen = (Problem("code.no-repository", BASE, "named by GitLab CI"),)
    assert changes(code=replace(FULL.code, commit=None), problems=unseen) == (
        Change("code:commit", "code-commit", f"snapshot {COMMIT}", f"files not compared with {BASE}", "unknown"),
    )


def test_first_party_files_and_dependency_files() -> None:
    code = Code(base=BASE, commit=COMMIT, files=(("new.py", OTHER), ("train.py", OTHER)))

    assert changes(code=code, declared=(("uv.lock", "a" * 64),)) == (
        Change("code:new.py", "code-file", None, "ffffffffffff", "added"),
        Change("code:src/features.py", "code-file", BLOB[:12], None, "removed"),
        Change("code:train.py", "code-file", BLOB[:12], "ffffffffffff", "unknown"),
        Change("declared:requirements.txt", "declared-file", BLOB[:12], None, "removed"),
        Change("declared:uv.lock", "declared-file", None, "aaaaaaaaaaaa", "added"),
    )


def test_inputs_parameters_and_metrics_by_their_dotted_keys() -> None:
    found = changes(
        inputs=freeze({"data/a.csv": "md5:" + "0" * 32}),
        params=freeze({"seed": 8, "rates": [0.1, 0.2], "on": True, "deep": {"er": {"day": date(2026, 1, 1)}}}),
        metrics=freeze({}),
    )

    assert found == (
        Change("data:data/a.csv", "data", "md5:ffffffffffff", "md5:000000000000", "unknown"),
        Change("params:deep.er.day", "params", None, "2026-01-01", "added"),
        Change("params:seed", "params", "7", "8", "unknown"),
        Change("metrics:auc", "metrics", "0.91", None, "removed"),
    )


def test_lists_are_shown_whole_and_text_that_is_no_id_too() -> None:
    text = "x" * 40

    assert changes(params=freeze({"seed": text, "rates": [0.1, 0.3], "on": True})) == (
        Change("params:rates", "params", "[0.1, 0.2]", "[0.1, 0.3]", "unknown"),
        Change("params:seed", "params", "7", text, "unknown"),
    )
