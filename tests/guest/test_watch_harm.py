"""Whatever befalls the watcher, the program runs as bare: same output, same exit."""

import sys
from pathlib import Path

import pytest

from tests.support.projects import interpreters
from tests.support.watched import Ground, ground

VERSIONS = [version for version in interpreters() if version != "2.7"]


@pytest.fixture
def place(tmp_path: Path) -> Ground:
    return ground(tmp_path)


RINGING = """\
import signal
class Late({}): pass
rung = 0
def ring(_, frame):
    global rung
    if not rung and frame.f_code.co_filename.startswith("<lineage"):
        rung = 1
        raise Late
signal.signal(signal.SIGALRM, ring)
signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
number = 0
try:
    while not rung:
        number += 1
        try:
            __import__("nothing%d" % number)
        except ImportError:
            pass
    print("swallowed")
except Late:
    print("raised")
signal.setitimer(signal.ITIMER_REAL, 0)
"""
"""Its signal handler raises where the watcher is at work."""

PROGRAMS = {
    "records deleted": "import shutil\nshutil.rmtree(RUN + '/records', True)\nimport wave, csv\nprint(0)\n",
    "watcher deleted": "import shutil\nshutil.rmtree(RUN, True)\nimport wave, csv\nprint(0)\n",
    "records a file": "import os, shutil\nshutil.rmtree(RUN + '/records', True)\nopen(RUN + '/records', 'w').close()\n"
    "import wave\nprint(os.path.isfile(RUN + '/records'))\n",
    "descriptors exhausted": "import os, csv\nheld = []\ntry:\n    while True:\n        held.append(os.dup(0))\n"
    "except OSError:\n    pass\n"
    "try:\n    import nothing\nexcept (ImportError, OSError):\n    pass\n"
    "os.closerange(held[0], held[-1] + 1)\nimport wave\n"
    "print(len(held) > 9)\n",
    "descriptors closed": "import os\nos.closerange(3, 256)\n"
    "file = os.open('mine', os.O_RDWR | os.O_CREAT)\n"
    "import wave, csv\nprint(file, os.fstat(file).st_size)\n",
    "no working directory": "import os\nos.mkdir('gone'); os.chdir('gone'); os.rmdir('../gone')\n"
    "import wave\nprint(1)\n",
    "a lazy module": "import sys, types\nclass Lazy(types.ModuleType):\n    def __getattribute__(self, name):\n"
    "        print('loaded by', name)\nsys.modules['lazy'] = Lazy('lazy')\nimport lazy, wave\nprint(2)\n",
    "odd modules": "import sys\nclass Odd:\n    @property\n    def __dict__(self): raise ValueError('asked')\n"
    "sys.modules['odd'] = Odd()\nsys.modules['none'] = None\nsys.modules[3] = sys\nimport wave\nprint(3)\n",
    "odd path": "import sys\nsys.path.append(3)\nsys.path.append(b'/bytes')\nsys.path = tuple(sys.path)\n"
    "import wave\nprint(4)\n",
    "recursion": "import sys\nsys.setrecursionlimit(200)\ndef deeper(n):\n    try:\n        deeper(n + 1)\n"
    "    except RecursionError:\n        import csv, wave\n        raise\ntry:\n    deeper(0)\nexcept RecursionError:\n"
    "    print('deep')\n",
    "many threads": "import threading, importlib\n"
    "names = ['wave', 'colorsys', 'quopri']\n"
    "threads = [threading.Thread(target=importlib.import_module, args=(n,)) for n in names]\n"
    "[t.start() for t in threads]; [t.join() for t in threads]\nprint(5)\n",
    "import at the end": "import atexit\natexit.register(lambda: __import__('wave') and print('late'))\n"
    "class Last:\n    def __del__(self): print('gone')\nkept = Last()\n",
    "every file is opened in a hook": "import sys\nif hasattr(sys, 'addaudithook'):\n"
    "    sys.addaudithook(lambda event, args: open('/dev/null').close() if event == 'import' else None)\n"
    "import wave\nprint(6)\n",
    "modules emptied": "import sys\nsys.meta_path[0].__class__\nsys.modules.clear()\nprint(7)\n",
}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("program", PROGRAMS)
def test_the_program_runs_as_bare(program: str, version: str, place: Ground) -> None:
    script = place.script(f"RUN = {str(place.watch.directory)!r}\n" + PROGRAMS[program])
    limited = ["-c", 'ulimit -n 64; exec "$@"', "-", interpreters()[version]]

    ended = []
    for watched in (True, False):
        place.watch.directory.mkdir(exist_ok=True)
        if program != "records a file":
            (place.watch.directory / "records").mkdir(exist_ok=True)
        (place.project / "mine").unlink(missing_ok=True)
        done = place.run(*limited, script, python="/bin/sh", watched=watched)
        ended.append((done.returncode, done.stdout, done.stderr.splitlines()[:1]))

    assert ended[0] == ended[1]  # of what a fatal error prints, the first line: the rest is its traceback
    assert ended[0][0] != 1


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("kind", ["RuntimeError", "TimeoutError", "KeyboardInterrupt"])
def test_what_a_signal_handler_raises_in_a_hook_reaches_the_program(kind: str, version: str, place: Ground) -> None:
    ended = place.run(place.script(RINGING.format(kind)), python=interpreters()[version])

    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "raised\n", "")


@pytest.mark.parametrize("broken", ["recorder.py", "opened.py", "probe.py", "mapped.py", "roots"])
@pytest.mark.parametrize("content", [None, "raise RuntimeError('broken')\n", "not python\n", ""], ids=str)
def test_a_broken_part_is_not_the_programs_matter(broken: str, content: str | None, place: Ground) -> None:
    part = place.watch.directory / "parts" / broken
    part.unlink() if content is None else part.write_text(content)

    program = "import sys, wave\nprint(getattr(sys.modules.get('sitecustomize'), '__file__', None))"
    ended, bare = place.run("-c", program), place.run("-c", program, watched=False)

    assert (ended.returncode, ended.stdout, ended.stderr) == (0, bare.stdout, "")


def test_what_could_not_be_written_is_written_later(place: Ground) -> None:
    program = (
        "import os\nheld = []\ntry:\n    while True:\n        held.append(os.dup(0))\nexcept OSError:\n    pass\n"
        "try:\n    import first_of_none\nexcept (ImportError, OSError):\n    pass\n"
        "os.closerange(held[0], held[-1] + 1)\nimport wave\n"
    )
    limited = ["-c", 'ulimit -n 64; exec "$@"', "-", sys.executable]

    place.run(*limited, place.script(program), python="/bin/sh")

    (process,) = place.processes()
    assert dict(process.importers)["first_of_none"] == str(place.project / "main.py")
    assert process.failures == ("write: 24",)


def test_a_record_that_is_cut_by_a_full_disk_goes_on_in_a_new_line(place: Ground) -> None:
    limited = ["-c", 'ulimit -f 16; exec "$@"', "-", sys.executable]
    program = "import signal\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n" + "".join(
        f"try: __import__('nothing_{number}_{'x' * 90}')\nexcept ImportError: pass\n" for number in range(200)
    )

    ended = place.run(*limited, place.script(program + "print('well')\n"), python="/bin/sh")

    assert (ended.returncode, ended.stdout) == (0, "well\n")
    (process,) = place.processes()
    assert (process.ended, process.answer["prefix"]) == (False, sys.prefix)
