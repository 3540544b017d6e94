"""What would run when an interpreter starts is read, judged by its text, and never run."""

import base64
import hashlib
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from lineage.portable.environment import Environment, Unknown
from lineage.targets.interpreter import InterpreterSource
from lineage.targets.startup import _FOREIGN as FOREIGN
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


def install_editable(site: Path) -> None:
    """As setuptools leaves it (PEP 660): a ``.pth`` file that imports a finder."""
    origin = {"url": "file:///somewhere/small", "dir_info": {"editable": True}}
    projects.install(site, "small", "1.0", direct_url=origin)
    (site / f"{FINDER}.py").write_text("import sys\n\n\ndef install():\n    pass\n")
    (site / "__editable__.small-1.0.pth").write_text(f"import {FINDER}; {FINDER}.install()")
    own(site, "small-1.0", "__editable__.small-1.0.pth", f"{FINDER}.py")


@pytest.fixture
def unpatched(base: Path, tmp_path: Path) -> Path:
    """An environment of a Python that has no ``sitecustomize`` of its own, as Debian's has."""
    return projects.make_environment(tmp_path / "unpatched", str(base / "bin" / "python"), packages=())


def own(site: Path, distribution: str, *files: str) -> None:
    """Rows of a RECORD with the digests of files that lie there."""
    with (site / f"{distribution}.dist-info" / "RECORD").open("a") as record:
        for file in files:
            digest = base64.urlsafe_b64encode(hashlib.sha256((site / file).read_bytes()).digest()).decode().rstrip("=")
            record.write(f"{file},sha256={digest},\n")


def startups(environment: Path, path: str = "") -> tuple[list[str], list[str]]:
    """Start-up code that is known and that is not, as the files tell it; as its interpreter does, the same."""
    read = observed(environment)
    asked = InterpreterSource(str(python_of(environment)), env=undisturbed({"PYTHONPATH": path})).observe()
    found = [
        ([name for name, _ in one.started], [each.subject for each in one.unknown if each.subject[:8] == "startup:"])
        for one in (read, asked)
    ]
    assert path or found[0] == found[1]
    return found[1]


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

    assert observed(env).unknown == (Unknown(f"startup:{name}.pth", FOREIGN),)


def test_the_finder_of_an_editable_install_is_passed_over(env: Path) -> None:
    install_editable(site_packages(env))

    observation = observed(env)

    assert observation.unknown == ()
    assert {one.name: one.origin for one in observation.environment.packages}["small"] == "editable"


@pytest.mark.parametrize(
    ("spoiled", "told"),
    [
        ("other finder", f"{FINDER}.py"),
        ("not listed", "__editable__.small-1.0.pth"),
        ("other line", "__editable__.small-1.0.pth"),
    ],
)
def test_a_finder_that_is_not_as_it_was_installed_is_unknown(spoiled: str, told: str, env: Path) -> None:
    site = site_packages(env)
    install_editable(site)
    if spoiled == "other finder":
        (site / f"{FINDER}.py").write_text("def install():\n    'other'\n")
    elif spoiled == "not listed":
        (site / "small-1.0.dist-info" / "RECORD").write_text("small/__init__.py,,\n")
    else:
        (site / "__editable__.small-1.0.pth").write_text(f"import {FINDER}; {FINDER}.install(); import sys")

    assert f"startup:{told}" in startups(env)[1]


def test_virtualenvs_file_is_known_by_its_text_and_not_by_its_name(env: Path) -> None:
    (site_packages(env) / "_virtualenv.pth").write_text("import _virtualenv")
    (site_packages(env) / "_virtualenv.py").write_text("import sys\n")

    assert startups(env) == ([], ["startup:_virtualenv.py"])


@pytest.mark.parametrize("changed", [False, True], ids=["as installed", "changed"])
def test_what_a_package_runs_at_the_start_is_known_while_it_is_as_its_record_has_it(
    changed: bool, unpatched: Path
) -> None:
    site = site_packages(unpatched)
    projects.install(site, "tracer", "1.0")
    (site / "tracer.pth").write_text("import sys; exec('pass')\nimport os\n")
    (site / "sitecustomize.py").write_text("import sys\n")
    own(site, "tracer-1.0", "tracer.pth", "sitecustomize.py")
    if changed:
        for name in ("tracer.pth", "sitecustomize.py"):
            with (site / name).open("a") as file:
                file.write("import sys\n")

    names = ["sitecustomize.py", "tracer.pth"]
    assert startups(unpatched) == (([], [f"startup:{name}" for name in names]) if changed else (names, []))


