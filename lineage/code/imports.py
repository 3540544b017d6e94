"""What first-party code imports, read from its text: nothing is run.

Anything that the text cannot tell (a computed module name, code made from strings, a file that does not parse) is
a problem and makes the whole answer ``dynamic``. Imports count wherever they stand, in functions and in ``try``
too, but not where only a type checker looks. First-party is what ``read`` gives; the rest is named as written.
"""

import ast
import posixpath
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lineage.code.notebooks.cells import python_of, source_cells
from lineage.portable.environment import Problem

MOST_FILES = 20_000
"""More first-party files than this are not followed."""

_IMPORT = ("importlib.import_module", "importlib.__import__", "builtins.__import__", "__import__")
_RUN = ("runpy.run_module", "runpy.run_path")
_OPAQUE = ("importlib.util.spec_from_file_location", "imp.load_source")
_CODE = ("exec", "eval", "builtins.exec", "builtins.eval")
_MEANING = (None, "package", "level")  # what changes the meaning of the name; None is ``**options``


@dataclass(frozen=True, slots=True, kw_only=True)
class Imports:
    """What a set of entry files imports, directly and through other first-party files."""

    files: tuple[str, ...] = ()
    """first-party files reached, entries included, sorted; POSIX from the repository root"""
    sites: tuple[tuple[str, str], ...] = ()
    """(dotted name, ``train.py:3`` where it is first imported) in the order found; the standard library included.
    ``from a.b import c`` is ``a.b.c``, so the last part may be an attribute"""
    problems: tuple[Problem, ...] = ()
    dynamic: bool = False
    """whether the code may import more than is listed"""

    @property
    def modules(self) -> tuple[str, ...]:
        """The dotted names that are not first-party, sorted; the last part may be an attribute."""
        return tuple(sorted(name for name, _ in self.sites))


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportSite:
    """One thing in a file that imports."""

    place: str = ""
    """``train.py:3``"""
    parts: tuple[str, ...] = ()
    """of the dotted name"""
    level: int = 0
    """leading dots of a relative import"""
    script: str | None = None
    """path of a script that is run, from a working directory that is not known"""
    problem: Problem | None = None
    """stands where no first-party file is hit"""


Load = Callable[[str], tuple[ImportSite, ...] | None]


def trace_imports(
    entries: Sequence[str], read: Callable[[str], bytes | None], *, roots: Sequence[str], loaded: Sequence[str] = ()
) -> Imports:
    """What the entries, and the files that they are known to have ``loaded``, import statically and transitively.

    Paths are POSIX from the repository root. ``read`` gives ``None`` where there is no such file. Modules are
    looked for in the directory of their entry, then in ``roots`` (``""`` is the repository root), in order.
    """
    scans: dict[str, tuple[ImportSite, ...] | None] = {}

    def load(path: str) -> tuple[ImportSite, ...] | None:
        if path not in scans:
            content = read(path)
            scans[path] = None if content is None else scan(path, content)
        return scans[path]

    # Each entry has its own search path: a name may mean another file for the next one.
    places = [posixpath.dirname(entry) for entry in entries]
    traces = [
        _follow([entry], load, tuple(dict.fromkeys((place, *roots))))
        for entry, place in zip(entries, places, strict=True)
    ]
    if loaded:
        traces.append(_follow(loaded, load, tuple(dict.fromkeys((*places, *roots)))))
    sites: dict[str, str] = {}
    for name, place in (site for trace in traces for site in trace.sites):
        sites.setdefault(name, place)
    return Imports(
        files=tuple(sorted({path for trace in traces for path in trace.files})),
        sites=tuple(sites.items()),
        problems=tuple(dict.fromkeys(problem for trace in traces for problem in trace.problems)),
        dynamic=any(trace.dynamic for trace in traces),
    )


