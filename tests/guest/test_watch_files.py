"""Which files below the project a process read and wrote, and which programs it started: Python 3.8 and newer."""

from pathlib import Path

import pytest

from lineage.model.run import Process
from tests.support.projects import interpreters
from tests.support.watched import Ground, ground

SEEING = [version for version in interpreters() if version != "2.7" and int(version[2:]) >= 8]
BLIND = [version for version in interpreters() if version in ("3.6", "3.7")]

PROGRAM = """
import os, pathlib, subprocess
os.makedirs("deep")
with open("written.bin", "wb") as file: file.write(b"1")
with open("read.csv") as file: file.read()
pathlib.Path("deep", "..", "deep", "path.txt").write_text("2")
with open(b"bytes.txt", "a") as file: file.write("3")
with open("both.bin", "r+b") as file: file.write(b"4")
os.close(os.open("temporary", os.O_WRONLY | os.O_CREAT)); os.replace("temporary", "final.pkl")
os.close(os.open(".", os.O_RDONLY | os.O_DIRECTORY))
os.chdir("deep")
with open("../read.csv") as file: file.read()
with open("/dev/null", "w") as file: pass
with open(ELSEWHERE, "w") as file: pass
import module_of_ours
subprocess.run(["/bin/true", "--token=s3cret"]); subprocess.run("true s3cret", shell=True); os.system("true s3cret")
os.waitpid(os.posix_spawn("/bin/true", ["x", "s3cret"], {}), 0)
"""


@pytest.fixture
def place(tmp_path: Path) -> Ground:
    made = ground(tmp_path)
    made.script("a,b\n", "read.csv")
    made.script("0", "both.bin")
    made.script("", "module_of_ours.py")
    made.script(f"ELSEWHERE = {str(tmp_path / 'elsewhere')!r}\n" + PROGRAM)
    return made


def _seen(place: Ground, process: Process) -> tuple[list[str], list[str], tuple[str, ...]]:
    root = f"{place.project}/"
    return (
        [path.removeprefix(root) for path in process.read],
        [path.removeprefix(root) for path in process.written],
        process.started,
    )


@pytest.mark.parametrize("version", SEEING)
def test_files_and_programs_are_told(version: str, place: Ground) -> None:
    ended = place.run("-B", "main.py", python=interpreters()[version])

    (process,) = place.processes()
    assert (ended.returncode, ended.stderr, process.sees_files, process.failures) == (0, "", True, ())
    written = ["both.bin", "bytes.txt", "deep/path.txt", "final.pkl", "temporary", "written.bin"]
    assert _seen(place, process) == (["both.bin", "read.csv"], written, ("true", "sh", "sh", "true"))


@pytest.mark.parametrize("version", BLIND)
def test_an_old_python_says_that_it_sees_no_files(version: str, place: Ground) -> None:
    place.run("-B", "main.py", python=interpreters()[version])

    (process,) = [process for process in place.processes() if process.main]
    assert (process.sees_files, *_seen(place, process)) == (False, [], [], ())


def test_nothing_of_what_is_passed_to_programs_is_kept(place: Ground) -> None:
    place.run("-B", "main.py", "--password=s3cret", env={"API_KEY": "s3cret"})
    place.run("-c", "token = 's3cret'; import wave", "s3cret")

    records = [path.read_bytes() for path in (place.watch.directory / "records").iterdir()]
    assert len(records) == 2
    assert not any(b"s3cret" in record for record in records)