def test_what_stands_first_on_the_path_is_what_runs(unpatched: Path, tmp_path: Path) -> None:
    """As tracers are started: a directory of their own before all others."""
    env, site = unpatched, site_packages(unpatched)
    projects.install(site, "tracer", "1.0")
    projects.write(site, {"tracer/bootstrap/sitecustomize.py": b"import sys\n", "sitecustomize.py": b"import os\n"})
    own(site, "tracer-1.0", "tracer/bootstrap/sitecustomize.py")
    with zipfile.ZipFile(tmp_path / "front.zip", "w") as archive:
        archive.writestr("sitecustomize.py", "import sys\n")
    with zipfile.ZipFile(tmp_path / "back.zip", "w") as archive:
        archive.writestr("other.py", "")

    assert startups(env, f"{site}/tracer/bootstrap") == (["sitecustomize.py"], [])
    assert startups(env, f"{tmp_path}/back.zip") == ([], ["startup:sitecustomize.py"])
    assert startups(env, f"{tmp_path}/front.zip") == ([], ["startup:sitecustomize"])


def test_a_finder_counts_by_the_file_that_defines_it(env: Path) -> None:
    """Those of an interpreter that is asked; files alone do not tell which a known file leaves behind."""
    site = site_packages(env)
    projects.install(site, "finders", "1.0")
    (site / "finding.py").write_text(
        "import sys\n\n\nclass Finder:\n    def find_spec(self, name, path=None, target=None):\n        return None\n"
    )
    line = "import sys; import finding; sys.meta_path.append(finding.Finder()); "
    line += "sys.path_hooks.append(type('Hook', (), {'__module__': 'made', '__call__': lambda self, path: 1 / 0}))\n"
    (site / "finders.pth").write_text(line.replace("1 / 0", "next(iter(()))"))
    own(site, "finders-1.0", "finders.pth")
    python = InterpreterSource(str(python_of(env)), env=undisturbed())

    unknown = [one.subject for one in python.observe().unknown]
    own(site, "finders-1.0", "finding.py")

    assert unknown == ["startup:finding.py", "startup:made.Hook"]
    assert [one.subject for one in python.observe().unknown] == ["startup:made.Hook"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"/srv/caf\xe9\n", "a .pth file cannot be read: odd.pth: not UTF-8"),
        (b"a\0b\n", "a .pth file cannot be read: odd.pth: a null character in it"),
        (b"#" * (1024 * 1024 + 1), "a .pth file cannot be read: odd.pth: larger than 1048576 bytes"),
    ],
)
def test_a_file_that_could_add_anything_makes_the_packages_unknown(content: bytes, reason: str, env: Path) -> None:
    (site_packages(env) / "odd.pth").write_bytes(content)

    assert observed(env).unknown == (Unknown("packages", reason),)


@pytest.mark.parametrize("content", [b"import sys; sys.path.append('/x')\n", b"import\tsys\n"])
def test_code_that_nobody_knows_is_unknown_by_the_name_of_its_file(content: bytes, env: Path) -> None:
    (site_packages(env) / "odd.pth").write_bytes(content)

    assert startups(env) == ([], ["startup:odd.pth"])


@pytest.mark.parametrize(("content", "why"), [(b"#" * (1024 * 1024 + 1), "larger"), (None, "not a regular file")])
def test_a_file_that_the_interpreter_read_and_we_cannot_is_unknown_too(
    content: bytes | None, why: str, env: Path
) -> None:
    odd = site_packages(env) / "odd.pth"
    python_of(env)
    if content is None:
        odd.symlink_to("/dev/null")
    else:
        odd.write_bytes(content)

    (unknown,) = InterpreterSource(str(python_of(env)), env=undisturbed()).observe().unknown
    assert unknown.subject == "startup:odd.pth"
    assert why in unknown.reason


def test_easy_installs_lines_move_the_path_which_only_the_interpreter_tells(env: Path) -> None:
    lines = "import sys; sys.__plen = len(sys.path)\n./x.egg\nimport sys; new=sys.path[sys.__plen:]; "
    lines += (
        "del sys.path[sys.__plen:]; p=getattr(sys,'__egginsert',0); sys.path[p:p]=new; sys.__egginsert = p+len(new)"
    )
    (site_packages(env) / "easy-install.pth").write_text(lines)

    assert startups(env) == ([], [])
    assert reasons(observed(env)) == ["packages: a .pth file puts its directories in front of others: easy-install.pth"]


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
def test_a_module_that_runs_at_start_is_unknown_by_its_file(module: str, unpatched: Path) -> None:
    projects.write(site_packages(unpatched), {module: b"import sys\n"})

    name = module.partition("/")[0]
    assert startups(unpatched) == ([], [f"startup:{name}"])


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
    assert "startup:usercustomize.py" in {one.subject for one in observed(env).unknown}


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
