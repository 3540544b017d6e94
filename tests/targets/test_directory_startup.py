"""What would run when an interpreter starts is read, judged by its text, and never run."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lineage.portable.environment import Environment, Unknown
from tests.support import projects
from tests.support.projects import command_line, python_of, script, site_packages, undisturbed
from tests.support.roots import observed, reasons, versions

HARMLESS = {
    "distutils-precedence": "import os; var = 'SETUPTOOLS_USE_DISTUTILS'; "
    "enabled = os.environ.get(var, 'local') == 'local'; enabled and __import__('_distutils_hack').add_shim(); ",
    "distutils-precedence-old": "import os; var = 'SETUPTOOLS_USE_DISTUTILS'; "
    "enabled = os.environ.get(var, 'stdlib') == 'local'; enabled and __import__('_distutils_hack').add_shim(); ",
    "_virtualenv": "import _virtualenv",
    "a1_coverage": 'import sys; exec(\'import os\\n\\nif os.getenv("COVERAGE_PROCESS_START") or '
    'os.getenv("COVERAGE_PROCESS_CONFIG"):\\n try:\\n  import coverage\\n except:\\n  pass\\n else:\\n'
    '  coverage.process_startup(slug="pth")\')',
    "zope.deep-nspkg": "import sys, types, os;has_mfs = sys.version_info > (3, 5);"
    "p = os.path.join(sys._getframe(1).f_locals['sitedir'], *('zope', 'deep'));"
    "importlib = has_mfs and __import__('importlib.util');has_mfs and __import__('importlib.machinery');"
    "m = has_mfs and sys.modules.setdefault('zope.deep', importlib.util.module_from_spec("
    "importlib.machinery.PathFinder.find_spec('zope.deep', [os.path.dirname(p)])));"
    "m = m or sys.modules.setdefault('zope.deep', types.ModuleType('zope.deep'));"
    "mp = (m or []) and m.__dict__.setdefault('__path__',[]);(p not in mp) and mp.append(p);"
    "m and setattr(sys.modules['zope'], 'deep', m)",
}
FINDER = "__editable___small_1_0_finder"

traced = pytest.mark.skipif(shutil.which("strace") is None, reason="there is no strace here")


@pytest.fixture
def env(environment: Path, tmp_path: Path) -> Path:
    return projects.copy(environment, tmp_path / "env")


def by_interpreter(environment: Path) -> list[str]:
    """``sys.path`` below the environment's own directory, as its interpreter has it."""
    command = [str(python_of(environment)), "-I", "-c", "import sys; print('\\n'.join(sys.path))"]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd="/")
    return [entry for entry in done.stdout.splitlines() if entry.startswith(str(environment.parent))]


def install_editable(site: Path, *, editable: bool = True) -> None:
    """As setuptools leaves it (PEP 660): a ``.pth`` file that imports a finder."""
    origin = {"url": "file:///somewhere/small", "dir_info": {"editable": editable}}
    projects.install(site, "small", "1.0", direct_url=origin)
    (site / f"{FINDER}.py").touch()
    (site / "__editable__.small-1.0.pth").write_text(f"import {FINDER}; {FINDER}.install()")
    with (site / "small-1.0.dist-info" / "RECORD").open("a") as record:
        record.write(f"__editable__.small-1.0.pth,,\n{FINDER}.py,,\n")


def test_path_lines_add_what_is_there_in_their_order_once(env: Path, tmp_path: Path) -> None:
    site, places = site_packages(env), ["b", "a", "c"]
    for number, name in enumerate(places):
        projects.install(tmp_path / name, "joblib", f"9.{number}")
        projects.install(tmp_path / name, f"by-{name}", "1.0")
    for name in ("joblib", "numpy"):
        projects.uninstall(site, name)
    lines = [
        "# comment",
        "",
        f"  {tmp_path}/c",
        f"{tmp_path}/b/  ",
        "../../../../a",
        f"{tmp_path}/none",
        f"{tmp_path}/b",
    ]
    (site / "1.pth").write_text("\n".join(lines))
    (site / "0.pth").write_bytes(f"{tmp_path}/b/../b\r\n{site}\r\n".encode())
    (site / "2.pth.off").write_text(f"{tmp_path}/c\n")

    observation = observed(env)

    assert by_interpreter(env) == [str(site), f"{tmp_path}/b", f"{tmp_path}/a"]
    found = versions(observation.environment)
    assert {name: version for name, version in found.items() if name.startswith(("by-", "joblib"))} == {
        "by-a": "1.0",
        "by-b": "1.0",
        "joblib": "9.0",
    }
    assert observation.unknown == ()


