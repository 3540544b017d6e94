"""Every input of ``verify`` and ``diff`` in every bad state."""

import json
import os
import shutil
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import tomlkit

from tests.support.documents import KeyPath, key_paths, with_id, within, written
from tests.support.projects import MANIFEST, MODEL, site_packages

POLICY = """\
[tool.lineage.verify]
python = "patch"
weights = "none"
served = "none"
imported = "none"
required = "none"
loaded = "any"
present = "any"
extra = "any"
absent = ["loaded", "present"]
os = "none"
accelerator = "any"
code = "ast"
files = "bytes"
neutral = ["pip"]
accept-unknown = ["accelerator:*", "python*", "platform*"]
[tool.lineage.verify.packages]
plotly = "patch"
[tool.lineage.retrain]
python = "patch"
weights = "patch"
served = "patch"
imported = "patch"
required = "minor"
loaded = "major"
present = "any"
code = "ast"
data = "none"
params = "none"
system = "any"
[tool.lineage.retrain.packages]
plotly = "patch"
[[tool.lineage.model]]
match = "models/*"
declared = ["requirements.txt"]
[[tool.lineage.waive]]
subject = "package:scipy"
models = ["models/*"]
reason = "only used for plots"
until = 2027-01-31
"""
LOCK = "scikit-learn==1.5.0\nnumpy==1.26.4\njoblib==1.4.2\nplotly==5.22.0\nfraudlib==0.3\n"
FRAUDLIB = {"url": "https://example.org/acme/fraudlib", "vcs_info": {"vcs": "git", "commit_id": "4" * 40}}
INFOS = ("numpy-1.26.4", "scikit_learn-1.5.0", "joblib-1.4.2", "fraudlib-0.3")
DIR, PYTHON = ("--against", "dir:../env"), ("--against", "python:../env/bin/python")
VERIFY = ("verify", MANIFEST)
OWN_VALUES = ("labels", "params", "metrics", "tool", "parent")

Edit = Callable[[Path], object]


@dataclass(frozen=True, slots=True)
class Cell:
    """One input in one bad state. ``base`` holds the repository ``fraud`` and the environment ``env``."""

    name: str
    arguments: tuple[str, ...]
    edit: Edit
    names: str
    """what the answer has to name"""


def at(path: str, edit: Edit) -> Edit:
    return lambda base: edit(base / path)


def written_as(content: bytes | str) -> Edit:
    return changed(lambda old: content.encode() if isinstance(content, str) else content)


def changed(edit: Callable[[bytes], bytes]) -> Edit:
    """A link is replaced by a file: what it leads to is not ours."""

    def replace(path: Path) -> None:
        content, mode = path.read_bytes(), path.stat().st_mode
        path.unlink()
        path.write_bytes(edit(content))
        path.chmod(mode)

    return replace


def remove(path: Path) -> None:
    shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


def directory(path: Path) -> None:
    remove(path)
    path.mkdir()


def loop(path: Path) -> None:
    """Unreadable for everybody, root too."""
    remove(path)
    path.symlink_to(path.name)


def fifo(path: Path) -> None:
    remove(path)
    os.mkfifo(path)


