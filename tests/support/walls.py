"""The rules of the rooms (docs/architecture.md) as checks over a tree of source files: each lists what breaks it."""

import ast
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

GROUND = ("errors", "portable", "model", "redaction", "system")
"""What every room above the ground may import."""

MAY_IMPORT: dict[str, str] = {
    # ground
    "errors": "",
    "guest": "",
    "portable": "errors",
    "model": "portable",
    "redaction": "portable",
    "system": "errors",
    # formats and tools
    "dependencies": "",
    "git": "",
    "manifest": "",
    "report": "manifest",
    "running": "guest",
    # what a model is made of
    "dvc": "manifest",
    "targets": "dependencies git guest manifest",
    "weights": "dvc git",
    "code": "dvc git manifest",
    # verbs
    "capturing": "code dependencies dvc git manifest running targets weights",
    "verifying": "code dvc git targets weights",
    "checking": "code dependencies dvc git manifest",
    "catalogue": "verifying code dvc git manifest weights",
    "sharing": "code dvc git manifest weights",
    "retraining": "capturing checking dvc git running targets",
    # entries: they read configuration, print and exit
    "config": "checking code git",
    "hooking": "checking config code dependencies dvc git targets",
    "api": "capturing code guest manifest running targets verifying",
    "cli": "capturing catalogue checking code config dvc git hooking manifest report retraining running sharing "
    "targets verifying weights",
    "__init__": "api",
    "__main__": "cli",
}
"""Each room with the rooms that its files may import besides the ground, lower ones first (docs/architecture.md)."""

HOMES = {
    "git": {"git/gitpython.py"},
    "tomli": {"system/tomlfile.py"},
    "tomlkit": {"system/tomlwriter.py"},
    "yaml": {"system/yamlfile.py"},
    "dvc": {"dvc/tracking.py", "dvc/ignore_rules.py"},
    "packaging": {
        "capturing/use/rules.py",
        "dependencies/",
        "targets/lock_selection.py",
        "checking/resolver_files.py",
    },
    "click": {"cli/"},
}
"""Each third-party package in its one home."""

TOUCHING = {
    *("api.py", "cli/", "git/", "guest/", "hooking/", "running/", "system/", "portable/tree.py"),
    *("capturing/finish.py", "capturing/inputs.py", "capturing/of_run.py", "capturing/use/describe.py"),
    *("capturing/use/observed_files.py", "retraining/next_steps.py", "retraining/rerun.py", "retraining/retrain.py"),
    *("capturing/use/traced_code.py", "checking/resolver.py", "code/snapshots/objects.py", "code/snapshots/trees.py"),
    *("code/state.py", "dvc/repro.py", "dvc/tracking.py"),
    *("sharing/placing.py", "sharing/tar.py", "sharing/unbundle.py", "targets/asking.py", "targets/directory.py"),
    *("targets/interpreter.py", "targets/lockfile.py", "targets/rooted_tree.py", "targets/sites.py"),
    *("targets/spec.py", "verifying/installed_files.py", "verifying/unowned_search.py"),
    *("weights/cache.py", "weights/files.py", "weights/formats/detect.py", "weights/pickle/payloads.py"),
    *("weights/measure.py", "weights/reading.py"),
}
"""Rooms and files that may see the world; every other module is pure: values in, values out."""
WORLD = frozenset(
    [
        "os",
        "io",
        "sys",
        "subprocess",
        "socket",
        "shutil",
        "tempfile",
        "time",
        "random",
        "glob",
        "threading",
        "multiprocessing",
        "asyncio",
        "signal",
        "urllib.request",
        "http",
        "ctypes",
        "sqlite3",
        "platform",
        "getpass",
        "uuid",
        "secrets",
        "logging",
    ]
)
"""What a pure module must not import: it would see the world."""

STARTERS = frozenset({"subprocess", "multiprocessing", "pty", "lineage.system.process"})
"""What starts processes."""
CALLS_THAT_START = ("os.exec", "os.fork", "os.popen", "os.posix_spawn", "os.spawn", "os.system")
STARTING = ("running/", "git/", "dvc/", "system/", "targets/asking.py", "checking/resolver.py")
"""The rooms and files that may."""

PROGRAM, ASKS_GIT = "git", "git/asking.py"
"""The program that is started in one place alone."""
TAKE_WORDS = {"run", "start", "Popen", "call", "check_call", "check_output", "getoutput", "system", "popen", "split"}

MAX_LINES = 300


@dataclass(frozen=True)
class Import:
    """One import statement, wherever it stands in a file."""

    file: str
    """POSIX, relative to the package"""
    line: int
    module: str
    """dotted, absolute"""

    def __str__(self) -> str:
        return f"{self.file}:{self.line} imports {self.module}"


