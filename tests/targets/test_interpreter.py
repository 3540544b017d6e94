"""An interpreter as target: every Python of this machine, and programs that are none."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from lineage.errors import InputError, LineageError, ObservationError
from lineage.targets.interpreter import InterpreterSource, ThisProcessSource
from tests.support import projects
from tests.support.patience import wait_for
from tests.support.projects import interpreters, is_running, python_of, script, site_packages

DESCRIBED = [version for version in interpreters() if version != "2.7"]

LISTED = """
import json, re, sys
try:
    from importlib.metadata import distributions
    found = [(one.metadata["Name"], one.version) for one in distributions()]
except ImportError:
    from pkg_resources import working_set
    found = [(one.project_name, one.version) for one in working_set]
first = {}
for name, version in found:
    first.setdefault(re.sub(r"[-_.]+", "-", name).lower(), version)
print(json.dumps(first))
"""


def listed(python: str | Path, **env: str) -> dict[str, str]:
    """The packages as the interpreter's own library lists them."""
    command = [str(python), "-B", "-W", "ignore", "-c", LISTED]
    done = subprocess.run(command, check=True, capture_output=True, cwd="/", env={**os.environ, **env})
    found: dict[str, str] = json.loads(done.stdout)
    return found


def observed(python: str | Path, **env: str) -> dict[str, str]:
    observation = InterpreterSource(str(python), env={**os.environ, **env}).observe()
    return {package.name: package.version for package in observation.environment.packages}


def failure(python: str | Path) -> LineageError:
    with pytest.raises(LineageError) as caught:
        InterpreterSource(str(python), env=os.environ).observe()
    return caught.value


@pytest.mark.parametrize("version", DESCRIBED)
def test_every_python_is_described_as_it_describes_itself(version: str, tmp_path: Path) -> None:
    environment = projects.make_environment(tmp_path / "env", interpreters()[version])
    python = python_of(environment)
    (site_packages(environment) / "sitecustomize.py").touch()  # imported at its start: bytecode would be left of it
    before = projects.snapshot(environment)

    observation = InterpreterSource(str(python), env=os.environ).observe()

    found = observation.environment
    assert {package.name: package.version for package in found.packages} == {
        name: spec[0] for name, spec in projects.PACKAGES.items()
    }
    assert (observation.kind, observation.location, observation.executed) == ("python", str(python), True)
    assert (found.python or "").startswith(f"{version}.")
    assert (observation.unknown, observation.problems) == ((), ())
    assert projects.snapshot(environment) == before


@pytest.mark.parametrize("version", DESCRIBED)
def test_the_packages_of_a_real_installation_are_those_its_library_lists(version: str) -> None:
    python = interpreters()[version]

    assert observed(python) == listed(python)


@pytest.mark.skipif("2.7" not in interpreters(), reason="there is no Python 2.7 here")
def test_python_27_is_refused() -> None:
    python = interpreters()["2.7"]
    error = failure(python)

    version = error.message.split()[2].rstrip(",")
    assert version.startswith("2.7.")
    assert isinstance(error, ObservationError)
    assert (
        str(error) == f"{python}: is Python {version}, which cannot be described\n  Python 3.6 is the oldest that can"
    )


def test_what_a_sitecustomize_prints_spoils_nothing(environment: Path, tmp_path: Path) -> None:
    copied = projects.copy(environment, tmp_path / "env")
    noise = "import sys\nprint('{\"result\": \"ok\"}' * 20000)\nsys.stderr.write('x' * 200000)\n"
    (site_packages(copied) / "sitecustomize.py").write_text(noise)

    assert observed(python_of(copied)) == observed(python_of(environment))