@pytest.mark.parametrize("name", HARMLESS)
def test_code_that_is_known_to_add_nothing_is_passed_over(name: str, env: Path, tmp_path: Path) -> None:
    projects.install(tmp_path / "more", "more", "1.0")
    (site_packages(env) / f"{name}.pth").write_text(f"{HARMLESS[name]}\n{tmp_path}/more\n")

    observation = observed(env)

    assert (observation.unknown, versions(observation.environment)["more"]) == ((), "1.0")


@pytest.mark.parametrize("name", HARMLESS)
def test_the_same_code_with_more_behind_it_is_not(name: str, env: Path) -> None:
    (site_packages(env) / f"{name}.pth").write_text(f"{HARMLESS[name].rstrip()}; import more\n")

    assert observed(env).unknown == (Unknown("packages", f"a .pth file runs code: {name}.pth"),)


def test_the_finder_of_an_editable_install_is_passed_over(env: Path) -> None:
    install_editable(site_packages(env))

    observation = observed(env)

    assert observation.unknown == ()
    assert {one.name: one.origin for one in observation.environment.packages}["small"] == "editable"


@pytest.mark.parametrize("spoiled", ["not editable", "not listed", "other module", "unreadable origin"])
def test_a_finder_that_belongs_to_no_editable_install_is_code(spoiled: str, env: Path) -> None:
    site = site_packages(env)
    install_editable(site, editable=spoiled != "not editable")
    info = site / "small-1.0.dist-info"
    if spoiled == "not listed":
        (info / "RECORD").write_text("small/__init__.py,,\n")
    elif spoiled == "other module":
        (site / "__editable__.small-1.0.pth").write_text("import other; other.install()")
    elif spoiled == "unreadable origin":
        (info / "direct_url.json").write_text("[" * 100_000)

    assert "packages: a .pth file runs code: __editable__.small-1.0.pth" in reasons(observed(env))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"import sys; sys.path.append('/x')\n", "a .pth file runs code: odd.pth"),
        (b"import\tsys\n", "a .pth file runs code: odd.pth"),
        (b"/srv/caf\xe9\n", "a .pth file cannot be read: odd.pth: not UTF-8"),
        (b"a\0b\n", "a .pth file cannot be read: odd.pth: a null character in it"),
        (b"#" * (1024 * 1024 + 1), "a .pth file cannot be read: odd.pth: larger than 1048576 bytes"),
    ],
)
def test_a_file_that_could_add_anything_makes_the_packages_unknown(content: bytes, reason: str, env: Path) -> None:
    (site_packages(env) / "odd.pth").write_bytes(content)

    assert observed(env).unknown == (Unknown("packages", reason),)


@pytest.mark.parametrize("version", [one for one in projects.interpreters() if one != "2.7"])
def test_hidden_files_and_byte_order_marks_are_read_as_each_python_reads_them(version: str, tmp_path: Path) -> None:
    made = projects.make_environment(tmp_path / "env", projects.interpreters()[version], packages=())
    for name in ("hidden", "marked", "parted"):
        projects.install(tmp_path / name, name, "1.0")
    (site_packages(made) / ".hidden.pth").write_text(f"{tmp_path}/hidden\n")
    (site_packages(made) / "marked.pth").write_text(f"{tmp_path}/marked\n", encoding="utf-8-sig")
    (site_packages(made) / "parted.pth").write_text(f"none\x0c{tmp_path}/parted\n")

    seen = [entry.rpartition("/")[2] for entry in by_interpreter(made)]

    assert sorted(versions(observed(made).environment)) == sorted(set(seen) - {"site-packages"})


