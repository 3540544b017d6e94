"""The gate is not what it judges: modules and variables that a checkout or a caller brings in front of the tool."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.planted import CHEAP, Planted, plant, refusing, table
from tests.support.projects import MANIFEST, SOURCE, Ended, git, install, python_of, script, site_packages, write
from tests.support.recording import recorded
from tests.support.retrained import Ground, make_ground

Lines = dict[str, list[tuple[str, ...]]]

SCRIPT = Path(sys.executable).parent / "lineage"
ISOLATED = (sys.executable, "-I", "-m", "lineage")
THIRD = ("click", "yaml", "tomli", "tomlkit", "packaging", "git", "gitdb", "dvc", "piptools", "pip", "pathspec")
STANDARD = (
    *("json", "typing", "contextlib", "dataclasses", "subprocess", "pathlib", "tomllib", "logging", "datetime"),
    *("hashlib", "tempfile", "shutil", "threading", "ast", "zipfile", "csv", "importlib", "email", "collections"),
    *("errno", "re", "gc", "shlex", "signal", "stat", "fnmatch", "functools", "operator", "enum", "textwrap"),
)
TRAP = """import sys
with open({log!r}, "a") as log:
    print(sys.executable, {name!r}, *sys.orig_argv[1:4], file=log)
sys.path[:] = [one for one in sys.path if one not in {places!r}]
del sys.modules[{name!r}]
__import__({name!r})
"""
"""It leaves a mark, and what it stands before is imported in its place: nothing else changes."""


def called(words: tuple[str | Path, ...], cwd: Path, **env: str) -> Ended:
    done = subprocess.run(words, cwd=cwd, env={**os.environ, **env}, stdin=subprocess.DEVNULL, capture_output=True)
    return Ended(code=done.returncode, stdout=done.stdout.decode(), stderr=done.stderr.decode())


def trapped(place: Path, names: tuple[str, ...], log: Path, root: Path) -> None:
    places = ["", ".", str(place), str(root)]
    for number, name in enumerate(names):
        text = TRAP.format(log=str(log), name=name, places=places).encode()
        is_package = number % 2 and not (place / name).is_file()
        write(place, {f"{name}/__init__.py" if is_package else f"{name}.py": text})


def marks(log: Path, but: Path) -> list[str]:
    """Those of other interpreters than the ones below ``but``, which a user named."""
    found = log.read_text().splitlines() if log.exists() else []
    log.unlink(missing_ok=True)
    return [line for line in found if not line.startswith(f"{but}/")]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return make_ground(tmp_path_factory.mktemp("template"))


@pytest.fixture
def planted(template: Ground, tmp_path: Path) -> Iterator[Planted]:
    with refusing() as address:
        yield plant(template, tmp_path, address)


def cheap(lines: Lines) -> Lines:
    return {command: lines[command][:1] for command in CHEAP}


@pytest.mark.parametrize(
    ("start", "more", "chosen"),
    [
        ((str(SCRIPT),), (), cheap),
        pytest.param((str(SCRIPT),), (), dict, marks=pytest.mark.slow),
        pytest.param(ISOLATED, ("sitecustomize",), dict, marks=pytest.mark.slow),
    ],
    ids=["script, cheap", "script", "isolated"],
)
def test_no_command_imports_what_stands_before(
    start: tuple[str, ...],
    more: tuple[str, ...],
    chosen: Callable[[Lines], Lines],
    planted: Planted,
    tmp_path: Path,
) -> None:
    log, place, names = tmp_path / "imported", tmp_path / "before", (*THIRD, *STANDARD, "lineage")
    trapped(place, (*names, *more), log, planted.root)
    trapped(planted.root, names, log, planted.root)
    env = {**planted.env, "PYTHONPATH": f"{place}:.", "PYTHONSTARTUP": str(place / "click.py")}
    found = {}

    for command, lines in chosen(table(planted)).items():
        for line in lines:
            ended = called((*start, *command.split(), *line), planted.root, **env)
            assert "Traceback" not in ended.stderr, (line, ended.stderr)
            found[" ".join((command, *line))] = marks(log, planted.ground.environments)

    assert {line: sprung for line, sprung in found.items() if sprung} == {}
    called((sys.executable, "-m", "json.tool", "--help"), planted.root)
    called((sys.executable, "-c", "import yaml"), tmp_path, **env)
    assert len(marks(log, planted.ground.environments)) == 2


def starts(stderr: str) -> int:
    return sum(line.endswith(" lineage_script") for line in stderr.splitlines())


def test_the_script_starts_again_only_where_such_a_variable_is_set(tmp_path: Path) -> None:
    """And in the second start the other variables still hold."""
    timed = {"PYTHONPROFILEIMPORTTIME": "1"}
    for env, number in (
        ({}, 1),
        ({"PYTHONUTF8": "1", "PYTHONPATH": "", "PYTHONWARNINGS": "error"}, 1),
        ({"PYTHONPATH": str(tmp_path)}, 2),
        ({"PYTHONSTARTUP": str(tmp_path / "x.py")}, 2),
        ({"PYTHONHOME": sys.base_prefix}, 2),
    ):
        ended = called((SCRIPT, "--version"), tmp_path, **timed, **env)
        assert (ended.code, starts(ended.stderr)) == (0, number), env


def test_the_user_s_command_is_given_what_the_caller_gave(project: Path, tmp_path: Path) -> None:
    given = {"PYTHONPATH": f"lib:{tmp_path}", "PYTHONSTARTUP": "x.py", "PYTHONUTF8": "1", "PATH": os.environ["PATH"]}
    seen = ("sh", "-c", "env -0; touch models/new.pkl")

    bare = called(seen, project, **given)
    for start in ((SCRIPT,), ISOLATED):
        ended = called((*start, "run", "--model", "models/new.pkl", "--", *seen), project, **given)
        first, second = (dict(row.split("=", 1) for row in one.stdout.split("\0")[:-1]) for one in (bare, ended))
        site, _, rest = second.pop("PYTHONPATH").partition(":")
        assert site.endswith("/site")
        assert second | {"PYTHONPATH": rest} == first


def test_the_interpreter_that_is_asked_is_given_it_and_git_is_not(
    project: Path, environment: Path, tmp_path: Path
) -> None:
    recorded(project, environment)
    write(tmp_path, {"extra/x": b""})
    install(tmp_path / "extra", "joblib", "9.9")
    real = subprocess.run(["which", "git"], capture_output=True, text=True, check=True).stdout.strip()
    script(tmp_path / "bin/git", f'echo "${{PYTHONPATH-none}}" >>{tmp_path}/git', f'exec {real} "$@"')
    env = {"PYTHONPATH": str(tmp_path / "extra"), "PATH": f"{tmp_path}/bin:{os.environ['PATH']}"}

    for start in ((SCRIPT,), ISOLATED):
        ended = called((*start, "verify", MANIFEST, "--against", f"python:{python_of(environment)}"), project, **env)
        assert "joblib         1.4.2 → 9.9" in " ".join(ended.stdout.split("\n")) or "9.9" in ended.stdout
        called((*start, "show", "--problems", MANIFEST), project, **env)
    assert set((tmp_path / "git").read_text().splitlines()) == {"none"}


def installed(place: Path, prefix: str) -> Path:
    """The tool for a bare interpreter: its script, and its metadata with a line that leads to it below ``prefix``."""
    site = place / prefix
    info = "model_lineage-0.dist-info/METADATA"
    write(site, {info: b"", "lineage.pth": f"{SOURCE}\n{site_packages(Path(sys.prefix))}\n".encode()})
    program = place / "bin/lineage"
    write(
        place,
        {"bin/lineage": f"#!{Path(sys.executable).resolve()}\n{SCRIPT.read_text().partition(chr(10))[2]}".encode()},
    )
    program.chmod(0o755)
    return program


def test_a_tool_that_is_installed_for_the_user_is_found_again(tmp_path: Path) -> None:
    version = "{}.{}".format(*sys.version_info)
    program = installed(tmp_path / "base", f"lib/python{version}/site-packages")
    env = {"PYTHONUSERBASE": str(tmp_path / "base"), "PYTHONPATH": str(tmp_path)}

    assert called((program, "--version"), tmp_path, **env).code == 0


def test_a_tool_that_pythonpath_leads_to_is_found_again_without_the_checkout(tmp_path: Path) -> None:
    """As modules of a cluster and ``pip install --target`` have it."""
    program = installed(tmp_path / "base", "unused")
    log = tmp_path / "imported"
    trapped(tmp_path / "checkout", THIRD, log, tmp_path)
    path = f".:{SOURCE}:{site_packages(Path(sys.prefix))}"

    assert called((program, "check", "--help"), tmp_path / "checkout", PYTHONPATH=path).code == 0
    assert not log.exists()


def test_a_script_inside_of_a_run_is_still_part_of_it(project: Path, tmp_path: Path) -> None:
    words = (SCRIPT, "run", "--model", "models/new.pkl", "--", SCRIPT, "run", "--", "touch", "models/new.pkl")

    ended = called(words, project, PYTHONPATH=str(tmp_path))

    assert "inside of another lineage run" in ended.stderr


def test_a_hook_is_no_process_of_the_training(project: Path, environment: Path) -> None:
    """A training that commits starts our hooks, which are isolated and so not watched."""
    assert called((SCRIPT, "hook", "install"), project).code == 0
    write(project, {"requirements.txt": b"scikit-learn==1.5.1\n"})
    git(project, "add", "--all")
    line = "git commit -q -m x; touch models/new.pkl"
    hook = (project / ".git/hooks/pre-commit").read_text()
    assert f"\nprogram={sys.executable}\nwords='-I -m lineage'\n" in hook

    ended = called((SCRIPT, "run", "--model", "models/new.pkl", "--", "sh", "-c", line), project)

    assert "could not be watched" not in ended.stderr
