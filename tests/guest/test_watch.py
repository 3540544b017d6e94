"""A watched interpreter is as a bare one: its path, its modules, its flags, and the sitecustomize that was hidden."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.projects import interpreters
from tests.support.watched import Ground, ground

VERSIONS = [version for version in interpreters() if version != "2.7"]
GUEST = Path(__file__).parents[2] / "lineage" / "guest"

STATE = """
import sys, wave
print(repr((
    sys.path, sorted(set(sys.modules) - {"atexit"}), tuple(sys.flags), sys.warnoptions, sys.argv, sys.gettrace(),
    sorted(sys.path_importer_cache), len(sys.path_hooks), [finder for finder in sys.meta_path
        if "lineage" not in type(finder).__module__].__len__(),
)))
"""


@pytest.fixture
def place(tmp_path: Path) -> Ground:
    return ground(tmp_path)


@pytest.mark.parametrize("name", ["watch", "recorder", "opened", "mapped"])
def test_a_part_is_in_the_syntax_of_python_36(name: str) -> None:
    ast.parse((GUEST / f"{name}.py").read_bytes(), feature_version=(3, 6))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("options", [(), ("-W", "error", "-bb"), ("-X", "dev"), ("-OO", "-B")], ids=" ".join)
def test_an_interpreter_is_as_bare(version: str, options: tuple[str, ...], place: Ground) -> None:
    python = interpreters()[version]
    script = place.script(STATE)

    bare = place.run(*options, script, python=python, watched=False)
    watched = place.run(*options, script, python=python)

    assert (watched.returncode, watched.stdout, watched.stderr) == (0, bare.stdout, bare.stderr)
    (process,) = place.processes()
    assert (process.main, process.ended, process.failures) == (str(place.project / "main.py"), True, ())


@pytest.mark.skipif("2.7" not in interpreters(), reason="there is no Python 2.7 here")
def test_python_27_is_left_alone(place: Ground) -> None:
    script = place.script(STATE)

    bare = place.run(script, python=interpreters()["2.7"], watched=False)
    watched = place.run(script, python=interpreters()["2.7"])

    assert (watched.returncode, watched.stdout, watched.stderr) == (0, bare.stdout, bare.stderr)
    assert place.processes() == ()


HIDDEN = {
    "prints": "import sys\nprint(__name__, __file__, sys.modules['sitecustomize'].__file__)\n",
    "fails": "import nothing_of_this_name\n",
    "raises": "raise ValueError('of its own')\n",
    "exits": "raise SystemExit(7)\n",
    "leaves": "import sys\nraise ImportError('no', name='sitecustomize')\n",
    "changes-path": "import sys\nsys.path.insert(0, '/elsewhere')\n",
    "passes on": "import sys, os\nsys.path.remove(os.path.dirname(__file__))\nsys.modules.pop('sitecustomize')\n"
    "try:\n    import sitecustomize\nexcept ImportError:\n    print('none below')\n",
}


@pytest.mark.parametrize("version", interpreters())
@pytest.mark.parametrize("content", HIDDEN.values(), ids=HIDDEN)
def test_the_hidden_sitecustomize_runs_as_bare(version: str, content: str, place: Ground) -> None:
    (place.project / "own").mkdir()
    place.script(content, "own/sitecustomize.py")
    place.script("import sys\nprint('sitecustomize' in sys.modules, sys.path)\n")
    env = {"PYTHONPATH": str(place.project / "own")}

    bare = place.run("-B", "main.py", python=interpreters()[version], env=env, watched=False)
    watched = place.run("-B", "main.py", python=interpreters()[version], env=env)

    assert (watched.returncode, watched.stdout, _ends(watched)) == (bare.returncode, bare.stdout, _ends(bare))


def _ends(done: subprocess.CompletedProcess[str]) -> list[str]:
    """First and last line on stderr: a traceback between them has a frame of the watcher."""
    return done.stderr.splitlines()[:1] + done.stderr.splitlines()[-1:]


@pytest.mark.parametrize("version", [version for version in VERSIONS if version != "3.6"])
def test_the_times_of_imports_name_the_same_modules(version: str, place: Ground) -> None:
    def named(done: subprocess.CompletedProcess[str]) -> list[str]:
        return [line.rpartition("|")[2] for line in done.stderr.splitlines()]

    options = ("-X", "importtime", "-c", "import wave")
    bare = place.run(*options, python=interpreters()[version], watched=False)
    watched = place.run(*options, python=interpreters()[version])

    assert named(watched) == named(bare)


def test_usercustomize_and_safe_path_work_as_bare(place: Ground) -> None:
    home = place.project / "home"
    done = subprocess.run(
        [sys.executable, "-c", "import site; print(site.getusersitepackages())"],
        env={"HOME": str(home)},
        capture_output=True,
        text=True,
        check=True,
    )
    user = Path(done.stdout.strip())
    user.mkdir(parents=True)
    (user / "usercustomize.py").write_text("print('mine')\n")
    script = place.script(STATE)
    env = {"HOME": str(home), "PYTHONSAFEPATH": "1", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONNOUSERSITE": ""}
    python = str(Path(sys.base_prefix, "bin", "python3"))

    bare = place.run(script, python=python, env=env, watched=False)
    watched = place.run(script, python=python, env=env)

    assert watched.stdout.startswith("mine\n")
    assert (watched.stdout, watched.stderr) == (bare.stdout, bare.stderr)


def test_children_of_the_program_inherit_the_watcher(place: Ground) -> None:
    script = place.script("import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'import wave'])\n")

    place.run(script)

    first, second = place.processes()
    assert (second.parent, second.main) == (first.pid, None)
    assert ("wave", "<string>") in second.importers