def _follow(entries: Sequence[str], load: Load, directories: Sequence[str]) -> Imports:
    missing = [entry for entry in entries if load(entry) is None]
    problems = [Problem("use.unreadable-code", f"code:{entry}", "no such file") for entry in missing]
    files = dict.fromkeys(entry for entry in entries if entry not in missing)
    sites: dict[str, str] = {}
    queue = deque(files)
    while queue:
        if len(files) > MOST_FILES:
            detail = f"more than {MOST_FILES} first-party files are imported; not all were read"
            problems.append(Problem("use.unreadable-code", f"code:{entries[0]}", detail))
            break
        path = queue.popleft()
        for found in load(path) or ():
            hits = _first_party(found, path, load, directories)
            if found.problem and not hits:
                problems.append(found.problem)
            elif not hits and not found.level and found.parts[0] != "__main__":
                sites.setdefault(".".join(found.parts), found.place)
            queue.extend(hit for hit in hits if hit not in files)
            files.update(dict.fromkeys(hits))
    return Imports(files=tuple(files), sites=tuple(sites.items()), problems=tuple(problems), dynamic=bool(problems))


def _first_party(found: ImportSite, path: str, load: Load, directories: Sequence[str]) -> tuple[str, ...]:
    """The first-party files that one import runs; none when it means something else."""
    here = posixpath.dirname(path)
    if found.script is not None:
        places = (_join(directory, found.script) for directory in (*directories, here))
        return next(((place,) for place in places if place and load(place) is not None), ())
    if found.level:
        base = _join(here, "../" * (found.level - 1))
        return () if base is None else _modules("", (*filter(None, base.split("/")), *found.parts), load)
    # As the import system does: a regular module or package anywhere beats a directory without __init__.py.
    for directory in directories:
        if _modules(directory, found.parts[:1], load):
            return _modules(directory, found.parts, load)
    return next((hits for place in directories if (hits := _modules(place, found.parts, load))), ())


def _modules(directory: str, parts: Sequence[str], load: Load) -> tuple[str, ...]:
    hits: list[str] = []
    for part in parts:
        directory = posixpath.join(directory, part)
        if load(package := f"{directory}/__init__.py") is not None:
            hits.append(package)
        elif load(module := f"{directory}.py") is not None:
            return (*hits, module)
    return tuple(hits)


def _join(directory: str, path: str) -> str | None:
    """The path from the repository root, ``""`` for the root itself; ``None`` outside of it."""
    joined = posixpath.normpath(posixpath.join(directory, path))
    if joined.startswith(("/", "..")):
        return None
    return "" if joined == "." else joined


def scan(path: str, content: bytes) -> tuple[ImportSite, ...]:
    """What imports in one file; a notebook's code cells are read one by one."""
    found: list[ImportSite] = []
    trees: list[tuple[str, ast.Module]] = []

    def unreadable(detail: str) -> None:
        found.append(ImportSite(problem=Problem("use.unreadable-code", f"code:{path}", detail)))

    try:
        chunks = _cells(content) if path.endswith(".ipynb") else (("", content),)
    except (ValueError, TypeError, RecursionError) as error:
        chunks = ()
        unreadable(f"not a notebook: {error}")
    for label, text in chunks:
        try:
            trees.append((label, _parse(text)))
        except SyntaxError as error:
            unreadable(f"{label}line {error.lineno or 1}: {error.msg}")
        except (ValueError, RecursionError, MemoryError) as error:
            unreadable(f"{label}line 1: {str(error) or 'nested too deeply'}")
    names = _bindings(tree for _, tree in trees)
    for label, tree in trees:
        found.extend(_found(tree, names, path, label))
    return tuple(found)


def _parse(text: str | bytes) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the user's code, such as an invalid escape: not ours to show
        return ast.parse(text)


def _cells(content: bytes) -> tuple[tuple[str, str | bytes], ...]:
    return tuple((f"cell {number}, ", python_of(cell)) for number, cell in source_cells(content))


