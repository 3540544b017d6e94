"""Changes of manifest, lock and weights that mean the same: ``verify`` passes, and holds nothing against them."""

import os
import re
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import tomlkit

from tests.support.cells import remove
from tests.support.documents import with_id
from tests.support.mutations import (
    LOCK,
    LOCKED,
    MANIFEST,
    MODEL,
    PACKAGES,
    POINTED,
    TOKENIZER,
    Apply,
    Kind,
    Place,
    Setting,
    kind,
)

KINDS: list[Kind] = []

Text = Callable[[str, Random], str]
Document = Callable[[dict[str, Any], Random], object]


def of_text(edit: Text) -> Apply:
    def apply(place: Place, random: Random) -> tuple[()]:
        old = place.manifest.read_text()
        new = edit(old, random)
        assert new != old
        place.manifest.write_bytes(new.encode())
        return ()

    return apply


def of_document(edit: Document) -> Apply:
    """The parsed manifest changed and written in another layout; the id stays as it was."""

    def apply(place: Place, random: Random) -> tuple[()]:
        document = tomllib.loads(place.manifest.read_text())
        edit(document, random)
        place.manifest.write_text(tomlkit.dumps(document))
        return ()

    return apply


def _reordered(document: dict[str, Any], random: Random) -> None:
    for table in (document, document["environment"], document["environment"]["packages"], document["code"]["files"]):
        items = list(table.items())
        random.shuffle(items)
        table.clear()
        table.update(sorted(items, key=lambda one: isinstance(one[1], dict | list)))


def _newer(document: dict[str, Any], random: Random) -> None:
    document["schema"] = f"1.{random.randrange(1, 99)}"
    document[f"novel{random.randrange(9)}"] = {"x": 1}
    with_id(document)


MANIFESTS: dict[str, Apply] = {
    "comments": of_text(
        lambda text, random: f"# {random.randrange(99)}\n" + text.replace("\n[code]", "\n# here\n[code]")
    ),
    "empty lines": of_text(lambda text, random: text.replace("\n[", "\n\n\n[")),
    "line ends of Windows": of_text(lambda text, random: text.replace("\n", "\r\n")),
    "blanks": of_text(lambda text, random: text.replace(" = ", "   =\t", random.randrange(1, 20))),
    "quoted keys": of_text(lambda text, random: text.replace("\npython =", '\n"python" =')),
    "another layout": of_document(lambda document, random: None),
    "keys in another order": of_document(_reordered),
    "other labels": of_document(
        lambda document, random: document["labels"].update({"line": "B", f"x{random.random()}": 1})
    ),
    "no labels": of_document(lambda document, random: document.pop("labels")),
    "another time": of_document(
        lambda document, random: document.update(created=document["created"].replace(year=2030))
    ),
    "another tool": of_document(
        lambda document, random: document.update(tool=f"model-lineage 9.{random.randrange(9)}")
    ),
    "no parent": of_document(lambda document, random: document.pop("parent")),
    "a longer run": of_document(lambda document, random: document["run"].update(seconds=random.random() * 99)),
    "a newer minor schema": of_document(_newer),
}
KINDS += [Kind(name=f"manifest: {name}", sides=("manifest",), apply=apply) for name, apply in MANIFESTS.items()]


@kind(KINDS, "manifest")
def a_manifest_by_another_path(place: Place, random: Random) -> Setting:
    return Setting(manifest=Path(os.path.relpath(place.manifest)))


def of_lock(edit: Text) -> Apply:
    def apply(place: Place, random: Random) -> tuple[()]:
        path = place.project / LOCK
        old = path.read_text()
        new = edit(old, random)
        assert new != old
        path.write_bytes(new.encode())
        return ()

    return apply


def _rows(text: str) -> list[str]:
    return [row for row in re.split(r"(?<=\n)(?! )", text) if row]


def _shuffled(text: str, random: Random) -> str:
    rows = _rows(text)
    return "".join(random.sample(rows[1:], len(rows) - 1) + rows[:1])


def _more_hashes(text: str, random: Random) -> str:
    def more(found: re.Match[str]) -> str:
        hashes = [found[0], *(f"--hash=sha256:{random.getrandbits(256):064x}" for _ in range(random.randrange(1, 4)))]
        random.shuffle(hashes)
        return " \\\n    ".join(hashes)

    return re.sub(r"--hash=\S+", more, text)


def _spelled(text: str, random: Random) -> str:
    return text.replace("scikit-learn", random.choice(("Scikit_Learn", "scikit.learn", "SCIKIT-LEARN")))


