"""Every form of a secret × every place that something is written to: none of it is found there, byte by byte."""

import json
import os
import shlex
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

from lineage.model.manifest import freeze
from tests.support import checked
from tests.support.called import call_lineage
from tests.support.projects import MANIFEST, MODEL, commit, git, python_of, run_lineage, write
from tests.support.secrets import FORMS, SHAPES, Form, of_its_own

TRAIN = b"import pickle\nwith open('models/fraud.pkl', 'wb') as file:\n    pickle.dump([1], file)\n"
ASKING = TRAIN + (
    b"import json, lineage, sys\n"
    b"for note in json.load(sys.stdin):\n"
    b"    try:\n        lineage.capture('models/fraud.pkl', params={'note': note})\n"
    b"    except lineage.LineageError as error:\n        print(error)\n"
)
CUSTOM = (".env", ".env.local", ".netrc", "credentials", "server.pem", "id_rsa", "kaggle.json")
PLAIN = Form(("t", "--note", "plainly"), "plainly")
"""No secret: it arrives wherever the others do not, or nothing was written there at all."""
EACH = {name: of_its_own(form, number) for number, (name, form) in enumerate(FORMS.items())}

Forms = Mapping[str, Form]


class Ground(NamedTuple):
    """A project with its environment, as a user has them."""

    root: Path
    python: Path
    streams: pytest.CaptureFixture[str]

    def told(self, *arguments: str, **variables: str) -> str:
        """What a command says on both streams."""
        with pytest.MonkeyPatch.context() as patch:
            for name, value in variables.items():
                patch.setenv(name, value)
            code = call_lineage(*arguments, cwd=self.root)
        said = self.streams.readouterr()
        assert code != 4, said.err
        return said.out + said.err

    def run(self, *words: str, python: str | None = None) -> str:
        """What a watched run says whose command has these words too."""
        ended = run_lineage("run", "--", python or str(self.python), "train.py", *words, cwd=self.root)
        assert ended.code in (0, 125), ended
        return ended.stdout + ended.stderr

    def captured(self, *options: str, **variables: str) -> str:
        return self.told("capture", MODEL, "--from", str(self.python), *options, **variables)


Sink = Callable[[Ground, Forms], str]


@pytest.fixture
def ground(project: Path, environment: Path, capfd: pytest.CaptureFixture[str]) -> Ground:
    write(project, {"train.py": TRAIN, ".gitignore": b"p.json\n*.tar\nout.*\n"})
    commit(project)
    return Ground(project, python_of(environment), capfd)


def text_of(form: Form) -> str:
    """The command line as one text, as it is given to a value."""
    return shlex.join(form.words)


def words_of(forms: Forms) -> list[str]:
    return [word for form in forms.values() for word in form.words]


def command(ground: Ground, forms: Forms) -> str:
    return ground.run(*words_of(forms))


def inner_command(ground: Ground, forms: Forms) -> str:
    return ground.run(*(word for form in forms.values() for word in ("-c", text_of(form))))


def bundle(ground: Ground, forms: Forms) -> str:
    return command(ground, forms) + ground.told("show", MANIFEST, "--bundle", "b.tar")


def shown(ground: Ground, forms: Forms) -> str:
    said = command(ground, forms)
    commit(ground.root)
    return said + ground.told("show", MANIFEST, "--format", "json") + ground.told("log", "--format", "json")


def kept_run(ground: Ground, forms: Forms) -> str:
    """A run that waits for its capture, asked for from inside."""
    write(ground.root, {"train.py": ASKING, "out.json": json.dumps([*map(text_of, forms.values())]).encode()})
    options = ("--metrics", "absent.json", "--", "sh", "-c", f"exec {sys.executable} train.py <out.json", "sh")
    ended = run_lineage("run", *options, *words_of(forms), cwd=ground.root)
    assert ended.code == 125, ended
    (ground.root / "out.json").unlink()
    return ended.stdout + ended.stderr


def retrain(ground: Ground, forms: Forms) -> str:
    said = command(ground, forms)
    commit(ground.root)
    write(ground.root, {"train.py": TRAIN + b"print(1)\n"})
    commit(ground.root)
    return said + ground.told("retrain", "--dry-run", "--in-env", str(ground.python))


def serving(ground: Ground, forms: Forms) -> str:
    line = shlex.join([str(ground.python), "-c", f"open('{MODEL}', 'rb').read()", *words_of(forms)])
    return ground.captured("--serve", line)


def reports(form_of: str) -> Sink:
    """What a check says of a stage for each form, whose command and parameter have it now."""

    def report(ground: Ground, forms: Forms) -> str:
        root = checked.repository(ground.root.parent / "checked", files={"train.py": TRAIN})
        for now in (False, True):
            stages = {
                f"s-{n}": {
                    "cmd": text_of(form) if now else "t",
                    "params": [f"n-{n}"],
                    "outs": [f"models/{n}.pkl"],
                }
                for n, form in enumerate(forms.values())
            }
            values = {f"n-{n}": text_of(form) if now else "x" for n, form in enumerate(forms.values())}
            files = {"dvc.yaml": {"stages": stages}, "params.yaml": values}
            write(root, {path: json.dumps(one).encode() for path, one in files.items()})
            made = commit(root)
            for n in range(0 if now else len(forms)):
                model = checked.manifest(f"models/{n}", {}, {"train.py": TRAIN}, base=made)
                checked.record(root, replace(model, params=freeze({f"n-{n}": "x"})))
                commit(root)
        said = ground._replace(root=root).told("check", "--format", form_of)
        assert said.count("n-") >= len(forms)
        return said

    report.__name__ = f"report_{form_of}"
    return report


