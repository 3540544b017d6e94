"""``show --problems``: what DVC's pointer tells of the weights, in each form that DVC leaves one."""

import hashlib
from pathlib import Path

import pytest
from dvc_data.hashfile.hash import file_md5

from lineage.catalogue.problems import problems_now
from lineage.manifest.files import read_manifest
from lineage.portable.environment import Problem
from lineage.system.hashing import DOS2UNIX, hash_file
from lineage.weights.measure import dos2unix_md5s
from tests.support import projects
from tests.support.projects import dvc, git, python_of, run_lineage

TEXT = b"a: 1\r\nb: 2\r\n"
MIXED = b"text\r\n" + b" " * (1 << 20) + b"\0\r\n"
"""DVC 2 and DVC 3 disagree on it: only its first MiB is text"""


@pytest.fixture
def root(tracked: Path) -> Path:
    projects.write(tracked, {"text/w.txt": TEXT, "text/deep/v.txt": TEXT * 2})
    return projects.copy(tracked, tracked.with_name("pointers"))


def pointers(root: Path, environment: Path, path: str) -> list[Problem]:
    """What is told of the pointer of weights that were captured just now."""
    projects.commit(root)
    manifest = capture(root, environment, path)
    return told(root, manifest)


def capture(root: Path, environment: Path, path: str) -> str:
    taken = run_lineage("capture", path, "--from", python_of(environment), "-o", "m.lineage.toml", cwd=root)
    assert taken.code == 0, taken.stderr
    return "m.lineage.toml"


def told(root: Path, manifest: str) -> list[Problem]:
    found = problems_now(read_manifest(root / manifest)).now
    return [problem for problem in found if problem.code.startswith("weights.")]


def pointer_of_dvc_2(root: Path, path: str, md5: str) -> None:
    """The pointer as DVC 2 wrote it: without `hash`, its digest taken of text with LF."""
    pointer = root / f"{path}.dvc"
    lines = [line for line in pointer.read_text().splitlines() if "hash:" not in line]
    pointer.write_text("\n".join(f"- md5: {md5}" if line.startswith("- md5:") else line for line in lines) + "\n")


