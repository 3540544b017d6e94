"""Which Python file trains a model: told by a command line, a DVC stage, or a conventional name.

``None``, or no entries, always means that it cannot be told; nothing is guessed where two answers are as good.
"""

import posixpath
import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from lineage.code.notebooks.commands import PROGRAMS, notebooks_of
from lineage.model.inputs import Stage

IsFile = Callable[[str], bool]
"""Whether a POSIX path from the repository root is a file of the repository."""

_SEPARATOR = re.compile(r"[;&|()\n]+")
_REDIRECTION = re.compile(r"[;&|()\n]*[<>][<>&|]*")
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=.*", re.DOTALL)
_PYTHON = re.compile(r"(?:python|pypy|ipython|py)[0-9.]*t?(?:\.exe)?")
_SHELLS = ("bash", "sh", "dash", "zsh")

# Programs that start another one, or a Python file, named somewhere in their arguments.
_LAUNCHERS = (
    *("torchrun", "accelerate", "deepspeed", "horovodrun", "mpirun", "mpiexec", "srun", "coverage"),
    *("env", "nice", "nohup", "time", "timeout", "exec", "command", "stdbuf", "xvfb-run", "sudo"),
    *("poetry", "uv", "pdm", "pipenv", "hatch", "rye", "pixi", "conda", "mamba", "micromamba"),
)
_MODULES = {
    "torch.distributed.run": "torchrun",
    "torch.distributed.launch": "torchrun",
    "accelerate.commands.launch": "accelerate",
    **dict.fromkeys(("cProfile", "profile", "trace", "pdb", "coverage", "memory_profiler"), "torchrun"),
    "papermill": "papermill",
    "jupyter": "jupyter",
    "nbconvert": "jupyter-nbconvert",
}
"""``python -m`` of these → the program whose arguments follow."""

_NAMES = ("train.py", "training.py", "train_model.py", "fit.py")
_FOLDERS = ("src", "scripts", "training")


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryChoice:
    """The files that training starts with, and what told so."""

    entries: tuple[str, ...] = ()
    """POSIX, from the repository root"""
    how: str = "none"
    """``stage NAME``, ``candidate``, or ``none``"""


def entries_of_command(command: str, directory: str, is_file: IsFile) -> tuple[str, ...]:
    """Every Python file or notebook that the parts of a shell command line start, in order, POSIX from the root.

    ``directory`` is where the command runs, ``""`` for the root.
    """
    entries: dict[str, None] = {}
    here: str | None = directory
    for words in _simple_commands(command):
        if words[0] in ("cd", "pushd"):
            here = _join(here, words[1]) if here is not None and len(words) == 2 else None
        elif here is not None:
            entries |= dict.fromkeys(_started(words, here, is_file))
    return tuple(entries)


def _simple_commands(command: str) -> Iterator[tuple[str, ...]]:
    lexer = shlex.shlex(command.replace("\\\n", " "), posix=True, punctuation_chars=";&|()<>\n")
    lexer.whitespace = " \t\r"
    lexer.whitespace_split = True
    lexer.commenters = ""
    try:
        tokens = list(lexer)
    except ValueError:  # an unbalanced quote: no shell would run it
        return
    words: list[str] = []
    redirected = False
    for token in (*tokens, ";"):
        if _SEPARATOR.fullmatch(token):
            while words and _ASSIGNMENT.fullmatch(words[0]):
                del words[0]
            if words:
                yield tuple(words)
            words, redirected = [], False
        elif _REDIRECTION.fullmatch(token):
            redirected = True
        elif redirected:
            redirected = False  # the file's name, not an argument
        else:
            words.append(token)


def _started(words: Sequence[str], directory: str, is_file: IsFile) -> tuple[str, ...]:
    """The files that one simple command, of one word or more, starts."""
    program = posixpath.basename(words[0])
    rest = words[1:]
    if _PYTHON.fullmatch(program):
        return _script(rest, directory, is_file)
    if program in _SHELLS and "-c" in rest[:-1]:
        return entries_of_command(rest[rest.index("-c") + 1], directory, is_file)
    if program in PROGRAMS:
        return _files(notebooks_of(program, rest), directory, is_file)
    if program in _LAUNCHERS:
        return _launched(rest, directory, is_file)
    return _files([word for word in words[:1] if word.endswith(".py")], directory, is_file)


def _launched(words: Sequence[str], directory: str, is_file: IsFile) -> tuple[str, ...]:
    """The first of the arguments that is a program or a file: which options take a value is not known."""
    for index, word in enumerate(words):
        if posixpath.basename(word) in _LAUNCHERS:
            return _started(words[index:], directory, is_file)  # it looks at all that is left
        entries: tuple[str, ...]
        if word in ("-m", "--module") and index + 1 < len(words):
            module = _module(words[index + 1], directory, is_file)
            entries = (module,) if module else ()
        else:
            entries = _started(words[index:], directory, is_file)
        if entries:
            return entries
    return ()


