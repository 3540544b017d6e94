"""Each kind of process leaves a record that says what it imported, on every Python, however it ends."""

import sys
import zipapp
from pathlib import Path

import pytest

from tests.support.projects import interpreters
from tests.support.watched import Ground, ground, modules_of

VERSIONS = [version for version in interpreters() if version != "2.7"]

MARK = "import chunk_of_ours\n"
GUARDED = "import multiprocessing, os, signal, sys, time\ndef work(_=None):\n    import chunk_of_ours\n    return 1\n"
MAIN = GUARDED + "if __name__ == '__main__':\n    "

KINDS = {
    "subprocess": "import subprocess, sys\nsubprocess.check_call([sys.executable, '-c', 'import chunk_of_ours'])\n",
    "system": "import os, sys\nos.system(sys.executable + ' -c \"import chunk_of_ours\"')\n",
    "exec": "import os, sys\nos.execv(sys.executable, [sys.executable, '-c', 'import chunk_of_ours'])\n",
    "fork": "import os\nif os.fork() == 0:\n    import chunk_of_ours\n    os._exit(0)\nos.wait()\n",
    "fork of a fork": "import os\nos.fork() and os.wait()\n"
    "if os.fork() == 0:\n    import chunk_of_ours\nelse:\n    os.wait()\n",
    "spawn": MAIN + "p = multiprocessing.get_context('spawn').Process(target=work); p.start(); p.join()\n",
    "forkserver": MAIN + "p = multiprocessing.get_context('forkserver').Process(target=work); p.start(); p.join()\n",
    "multiprocessing fork": MAIN
    + "p = multiprocessing.get_context('fork').Process(target=work); p.start(); p.join()\n",
    "pool terminated": MAIN
    + "pool = multiprocessing.get_context('fork').Pool(2); pool.map(work, [1, 2]); pool.terminate(); pool.join()\n",
    "executor": MAIN + "from concurrent.futures import ProcessPoolExecutor\n"
    "    with ProcessPoolExecutor(1) as pool:\n        pool.submit(work).result()\n",
    "_exit": MARK + "import os\nos._exit(0)\n",
    "SystemExit": MARK + "raise SystemExit(0)\n",
    "thread": "import threading\ndef work():\n    import chunk_of_ours\n"
    "t = threading.Thread(target=work); t.start(); t.join()\n",
}


@pytest.fixture
def place(tmp_path: Path) -> Ground:
    made = ground(tmp_path)
    made.script("NAME = 1\n", "chunk_of_ours.py")
    return made


def _that_imported(place: Ground) -> list[tuple[str, str | None]]:
    """(importer, file) of the module, of each process that imported it."""
    return [
        (Path(dict(process.importers)["chunk_of_ours"]).name, dict(process.modules).get("chunk_of_ours"))
        for process in place.processes()
        if "chunk_of_ours" in dict(process.importers)
    ]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_process_records_what_it_imports(kind: str, version: str, place: Ground) -> None:
    ended = place.run(place.script(KINDS[kind]), python=interpreters()[version])

    assert (ended.returncode, ended.stderr) == (0, "")
    found = _that_imported(place)
    importer = "<string>" if kind in ("subprocess", "system", "exec") else "main.py"
    assert {name for name, _ in found} == {importer}
    assert {process.failures for process in place.processes()} == {()}
    assert all(process.answer["python"].startswith(version + ".") for process in place.processes())
    if kind not in ("_exit", "fork", "pool terminated"):  # a regular end tells the file of the last import too
        assert {file for _, file in found} == {str(place.project / "chunk_of_ours.py")}
        assert any(process.ended for process in place.processes() if "chunk_of_ours" in modules_of(process))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", ["SIGKILL", "SIGTERM", "SIGSEGV"])
def test_a_killed_process_has_recorded_every_import_before(name: str, version: str, place: Ground) -> None:
    script = place.script(f"import chunk_of_ours, wave\nimport os, signal\nos.kill(os.getpid(), signal.{name})\n")

    ended = place.run(script, python=interpreters()[version])

    (process,) = place.processes()
    assert ended.returncode < 0
    assert (process.ended, process.main) == (False, str(place.project / "main.py"))
    assert ("chunk_of_ours", str(place.project / "chunk_of_ours.py")) in process.modules
    assert ("chunk_of_ours", str(place.project / "main.py")) in process.importers


@pytest.mark.parametrize("version", VERSIONS)
def test_a_program_that_is_no_script_is_seen_too(version: str, place: Ground) -> None:
    python = interpreters()[version]
    (place.project / "package").mkdir()
    place.script(MARK, "package/__main__.py")
    zipapp.create_archive(place.project / "package", place.project / "app.pyz")

    place.run("-m", "package", python=python)
    place.run("-c", MARK, python=python)
    place.run("-", python=python, stdin=MARK)
    place.run("app.pyz", python=python, env={"PYTHONPATH": str(place.project)})

    root = str(place.project)
    assert [process.main for process in place.processes()] == [
        *(f"{root}/package/__main__.py", None, None, f"{root}/app.pyz/__main__.py")
    ]
    assert len(_that_imported(place)) == 4


def test_a_program_that_replaces_itself_leaves_two_records_of_one_pid(place: Ground) -> None:
    place.run(place.script(KINDS["exec"]))

    first, second = place.processes()
    assert (first.pid, first.started, first.ended, second.ended) == (
        second.pid,
        (Path(sys.executable).name,),
        False,
        True,
    )


def test_a_fork_has_the_answer_and_the_main_file_of_its_parent(place: Ground) -> None:
    place.run(place.script(KINDS["fork"]))

    parent, child = place.processes()
    assert (parent.forked, child.forked, child.parent) == (False, True, parent.pid)
    assert (child.main, child.answer["abi"]) == (parent.main, parent.answer["abi"])
    assert child.sees_files


def test_the_path_is_the_one_at_the_end(place: Ground) -> None:
    place.run(place.script("import sys\nsys.path.append('/added')\nimport wave\nsys.path.append('/later')\n"))

    (process,) = place.processes()
    assert process.answer["path"][0] == str(place.project)
    assert process.answer["path"][-2:] == ["/added", "/later"]


@pytest.mark.parametrize("version", [version for version in VERSIONS if int(version[2:]) >= 8])
def test_an_interpreter_inside_the_interpreter_records_itself(version: str, place: Ground) -> None:
    script = place.script(
        "try:\n    import _interpreters as inner\nexcept ImportError:\n    import _xxsubinterpreters as inner\n"
        "which = inner.create()\n"
        "(inner.exec if hasattr(inner, 'exec') else inner.run_string)(which, 'import chunk_of_ours')\n"
        "inner.destroy(which)\n"
    )
    ended = place.run(script, python=interpreters()[version], env={"PYTHONPATH": str(place.project)})

    assert (ended.returncode, ended.stderr) == (0, "")
    assert [name for name, _ in _that_imported(place)] == ["<string>"]


def test_the_shared_objects_are_told_at_the_end(place: Ground) -> None:
    place.run("-c", "import ctypes")

    (process,) = place.processes()
    assert any(Path(library).name.startswith("libc") for library in process.libraries)
    assert process.libraries == tuple(sorted(set(process.libraries)))