def test_a_program_that_is_no_interpreter_is_refused_with_its_last_words(tmp_path: Path) -> None:
    program = script(tmp_path / "python", "echo out; echo first >&2; printf 'no\\033[31m such thing\\n' >&2; exit 7")

    error = failure(program)
    assert isinstance(error, ObservationError)
    assert str(error) == (
        f"{program}: ended with status 7 and did not describe itself as a Python interpreter: no?[31m such thing\n"
        "  name a Python 3.6 or newer, as python:PATH/bin/python"
    )


def test_a_program_that_says_nothing_is_refused() -> None:
    assert str(failure("/bin/true")) == (
        "/bin/true: ended with status 0 and did not describe itself as a Python interpreter\n"
        "  name a Python 3.6 or newer, as python:PATH/bin/python"
    )


def test_a_file_that_cannot_be_run_is_refused(tmp_path: Path) -> None:
    (tmp_path / "python").write_bytes(b"\x7fELF nothing")
    (tmp_path / "python").chmod(0o755)

    error = failure(tmp_path / "python")
    assert isinstance(error, InputError)
    assert str(error) == f"{tmp_path}/python: cannot be started: Exec format error"


def test_places_without_an_interpreter_are_refused(tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    hint = "name one as python:PATH"

    assert [str(failure(tmp_path / name)) for name in ("none", "plain", "")] == [
        f"{tmp_path}/none: the interpreter does not exist\n  {hint}",
        f"{tmp_path}/plain: the interpreter is not executable\n  {hint}",
        f"{tmp_path}: is a directory, not an interpreter\n  name its interpreter: python:{tmp_path}/bin/python",
    ]


def test_a_target_that_hangs_is_ended_with_all_it_started(tmp_path: Path) -> None:
    noted = tmp_path / "noted"
    program = script(tmp_path / "python", f'sleep 600 & echo "$! $$" > {noted}.part; mv {noted}.part {noted}; wait')
    source = InterpreterSource(str(program), env=os.environ, timeout_s=1)

    with source.asked(), pytest.raises(LineageError) as caught:
        wait_for(noted.exists)
        source.observe()

    assert str(caught.value) == f"{program}: did not answer within 1 seconds"
    assert [is_running(int(number)) for number in noted.read_text().split()] == [False, False]


COMPLETE: dict[str, Any] = {
    "result": "ok",
    "startup": {"sites": [], "modules": [], "hooks": []},
    "path": [],
    "prefix": "/",
    "base_prefix": "/",
    "python": "3.11.7",
    "implementation": "CPython",
    "abi": None,
    "os": "linux",
    "machine": None,
    "libc": None,
    "accelerator": {},
    "variables": {},
    "markers": {},
    "stdlib": [],
    "builtin": [],
}


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "{",
        "[]",
        "null",
        '{"result": "perhaps"}',
        '{"result": "ok"}',
        "[" * 100_000,
        json.dumps({key: value for key, value in COMPLETE.items() if key != "startup"}),
        json.dumps(COMPLETE | {"startup": {"sites": [], "modules": []}}),
        json.dumps(COMPLETE | {"path": [1]}),
        json.dumps(COMPLETE | {"path": None}),
        json.dumps(COMPLETE | {"path": ["/a\0b"]}),
        json.dumps(COMPLETE | {"path": ["/\ud800"]}),
        json.dumps(COMPLETE | {"accelerator": []}),
        json.dumps(COMPLETE | {"markers": "none"}),
        json.dumps(COMPLETE | {"stdlib": 1}),
    ],
    ids=[
        *("empty", "cut", "list", "null", "no-result", "no-keys", "deep", "no-startup", "part-of-startup"),
        *("path-number", "path-null", "path-nul-byte"),
        *("path-surrogate", "accelerator-list", "markers-text", "stdlib-number"),
    ],
)
def test_a_malformed_answer_is_refused(answer: str, tmp_path: Path) -> None:
    (tmp_path / "answer").write_text(answer)
    program = script(tmp_path / "python", f'cp {tmp_path}/answer "$3"')

    error = failure(program)
    assert isinstance(error, ObservationError)
    assert str(error) == f"{program}: did not answer in the form that was asked for"