STATES: dict[str, Edit] = {
    "absent": remove,
    "empty": written_as(b""),
    "unreadable": loop,
    "a directory": directory,
    "a pipe": fifo,
    "truncated": changed(lambda content: content[: len(content) // 3]),
    "not text": written_as(b"\xff\xfe\0\x81" * 9),
}


def document(base: Path) -> dict[str, object]:
    return tomllib.loads((base / "fraud" / MANIFEST).read_text())


def manifest_with(base: Path, path: KeyPath, value: object = None, *, honest: bool = True) -> None:
    """``None`` takes the key away; ``honest``: with the id that belongs to the content."""
    changed_document = document(base)
    if value is None:
        del within(changed_document, path[:-1])[path[-1]]
    else:
        within(changed_document, path[:-1])[path[-1]] = value
    text = tomlkit.dumps(with_id(changed_document) if honest and path != ("id",) else changed_document)
    (base / "fraud" / MANIFEST).write_text(text)


def manifest_cells(base: Path) -> Iterator[Cell]:
    content = document(base)
    both: tuple[tuple[str, ...], ...] = ((*VERIFY, *DIR), ("diff", MANIFEST, "dir:../env"))
    for path in key_paths(content):
        value, key = within(content, path), written(path)
        if path[0] not in OWN_VALUES:
            for arguments in both:
                yield Cell(f"{key} absent", arguments, partial(manifest_with, path=path, honest=False), MANIFEST)
        if path[0] not in OWN_VALUES or len(path) == 1:
            wrong = "x" if isinstance(value, int | dict | list) else 7
            for arguments in both:
                yield Cell(
                    f"{key} of another type", arguments, partial(manifest_with, path=path, value=wrong), MANIFEST
                )
        if isinstance(value, str) and path[0] not in ("params", "metrics", "labels"):
            yield Cell(f"{key} empty", both[0], partial(manifest_with, path=path, value=""), MANIFEST)
        is_open = path[0] in OWN_VALUES or path[-1] in ("files", "packages", "declared", "variables", "accelerator")
        if isinstance(value, dict) and not is_open:
            unknown = (*path, "novel")
            yield Cell(f"{key} with an unknown key", both[0], partial(manifest_with, path=unknown, value=1), "novel")
    yield Cell("an unknown key", both[0], lambda b: manifest_with(b, ("novel",), 1), "novel")
    for schema in ("2.0", "0.9", "1", "1.0.0", "one"):
        yield Cell(f"schema {schema}", both[0], partial(manifest_with, path=("schema",), value=schema), MANIFEST)
    lines = (base / "fraud" / MANIFEST).read_bytes().splitlines(keepends=True)
    for i, line in enumerate(lines):
        if line.strip():
            cut, twice = b"".join(lines[:i]), b"".join([*lines[: i + 1], *lines[i:]])
            at_labels = line.startswith((b"[params]", b"[metrics]"))
            if i and not at_labels:
                yield Cell(f"cut before line {i}", both[0], at(f"fraud/{MANIFEST}", written_as(cut)), MANIFEST)
            yield Cell(f"line {i} twice", both[0], at(f"fraud/{MANIFEST}", written_as(twice)), MANIFEST)
    for state, edit in STATES.items():
        for arguments in both:
            yield Cell(f"manifest {state}", arguments, at(f"fraud/{MANIFEST}", edit), MANIFEST)


def policy_cells(base: Path) -> Iterator[Cell]:
    arguments, place = (*VERIFY, *DIR, "--policy", "../policy.toml"), "policy.toml"
    for state, edit in STATES.items():
        yield Cell(f"policy {state}", arguments, at(place, edit), place)
    lines = POLICY.splitlines()
    for i, line in enumerate(lines):
        key = line.partition(" ")[0]
        bad = (
            {"unknown": f"x{line}"}
            if line.startswith("[")
            else {"of another type": f"{key} = 7", "a table": f"{key} = {{}}"}
        )
        bad |= {"twice": f"{line}\n{line}"} if not line.startswith("[[") else {}
        if " = " in line:
            bad |= {"empty": f'{key} = ""', "unknown": f"x-{line}", "of no such value": f'{key} = [""]'}
        if line.startswith("[tool"):
            bad["unknown"] = line.replace("lineage.", "lineage.x")
        for what, text in bad.items():
            if key == "plotly" and what == "unknown":
                continue  # a package that is not installed has rules too
            edited = "\n".join([*lines[:i], text, *lines[i + 1 :], ""])
            yield Cell(f"policy line {i} {key} {what}", arguments, at(place, written_as(edited)), place)


def weights_cells(base: Path) -> Iterator[Cell]:
    more: dict[str, Edit] = {
        "longer": changed(lambda content: content * 2),
        "other": changed(lambda content: content[::-1]),
    }
    for state, edit in (STATES | more).items():
        yield Cell(f"weights {state}", (*VERIFY, *DIR), at(f"fraud/{MODEL}", edit), MODEL)
        named = (*VERIFY, *DIR, "--weights", MODEL)
        yield Cell(f"weights named, {state}", named, at(f"fraud/{MODEL}", edit), MODEL)


def package_cells(base: Path) -> Iterator[Cell]:
    site = site_packages(base / "env").relative_to(base).as_posix()
    for info in INFOS:
        subject = info.partition("-")[0].replace("_", "-")
        origin = ["direct_url.json"] if info.startswith("fraudlib") else []
        for file in ("METADATA", "WHEEL", "RECORD", *origin):
            for state, edit in (STATES | {"twice": changed(lambda content: content * 2)}).items():
                targets = [(*VERIFY, *DIR), ("diff", MANIFEST, "dir:../env"), *([(*VERIFY, *PYTHON)] if origin else [])]
                if not is_harmless(file, state):
                    for arguments in targets:
                        yield Cell(
                            f"{info} {file} {state}", arguments, at(f"{site}/{info}.dist-info/{file}", edit), subject
                        )
                elif file == "WHEEL":
                    place = other_build(f"{site}/{info}.dist-info", edit)
                    for arguments in targets:
                        yield Cell(f"{info} other build, WHEEL {state}", arguments, place, subject)
        for target in (DIR, PYTHON):
            strict = (*VERIFY, *target, "--policy", "../policy.toml")
            yield Cell(f"{info} absent", strict, at(f"{site}/{info}.dist-info", remove), subject)
            yield Cell(f"{info} empty", strict, at(f"{site}/{info}.dist-info", directory), subject)


def is_harmless(file: str, state: str) -> bool:
    """An equal RECORD proves the build, whatever was lost of the files that describe it."""
    lost = state not in ("unreadable", "a directory", "a pipe")
    return (file == "WHEEL" and lost) or (file == "direct_url.json" and state == "absent")


def other_build(info: str, edit: Edit) -> Edit:
    """One byte of what RECORD lists is another, and its WHEEL does not tell which build that is."""

    def rewrite(base: Path) -> None:
        edit(base / info / "WHEEL")
        changed(lambda record: record.replace(b"sha256=", b"sha256=x", 1))(base / info / "RECORD")

    return rewrite


def target_cells(base: Path) -> Iterator[Cell]:
    for state, edit in STATES.items():
        if state != "truncated":  # its first line is what matters
            yield Cell(f"pyvenv.cfg {state}", (*VERIFY, *DIR), at("env/pyvenv.cfg", edit), "env")
        yield Cell(f"interpreter {state}", (*VERIFY, *PYTHON), at("env/bin/python", edit), "env")
        lock = (*VERIFY, "--against", "lock:../requirements.txt", "--policy", "../policy.toml")
        yield Cell(f"lock {state}", lock, at("requirements.txt", edit), "requirements.txt")
    for name in ("scikit-learn", "numpy", "joblib", "fraudlib"):
        for what, line in {"absent": "", "twice": f"{name}==9\n{name}==8\n", "without version": f"{name}\n"}.items():
            text = "".join(line if one.startswith(name) else one for one in LOCK.splitlines(keepends=True))
            yield Cell(f"lock {name} {what}", lock, at("requirements.txt", written_as(text)), name)
    for line in ("-r none.txt", "--novel", "numpy==", "==1", "-r .", "numpy @"):
        yield Cell(f"lock {line}", lock, at("requirements.txt", written_as(f"{LOCK}{line}\n")), "requirements.txt")
    for revision in (
        f"v9:{MANIFEST}",
        "HEAD:none.lineage.toml",
        "HEAD:models",
        "HEAD:train.py",
        "HEAD:",
        f":9:{MANIFEST}",
    ):
        yield Cell(f"revision {revision}", ("verify", revision, *DIR), lambda b: None, revision.partition(":")[0])


def answer_cells(base: Path) -> Iterator[Cell]:
    """An interpreter that answers, but not with all that was asked for."""
    whole = json.loads((base / "answer").read_text())
    for key in whole:
        for what in ("absent", "another type"):
            answer = {one: value for one, value in whole.items() if one != key}
            answer |= {key: {"x": [7]} if isinstance(whole[key], str | list) else 7} if what != "absent" else {}

            text = json.dumps(answer)
            edit = at("answer", written_as(text))
            yield Cell(f"answer without {key}", (*VERIFY, "--against", "python:../program"), edit, "program")


PARTS = [manifest_cells, policy_cells, weights_cells, package_cells, target_cells, answer_cells]