LOCKS: dict[str, Text] = {
    "rows in another order": _shuffled,
    "comments": lambda text, random: (
        "# locked\n" + text.replace("\n    --hash", "\n    --hash").replace("\nnumpy", "\n# n\nnumpy")
    ),
    "empty lines": lambda text, random: "\n\n".join(_rows(text)),
    "line ends of Windows": lambda text, random: text.replace("\n", "\r\n"),
    "a byte order mark": lambda text, random: "\ufeff" + text,
    "further hashes": _more_hashes,
    "joined lines": lambda text, random: text.replace(" \\\n   ", ""),
    "another spelling": _spelled,
    "further pins": lambda text, random: (
        text + f"more{random.randrange(9)}=={random.randrange(9)}.0 --hash=sha256:{'0' * 64}\n"
    ),
    "blanks": lambda text, random: text.replace("==", " == "),
    "a marker that holds": lambda text, random: text.replace("=1.26.4 ", '=1.26.4 ; python_version >= "3.6" '),
    "a row that does not count": lambda text, random: text + 'numpy==0.1 ; sys_platform == "win32"\n',
    "a range that allows it": lambda text, random: text + "numpy>=1,<2\n",
    "the same row twice": lambda text, random: text + random.choice(_rows(text)),
    "an option of the index": lambda text, random: "--no-binary more\n--prefer-binary\n" + text,
    "no hashes at all": lambda text, random: re.sub(r" \\\n.*", "", text),
    "a zero more": lambda text, random: text.replace("joblib==1.4.2", "joblib==1.4.2.0"),
}
KINDS += [
    Kind(name=f"lock: {name}", sides=("lock",), apply=of_lock(edit), policy=LOCKED) for name, edit in LOCKS.items()
]


@kind(KINDS, "lock", policy=LOCKED)
def a_lock_in_two_files(place: Place, random: Random) -> tuple[()]:
    path = place.project / LOCK
    rows = _rows(path.read_text())
    at = random.randrange(1, len(rows))
    (place.project / "more.txt").write_text("".join(rows[at:]))
    path.write_text("".join([*rows[:at], "-r more.txt\n"]))
    return ()


@kind(KINDS, "lock", policy=LOCKED)
def a_lock_with_constraints(place: Place, random: Random) -> tuple[()]:
    (place.project / "narrow.txt").write_text("".join(f"{name}=={one[0]}\n" for name, one in PACKAGES.items()))
    path = place.project / LOCK
    path.write_text("-c narrow.txt\n" + path.read_text())
    return ()


def of_weights(edit: Callable[[Place, Random], object]) -> Apply:
    def apply(place: Place, random: Random) -> tuple[()]:
        edit(place, random)
        return ()

    return apply


def _linked(place: Place, random: Random) -> None:
    """As DVC links them to its cache."""
    path, cache = place.project / MODEL, place.base / "cache"
    path.rename(cache)
    path.symlink_to(random.choice((cache, Path("..", "..", "cache"))))


def _hard_linked(place: Place, random: Random) -> None:
    os.link(place.project / MODEL, place.base / "second")


def _modes(place: Place, random: Random) -> None:
    (place.project / MODEL).chmod(random.choice((0o600, 0o444, 0o755)))
    (place.project / TOKENIZER / "vocab.json").chmod(random.choice((0o600, 0o444)))


def _times(place: Place, random: Random) -> None:
    for path in (place.project / "models").rglob("*"):
        os.utime(path, (random.randrange(2**30), random.randrange(2**30)))


def _rewritten(place: Place, random: Random) -> None:
    """Copied anew: other inodes, in another order."""
    root = place.project / TOKENIZER
    files = {path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()}
    shutil.rmtree(root)
    for path in random.sample(list(files), len(files)):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(files[path])


WEIGHTS: dict[str, Callable[[Place, Random], object]] = {
    "other times": _times,
    "other permissions": _modes,
    "hard links": _hard_linked,
    "a link": _linked,
    "written anew": _rewritten,
    "an empty directory in it": lambda place, random: (place.project / TOKENIZER / "empty").mkdir(),
    "unrelated files": lambda place, random: (place.project / "models" / f"x{random.randrange(9)}.pkl").write_bytes(
        b"x"
    ),
    "other code": lambda place, random: (place.project / "notes.py").write_text("import os\n"),
    "another pointer, where the bytes are there": lambda place, random: remove(place.project / f"{MODEL}.dvc"),
}
KINDS += [Kind(name=f"weights: {name}", sides=("weights",), apply=of_weights(edit)) for name, edit in WEIGHTS.items()]


@kind(KINDS, "weights")
def weights_somewhere_else(place: Place, random: Random) -> Setting:
    moved = place.base / "elsewhere"
    (place.project / "models").rename(moved)
    shutil.copytree(moved, place.project / "models")
    for path in (MODEL, TOKENIZER):
        remove(place.project / path)
    return Setting(weights=random.choice((moved, Path(os.path.relpath(moved)))), manifest=moved / Path(MANIFEST).name)


@kind(KINDS, "weights", policy=POINTED)
def weights_by_their_pointers(place: Place, random: Random) -> tuple[()]:
    for path in random.sample((MODEL, TOKENIZER), random.randrange(1, 3)):
        remove(place.project / path)
    return ()