def source_files(package: Path) -> list[Path]:
    """Every module; an empty tree is an error, so that no rule passes on nothing."""
    files = sorted(package.rglob("*.py"))
    if len(files) < 2:
        raise AssertionError(f"no source files below {package}")
    return files


def imports_of(package: Path) -> Iterator[Import]:
    for file in source_files(package):
        name = file.relative_to(package).as_posix()
        for node in ast.walk(ast.parse(file.read_bytes())):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield Import(name, node.lineno, alias.name)
            elif isinstance(node, ast.ImportFrom):
                if node.level:
                    yield Import(name, node.lineno, "." * node.level + (node.module or ""))
                elif node.module == "lineage":
                    for alias in node.names:
                        yield Import(name, node.lineno, f"lineage.{alias.name}")
                else:
                    yield Import(name, node.lineno, node.module or "")


def part_of(file: str) -> str:
    return file.partition("/")[0].removesuffix(".py")


def room_breaks(package: Path) -> list[str]:
    """Imports that a room's row does not name, relative imports, and rooms that no row names."""
    found = [
        f"{part} is no room"
        for part in sorted({part_of(f.relative_to(package).as_posix()) for f in source_files(package)})
        if part not in MAY_IMPORT
    ]
    for one in imports_of(package):
        if one.module.startswith("."):
            found.append(f"{one}: relative")
        if not one.module.startswith("lineage.") or one.module == "lineage.__version__":
            continue
        here, there = part_of(one.file), one.module.split(".")[1]
        if here != there and there not in allowed(here):
            found.append(f"{one}: {here} may not")
    return found


def allowed(room: str) -> list[str]:
    """The rooms that a room may import."""
    rooms = MAY_IMPORT.get(room, "").split()
    return rooms if room in (*GROUND, "guest") else [*rooms, *GROUND]


def home_breaks(package: Path) -> list[str]:
    """Third-party packages outside their one home."""
    import sys

    known = sys.stdlib_module_names | {"lineage"}
    found = []
    for one in imports_of(package):
        top = one.module.partition(".")[0]
        if top and top not in known and not any(one.file.startswith(home) for home in HOMES.get(top, ())):
            found.append(f"{one}: not its home")
    return found


def purity_breaks(package: Path) -> list[str]:
    """Pure modules that can see the world."""
    found = []
    for one in imports_of(package):
        names = {one.module, one.module.partition(".")[0]}
        if names & WORLD and not _is_below(one.file, TOUCHING):
            found.append(f"{one}: it is pure")
    return found


def process_breaks(package: Path) -> list[str]:
    """Modules that could start a process, outside the few that may."""
    found = [
        f"{one}: it may not start processes"
        for one in imports_of(package)
        if one.module in STARTERS and not _is_below(one.file, STARTING)
    ]
    for file in source_files(package):
        name = file.relative_to(package).as_posix()
        calls = [node for node in ast.walk(ast.parse(file.read_bytes())) if isinstance(node, ast.Call)]
        for node in calls if not _is_below(name, STARTING) else []:
            if ast.unparse(node.func).startswith(CALLS_THAT_START):
                found.append(f"{name}:{node.lineno} calls {ast.unparse(node.func)}: it may not start processes")
    return found


def _is_below(file: str, places: Collection[str]) -> bool:
    return any(file.startswith(place) for place in places)


def shadow_breaks(package: Path) -> list[str]:
    """Rooms called like a public function: once imported, the room would stand for it."""
    door = package / "__init__.py"
    tree = ast.parse(door.read_bytes() if door.exists() else b"")
    public = [ast.literal_eval(node.value) for node in tree.body if isinstance(node, ast.Assign) and _is_all(node)]
    rooms = {part_of(file.relative_to(package).as_posix()) for file in source_files(package)} - {"__init__"}
    return [f"{room} is the name of a public function" for names in public for room in sorted(rooms & set(names))]


def _is_all(node: ast.Assign) -> bool:
    return [ast.unparse(target) for target in node.targets] == ["__all__"]


def guest_breaks(package: Path) -> list[str]:
    """Guest and portable modules that import more than the standard library and the portable layer, or newer syntax."""
    import sys

    found = []
    for one in imports_of(package):
        part, top = part_of(one.file), one.module.partition(".")[0]
        if part in ("guest", "portable", "errors"):
            ours = top == "lineage" and part != "guest" and one.module.split(".")[1] in ("portable", "errors")
            if top not in sys.stdlib_module_names and not ours:
                found.append(f"{one}: not of the standard library")
    for file in source_files(package):
        name = file.relative_to(package).as_posix()
        if part_of(name) in ("guest", "portable", "errors"):
            try:
                ast.parse(file.read_bytes(), feature_version=(3, 6))
            except SyntaxError as error:
                found.append(f"{name}:{error.lineno}: newer than Python 3.6")
    return found


