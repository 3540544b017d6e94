"""The weights of a manifest against what lies there: one byte, another place, none at all, only a pointer."""

import pickle
from collections.abc import Callable
from pathlib import Path

import pytest

from lineage.errors import InputError
from lineage.portable.compare import Change
from lineage.portable.policy import Policy, VerifyPolicy
from lineage.verifying.weights import WeightsPlace
from tests.support import projects
from tests.support.projects import MODEL, WEIGHTS
from tests.support.recording import recorded, unknowns, verified

POINTER = Policy(verify=VerifyPolicy(files="pointer"))
NOT_FOUND = "not found: name the place with --weights, or skip them with --no-weights"


def depth(root: Path, environment: Path, place: WeightsPlace) -> tuple[str, str, int]:
    """(verdict, how the weights were compared, how many)."""
    report = verified(recorded(root, environment), environment, weights=place)
    return report.verdict, report.checked.weights, report.checked.files


def test_equal_bytes_pass(project: Path, environment: Path) -> None:
    assert depth(project, environment, WeightsPlace(beside=project / "models")) == ("pass", "bytes", 1)


@pytest.mark.parametrize(
    ("content", "detail"),
    [(WEIGHTS[:-1] + b"L", "of the same size"), (WEIGHTS + b"\0", "39 → 40 bytes"), (b"", "39 → 0 bytes")],
    ids=["one byte", "one more", "empty"],
)
def test_other_bytes_fail(content: bytes, detail: str, project: Path, environment: Path) -> None:
    stored = recorded(project, environment)
    (project / MODEL).write_bytes(content)

    report = verified(stored, environment, weights=WeightsPlace(beside=project / "models"))

    (finding,) = report.findings
    change = finding.change
    assert (report.verdict, finding.severity) == ("fail", "fail")
    assert change == Change(
        f"weights:{MODEL}", "weights-bytes", "sha256:be2a0c194e59", change.observed, "unknown", None, detail
    )
    assert finding.message == f"weights {MODEL} sha256:be2a0c194e59 → {change.observed} ({detail})"


def test_missing_weights_are_undecided(project: Path, environment: Path) -> None:
    stored = recorded(project, environment)
    (project / MODEL).unlink()

    report = verified(stored, environment, weights=WeightsPlace(beside=project / "models", root=project))

    assert (report.verdict, report.checked.weights, report.checked.files) == ("undecided", "missing", 0)
    assert unknowns(report) == (f"weights:{MODEL}: {NOT_FOUND}",)


def test_weights_that_are_not_looked_at_are_said_to_be_skipped(project: Path, environment: Path) -> None:
    assert depth(project, environment, WeightsPlace(skip=True)) == ("pass", "skipped", 0)


@pytest.mark.parametrize(
    "place",
    [
        lambda root: WeightsPlace(beside=root / "models"),
        lambda root: WeightsPlace(beside=root, root=root),
        lambda root: WeightsPlace(named=root / MODEL),
        lambda root: WeightsPlace(named=root / "models"),
        lambda root: WeightsPlace(named=root),
    ],
    ids=["beside", "from the root", "the file", "its directory", "the root"],
)
def test_a_file_is_found_where_it_lies(place: Callable[[Path], WeightsPlace], project: Path, environment: Path) -> None:
    assert depth(project, environment, place(project)) == ("pass", "bytes", 1)


def test_a_named_place_must_hold_them(project: Path, environment: Path, tmp_path: Path) -> None:
    stored = recorded(project, environment)
    (tmp_path / "empty").mkdir()

    report = verified(stored, environment, weights=WeightsPlace(named=tmp_path / "empty", beside=project / "models"))
    assert (report.verdict, unknowns(report)) == ("undecided", (f"weights:{MODEL}: {NOT_FOUND}",))

    with pytest.raises(InputError) as caught:
        verified(stored, environment, weights=WeightsPlace(named=tmp_path / "none", beside=project / "models"))
    assert str(caught.value) == (
        f"{tmp_path}/none: there are no weights\n  name a file or directory that exists"
    )  # fmt: skip


def test_a_directory_is_compared_as_a_whole(project: Path, environment: Path, tmp_path: Path) -> None:
    projects.write(project, {"models/bert/config.json": b"{}", "models/bert/deep/weights.bin": b"123"})
    stored = recorded(project, environment, "models/bert")
    served = projects.copy(project / "models" / "bert", tmp_path / "served")

    assert verified(stored, environment, weights=WeightsPlace(named=served)).verdict == "pass"

    (served / "more.txt").touch()
    report = verified(stored, environment, weights=WeightsPlace(named=served))
    assert (report.verdict, [one.change.subject for one in report.findings]) == ("fail", ["weights:models/bert"])


def test_a_file_in_the_place_of_a_directory_fails(project: Path, environment: Path, tmp_path: Path) -> None:
    projects.write(project, {"models/bert/config.json": b"{}"})
    stored = recorded(project, environment, "models/bert")
    (tmp_path / "served").write_bytes(b"{}")

    assert verified(stored, environment, weights=WeightsPlace(named=tmp_path / "served")).verdict == "fail"