TOGETHER: tuple[Sink, ...] = (
    *(command, inner_command, bundle, shown, kept_run, retrain, serving),
    *map(reports, ("json", "text", "markdown", "github", "junit", "sarif")),
)
"""Those that take all the secrets at once."""


def parameters(ground: Ground, forms: Forms) -> str:
    notes = [*map(text_of, forms.values())]
    write(ground.root, {"p.json": json.dumps({"a": {"notes": notes[0]}, "l": notes}).encode()})
    return ground.captured("--params", "p.json")


def metrics(ground: Ground, forms: Forms) -> str:
    notes = {f"n{number}": text for number, text in enumerate(map(text_of, forms.values()))}
    write(ground.root, {"p.json": json.dumps({**notes, **dict.fromkeys(notes.values(), 1)}).encode()})
    return ground.captured("--metrics", "p.json")


def labels(ground: Ground, forms: Forms) -> str:
    return ground.captured(*(f"--label=n{number}={text_of(form)}" for number, form in enumerate(forms.values())))


def name(ground: Ground, forms: Forms) -> str:
    return ground.captured("--name", *map(text_of, forms.values()))


def variables(ground: Ground, forms: Forms) -> str:
    return ground.captured(OMP_NUM_THREADS=" ".join(map(text_of, forms.values())))


def snapshot(ground: Ground, forms: Forms) -> str:
    """New files: shapes anywhere, in UTF-16 too, what has none in the files that hold secrets by custom."""
    (form,) = forms.values()
    content, place = text_of(form), CUSTOM[len(form.hidden + form.words[0]) % len(CUSTOM)]
    if form.words[-1] in (*SHAPES.values(), PLAIN.hidden):
        place, content = "notes.txt", content if len(content) % 2 else f"\ufeff{content}"
    write(ground.root, {place: content.encode("utf-16-le" if content.startswith("\ufeff") else "utf-8")})
    said = ground.captured()
    os.unlink(ground.root / place)  # noqa: PTH108
    return said


def remote(ground: Ground, forms: Forms) -> str:
    for form in forms.values():
        git(ground.root, "remote", "set-url", "origin", f"https://ada:{form.hidden}@example.org/x?{form.hidden}")
    return ground.captured() + ground.told("show", MANIFEST, "--problems")


ALONE: tuple[Sink, ...] = (parameters, metrics, labels, name, variables, snapshot, remote)
"""Those where one secret may be refused with all that comes with it."""
NOTHING_OF_IT = (remote,)
"""Those that no word arrives in, secret or not."""


def written(root: Path) -> Iterator[tuple[str, bytes]]:
    """All that is left: files of ours, and the objects of git."""
    yield from ((str(path), path.read_bytes()) for path in root.rglob("*.toml"))
    yield from ((str(path), path.read_bytes()) for path in root.rglob("*.tar"))
    for path in (root / ".git").rglob("*"):
        if path.is_file() and path.name != "config":
            content = path.read_bytes()
            yield str(path), zlib.decompress(content) if path.parent.parent.name == "objects" else content


def leaks(ground: Ground, sink: Sink, forms: Forms) -> dict[str, list[str]]:
    """Form → the places where it is found."""
    said = sink(ground, forms)
    places = [("what is told", said.encode()), *written(ground.root)]
    found = {}
    for form, (_, hidden) in forms.items():
        spellings = (hidden.encode(), hidden.encode("utf-16-le"))
        found[form] = [place for place, content in places if any(one in content for one in spellings)]
    return {form: where for form, where in found.items() if where}


def all_leaks(ground: Ground, sink: Sink, forms: Forms) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    every = {**forms, "plain": PLAIN}
    for some in [{form: every[form]} for form in every] if sink in ALONE else [every]:
        found |= leaks(ground, sink, some)
    return found


FAST: tuple[Sink, ...] = (inner_command, parameters, labels, kept_run, snapshot)


@pytest.mark.parametrize("sink", FAST, ids=lambda sink: sink.__name__)
def test_some_are_in_none(sink: Sink, ground: Ground) -> None:
    forms = {form: EACH[form] for form in ("github", "json", "pwd")}
    assert all_leaks(ground, sink, forms).keys() == {"plain"}


@pytest.mark.slow
@pytest.mark.parametrize("sink", (*TOGETHER, *ALONE), ids=lambda sink: sink.__name__)
def test_none_is_in_any(sink: Sink, ground: Ground) -> None:
    found = all_leaks(ground, sink, EACH)
    found.pop("plain" if sink not in NOTHING_OF_IT else "", None)
    assert found == {}


@pytest.mark.slow
@pytest.mark.parametrize("sink", (*TOGETHER, *ALONE), ids=lambda sink: sink.__name__)
def test_what_is_none_arrives(sink: Sink, ground: Ground) -> None:
    assert ("plain" in leaks(ground, sink, {"plain": PLAIN})) is (sink not in NOTHING_OF_IT)
