"""Known digests: an unchanged file is not read again, and nothing that changed is ever taken for unchanged."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lineage.weights.cache import DigestCache, known_digests
from lineage.weights.measure import Found, measure, sha256_of
from tests.support import projects
from tests.support.projects import MANIFEST, MODEL, WEIGHTS, git, python_of, run_lineage

POISON = ("0" * 32, "0" * 64)
OLD_NS = 1_000_000_000


@pytest.fixture
def root(tmp_path: Path) -> Path:
    git(tmp_path, "init", "--quiet")
    projects.write(tmp_path, {"w.bin": b"weights", "code.py": b""})
    git(tmp_path, "add", "code.py")
    git(tmp_path, "commit", "--quiet", "-m", "Start")
    return tmp_path


def store(root: Path) -> Path:
    return root / ".git" / "lineage" / "digests.json"


def state(path: Path) -> tuple[int, ...]:
    seen = path.stat()
    return (seen.st_dev, seen.st_ino, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns)


def poison(root: Path, *files: tuple[int, ...]) -> DigestCache:
    """The cache of a repository, telling wrong digests of these states: what it gives was not read."""
    store(root).parent.mkdir(exist_ok=True)
    rows = [[*one, *POISON] for one in files]
    store(root).write_text(json.dumps({"form": 1, "files": rows}))
    return opened(root)


def opened(root: Path) -> DigestCache:
    known = known_digests(root)
    assert known is not None
    return known


def rows(root: Path) -> list[list[object]]:
    document = json.loads(store(root).read_text())
    assert document.keys() == {"form", "files"}
    return list(document["files"])


def settle(*paths: Path) -> None:
    """Wait until a file can be entered: a ctime cannot be put back."""
    newest = max(number for path in paths for number in state(path)[3:])
    time.sleep(max(0.0, 2.05 - (time.time_ns() - newest) / 1e9))


def test_a_known_file_is_not_read(root: Path) -> None:
    known = poison(root, state(root / "w.bin"))
    measured = measure(root, "w.bin", known=known)
    assert (measured.size, measured.md5, measured.sha256) == (7, *POISON)
    found = sha256_of(root / "w.bin", known=known)
    assert found == Found(size=7, sha256=POISON[1], is_directory=False, is_known=True)


def test_a_hard_link_is_the_same_file(root: Path) -> None:
    os.link(root / "w.bin", root / "same.bin")
    known = poison(root, state(root / "w.bin"))
    assert measure(root, "same.bin", known=known).md5 == POISON[0]


@pytest.mark.parametrize("index", range(5))
def test_an_entry_of_another_state_is_never_used(root: Path, index: int) -> None:
    changed = list(state(root / "w.bin"))
    changed[index] += 1
    known = poison(root, tuple(changed))
    assert measure(root, "w.bin", known=known) == measure(root, "w.bin")


def test_an_edit_with_its_time_put_back_is_found(root: Path) -> None:
    file = root / "w.bin"
    before = state(file)
    known = poison(root, before)
    file.write_bytes(b"WEIGHTS")
    os.utime(file, ns=(before[3], before[3]))
    assert state(file)[:4] == before[:4]
    assert measure(root, "w.bin", known=known) == measure(root, "w.bin")


def test_another_file_renamed_over_it_is_found(root: Path) -> None:
    file, other = root / "w.bin", root / "other.bin"
    before = state(file)
    known = poison(root, before)
    other.write_bytes(b"WEIGHTS")
    os.utime(other, ns=(before[3], before[3]))
    other.rename(file)
    assert measure(root, "w.bin", known=known) == measure(root, "w.bin")


def test_a_hard_link_that_is_written_through_is_found(root: Path) -> None:
    os.link(root / "w.bin", root / "same.bin")
    known = poison(root, state(root / "w.bin"))
    (root / "same.bin").write_bytes(b"WEIGHTS")
    assert measure(root, "w.bin", known=known) == measure(root, "w.bin")


def test_what_was_touched_a_moment_ago_is_not_entered(root: Path) -> None:
    (root / "w.bin").write_bytes(b"weights")
    os.utime(root / "w.bin", ns=(OLD_NS, OLD_NS))  # its ctime is of now
    measure(root, "w.bin", known=opened(root))
    assert not store(root).exists()


def test_of_a_directory_only_what_changed_is_read(root: Path) -> None:
    projects.write(root, {"m/a": b"a", "m/b": b"b"})
    settle(root / "m/a", root / "m/b")
    sha256_of(root / "m", known=opened(root))
    assert not store(root).exists()  # what is only compared is not entered
    first = measure(root, "m", known=opened(root))
    assert sorted(rows(root)) == sorted(
        [*state(root / path), *(getattr(measure(root, path), name) for name in ("md5", "sha256"))]
        for path in ("m/a", "m/b")
    )
    assert measure(root, "m", known=opened(root)) == first == measure(root, "m")
    (root / "m/b").write_bytes(b"B")
    told: list[int] = []
    second = measure(root, "m", known=opened(root), advance=told.append)
    assert (second, sum(told)) == (measure(root, "m"), 2)
    assert sha256_of(root / "m", known=opened(root)).is_known


BAD = [
    b"",
    b"{",
    b"[" * 100_000,
    b"[]",
    b'{"form": 1}',
    b'{"form": 2, "files": [ROW]}',
    b'{"form": 1, "files": {}}',
    b'{"form": 1, "files": [ROW], "more": 1}',
    b'{"form": 1, "files": [ROW]} ,',
]


def test_a_file_of_another_form_is_ignored_and_written_anew(root: Path) -> None:
    settle(root / "w.bin")
    store(root).parent.mkdir()
    row = json.dumps([*state(root / "w.bin"), *POISON]).encode()
    for content in BAD:
        store(root).write_bytes(content.replace(b"ROW", row))
        measured = measure(root, "w.bin", known=opened(root))
        assert measured == measure(root, "w.bin")
        assert rows(root) == [[*state(root / "w.bin"), measured.md5, measured.sha256]]


@pytest.mark.parametrize(
    ("index", "value"),
    [(0, 1.0), (1, True), (2, "7"), (3, None), (5, "0" * 31), (5, "A" * 32), (6, "0" * 65), (6, 0)],
)
def test_one_row_of_another_form_spoils_the_file(root: Path, index: int, value: object) -> None:
    good = [*state(root / "w.bin"), *POISON]
    bad: list[object] = [1, 2, 3, 4, 5, *POISON]
    bad[index] = value
    poison(root)
    store(root).write_text(json.dumps({"form": 1, "files": [good, bad]}))
    assert measure(root, "w.bin", known=opened(root)) == measure(root, "w.bin")
    store(root).write_text(json.dumps({"form": 1, "files": [good, good[:6]]}))
    assert measure(root, "w.bin", known=opened(root)) == measure(root, "w.bin")


@pytest.mark.slow
def test_the_newest_ten_thousand_are_kept(root: Path) -> None:
    settle(root / "w.bin")
    poison(root, *((1, number, 0, 0, 0) for number in range(10_000)))
    measured = measure(root, "w.bin", known=opened(root))
    kept = rows(root)
    assert len(kept) == 10_000
    assert (kept[0][1], kept[-1]) == (1, [*state(root / "w.bin"), measured.md5, measured.sha256])


@pytest.mark.slow
def test_where_it_cannot_be_written_there_is_no_cache(root: Path) -> None:
    settle(root / "w.bin")
    (root / ".git" / "lineage").write_text("in the way")
    assert measure(root, "w.bin", known=opened(root)) == measure(root, "w.bin")
    assert (root / ".git" / "lineage").read_text() == "in the way"


def test_without_a_repository_there_is_no_cache(tmp_path: Path) -> None:
    assert known_digests(None) is None
    assert known_digests(tmp_path) is None


@pytest.mark.slow
def test_linked_work_trees_share_it(root: Path) -> None:
    git(root, "worktree", "add", "--quiet", str(root / "linked"))
    (root / "linked" / "w.bin").write_bytes(b"weights")
    settle(root / "linked" / "w.bin")
    measure(root / "linked", "w.bin", known=opened(root / "linked"))
    assert [row[:5] for row in rows(root)] == [[*state(root / "linked" / "w.bin")]]


@pytest.mark.slow
def test_two_processes_at_once_lose_nothing(root: Path) -> None:
    for name in ("a", "b"):
        projects.write(root, {f"{name}/{number}": f"{name}{number}".encode() for number in range(20)})
    files = [*root.glob("a/*"), *root.glob("b/*")]
    settle(*files)
    program = (
        "import sys; from pathlib import Path; from lineage.weights.measure import measure\n"
        "from lineage.weights.cache import known_digests\n"
        "for number in range(20):\n"
        "    measure(Path.cwd(), f'{sys.argv[1]}/{number}', known=known_digests(Path.cwd()))\n"
    )
    command = [sys.executable, "-P", "-c", program]
    both = [subprocess.Popen([*command, name], cwd=root, env=projects.surroundings()) for name in ("a", "b")]
    assert [one.wait() for one in both] == [0, 0]
    assert sorted(map(str, (row[:5] for row in rows(root)))) == sorted(str([*state(file)]) for file in files)
    assert [file.name for file in store(root).parent.iterdir()] == ["digests.json"]


def bytes_read() -> int:
    """By this process so far, from whatever source."""
    return int(Path("/proc/self/io").read_text().split()[1])


def test_an_unchanged_capture_again_reads_hardly_anything(root: Path) -> None:
    (root / "w.bin").write_bytes(bytes(16 << 20))
    settle(root / "w.bin")
    began = bytes_read()
    first = measure(root, "w.bin", known=opened(root))
    between = bytes_read()
    second = measure(root, "w.bin", known=opened(root))
    again = bytes_read()
    assert (second, first.size) == (first, 16 << 20)
    assert between - began > 16 << 20 > 100 * (again - between)


def test_commands_use_it_only_as_told(project: Path, environment: Path) -> None:
    target = str(python_of(environment))
    taken = ("capture", MODEL, "--from", target)
    assert run_lineage(*taken, "--no-cache", cwd=project).code == 0
    manifest = (project / MANIFEST).read_bytes()
    settle(project / MODEL)
    assert not store(project).exists()
    assert run_lineage(*taken, cwd=project).code == 0
    assert len(rows(project)) == 1
    assert run_lineage(*taken, cwd=project).code == 0
    assert (project / MANIFEST).read_bytes() == manifest

    def verified(*options: str) -> tuple[int, str]:
        ended = run_lineage("verify", MANIFEST, "--against", target, "--format", "json", *options, cwd=project)
        return ended.code, json.loads(ended.stdout)["checked"]["weights"]

    assert verified("--cached") == (0, "cached")
    told = run_lineage("verify", MANIFEST, "--against", target, "--cached", cwd=project).stdout
    assert "weights by known digests" in told
    good = rows(project)[0][5:]
    poison(project, state(project / MODEL))
    assert verified() == (0, "bytes")
    assert verified("--cached") == (1, "cached")
    (project / MODEL).write_bytes(WEIGHTS.replace(b"small", b"large"))
    row = [*state(project / MODEL), *good]
    store(project).write_text(json.dumps({"form": 1, "files": [row]}))
    assert verified() == (1, "bytes")
    assert verified("--cached") == (0, "cached")
    assert run_lineage(*taken, "--no-cache", cwd=project).code == 0
    assert verified() == (0, "bytes")
