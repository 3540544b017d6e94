"""Changes that alter nothing a model depends on: ``verify`` passes, and holds nothing against the target."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from random import Random

from tests.support import projects
from tests.support.mutations import (
    DEEP,
    DEFAULTS,
    PACKAGES,
    PRESENT,
    USED,
    Apply,
    Kind,
    Place,
    Setting,
    kind,
)
from tests.support.mutations_versions import INSTALLED, put, take

KINDS: list[Kind] = []


def environment_of(name: str) -> Apply:
    """The environment as another installer made it."""

    def apply(place: Place, random: Random) -> Setting:
        other = place.ground / name
        if not other.is_dir():  # an installer that is not there
            return Setting()
        return Setting(target=f"python:{other}/bin/python" if place.executed else f"dir:{other}")

    return apply


for _name in ("by-uv", "again"):
    for _deep in (False, True):
        KINDS.append(
            Kind(
                name=f"environment {_name}" + ", deep" * _deep,
                sides=("environment",),
                apply=environment_of(_name),
                deep=_deep,
                policy=DEEP if _deep else DEFAULTS,
            )
        )


@kind(KINDS, "environment")
def another_prefix(place: Place, random: Random) -> Setting:
    moved = place.base / random.choice(("a b", "ümlaut", "deep/er", "x" * 90)) / "env"
    moved.parent.mkdir(parents=True)
    place.environment.rename(moved)
    return Setting(target=f"python:{moved}/bin/python" if place.executed else f"dir:{moved}")


@kind(KINDS, "environment", "tree")
def a_path_that_is_relative(place: Place, random: Random) -> Setting:
    kind_, _, path = place.target.partition(":")
    return Setting(target=f"{kind_}:{os.path.relpath(path)}")


@kind(KINDS, "environment")
def a_link_to_the_environment(place: Place, random: Random) -> Setting:
    link = place.base / "current"
    link.symlink_to(place.environment)
    return Setting(target=f"python:{link}/bin/python" if place.executed else f"dir:{link}")


@kind(KINDS, *INSTALLED)
def further_packages(place: Place, random: Random) -> tuple[()]:
    for number in range(random.randrange(1, 9)):
        put(place.site, f"further{number}", f"{random.randrange(99)}.0", record=random.random() < 0.8)
    return ()


@kind(KINDS, *INSTALLED)
def an_unused_package_in_another_version(place: Place, random: Random) -> tuple[()]:
    name = random.choice(PRESENT)
    take(place, name)
    put(place.site, name, f"{random.randrange(99)}.1")
    return ()


@kind(KINDS, *INSTALLED)
def an_unused_package_gone(place: Place, random: Random) -> tuple[()]:
    take(place, random.choice(PRESENT))
    return ()


def of_site(edit: Callable[[Place, Random], object]) -> Apply:
    def apply(place: Place, random: Random) -> tuple[()]:
        edit(place, random)
        return ()

    return apply


def _all(place: Place, pattern: str) -> list[Path]:
    return sorted(place.site.rglob(pattern))


def _compiled(place: Place, random: Random) -> None:
    for path in _all(place, "*.py"):
        cache = path.parent / "__pycache__"
        cache.mkdir(exist_ok=True)
        (cache / f"{path.stem}.cpython-3{random.randrange(6, 14)}.pyc").write_bytes(random.randbytes(20))


def _record_of_caches(place: Place, random: Random) -> None:
    for name in USED:
        module = PACKAGES[name][1]
        with (place.info(name) / "RECORD").open("a") as file:
            file.write(f"{module}/__pycache__/core.cpython-311.pyc,,\n")
            file.write(f"../../../bin/{module},sha256={'x' * 43},{random.randrange(999)}\n")


def _records(edit: Callable[[str, Random], str]) -> Callable[[Place, Random], None]:
    def apply(place: Place, random: Random) -> None:
        for path in _all(place, "RECORD"):
            path.write_bytes(edit(path.read_text(), random).encode())

    return apply


def _shuffled(text: str, random: Random) -> str:
    rows = text.splitlines(keepends=True)
    random.shuffle(rows)
    return "".join(rows)


def _files(name: str, edit: Callable[[Path, Random], object]) -> Callable[[Place, Random], None]:
    def apply(place: Place, random: Random) -> None:
        for package in USED:
            edit(place.info(package) / name, random)

    return apply


def _touched(place: Place, random: Random) -> None:
    for path in _all(place, "*"):
        os.utime(path, (random.randrange(2**30), random.randrange(2**30)))


def _modes(place: Place, random: Random) -> None:
    for path in _all(place, "*"):
        path.chmod(
            random.choice((0o700, 0o755, 0o777)) if path.is_dir() else random.choice((0o600, 0o644, 0o444, 0o755))
        )


def _hard_links(place: Place, random: Random) -> None:
    """As uv installs: the files are those of its cache."""
    for number, path in enumerate(path for path in _all(place, "*") if path.is_file()):
        os.link(path, place.base / f"cache{number}")


def _links(place: Place, random: Random) -> None:
    """As ``uv --link-mode symlink`` installs."""
    for number, path in enumerate(_all(place, "core.py")):
        path.rename(place.base / f"cache{number}")
        path.symlink_to(place.base / f"cache{number}")


SITES: dict[str, Callable[[Place, Random], object]] = {
    "compiled files": _compiled,
    "rows of compiled files and scripts": _record_of_caches,
    "rows in another order": _records(_shuffled),
    "rows that end as on Windows": _records(lambda text, random: text.replace("\n", "\r\n")),
    "an empty line in RECORD": _records(lambda text, random: text + "\n"),
    "another installer": _files(
        "INSTALLER", lambda path, random: path.write_text(random.choice(("uv", "poetry 1", "")))
    ),
    "no installer": _files("INSTALLER", lambda path, random: path.unlink()),
    "REQUESTED": _files("REQUESTED", lambda path, random: path.write_bytes(b"")),
    "no REQUESTED": _files("REQUESTED", lambda path, random: path.unlink(missing_ok=True)),
    "no direct_url": _files("direct_url.json", lambda path, random: path.unlink()),
    "provenance": _files("provenance_url.json", lambda path, random: path.write_text("{}")),
    "an empty top_level": _files("top_level.txt", lambda path, random: path.write_text("")),
    "other times": _touched,
    "other permissions": _modes,
    "hard links": _hard_links,
    "leftovers": lambda place, random: (place.site / f"~umpy-{random.randrange(9)}.dist-info").mkdir(),
    "a readme": lambda place, random: (place.site / "README.txt").write_text("for people"),
    "a path file that adds an empty directory": lambda place, random: projects.write(
        place.site, {"more.pth": b"../more\n# a comment\n\n", "../more/.keep": b""}
    ),
    "a path file that adds nothing": lambda place, random: (place.site / "gone.pth").write_text("/nowhere\n"),
    "a directory appended to the path": lambda place, random: (
        put(place.site.parent / "behind", "numpy", "0.1"),
        (place.site / "behind.pth").write_text("../behind\n"),
    ),
}
KINDS += [Kind(name=f"installed: {name}", sides=INSTALLED, apply=of_site(edit)) for name, edit in SITES.items()]
for _name in ("compiled files", "other times", "other permissions", "hard links", "a readme"):
    KINDS.append(Kind(name=f"deep: {_name}", sides=INSTALLED, apply=of_site(SITES[_name]), deep=True, policy=DEEP))
KINDS.append(Kind(name="deep: links to a cache", sides=("environment",), apply=of_site(_links), deep=True, policy=DEEP))


@kind(KINDS, "environment")
def variables_of_another_user(place: Place, random: Random) -> Setting:
    home = place.base / "home"
    home.mkdir()
    names = ("LANG", "LC_ALL", "TZ", "COLUMNS", "USER", "PYTHONHASHSEED", "PYTHONDONTWRITEBYTECODE", "PYTHONUTF8")
    values = {"LANG": "de_DE.UTF-8", "LC_ALL": "C", "TZ": "Asia/Tokyo", "USER": "bob"}
    chosen = [(name, values.get(name, "1")) for name in random.sample(names, 4)]
    return Setting(variables=(("HOME", str(home)), ("PYTHONUSERBASE", str(home / "base")), *chosen))


@kind(KINDS, "environment", executed=True)
def an_empty_pythonpath(place: Place, random: Random) -> Setting:
    (place.base / "empty").mkdir()
    return Setting(variables=(("PYTHONPATH", random.choice(("", str(place.base / "empty"), "/nowhere"))),))


@kind(KINDS, "answer")
def an_answer_with_an_irrelevant_order(place: Place, random: Random) -> tuple[()]:
    path = place.base / "answer"
    document = json.loads(path.read_text())
    keys = list(document)
    random.shuffle(keys)
    document["path"] = [*document["path"], "/nowhere", document["path"][-1]]
    path.write_text(json.dumps({key: document[key] for key in keys}))
    return ()


@kind(KINDS, "answer")
def a_later_patch_of_python(place: Place, random: Random) -> tuple[()]:
    path = place.base / "answer"
    document = json.loads(path.read_text())
    head, _, last = document["python"].rpartition(".")
    path.write_text(json.dumps({**document, "python": f"{head}.{int(last) + random.randrange(1, 9)}"}))
    return ()


def in_root(edit: Callable[[Path, Random], object]) -> Apply:
    def apply(place: Place, random: Random) -> tuple[()]:
        edit(place.root, random)
        return ()

    return apply


def _newer_libc(root: Path, random: Random) -> None:
    path = root / "usr/lib/x86_64-linux-gnu/libc.so.6"
    path.write_bytes(path.read_bytes().replace(b"2.36", b"2.%d" % random.randrange(36, 60)))


IMAGE: dict[str, Callable[[Path, Random], object]] = {
    "a later C library": _newer_libc,
    "other users": lambda root, random: projects.write(root, {f"home/u{random.randrange(99)}/.profile": b"x"}),
    "further files": lambda root, random: projects.write(root, {f"srv/{random.randrange(99)}/data.bin": b"\0" * 99}),
    "a crash reporter": lambda root, random: projects.write(
        root,
        {
            "usr/lib/python3.11/sitecustomize.py": b"# install the apport exception handler if available\n"
            b"try:\n    import apport_python_hook\nexcept ImportError:\n    pass\nelse:\n"
            b"    apport_python_hook.install()\n"
        },
    ),
    "another name of the program": lambda root, random: (root / "usr/bin/python").symlink_to("python3"),
    "the usual place of logs": lambda root, random: projects.write(root, {"var/log/x.log": b"x", "tmp/.keep": b""}),
}
KINDS += [Kind(name=f"image: {name}", sides=("tree",), apply=in_root(edit)) for name, edit in IMAGE.items()]
