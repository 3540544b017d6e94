"""Every form of a secret × every place that something is written to: none of it is found there, byte by byte."""

import json
import os
import shlex
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support import projects
from tests.support.projects import MANIFEST, MODEL, commit, git, python_of, run_lineage, write
from tests.support.secrets import FORMS, SHAPES, Form

TRAIN = b"import pickle\nwith open('models/fraud.pkl', 'wb') as file:\n    pickle.dump([1], file)\n"
ASKING = TRAIN + b"import lineage, sys\nlineage.capture('models/fraud.pkl', params={'note': sys.stdin.read()})\n"
CUSTOM = (".env", ".env.local", ".netrc", "credentials", "server.pem", "id_rsa", "kaggle.json")


class Ground(NamedTuple):
    """A project with its environment, as a user has them."""

    root: Path
    python: Path


@pytest.fixture
def ground(project: Path, environment: Path) -> Ground:
    write(project, {"train.py": TRAIN, ".gitignore": b"p.json\n*.tar\nout.*\n"})
    commit(project)
    return Ground(project, python_of(environment))


def told(ground: Ground, *arguments: str, env: dict[str, str] | None = None) -> str:
    """What a command says on both streams."""
    ended = run_lineage(*arguments, cwd=ground.root, env=env)
    assert ended.code != 4, ended.stderr
    return ended.stdout + ended.stderr


def text_of(form: Form) -> str:
    """The command line as one text, as it is given to a value."""
    return shlex.join(form.words)


def run(ground: Ground, *words: str, options: tuple[str, ...] = ()) -> str:
    """A watched run whose command has these words too."""
    return told(ground, "run", *options, "--", sys.executable, "train.py", *words)


def captured(ground: Ground, *options: str, env: dict[str, str] | None = None) -> str:
    return told(ground, "capture", MODEL, "--from", str(ground.python), *options, env=env)


def command(ground: Ground, form: Form) -> str:
    return run(ground, *form.words)


def inner_command(ground: Ground, form: Form) -> str:
    return run(ground, "-c", shlex.join(form.words))


def parameters(ground: Ground, form: Form) -> str:
    write(ground.root, {"p.json": json.dumps({"a": {"note": text_of(form)}, "l": [text_of(form)]}).encode()})
    return captured(ground, "--params", "p.json")


def metrics(ground: Ground, form: Form) -> str:
    write(ground.root, {"p.json": json.dumps({"note": text_of(form), text_of(form): 1}).encode()})
    return captured(ground, "--metrics", "p.json")


def labels(ground: Ground, form: Form) -> str:
    return captured(ground, "--label", f"note={text_of(form)}")


def name(ground: Ground, form: Form) -> str:
    return captured(ground, "--name", text_of(form))


def variables(ground: Ground, form: Form) -> str:
    return captured(ground, env={"OMP_NUM_THREADS": text_of(form)})


def snapshot(ground: Ground, form: Form) -> str:
    """New files: shapes anywhere, in UTF-16 too, what has none in the files that hold secrets by custom."""
    content, place = text_of(form), CUSTOM[len(form.hidden + form.words[0]) % len(CUSTOM)]
    if form.words[-1] in SHAPES.values():
        place, content = "notes.txt", content if len(content) % 2 else f"\ufeff{content}"
    write(ground.root, {place: content.encode("utf-16-le" if content.startswith("\ufeff") else "utf-8")})
    said = captured(ground)
    os.unlink(ground.root / place)  # noqa: PTH108
    return said


def bundle(ground: Ground, form: Form) -> str:
    run(ground, *form.words)
    return told(ground, "show", MANIFEST, "--bundle", "b.tar")


def reports(form_of: str) -> Callable[[Ground, Form], str]:
    def report(ground: Ground, form: Form) -> str:
        run(ground, *form.words, options=("--label", f"note={text_of(form)}"))
        captured(ground)
        return told(ground, "verify", MANIFEST, "--against", str(ground.python), "--format", form_of)

    report.__name__ = f"report_{form_of}"
    return report


def shown(ground: Ground, form: Form) -> str:
    run(ground, *form.words)
    commit(ground.root)
    return told(ground, "show", MANIFEST, "--format", "json") + told(ground, "log", "--format", "json")


def kept_run(ground: Ground, form: Form) -> str:
    """A run that waits for its capture, asked for from inside."""
    write(ground.root, {"train.py": ASKING})
    line = f"printf %s {shlex.quote(text_of(form))} | {sys.executable} train.py"
    return told(ground, "run", "--metrics", "absent.json", "--", "sh", "-c", line, *form.words)


def retrain(ground: Ground, form: Form) -> str:
    run(ground, *form.words)
    commit(ground.root)
    write(ground.root, {"train.py": TRAIN + b"print(1)\n"})
    commit(ground.root)
    return told(ground, "retrain", "--dry-run", "--from", str(ground.python))


def remote(ground: Ground, form: Form) -> str:
    git(ground.root, "remote", "set-url", "origin", f"https://ada:{form.hidden}@example.org/x?{form.hidden}")
    return captured(ground) + told(ground, "show", MANIFEST, "--problems")


def serving(ground: Ground, form: Form) -> str:
    return captured(ground, "--serve", shlex.join([sys.executable, "-c", "pass", *form.words]))


SINKS: tuple[Callable[[Ground, Form], str], ...] = (
    *(command, inner_command, parameters, metrics, labels, name, variables, snapshot, bundle, shown, kept_run),
    *(retrain, remote, serving),
    *map(reports, ("json", "text", "markdown", "github", "junit", "sarif")),
)


def written(root: Path) -> Iterator[tuple[str, bytes]]:
    """All that is left: files of ours, and the objects of git."""
    yield from ((str(path), path.read_bytes()) for path in root.rglob("*.toml"))
    yield from ((str(path), path.read_bytes()) for path in root.rglob("*.tar"))
    for path in (root / ".git").rglob("*"):
        if path.is_file() and path.name != "config":
            content = path.read_bytes()
            yield str(path), zlib.decompress(content) if path.parent.parent.name == "objects" else content


def leaks(ground: Ground, sink: Callable[[Ground, Form], str], form: Form) -> list[str]:
    said = sink(ground, form)
    found = ["what is told"] if form.hidden in said else []
    spellings = (form.hidden.encode(), form.hidden.encode("utf-16-le"))
    return found + [place for place, content in written(ground.root) if any(one in content for one in spellings)]


FAST = ("command", "parameters", "labels", "kept_run", "snapshot")


@pytest.mark.parametrize("sink", [sink for sink in SINKS if sink.__name__ in FAST], ids=lambda sink: sink.__name__)
@pytest.mark.parametrize("form", ["github", "json", "pwd"])
def test_some_are_in_none(form: str, sink: Callable[[Ground, Form], str], ground: Ground) -> None:
    assert leaks(ground, sink, FORMS[form]) == []


@pytest.mark.slow
@pytest.mark.parametrize("sink", SINKS, ids=lambda sink: sink.__name__)
def test_none_is_in_any(sink: Callable[[Ground, Form], str], ground: Ground, tmp_path: Path) -> None:
    found = {}
    for form in FORMS:
        place = Ground(projects.copy(ground.root, tmp_path / form), ground.python)
        found[form] = leaks(place, sink, FORMS[form])
    assert {form: places for form, places in found.items() if places} == {}
