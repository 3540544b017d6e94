"""Mutations of the interpreter and its machine: what it answers when asked, and what the files of an image tell."""

import json
import re
import shutil
from collections.abc import Callable
from random import Random
from typing import Any

from tests.support import roots
from tests.support.cells import STATES, changed, remove
from tests.support.mutations import Apply, Kind, Names, Place, kind

KINDS: list[Kind] = []


def answering(subject: str, key: str, value: Callable[[Any, Random], object]) -> Kind:
    """An interpreter that answers another value for one key."""

    def apply(place: Place, random: Random) -> Names:
        path = place.base / "answer"
        document = json.loads(path.read_text())
        new = value(document[key], random)
        assert new != document[key]
        path.write_text(json.dumps({**document, key: new}))
        return subject

    return apply_as(f"answer: another {subject}", apply, key)


def apply_as(name: str, apply: Apply, key: str) -> Kind:
    return Kind(name=f"{name}, {key}", sides=("answer",), apply=apply)


def _minor(version: str, random: Random) -> str:
    major, minor, micro = version.split(".")
    return f"{major}.{int(minor) + random.choice((-1, 1, 2))}.{micro}"


def _older(libc: str, random: Random) -> str:
    family, _, version = libc.partition(" ")
    return f"{family} {random.randrange(1, int(version.split('.')[0]) + 1)}.{random.randrange(1, 5)}"


KINDS += [
    answering("python", "python", _minor),
    answering("python:implementation", "implementation", lambda old, random: random.choice(("PyPy", "GraalVM"))),
    answering("python:abi", "abi", lambda old, random: re.sub(r"^(\w+-\d+)", rf"\1{random.choice('dt')}", old)),
    answering("platform:os", "os", lambda old, random: random.choice(("darwin", "windows", "freebsd"))),
    answering("platform:machine", "machine", lambda old, random: random.choice(("aarch64", "riscv64", "i686"))),
    answering("platform:libc", "libc", _older),
]
for _key, _subject in {
    "python": "python",
    "implementation": "python:implementation",
    "os": "platform:os",
    "machine": "platform:machine",
    "libc": "platform:libc",
}.items():
    KINDS.append(apply_as("answer: nothing", answering(_subject, _key, lambda old, random: None).apply, _key))


@kind(KINDS, "answer")
def answer_with_another_c_library(place: Place, random: Random) -> Names:
    path = place.base / "answer"
    path.write_text(json.dumps({**json.loads(path.read_text()), "libc": random.choice(("musl 1.2", "uclibc 9.9"))}))
    return "platform:libc"


@kind(KINDS, "answer")
def answer_without_some_directories(place: Place, random: Random) -> Names:
    path = place.base / "answer"
    document = json.loads(path.read_text())
    kept = [entry for entry in document["path"] if not entry.endswith("site-packages")]
    path.write_text(json.dumps({**document, "path": kept}))
    return ("package:joblib", "packages")


@kind(KINDS, "answer")
def answer_cut(place: Place, random: Random) -> Names:
    path = place.base / "answer"
    text = path.read_text()
    path.write_text(text[: random.randrange(len(text.rstrip()) - 1)])
    return "program"


def in_root(path: str, edit: Callable[[bytes, Random], bytes], *names: str) -> Apply:
    def apply(place: Place, random: Random) -> Names:
        changed(lambda content: edit(content, random))(place.root / path)
        return names

    return apply


PROGRAM, LIBC = "usr/bin/python3.11", "usr/lib/x86_64-linux-gnu/libc.so.6"
HEADER = "usr/include/python3.11/patchlevel.h"
IMAGE: dict[str, Apply] = {
    "another processor": in_root(
        PROGRAM, lambda old, random: roots.elf(random.choice((183, 243, 21))), "platform:machine"
    ),
    "another operating system": in_root(
        PROGRAM, lambda old, random: roots.elf(os_abi=random.choice((9, 12, 6))), "platform:os"
    ),
    "another loader": in_root(
        PROGRAM, lambda old, random: roots.elf(loader="/lib/ld-musl-x86_64.so.1"), "platform:libc"
    ),
    "no loader": in_root(PROGRAM, lambda old, random: roots.elf(loader=None), "platform:libc"),
    "a program that is none": in_root(
        PROGRAM, lambda old, random: random.randbytes(random.randrange(64)), "python", "root"
    ),
    "a program cut": in_root(PROGRAM, lambda old, random: old[: random.randrange(20)], "python", "root"),
    "an older C library": in_root(
        LIBC, lambda old, random: old.replace(b"2.36", b"2.%d" % random.randrange(5, 36)), "platform:libc"
    ),
    "a C library that does not tell": in_root(LIBC, lambda old, random: random.randbytes(40), "platform:libc"),
    "another release in the header": in_root(
        HEADER, lambda old, random: old.replace(b"3.11.7", b"3.%d.7" % random.choice((8, 10, 12, 13))), "python"
    ),
    "a header that does not tell": in_root(HEADER, lambda old, random: random.randbytes(30), "python"),
}
KINDS += [Kind(name=f"image: {name}", sides=("tree",), apply=apply) for name, apply in IMAGE.items()]