def _script(words: Sequence[str], directory: str, is_file: IsFile) -> tuple[str, ...]:
    """The files that the interpreter runs, given its arguments."""
    index = 0
    while index < len(words):
        word = words[index]
        index += 1
        if not word.startswith("-"):
            # A directory is run through its __main__.py.
            return _files((word, posixpath.join(word, "__main__.py")), directory, is_file)[:1]
        if word == "-":
            return ()
        if word.startswith("--"):
            index += word == "--check-hash-based-pycs"
            continue
        for place, letter in enumerate(word[1:], start=2):
            if letter == "c":
                return ()
            if letter in "mWX":
                value, index = (
                    (word[place:], index) if word[place:] else (" ".join(words[index : index + 1]), index + 1)
                )
                if letter == "m":
                    module = _module(value, directory, is_file)
                    return (module,) if module else _by_module(value, words[index:], directory, is_file)
                break
    return ()


def _module(name: str, directory: str, is_file: IsFile) -> str | None:
    path = name.replace(".", "/")
    names = (_join(directory, f"{folder}{path}{end}") for folder in ("", "src/") for end in ("/__main__.py", ".py"))
    return next((name for name in names if name and is_file(name)), None)


def _by_module(name: str, rest: Sequence[str], directory: str, is_file: IsFile) -> tuple[str, ...]:
    return _started((_MODULES[name], *rest), directory, is_file) if name in _MODULES else ()


def _files(words: Iterable[str], directory: str, is_file: IsFile) -> tuple[str, ...]:
    paths = (_join(directory, word) for word in words)
    return tuple(path for path in paths if path and is_file(path))


def _join(directory: str, path: str) -> str | None:
    """The path from the repository root, ``""`` for the root itself; ``None`` outside of it."""
    joined = posixpath.normpath(posixpath.join(directory, path))
    if joined.startswith(("/", "..", "~")):
        return None
    return "" if joined == "." else joined


def candidates(paths: Iterable[str], weights: str) -> tuple[str, ...]:
    """The files conventionally named as the training entry of these weights, best first.

    ``paths`` are the files of the repository. The nearest directory around the weights counts most; in it, the
    directory itself before ``src``, ``scripts`` and ``training``, and these before the packages one level below.
    ``main.py`` counts last, and only where no package stands beside it: there it is more likely an application.
    """
    return tuple(path for _, path in _ranked(paths, weights))


def choose_entry(weights: str, stages: Sequence[Stage], paths: Iterable[str], is_file: IsFile) -> EntryChoice:
    """The entries of the DVC stage that makes the weights, else the one best candidate, else none."""
    makers = [(len(out), stage) for stage in stages for out in map(_plain, stage.outs) if _holds(out, weights)]
    if makers:
        stage = max(makers, key=lambda maker: maker[0])[1]
        started = (
            entry for command in stage.commands for entry in entries_of_command(command, stage.directory, is_file)
        )
        entries = tuple(dict.fromkeys(started)) or tuple(dep for dep in stage.deps if dep.endswith(".py"))
        if entries:
            return EntryChoice(entries=entries, how=f"stage {stage.name}")
    ranked = _ranked(paths, weights)
    if ranked and sum(rank == ranked[0][0] for rank, _ in ranked) == 1:
        return EntryChoice(entries=(ranked[0][1],), how="candidate")
    return EntryChoice()


def _plain(path: str) -> str:
    return posixpath.normpath(path)


def _holds(out: str, weights: str) -> bool:
    return weights == out or weights.startswith(f"{out}/")


def _ranked(paths: Iterable[str], weights: str) -> list[tuple[tuple[int, int], str]]:
    """(rank, path), best first; equal ranks are equally good."""
    known = frozenset(paths)
    packages = sorted(posixpath.dirname(path) for path in known if path.endswith("/__init__.py"))
    ranks: dict[str, tuple[int, int]] = {}
    for distance, directory in enumerate(_upwards(posixpath.dirname(weights))):
        inside = tuple(posixpath.join(directory, folder) for folder in _FOLDERS)
        below = [one for one in packages if posixpath.dirname(one) in (directory, inside[0]) and not _tests(one)]
        for kind, folders in enumerate(((directory,), inside, below)):
            for path in (posixpath.join(folder, name) for name in _NAMES for folder in folders):
                if path in known:
                    ranks.setdefault(path, (distance, kind))
        main = posixpath.join(directory, "main.py")
        if main in known and not below:
            ranks.setdefault(main, (distance, 3))
    return sorted(((rank, path) for path, rank in ranks.items()), key=lambda row: row[0])


def _tests(package: str) -> bool:
    return posixpath.basename(package) in ("test", "tests")


def _upwards(directory: str) -> Iterator[str]:
    yield directory
    while directory:
        directory = posixpath.dirname(directory)
        yield directory