def cycle_breaks(package: Path) -> list[str]:
    """Import cycles between modules, type-only imports included."""
    modules = {_dotted(file.relative_to(package)): set[str]() for file in source_files(package)}
    for one in imports_of(package):
        here = _dotted(Path(one.file))
        parts = one.module.split(".")
        for end in range(len(parts), 1, -1):
            if ".".join(parts[:end]) in modules:
                modules[here].add(".".join(parts[:end]))
                break
    found: list[str] = []
    done: set[str] = set()

    def visit(module: str, path: tuple[str, ...]) -> None:
        if module in path:
            found.append(" → ".join([*path[path.index(module) :], module]))
        elif module not in done:
            for target in sorted(modules[module]):
                visit(target, (*path, module))
            done.add(module)

    for module in sorted(modules):
        visit(module, ())
    return found


def _dotted(file: Path) -> str:
    parts = ["lineage", *file.with_suffix("").parts]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def length_breaks(package: Path) -> list[str]:
    """Files that hold more than one idea can be expected to."""
    lengths = ((file, len(file.read_bytes().splitlines())) for file in source_files(package))
    return [f"{file.relative_to(package).as_posix()}: {lines} lines" for file, lines in lengths if lines > MAX_LINES]


def root_breaks(package: Path) -> list[str]:
    """Exception classes that do not descend from LineageError."""
    classes: dict[str, list[str]] = {}
    for file in source_files(package):
        for node in ast.walk(ast.parse(file.read_bytes())):
            if isinstance(node, ast.ClassDef):
                classes[node.name] = [
                    base.id if isinstance(base, ast.Name) else ast.unparse(base) for base in node.bases
                ]

    def roots(name: str) -> set[str]:
        return {name} if name not in classes else {root for base in classes[name] for root in roots(base)} | {name}

    found = []
    for name in sorted(classes):
        above = roots(name)
        is_exception = any(
            one.endswith(("Error", "Exception", "Warning")) or one in ("Exception", "BaseException") for one in above
        )
        if is_exception and "LineageError" not in above:
            found.append(name)
    return found


CATCHING = {"cli/main.py", "dvc/tracking.py"}
"""The one error boundary, and where plug-ins of others are run, which raise what they like."""


def catch_all_breaks(package: Path) -> list[str]:
    """``except Exception``, ``except BaseException`` and bare ``except`` anywhere else."""
    found = []
    for file in source_files(package):
        name = file.relative_to(package).as_posix()
        for node in ast.walk(ast.parse(file.read_bytes())):
            if isinstance(node, ast.ExceptHandler) and name not in CATCHING:
                caught = "" if node.type is None else ast.unparse(node.type)
                if caught in ("", "Exception", "BaseException"):
                    found.append(f"{name}:{node.lineno} catches everything")
    return found


def git_breaks(package: Path) -> list[str]:
    """Git named as a program outside the one place that starts it; a pure module starts none."""
    found = []
    for file in source_files(package):
        name = file.relative_to(package).as_posix()
        if name == ASKS_GIT or not _is_below(name, TOUCHING):
            continue
        nodes = list(ast.walk(ast.parse(file.read_bytes())))
        texts = {id(part) for node in nodes if isinstance(node, ast.JoinedStr) for part in node.values}
        lines = [
            node.lineno
            for node in nodes
            if (isinstance(node, ast.Constant) and node.value == PROGRAM and id(node) not in texts)
            or (isinstance(node, ast.Call) and _starts_git(node))
        ]
        found += [f"{name}:{line} names git as a program" for line in lines]
    return found


def _starts_git(call: ast.Call) -> bool:
    words = [str(one.value) for one in call.args if isinstance(one, ast.Constant)]
    return ast.unparse(call.func).rpartition(".")[2] in TAKE_WORDS and any(one.startswith("git ") for one in words)


def name_breaks(package: Path) -> list[str]:
    """Public classes of one name in two files."""
    places: dict[str, list[str]] = {}
    for file in source_files(package):
        name = file.relative_to(package).as_posix()
        for node in ast.walk(ast.parse(file.read_bytes())):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places.setdefault(node.name, []).append(name)
    return [f"{name} stands in {' and '.join(files)}" for name, files in sorted(places.items()) if len(files) > 1]


RULES = (
    git_breaks,
    room_breaks,
    home_breaks,
    purity_breaks,
    process_breaks,
    shadow_breaks,
    guest_breaks,
    cycle_breaks,
    length_breaks,
    root_breaks,
    catch_all_breaks,
    name_breaks,
)