def test_a_complete_answer_of_another_program_is_taken(tmp_path: Path) -> None:
    (tmp_path / "answer").write_text(json.dumps(COMPLETE))
    program = script(tmp_path / "python", f'cp {tmp_path}/answer "$3"')

    assert observed(program) == {}


def test_python_path_user_site_and_pth_files_are_seen(environment: Path, tmp_path: Path) -> None:
    copied = projects.copy(environment, tmp_path / "env")
    config = copied / "pyvenv.cfg"
    config.write_text(config.read_text().replace("system-site-packages = false", "system-site-packages = true"))
    user = tmp_path / "user" / site_packages(copied).relative_to(copied)
    for place, name in ((tmp_path / "extra", "by-path"), (user, "by-user"), (tmp_path / "linked", "by-pth")):
        projects.install(place, name, "1.0")
    (site_packages(copied) / "more.pth").write_text(f"{tmp_path}/linked\n")
    env = {"PYTHONPATH": str(tmp_path / "extra"), "PYTHONUSERBASE": str(tmp_path / "user")}

    found = observed(python_of(copied), **env)

    assert {name for name in found if name.startswith("by-")} == {"by-path", "by-user", "by-pth"}
    assert found == listed(python_of(copied), **env)


def test_a_relative_python_path_means_the_caller_s_directory(
    environment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    projects.install(tmp_path / "lib", "by-path", "1.0")
    monkeypatch.chdir(tmp_path)

    assert observed(python_of(environment), PYTHONPATH="lib")["by-path"] == "1.0"


def test_the_first_distribution_on_the_path_wins_and_the_other_is_named(environment: Path, tmp_path: Path) -> None:
    projects.install(tmp_path, "numpy", "2.0.1")

    source = InterpreterSource(str(python_of(environment)), env={**os.environ, "PYTHONPATH": str(tmp_path)})
    observation = source.observe()

    assert {one.name: one.version for one in observation.environment.packages}["numpy"] == "2.0.1"
    assert observation.problems == (
        ("package.shadowed", "package:numpy", "version 2.0.1 stands in front of another copy, version 1.26.4"),
    )


def test_a_name_without_a_slash_is_looked_up_on_path(environment: Path) -> None:
    env = {"PATH": str(environment / "bin")}

    observation = InterpreterSource("python", env=env).observe()

    assert [package.name for package in observation.environment.packages] == sorted(projects.PACKAGES)


def test_this_process_describes_itself_without_running_anything() -> None:
    observation = ThisProcessSource().observe()

    found = {package.name: package.version for package in observation.environment.packages}
    own = listed(sys.executable)
    assert (observation.kind, observation.location, observation.executed) == ("python", "this process", False)
    assert observation.environment.python == sys.version.split()[0]
    assert {name: found.get(name) for name in own} == own


def test_variables_hold_no_secret_and_no_place_of_a_machine(environment: Path) -> None:
    given = {
        "XLA_FLAGS": "--xla_dump_to=/srv/me/dump --xla_url=https://me:hidden@example.org/x --xla_gpu_autotune_level=0",
        "LD_LIBRARY_PATH": "/srv/me/lib",
        "LD_PRELOAD": "",
        "MKL_CBWR": "AVX2",
    }
    env = {name: value for name, value in os.environ.items() if name not in ("LD_PRELOAD", "OMP_NUM_THREADS")}

    found = dict(InterpreterSource(str(python_of(environment)), env={**env, **given}).observe().environment.variables)

    assert (found["LD_LIBRARY_PATH"], found["MKL_CBWR"], "LD_PRELOAD" in found) == ("set", "AVX2", False)
    assert found["XLA_FLAGS"].startswith("--xla_dump_to=<path> --xla_url=https://<redacted>@example.org")
    assert "hidden" not in found["XLA_FLAGS"]