@kind(KINDS, "tree")
def image_of_another_build(place: Place, random: Random) -> Names:
    old = place.root / "usr/lib/python3.11/lib-dynload/_bz2.cpython-311-x86_64-linux-gnu.so"
    old.rename(old.with_name(f"_bz2.cpython-311{random.choice('dt')}-x86_64-linux-gnu.so"))
    return ("python:abi", "python:implementation")


@kind(KINDS, "tree")
def image_without_extension_modules(place: Place, random: Random) -> Names:
    shutil.rmtree(place.root / "usr/lib/python3.11/lib-dynload")
    return "python:implementation"


@kind(KINDS, "tree")
def image_without_a_standard_library(place: Place, random: Random) -> Names:
    remove(place.root / "usr/lib/python3.11/os.py")
    return "no Python interpreter"


@kind(KINDS, "tree")
def image_with_another_python_beside(place: Place, random: Random) -> Names:
    version = random.choice(("3.9.18", "3.10.13", "3.12.1"))
    roots.write_python(place.root / random.choice(("usr/local", "opt/python", "usr")), version)
    return "several Python interpreters"


@kind(KINDS, "tree")
def image_of_a_later_python(place: Place, random: Random) -> Names:
    """Moved as a whole: program, library, header, packages."""
    new = f"3.{random.choice((9, 10, 12, 13))}"
    for path in ("usr/lib/python3.11", "usr/include/python3.11", "usr/bin/python3.11"):
        old = place.root / path
        old.rename(old.with_name(f"python{new}"))
    header = place.root / f"usr/include/python{new}/patchlevel.h"
    header.write_text(header.read_text().replace("3.11.", f"{new}."))
    return "python"


@kind(KINDS, "tree")
def image_with_a_start_up_module(place: Place, random: Random) -> Names:
    name = random.choice(("sitecustomize.py", "usercustomize.py"))
    (place.root / "usr/lib/python3.11" / name).write_text("import x")
    return f"startup:{name}"


@kind(KINDS, "tree")
def image_with_a_user_s_own_packages(place: Place, random: Random) -> Names:
    home = random.choice(("root", "home/ada", "home/bob"))
    site = place.root / home / ".local/lib/python3.11/site-packages"
    site.mkdir(parents=True)
    (site / "more.py").write_text("")
    return "packages"


def of_site(state: str) -> Apply:
    def apply(place: Place, random: Random) -> Names:
        site = place.site
        if state == "unreadable":
            site.rename(site.with_name("gone"))
            site.symlink_to(site.name)
        else:
            STATES[state](site)
        return ("packages", "package:joblib")

    return apply


for _state in ("absent", "a directory", "unreadable"):
    KINDS.append(Kind(name=f"site-packages {_state}", sides=("tree", "environment"), apply=of_site(_state)))


def configured(edit: Callable[[str, Random], str], *names: str) -> Apply:
    def apply(place: Place, random: Random) -> Names:
        path = place.environment / "pyvenv.cfg"
        old = path.read_text()
        new = edit(old, random)
        assert new != old
        path.write_text(new)
        return names

    return apply


def _home(text: str, random: Random) -> str:
    lines = [line for line in text.splitlines() if not line.startswith("home")]
    return "\n".join([f"home = /nowhere/{random.randrange(99)}/bin", *lines, ""])


KINDS.append(
    Kind(
        name="pyvenv.cfg: another home",
        sides=("environment",),
        apply=configured(_home, "python", "env"),
        executed=False,
    )
)


@kind(KINDS, "environment")
def environment_without_its_configuration(place: Place, random: Random) -> Names:
    """Then it is no virtual environment: its program is the base's, and sees other packages."""
    remove(place.environment / "pyvenv.cfg")
    return ("package:joblib", "packages", "env")


@kind(KINDS, "environment")
def environment_without_its_interpreter(place: Place, random: Random) -> Names:
    for path in (place.environment / "bin").glob("python*"):
        path.unlink()
    return ("python", "env")


@kind(KINDS, "environment")
def environment_whose_base_is_gone(place: Place, random: Random) -> Names:
    for path in (place.environment / "bin").glob("python*"):
        path.unlink()
    (place.environment / "bin" / "python").symlink_to(f"/nowhere/bin/python3.{random.randrange(9, 14)}")
    configured(_home)(place, random)
    return ("python", "python:implementation", "env")
