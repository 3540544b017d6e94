"""Mutations of single installed files, which only ``--deep`` looks at; nothing that describes a package is changed."""

import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random

from tests.support.cells import changed, directory, fifo, loop, remove
from tests.support.mutations import DEEP, PACKAGES, USED, Apply, Kind, Names, Place, kind

KINDS: list[Kind] = []
INSTALLED = ("environment", "tree")


def some_file(place: Place, random: Random) -> tuple[str, Path]:
    """A package and one of the files that its RECORD lists with a hash."""
    name = random.choice(USED)
    module = PACKAGES[name][1]
    files = [path for path in sorted((place.site / module).rglob("*")) if path.is_file() and path.stat().st_size]
    files += [place.info(name) / "METADATA", place.info(name) / "WHEEL"]
    return name, random.choice([path for path in files if path.suffix != ".pyc"])


def to_file(edit: Callable[[Path, Random], object]) -> Apply:
    def apply(place: Place, random: Random) -> Names:
        name, path = some_file(place, random)
        if path.parent.name.endswith(".dist-info"):
            path = place.site / PACKAGES[name][1] / "core.py"
        edit(path, random)
        return f"package:{name}"

    return apply


def flip(content: bytes, random: Random) -> bytes:
    """One bit is another."""
    at = random.randrange(len(content))
    return content[:at] + bytes([content[at] ^ (1 << random.randrange(8))]) + content[at + 1 :]


def _relink(path: Path, random: Random) -> None:
    other = path.with_name(f"other{random.randrange(99)}.txt")
    other.write_bytes(path.read_bytes() + b"\n")
    path.unlink()
    path.symlink_to(other)


FILES: dict[str, Callable[[Path, Random], object]] = {
    "a bit flipped": lambda path, random: changed(lambda content: flip(content, random))(path),
    "truncated": lambda path, random: changed(lambda content: content[: random.randrange(len(content))])(path),
    "grown": lambda path, random: changed(lambda content: content + random.randbytes(random.randrange(1, 9)))(path),
    "other content of the same size": lambda path, random: changed(lambda content: random.randbytes(len(content)))(
        path
    ),
    "removed": lambda path, random: remove(path),
    "a link to other content": _relink,
    "a link to itself": lambda path, random: loop(path),
    "a directory": lambda path, random: directory(path),
    "a pipe": lambda path, random: fifo(path),
}
for _name, _edit in FILES.items():
    KINDS.append(Kind(name=f"file: {_name}", sides=INSTALLED, apply=to_file(_edit), deep=True, policy=DEEP))


@kind(KINDS, *INSTALLED, deep=True, policy=DEEP)
def metadata_edited_behind_its_header(place: Place, random: Random) -> Names:
    name = random.choice(USED)
    with (place.info(name) / "METADATA").open("ab") as file:
        file.write(random.randbytes(3))
    return f"package:{name}"


@kind(KINDS, *INSTALLED, deep=True, policy=DEEP)
def a_module_added_to_a_package(place: Place, random: Random) -> Names:
    name = random.choice(USED)
    inside = place.site / PACKAGES[name][1] / random.choice(("", "deep"))
    (inside / f"more{random.randrange(99)}.py").write_text("import os\n")
    return f"package:{name}"


@kind(KINDS, *INSTALLED, deep=True, policy=DEEP)
def an_extension_beside_a_module(place: Place, random: Random) -> Names:
    """The interpreter prefers it to the ``.py`` of its name."""
    name = random.choice(USED)
    suffix = random.choice((".so", ".abi3.so", ".cpython-311-x86_64-linux-gnu.so"))
    (place.site / PACKAGES[name][1] / f"core{suffix}").write_bytes(random.randbytes(9))
    return f"package:{name}"


@kind(KINDS, *INSTALLED, deep=True, policy=DEEP)
def a_directory_in_front_of_a_module(place: Place, random: Random) -> Names:
    name = random.choice(USED)
    inside = place.site / PACKAGES[name][1] / "core"
    inside.mkdir()
    (inside / "__init__.py").write_text("")
    return f"package:{name}"


@kind(KINDS, *INSTALLED, deep=True, policy=DEEP)
def compiled_code_beside_a_module(place: Place, random: Random) -> Names:
    name = random.choice(USED)
    (place.site / PACKAGES[name][1] / f"extra{random.randrange(9)}.pyc").write_bytes(random.randbytes(40))
    return f"package:{name}"


@kind(KINDS, *INSTALLED, deep=True, policy=DEEP)
def an_extension_beside_a_package(place: Place, random: Random) -> Names:
    name = random.choice(USED)
    module = PACKAGES[name][1]
    (place.site / f"{module}{random.choice(('.so', '.abi3.so'))}").write_bytes(random.randbytes(9))
    return (f"package:{name}", f"file:{module}.so", f"file:{module}.abi3.so")


@kind(KINDS, *INSTALLED, deep=True, policy=DEEP)
def a_start_up_module(place: Place, random: Random) -> Names:
    module = random.choice(("sitecustomize", "usercustomize"))
    (place.site / f"{module}.py").write_text("import os\n")
    return (f"file:{module}.py", f"startup:{module}.py")


@kind(KINDS, *INSTALLED, deep=True, policy=DEEP)
def a_pth_file_that_runs_code(place: Place, random: Random) -> Names:
    name = f"hook{random.randrange(99)}.pth"
    (place.site / name).write_text("import os; os.environ.pop('LANG', None)\n")
    return (f"file:{name}", f"startup:{name}")


@kind(KINDS, *INSTALLED, deep=True, policy=DEEP)
def a_package_s_code_moved_aside(place: Place, random: Random) -> Names:
    name = random.choice(USED)
    module = place.site / PACKAGES[name][1]
    module.rename(module.with_name(f"{module.name}_old"))
    return f"package:{name}"


@kind(KINDS, *INSTALLED, deep=True, policy=DEEP)
def a_package_s_code_behind_a_link(place: Place, random: Random) -> Names:
    """The link leads to changed files."""
    name = random.choice(USED)
    module = place.site / PACKAGES[name][1]
    elsewhere = place.site.parent / "elsewhere"
    shutil.move(module, elsewhere)
    (elsewhere / "core.py").write_text("NAME = 'other'\n")
    module.symlink_to(elsewhere)
    return f"package:{name}"


@kind(KINDS, *INSTALLED, deep=True, policy=DEEP)
def files_of_two_packages_exchanged(place: Place, random: Random) -> Names:
    left, right = random.sample(USED, 2)
    first, second = (place.site / PACKAGES[name][1] / "core.py" for name in (left, right))
    contents = first.read_bytes(), second.read_bytes()
    first.write_bytes(contents[1])
    second.write_bytes(contents[0])
    return f"package:{left}"