@pytest.mark.parametrize("content", [TEXT, MIXED, b"", b"\0\r\n", b"\xff\r\n" * 3, b"\xff\r\nabcdefg" * 2])
def test_the_digest_of_dvc_2_is_what_dvc_gives(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "w"
    file.write_bytes(content)
    first, each = (digest for _, digest in hash_file(file, DOS2UNIX).digests)
    assert each == file_md5(str(file), name="md5-dos2unix")
    expected = content.replace(b"\r\n", b"\n") if content is MIXED else None
    assert first == (each if expected is None else hashlib.md5(b"text\n" + content[6 : 1 << 20] + _rest()).hexdigest())


def _rest() -> bytes:
    return MIXED[1 << 20 :].replace(b"\r\n", b"\n")


@pytest.mark.parametrize("content", [TEXT, MIXED])
def test_a_pointer_of_dvc_2_tells_the_same_bytes(root: Path, environment: Path, content: bytes) -> None:
    path = "text/w.txt"
    (root / path).write_bytes(content)
    dvc(root, "add", "--quiet", path)
    digests = dos2unix_md5s(root / path)
    assert len(digests) == (2 if content is MIXED else 1)
    for md5 in digests:
        pointer_of_dvc_2(root, path, md5)
        detail = "DVC tracks them, but has no copy in its cache here"
        assert pointers(root, environment, path) == [Problem("weights.not-in-cache", path, detail)]


def test_a_pointer_of_dvc_2_that_tracks_other_bytes(root: Path, environment: Path) -> None:
    path = "text/w.txt"
    dvc(root, "add", "--quiet", path)
    pointer_of_dvc_2(root, path, hashlib.md5(b"a: 1\nb: 3\n").hexdigest())
    detail = f"{path}.dvc tracks other bytes: dvc add {path}, or capture again"
    assert pointers(root, environment, path) == [Problem("weights.pointer-differs", path, detail)]


def test_a_pointer_of_dvc_2_tells_nothing_without_the_bytes(root: Path, environment: Path) -> None:
    path = "text/w.txt"
    dvc(root, "add", "--quiet", path)
    pointer_of_dvc_2(root, path, hashlib.md5(b"a: 1\nb: 2\n").hexdigest())
    projects.commit(root)
    manifest = capture(root, environment, path)
    (root / path).unlink()
    detail = f"{path}.dvc holds DVC 2's digest of text, to be compared only where the recorded bytes are"
    assert told(root, manifest)[1:] == [Problem("weights.pointer-legacy", path, detail)]


def test_a_directory_of_dvc_2(root: Path, environment: Path) -> None:
    dvc(root, "add", "--quiet", "text")
    (md5,) = dos2unix_md5s(root / "text")
    lines = (hashlib.md5(content.replace(b"\r\n", b"\n")).hexdigest() for content in (TEXT * 2, TEXT))
    listed = ", ".join(
        f'{{"md5": "{line}", "relpath": "{name}"}}' for line, name in zip(lines, ("deep/v.txt", "w.txt"), strict=True)
    )
    assert md5 == hashlib.md5(f"[{listed}]".encode()).hexdigest() + ".dir"
    pointer_of_dvc_2(root, "text", md5)
    detail = "DVC tracks them, but has no copy in its cache here"
    assert pointers(root, environment, "text") == [Problem("weights.not-in-cache", "text", detail)]


def test_an_import_that_was_never_downloaded(root: Path, environment: Path, tmp_path: Path) -> None:
    other = projects.make_repository(tmp_path / "other", {"a": b"a"})
    dvc(other, "init", "--quiet")
    projects.write(other, {"w.bin": b"weights"})
    dvc(other, "add", "--quiet", "w.bin")
    projects.commit(other)
    dvc(root, "import", "--quiet", "--no-download", "-o", "models/w.bin", str(other), "w.bin")
    assert "md5:" not in (root / "models" / "w.bin.dvc").read_text().partition("outs:")[2]
    (root / "models" / "w.bin").write_bytes(b"weights")
    detail = "models/w.bin.dvc names no MD5, as an import that was never downloaded: dvc update models/w.bin.dvc"
    problem = Problem("weights.pointer-without-md5", "models/w.bin", detail)
    assert pointers(root, environment, "models/w.bin") == [problem]


def test_one_file_of_a_tracked_directory(root: Path, environment: Path) -> None:
    path = "text/deep/v.txt"
    dvc(root, "add", "--quiet", "text")
    projects.commit(root)
    manifest = capture(root, environment, path)
    assert told(root, manifest) == []
    (root / path).write_bytes(b"other")
    manifest = capture(root, environment, path)
    detail = f"text.dvc tracks other bytes: dvc add {path}, or capture again"
    assert told(root, manifest) == [Problem("weights.pointer-differs", path, detail)]
    for file in (root / ".dvc" / "cache").rglob("*.dir"):
        file.unlink()
    detail = "they lie in a directory whose list is not in DVC's cache here: dvc fetch text.dvc"
    assert told(root, manifest) == [Problem("weights.pointer-unknown", path, detail)]


def test_a_file_that_the_tracked_directory_does_not_know_yet(root: Path, environment: Path) -> None:
    dvc(root, "add", "--quiet", "text")
    (root / "text" / "new.bin").write_bytes(b"new")
    detail = "text.dvc tracks the directory around them, but not yet these: dvc commit text.dvc"
    problem = Problem("weights.pointer-lacks", "text/new.bin", detail)
    assert pointers(root, environment, "text/new.bin") == [problem]


def test_an_output_of_a_stage(root: Path, environment: Path) -> None:
    path = "out/w.bin"
    command = "python -c \"open('w.bin', 'w').write('weights')\""
    projects.write(root, {"out/dvc.yaml": f"stages:\n  train:\n    cmd: {command}\n    outs: [w.bin]\n".encode()})
    (root / path).write_bytes(b"weights")
    dvc(root / "out", "commit", "--quiet", "--force", "train")
    assert pointers(root, environment, path) == []
    (root / path).unlink()
    (root / path).write_bytes(b"other")
    manifest = capture(root, environment, path)
    detail = f"out/dvc.lock tracks other bytes: dvc commit {path}, or capture again"
    assert told(root, manifest) == [Problem("weights.pointer-differs", path, detail)]
    projects.dvc(root, "commit", "--quiet", "--force", path)
    assert told(root, manifest) == []


def test_a_pointer_in_a_directory_below(root: Path, environment: Path) -> None:
    path = "text/deep/v.txt"
    dvc(root, "add", "--quiet", path)
    assert pointers(root, environment, path) == []


def test_a_dvc_project_in_a_directory_below(root: Path, environment: Path) -> None:
    path = "services/api/models/w.bin"
    projects.write(root, {path: b"weights"})
    dvc(root / "services" / "api", "init", "--quiet", "--subdir")
    detail = f"by neither DVC nor git: dvc add {path}"
    git(root, "add", "--all", ":!models", f":!{path}")
    git(root, "commit", "--quiet", "-m", "Set up DVC below")
    manifest = capture(root, environment, path)
    assert told(root, manifest) == [Problem("weights.not-tracked", path, detail)]
    dvc(root / "services" / "api", "add", "--quiet", "models/w.bin")
    assert told(root, manifest) == []
    (root / path).write_bytes(b"other")
    dvc(root / "services" / "api", "add", "--quiet", "models/w.bin")
    detail = f"{path}.dvc tracks other bytes: dvc add {path}, or capture again"
    assert told(root, manifest)[1:] == [Problem("weights.pointer-differs", path, detail)]
