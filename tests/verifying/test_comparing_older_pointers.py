"""Policy ``files = "pointer"`` with a pointer of DVC 2, whose digest takes CRLF in text as LF."""

from pathlib import Path

import pytest

from lineage.portable.compare import Change
from lineage.portable.policy import Policy, VerifyPolicy
from lineage.system.hashing import hash_file
from lineage.verifying.weights import WeightsPlace
from lineage.weights.measure import tree_digest
from tests.support import projects
from tests.support.recording import recorded, unknowns, verified

POINTER = Policy(verify=VerifyPolicy(files="pointer"))
PATH = "models/w"
OLDER = (
    f"weights:{PATH}: not found, and {PATH}.dvc is of DVC 2: its digest of text leaves out carriage returns, so it "
    "cannot be told whether it is of the recorded bytes: bring them with dvc pull, or renew the pointer with "
    "dvc cache migrate --dvc-files"
)
BINARY, LF, CRLF = b"\0\r\n\1", b"a: 1\nb: 2\n", b"a: 1\r\nb: 2\r\n"


def dvc_2(root: Path, files: dict[str, bytes] | bytes) -> tuple[str, int]:
    """(digest, size) that DVC 2 gives a file, or a directory."""
    scratch = root / "scratch"

    def digest(content: bytes) -> str:
        scratch.write_bytes(content)
        return hash_file(scratch, ("md5-dos2unix",)).digests[0][1]

    if isinstance(files, bytes):
        return digest(files), len(files)
    rows = [(path, digest(content)) for path, content in files.items()]
    return tree_digest(rows, "md5") + ".dir", sum(map(len, files.values()))


def lay(root: Path, content: dict[str, bytes] | bytes) -> None:
    projects.write(
        root, {PATH: content} if isinstance(content, bytes) else {f"{PATH}/{p}": c for p, c in content.items()}
    )


@pytest.mark.parametrize(
    ("now", "then", "verdict"),
    [
        (BINARY, BINARY, "pass"),
        (LF, LF, "pass"),
        ({"a": BINARY, "b/c": LF}, {"a": BINARY, "b/c": LF}, "pass"),
        (LF, CRLF, "fail"),
        (CRLF, LF, "fail"),
        (BINARY, BINARY + b"\2", "fail"),
        ({"a": LF}, {"a": CRLF}, "fail"),
        ({"a": LF}, {"a": LF, "b": BINARY}, "fail"),
        (CRLF, CRLF, "undecided"),
        (BINARY, b"\0\r\n\2", "undecided"),
        ({"a": CRLF, "b": LF}, {"a": LF, "b": CRLF}, "undecided"),
    ],
)
def test_what_such_a_pointer_tells(
    now: dict[str, bytes] | bytes, then: dict[str, bytes] | bytes, verdict: str, project: Path, environment: Path
) -> None:
    lay(project, now)
    stored = recorded(project, environment, PATH)
    weights = stored.manifest.weights[0]
    (project / PATH).rename(project / "away")
    md5, size = dvc_2(project, then)
    (project / f"{PATH}.dvc").write_text(f"outs:\n- md5: {md5}\n  size: {size}\n  path: w\n")

    report = verified(stored, environment, POINTER, WeightsPlace(root=project))

    sides = (f"md5:{weights.md5[:12]}", f"md5-dos2unix:{md5[:12]}")
    detail = f"{PATH}.dvc, {weights.size} → {size} bytes"
    change = Change(f"weights:{PATH}", "weights-pointer", *sides, "unknown", None, detail)
    assert report.verdict == verdict
    assert [finding.change for finding in report.findings] == ([change] if verdict == "fail" else [])
    assert unknowns(report) == ((OLDER,) if verdict == "undecided" else ())
    assert report.checked.weights == ("missing" if verdict == "undecided" else "pointer")


def test_without_a_size_it_tells_nothing(project: Path, environment: Path) -> None:
    lay(project, BINARY)
    stored = recorded(project, environment, PATH)
    (project / PATH).unlink()
    (project / f"{PATH}.dvc").write_text(f"outs:\n- md5: {stored.manifest.weights[0].md5}\n  path: w\n")

    assert unknowns(verified(stored, environment, POINTER, WeightsPlace(root=project))) == (OLDER,)