def _walk(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node in source order without recursion, but for what only a type checker reads."""
    stack = [tree]
    while stack:
        node = stack.pop()
        yield node
        typing_only = isinstance(node, ast.If) and _dotted(node.test, {}).split(".")[-1] == "TYPE_CHECKING"
        children = node.orelse if isinstance(node, ast.If) and typing_only else ast.iter_child_nodes(node)
        stack.extend(reversed(list(children)))


def _bindings(trees: Iterable[ast.Module]) -> dict[str, str]:
    """Local name → dotted name it stands for; a function of the file's own stands for ``<own>``."""
    names: dict[str, str] = {}
    methods: set[int] = set()
    for node in (node for tree in trees for node in _walk(tree)):
        if isinstance(node, ast.Import):
            names.update({a.asname: a.name for a in node.names if a.asname})
        elif isinstance(node, ast.ImportFrom):
            names.update({a.asname or a.name: f"{'.' * node.level}{node.module or ''}.{a.name}" for a in node.names})
        elif isinstance(node, ast.ClassDef):
            methods.update(map(id, node.body))
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and id(node) not in methods:
            names.setdefault(node.name, "<own>")  # ``def eval(model)`` is common in training code
    return names


def _dotted(node: ast.expr, names: Mapping[str, str]) -> str:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.insert(0, node.attr)
        node = node.value
    return ".".join((names.get(node.id, node.id), *parts)) if isinstance(node, ast.Name) else ""


def _found(tree: ast.AST, names: Mapping[str, str], path: str, label: str, at: int = 0) -> Iterator[ImportSite]:
    called: set[int] = set()
    for node in _walk(tree):
        line = at or getattr(node, "lineno", 1)
        place = f"{path}:{label}line {line}" if label else f"{path}:{line}"
        if isinstance(node, ast.Import):
            yield from (ImportSite(place=place, parts=tuple(a.name.split("."))) for a in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = tuple(node.module.split(".")) if node.module else ()
            for a in node.names:
                yield ImportSite(place=place, parts=base if a.name == "*" else (*base, a.name), level=node.level)
        elif isinstance(node, ast.Call | ast.Attribute | ast.Name) and id(node) not in called:
            name = _dotted(node.func if isinstance(node, ast.Call) else node, names)
            code = _code(node, name)
            if isinstance(node, ast.Call) and not isinstance(node.func, ast.Call):
                called.add(id(node.func))
            if code is not None:
                yield from _found(code, names, path, label, line)
            elif name in (*_IMPORT, *_RUN, *_OPAQUE) or (name in _CODE and isinstance(node, ast.Call)):
                detail = f"{label}line {line}: {name} cannot be followed"
                yield _call(node, name, place, Problem("use.dynamic-import", f"code:{path}", detail))


def _code(node: ast.expr, name: str) -> ast.Module | None:
    """The literal code of an ``exec`` or ``eval``; ``None`` where there is none that can be read."""
    text = _literal(node)
    if name not in _CODE or text is None:
        return None
    try:
        return _parse(text.lstrip(" \t"))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _literal(node: ast.expr) -> str | None:
    """The first argument of a call, where it is a text and neither a package nor a level changes its meaning."""
    if not isinstance(node, ast.Call) or len(node.args) > 4 or any(k.arg in _MEANING for k in node.keywords):
        return None
    named = [keyword.value for keyword in node.keywords if keyword.arg in ("name", "mod_name", "path_name")]
    first = (*node.args, *named)[:1]
    return first[0].value if first and isinstance(first[0], ast.Constant) and isinstance(first[0].value, str) else None


def _call(node: ast.expr, name: str, place: str, problem: Problem) -> ImportSite:
    text = "" if name in (*_OPAQUE, *_CODE) else _literal(node) or ""
    if text and name == "runpy.run_path":
        return ImportSite(place=place, script=text, problem=problem)
    parts = tuple(text.split("."))
    if not all(part.isidentifier() for part in parts):
        return ImportSite(place=place, problem=problem)
    return ImportSite(place=place, parts=(*parts, "__main__") if name == "runpy.run_module" else parts)