def test_several_are_all_compared(project: Path, environment: Path) -> None:
    projects.write(project, {"models/scaler.pkl": pickle.dumps([1.0])})
    request = {"output": project / "models/both.lineage.toml"}
    stored = recorded(project, environment, MODEL, "models/scaler.pkl", **request)
    place = WeightsPlace(root=project)
    assert verified(stored, environment, weights=place).checked.files == 2

    (project / "models/scaler.pkl").unlink()
    report = verified(stored, environment, weights=place)

    assert (report.verdict, unknowns(report)) == ("undecided", (f"weights:models/scaler.pkl: {NOT_FOUND}",))


def test_weights_that_cannot_be_read_are_undecided(project: Path, environment: Path) -> None:
    stored = recorded(project, environment)
    (project / MODEL).unlink()
    (project / MODEL).mkdir()

    report = verified(stored, environment, weights=WeightsPlace(beside=project / "models"))

    assert (report.verdict, unknowns(report)) == (
        "undecided",
        (f"weights:{MODEL}: cannot be read: the directory holds no file",),
    )


@pytest.mark.parametrize("path", [MODEL, "data"])
def test_a_pointer_stands_for_bytes_that_are_not_there_when_the_policy_says_so(
    path: str, tracked: Path, environment: Path
) -> None:
    stored = recorded(tracked, environment, path)
    (tracked / path).rename(tracked / "away")
    place = WeightsPlace(beside=(tracked / path).parent, root=tracked)

    assert verified(stored, environment, weights=place).verdict == "undecided"
    report = verified(stored, environment, POINTER, place)
    assert (report.verdict, report.checked.weights, report.checked.files) == ("pass", "pointer", 1)


def test_a_pointer_to_other_weights_fails(tracked: Path, environment: Path) -> None:
    stored = recorded(tracked, environment)
    md5 = stored.manifest.weights[0].md5
    (tracked / MODEL).unlink()
    pointer = tracked / f"{MODEL}.dvc"
    pointer.write_text(pointer.read_text().replace(md5, "a" * 32))

    report = verified(stored, environment, POINTER, WeightsPlace(root=tracked))

    assert (report.verdict, [one.message for one in report.findings]) == (
        "fail",
        [f"weights {MODEL} md5:{md5[:12]} → md5:aaaaaaaaaaaa ({MODEL}.dvc)"],
    )


def test_a_pointer_with_another_digest_tells_nothing(tracked: Path, environment: Path) -> None:
    stored = recorded(tracked, environment)
    (tracked / MODEL).unlink()
    pointer = tracked / f"{MODEL}.dvc"
    pointer.write_text(pointer.read_text().replace("hash: md5", "hash: etag"))

    report = verified(stored, environment, POINTER, WeightsPlace(root=tracked))

    reason = f"not found, and {MODEL}.dvc tells another digest: etag"
    assert (report.verdict, unknowns(report)) == ("undecided", (f"weights:{MODEL}: {reason}",))


@pytest.mark.parametrize(
    ("path", "root", "reason"),
    [
        (MODEL, False, "not found, and without a repository there is no DVC pointer"),
        ("data/deep/b.csv", True, "not found, and no DVC pointer tells their MD5"),
    ],
    ids=["no repository", "a part of a directory"],
)
def test_no_pointer_is_undecided(path: str, root: bool, reason: str, tracked: Path, environment: Path) -> None:
    stored = recorded(tracked, environment, path)
    (tracked / path).unlink()

    report = verified(stored, environment, POINTER, WeightsPlace(root=tracked if root else None))

    assert (report.verdict, unknowns(report)) == ("undecided", (f"weights:{path}: {reason}",))


def test_bytes_that_are_there_are_read_whatever_the_pointer_says(tracked: Path, environment: Path) -> None:
    stored = recorded(tracked, environment)
    (tracked / MODEL).write_bytes(b"trained again")

    report = verified(stored, environment, POINTER, WeightsPlace(root=tracked))

    assert (report.verdict, report.checked.weights) == ("fail", "bytes")


def test_two_candidates_that_differ_are_undecided(project: Path, environment: Path, tmp_path: Path) -> None:
    stored = recorded(project, environment)
    write = (tmp_path / "beside" / MODEL.rpartition("/")[2]).write_bytes
    (tmp_path / "beside").mkdir()
    place = WeightsPlace(beside=tmp_path / "beside", root=project)

    write(WEIGHTS)
    same = verified(stored, environment, weights=place)
    write(WEIGHTS + b"more")
    other = verified(stored, environment, weights=place)

    first = str(tmp_path / "beside" / MODEL.rpartition("/")[2])
    assert (same.verdict, same.checked.weights_files) == ("pass", (first,))
    assert (other.verdict, unknowns(other)) == (
        "undecided",
        (f"weights:{MODEL}: {first} and {project / MODEL} differ: name the one that is served with --weights",),
    )
    assert verified(stored, environment, weights=WeightsPlace(named=project / MODEL)).verdict == "pass"