@pytest.mark.parametrize("module", ["sitecustomize.py", "sitecustomize/__init__.py", "sitecustomize.pyc"])
def test_a_module_that_runs_at_start_makes_the_packages_unknown(module: str, base: Path, tmp_path: Path) -> None:
    made = projects.make_environment(tmp_path / "env", str(base / "bin" / "python"), packages=())
    projects.write(site_packages(made), {module: b"import sys\n"})

    assert observed(made).unknown == (Unknown("packages", "a module runs code when Python starts: sitecustomize"),)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"# nothing\n\n",
        b"# install the apport exception handler if available\ntry:\n    import apport_python_hook\n"
        b"except ImportError:\n    pass\nelse:\n    apport_python_hook.install()\n",
    ],
    ids=["empty", "comment", "debian"],
)
def test_one_that_adds_nothing_does_not(content: bytes, env: Path) -> None:
    projects.write(site_packages(env), {"sitecustomize.py": content, "sitecustomize.txt": b"import sys\n"})

    assert observed(env).unknown == ()


def test_usercustomize_counts_only_where_it_would_run(env: Path) -> None:
    projects.write(site_packages(env), {"usercustomize.py": b"import sys\n"})
    assert observed(env).unknown == ()

    config = env / "pyvenv.cfg"
    config.write_text(config.read_text().replace("system-site-packages = false", "system-site-packages = True"))
    assert "packages: a module runs code when Python starts: usercustomize" in reasons(observed(env))


def hostile(environment: Path, mark: Path) -> Path:
    """Everything that would leave a mark if anything in the environment ran."""
    site = site_packages(environment)
    code = f"import os; os.system('touch {mark}')\n"
    for name in ("0.pth", "sitecustomize.py", "usercustomize.py", "os.py", "site.py", "json.py"):
        (site / name).write_text(code)
    for path in (environment / "bin").glob("python*"):
        path.unlink()
    for name in ("python", "python3", "pip", "git", "uname", "ldd", "readelf", "file"):
        script(environment / "bin" / name, f"touch {mark}")
    return environment


@traced
def test_nothing_in_the_environment_is_executed(env: Path, tmp_path: Path) -> None:
    mark, trace = tmp_path / "mark", tmp_path / "trace"
    hostile(env, mark)
    expected = versions(observed(env).environment)

    command = ["strace", "-f", "-qq", "-e", "trace=execve,execveat,clone,clone3,fork,vfork", "-o", str(trace)]
    program = "import sys; from lineage.targets.directory import DirectorySource as D; print(D(sys.argv[1]).observe())"
    ours = [sys.executable, "-P", "-c", program, str(env)]
    path = {"PATH": f"{env}/bin:/usr/bin:/bin"}
    done = subprocess.run([*command, *ours], env=undisturbed(path), cwd=env, capture_output=True, text=True, check=True)

    assert sorted(expected) == sorted(projects.PACKAGES)
    assert "bin/python is not a program that can be read" in done.stdout
    calls = [re.sub(r"^\d+ +", "", line) for line in trace.read_text().splitlines()]
    assert [call.partition("(")[0] for call in calls] == ["execve"]
    assert calls[0].startswith(f'execve("{sys.executable}"')
    assert not mark.exists()


@traced
def test_the_command_executes_nothing_of_it_either(env: Path, tmp_path: Path, project: Path) -> None:
    mark, trace = tmp_path / "mark", tmp_path / "trace"
    command = ["strace", "-f", "-qq", "-e", "trace=execve,execveat", "-o", str(trace)]
    ours = command_line("diff", f"dir:{hostile(env, mark)}", f"dir:{env}")
    subprocess.run([*command, *ours], env=undisturbed(), cwd=project, capture_output=True)

    started = re.findall(r'execve\("([^"]+)"', trace.read_text())
    assert started == [sys.executable]
    assert not mark.exists()


def test_what_a_script_in_place_of_the_interpreter_is_cannot_be_told(env: Path) -> None:
    python_of(env).unlink()
    script(python_of(env), "exec /somewhere/else/python")

    observation = observed(env)

    assert observation.environment._replace(packages=()) == Environment()
    assert observation.unknown == (Unknown("python", "bin/python is not a program that can be read"),)
