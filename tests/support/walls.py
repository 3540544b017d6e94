"""The rules of the module map, as checks over a tree of source files: each gives a list of what breaks it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LAYERS: tuple[frozenset[str], ...] = (
    frozenset({"errors", "guest"}),
    frozenset({"portable"}),
    frozenset({"model"}),
    frozenset({"core", "system"}),
    frozenset({"report", "export", "sources", "weights", "store", "restore", "integrations"}),
    frozenset(
        {
            "capturing",
            "capture_request",
            "comparing_code",
            "comparing_weights",
            "verifying",
            "diffing",
            "showing",
            "publishing",
            "bundling",
            "importing",
            "placing",
            "listing",
            "repository_state",
            "snapshotting",
            "snapshot_plan",
            "started_code",
            "executed_source",
            "code_directory",
            "package_use",
            "traced_code",
            "observed_files",
            "loaded",
            "other_providers",
            "running",
            "revisions",
            "checking",
            "edited",
            "assessing",
            "stage_params",
            "captured_stage",
            "readings",
            "resolving",
            "lacking",
            "run_capture",
            "retraining",
            "renewing",
            "reading_inputs",
            "reading_stage",
            "hooking",
            "pushing",
        }
    ),
    frozenset({"config", "scaffold", "githooks", "serving", "api", "cli"}),
    frozenset({"__init__", "__main__"}),
)
"""Lowest first; a part imports only parts of lower layers, and itself. The verbs may also import each other."""

VERBS, ENTRIES = LAYERS[5], LAYERS[6]

HOMES = {
    "git": {"system/gitcommand.py"},
    "tomli": {"system/tomlfile.py"},
    "tomlkit": {"system/tomlwriter.py"},
    "yaml": {"system/yamlfile.py"},
    "dvc": {"weights/tracking.py", "weights/remote.py", "weights/dvcignore.py"},
    "packaging": {"core/closure.py", "core/locks/", "core/ranges.py", "core/declarations/"},
    "click": {"cli/"},
}
"""Each third-party package in its one home."""

PURE = frozenset({"portable", "model", "core", "report", "export"})
TOUCHES_DISK = {"portable/tree.py"}
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

PROGRAM, ASKS_GIT = "git", "system/gitasking.py"
CONFIGURATION = ENTRIES | {"__main__"}
MAX_LINES = 300
STARTERS = {"run", "start", "Popen", "call", "check_call", "check_output", "getoutput", "system", "popen", "split"}


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


def rank_of(part: str) -> int:
    return next((rank for rank, parts in enumerate(LAYERS) if part in parts), -1)


def layer_breaks(package: Path) -> list[str]:
    """Imports upwards or sideways, relative imports, and parts that no layer knows."""
    found = [
        f"{part} is in no layer"
        for part in sorted({part_of(f.relative_to(package).as_posix()) for f in source_files(package)})
        if rank_of(part) < 0
    ]
    for one in imports_of(package):
        if one.module.startswith("."):
            found.append(f"{one}: relative")
        if not one.module.startswith("lineage.") or one.module == "lineage.__version__":
            continue
        here, there = part_of(one.file), one.module.split(".")[1]
        together = {here, there}
        if here == there or together <= VERBS or (together <= ENTRIES and here != "config"):
            continue
        if rank_of(there) >= rank_of(here):
            found.append(f"{one}: not below {here}")
    return found


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
        if part_of(one.file) in PURE and one.file not in TOUCHES_DISK and names & WORLD:
            found.append(f"{one}: it is pure")
    return found


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


def catch_all_breaks(package: Path) -> list[str]:
    """``except Exception``, ``except BaseException`` and bare ``except`` outside the one error boundary."""
    found = []
    for file in source_files(package):
        name = file.relative_to(package).as_posix()
        for node in ast.walk(ast.parse(file.read_bytes())):
            if isinstance(node, ast.ExceptHandler) and name != "cli/main.py":
                caught = "" if node.type is None else ast.unparse(node.type)
                if caught in ("", "Exception", "BaseException"):
                    found.append(f"{name}:{node.lineno} catches everything")
    return found


def git_breaks(package: Path) -> list[str]:
    """Git named as a program outside the one place that starts it; a pure module starts none."""
    found = []
    for file in source_files(package):
        name = file.relative_to(package).as_posix()
        if part_of(name) in PURE or name == ASKS_GIT:
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
    return ast.unparse(call.func).rpartition(".")[2] in STARTERS and any(one.startswith("git ") for one in words)


RULES = (
    git_breaks,
    layer_breaks,
    home_breaks,
    purity_breaks,
    guest_breaks,
    cycle_breaks,
    length_breaks,
    root_breaks,
    catch_all_breaks,
)
