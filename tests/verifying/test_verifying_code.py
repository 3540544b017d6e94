"""Served code within a verdict: what a policy makes of it, and who may let a difference through."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

import lineage
from lineage.model.manifest import StoredManifest
from lineage.model.report import Report
from lineage.portable.judge import Accepted
from lineage.portable.policy import Accept, Policy, VerifyPolicy, Waiver
from lineage.targets.source import ManifestSource
from lineage.verifying.code import CodePlace
from lineage.verifying.packages import Packages
from lineage.verifying.verify import verify
from lineage.verifying.weights import WeightsPlace
from tests.support import projects
from tests.support.projects import FILES, MANIFEST, python_of, run_lineage, write
from tests.support.recording import TODAY, failures, notes, recorded, unknowns

EDITED = FILES["features.py"].replace(b"numpy.__version__", b"4")
CHANGED = "features.py:3: SIZE differs"
LAYOUT = FILES["features.py"].replace(b"\n\n", b"\n\n# rows\n")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory, environment: Path) -> Path:
    place = projects.make_repository(tmp_path_factory.mktemp("served") / "fraud")
    recorded(place, environment)
    projects.commit(place)
    return place


@pytest.fixture(scope="module")
def stored(root: Path) -> StoredManifest:
    from lineage.manifest.files import read_manifest

    return read_manifest(root / MANIFEST)


def report_of(
    stored: StoredManifest, served: Path, repository: Path | None, policy: Policy | None = None, *accepts: Accept
) -> Report:
    return verify(
        stored,
        ManifestSource(stored),
        (Packages(), WeightsPlace(skip=True), CodePlace(directory=served, repository=repository)),
        policy or Policy(),
        today=TODAY,
        accepts=accepts,
    )


def by(code: str, **more: tuple[str, ...]) -> Policy:
    return Policy(verify=VerifyPolicy(code=code, **more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("content", "code", "verdict", "failed", "noted"),
    [
        (FILES["features.py"], "ast", "pass", (), ()),
        (FILES["features.py"], "bytes", "pass", (), ()),
        (LAYOUT, "ast", "pass", (), ()),
        (LAYOUT, "bytes", "fail", ("features.py:3: only comments or layout differ",), ()),
        (LAYOUT, "any", "pass", (), ()),
        (EDITED, "ast", "fail", (CHANGED,), ()),
        (EDITED, "bytes", "fail", (CHANGED,), ()),
        (EDITED, "any", "pass", (), (CHANGED,)),
        (None, "ast", "pass", (), ("features.py is missing",)),
        (None, "bytes", "pass", (), ("features.py is missing",)),
        (None, "any", "pass", (), ("features.py is missing",)),
    ],
)
def test_the_policy_decides(
    content: bytes | None,
    code: str,
    verdict: str,
    failed: tuple[str, ...],
    noted: tuple[str, ...],
    stored: StoredManifest,
    root: Path,
    tmp_path: Path,
) -> None:
    write(tmp_path, {"train.py": FILES["train.py"]})
    if content is not None:
        write(tmp_path, {"features.py": content})

    report = report_of(stored, tmp_path, root, by(code))

    assert (report.verdict, failures(report), notes(report), unknowns(report)) == (verdict, failed, noted, ())
    assert (report.checked.code, report.checked.code_files) == (code, 2)


def test_what_the_service_was_seen_to_load_has_to_be_there(stored: StoredManifest, root: Path, tmp_path: Path) -> None:
    """A copy without the training script passes; an empty one is no comparison."""
    code = replace(stored.manifest.code, served=("features.py",))
    serving = replace(stored, manifest=replace(stored.manifest, code=code))
    without = {"train.py": tmp_path / "a", "features.py": tmp_path / "b"}
    for left_out, place in without.items():
        write(place, {path: content for path, content in FILES.items() if path != left_out})
    (tmp_path / "c").mkdir()

    assert report_of(serving, without["train.py"], root).verdict == "pass"
    report = report_of(serving, without["features.py"], root)
    assert (report.verdict, failures(report)) == ("fail", ("features.py is missing",))
    empty = report_of(stored, tmp_path / "c", root)
    assert (empty.verdict, unknowns(empty)) == ("undecided", (f"code: none of the recorded files is in {tmp_path}/c",))
    assert report_of(stored, tmp_path / "c", root, by("any")).verdict == "pass"


NOT_HERE = "differs by bytes, and the recorded source is not in this clone"


def test_what_cannot_be_decided_is_accepted_only_by_name(stored: StoredManifest, tmp_path: Path) -> None:
    write(tmp_path, {**FILES, "features.py": LAYOUT})

    report = report_of(stored, tmp_path, None)
    assert (report.verdict, unknowns(report)) == ("undecided", (f"code:features.py: {NOT_HERE}",))
    assert report.checked.code_files == 1
    assert report_of(stored, tmp_path, None, by("ast", accept_unknown=("code:features.py",))).verdict == "pass"
    assert report_of(stored, tmp_path, None, by("ast", accept_unknown=("code:train.py",))).verdict == "undecided"


def test_a_manifest_without_files_of_code_has_nothing_to_compare(stored: StoredManifest, tmp_path: Path) -> None:
    empty = replace(stored, manifest=replace(stored.manifest, code=replace(stored.manifest.code, files=())))

    for code, verdict in (("ast", "undecided"), ("bytes", "undecided"), ("any", "pass")):
        report = report_of(empty, tmp_path, None, by(code))
        assert (report.verdict, report.checked.code, report.checked.code_files) == (verdict, code, 0)
        assert [(one.subject, one.reason, one.accepted) for one in report.unknown] == [
            ("code", "the manifest records no file of code", code == "any")
        ]


def test_a_waiver_and_an_accept_let_a_difference_through(stored: StoredManifest, root: Path, tmp_path: Path) -> None:
    write(tmp_path, {**FILES, "features.py": EDITED})
    (finding,) = report_of(stored, tmp_path, root).findings
    sides = (finding.change.recorded, finding.change.observed)
    accept = Accept(stored.id, "code:features.py", *sides, "only a size", TODAY)
    other = accept._replace(observed="0" * 12)
    waiver = Waiver("code:*", (), "until it is trained again", date(2027, 1, 31))

    accepted = report_of(stored, tmp_path, root, None, accept)
    assert (accepted.verdict, notes(accepted)) == ("pass", (f"{CHANGED}, accepted: only a size",))
    assert report_of(stored, tmp_path, root, None, other).verdict == "fail"
    waived = report_of(stored, tmp_path, root, Policy(waivers=(waiver,)))
    assert (waived.verdict, waived.accepted) == (
        "pass",
        (Accepted("code:features.py", *sides, "until it is trained again", "2027-01-31"),),
    )


def test_the_command_compares_code_and_honours_what_check_was_told(
    root: Path, environment: Path, tmp_path: Path
) -> None:
    project = projects.copy(root, tmp_path / "fraud")
    served = tmp_path / "app"
    write(served, {**FILES, "features.py": EDITED})
    command = ("verify", "--against", f"python:{python_of(environment)}", "--code", "../app")
    compared = "4 packages compared (3 by record, 1 by version), weights read whole, 2 files of code compared"

    failed = run_lineage(*command, cwd=project)
    assert (failed.code, failed.stderr) == (1, "")
    assert failed.stdout.splitlines()[5:] == [
        f"fail  code features.py  {CHANGED}",
        "",
        f"fail: 1 difference that matters; {compared}",
    ]

    write(project, {"features.py": EDITED})
    assert run_lineage("accept", "models/fraud", "code:features.py", "--because", "a size", cwd=project).code == 0
    accepted = run_lineage(*command, cwd=project)
    assert (accepted.code, accepted.stdout.splitlines()[-1]) == (0, f"pass: {compared}")

    write(project, {"features.py": FILES["features.py"]})
    missing = run_lineage(*command[:-1], "../nowhere", cwd=project)
    assert (missing.code, missing.stdout) == (2, "")
    assert missing.stderr == (
        "lineage: error: ../nowhere: there is no such directory of code\n"
        "  name the directory that holds the code that is served\n"
    )


def test_the_same_from_python(root: Path, environment: Path, tmp_path: Path) -> None:
    write(tmp_path, {**FILES, "features.py": EDITED})
    target = f"python:{python_of(environment)}"

    skipped = lineage.verify(root / MANIFEST, against=target)
    report = lineage.verify(root / MANIFEST, against=target, code=tmp_path)

    assert (skipped.verdict, skipped.checked.code) == ("pass", "skipped")
    assert (report.verdict, failures(report)) == ("fail", (CHANGED,))
    assert lineage.verify(root / MANIFEST, against=target, code=root).verdict == "pass"
