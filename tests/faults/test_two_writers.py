"""Many writers of one manifest at once: what stands there is whole, one of theirs, and nothing else is left."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from subprocess import PIPE

from lineage.manifest.files import read_manifest, write_manifest
from lineage.model.manifest import freeze
from lineage.model.weights import Weights
from tests.support import projects
from tests.support.documents import FULL
from tests.support.projects import MANIFEST, MODEL, command_line, python_of, surroundings

WRITERS = 6
ROUNDS = 20
COMMENT = "# a comment of the user\n"
LABEL = '"kept by every writer"'
NAMES = {f"writer-{writer}-round-{turn}" for writer in range(WRITERS) for turn in range(ROUNDS)}

WRITER = """
import sys
from dataclasses import replace
from pathlib import Path
from lineage.model.manifest import freeze
from lineage.manifest.files import write_manifest
from tests.support.documents import FULL
print("ready", flush=True)
for line in sys.stdin:
    name = f"writer-{sys.argv[2]}-round-{line.strip()}"
    stored, changed = write_manifest(replace(FULL, name=name, labels=freeze({})), Path(sys.argv[1]))
    print(name if changed and stored.manifest.name == name else f"not written: {name}", flush=True)
"""


def test_six_writers_at_once(tmp_path: Path) -> None:
    path = tmp_path / "m.lineage.toml"
    write_manifest(replace(FULL, name="first", labels=freeze({"line": "kept by every writer"})), path)
    path.write_text(COMMENT + path.read_text())
    command = [sys.executable, "-P", "-c", WRITER, str(path)]
    writers = [
        subprocess.Popen([*command, str(writer)], env=surroundings(), stdin=PIPE, stdout=PIPE, stderr=PIPE, text=True)
        for writer in range(WRITERS)
    ]
    lasts, seen = set(), 0
    try:
        assert [one.stdout.readline() for one in writers if one.stdout] == ["ready\n"] * WRITERS
        for turn in range(ROUNDS):
            for one in writers:
                assert one.stdin is not None
                one.stdin.write(f"{turn}\n")
                one.stdin.flush()
            for _ in range(20):
                assert read_manifest(path).manifest.name in {*NAMES, "first"}
                seen += 1
            told = {one.stdout.readline().strip() for one in writers if one.stdout}
            assert told == {f"writer-{writer}-round-{turn}" for writer in range(WRITERS)}

            text = path.read_text()
            assert text.startswith(COMMENT)
            assert text.count("# a comment") == 1
            assert f"\nline = {LABEL}\n" in text
            last = read_manifest(path).manifest
            assert last == replace(FULL, name=last.name, labels=freeze({"line": "kept by every writer"}))
            assert last.name in told
            assert [one.name for one in tmp_path.iterdir()] == [path.name]
            lasts.add(last.name)
        ended = [(*one.communicate(), one.returncode) for one in writers]
    finally:
        for one in writers:
            one.kill()

    assert ended == [("", "", 0)] * WRITERS
    assert (len(lasts), seen) == (ROUNDS, ROUNDS * 20)


def test_six_captures_at_once(project: Path, environment: Path) -> None:
    """The whole command, each with a name of its own."""
    target = f"python:{python_of(environment)}"
    write_manifest(replace(FULL, name="first", labels=freeze({}), weights=(weights_row(),)), project / MANIFEST)
    (project / MANIFEST).write_text(COMMENT + (project / MANIFEST).read_text())
    commands = [command_line("capture", MODEL, "--from", target, "--name", f"m{i}") for i in range(WRITERS)]

    children = [subprocess.Popen(one, cwd=project, env=surroundings(), stdout=PIPE, stderr=PIPE) for one in commands]
    ended = [(child.communicate()[0], child.returncode) for child in children]

    assert ended == [(f"{MANIFEST}\n".encode(), 0)] * WRITERS
    assert (project / MANIFEST).read_text().startswith(COMMENT)
    last = read_manifest(project / MANIFEST).manifest
    assert last.name in {f"m{i}" for i in range(WRITERS)}
    assert (last.labels, last.problems) == ({}, ())
    assert sorted(one.name for one in (project / MODEL).parent.iterdir()) == [
        Path(MODEL).name,
        Path(MANIFEST).name,
    ]
    assert projects.git(project, "status", "--porcelain", "--untracked-files=all", "--", "models").split("\n") == [
        f"?? {MODEL}",
        f"?? {MANIFEST}",
    ]


def weights_row() -> Weights:
    return replace(FULL.weights[0], path=MODEL)
