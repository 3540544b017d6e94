"""Mutations of what a package says of itself: METADATA, RECORD, WHEEL and direct_url.json, by states and by rows."""

import json
from collections.abc import Callable
from pathlib import Path
from random import Random

from tests.support.cells import STATES
from tests.support.mutation_ground import ORIGIN, row_of
from tests.support.mutations import BY_ORIGIN, PACKAGES, REQUIRED, USED, Apply, Kind, Names, Place, kind
from tests.support.mutations_versions import INSTALLED

KINDS: list[Kind] = []


def in_state(file: str, state: str) -> Apply:
    """One file of a package in one of the bad states."""

    def apply(place: Place, random: Random) -> Names:
        name = random.choice(USED if file == "RECORD" else (*USED, BY_ORIGIN))
        name = BY_ORIGIN if file == "direct_url.json" else name
        STATES[state](place.info(name) / file)
        return f"package:{name}"

    return apply


for _file in ("METADATA", "RECORD"):
    for _state in STATES:
        if (_file, _state) != ("METADATA", "truncated"):
            KINDS.append(Kind(name=f"{_file} {_state}", sides=INSTALLED, apply=in_state(_file, _state)))
for _state in STATES:
    if _state != "absent":  # without it the package has no identity that both sides know: told apart below
        KINDS.append(Kind(name=f"direct_url {_state}", sides=INSTALLED, apply=in_state("direct_url.json", _state)))


def edited(file: str, edit: Callable[[str, str, Random], str]) -> Apply:
    """One file of a package with its text changed; the edit is given name, text and a source of chance."""

    def apply(place: Place, random: Random) -> Names:
        name = random.choice(USED)
        path = place.info(name) / file
        old = path.read_text()
        new = edit(name, old, random)
        assert new != old
        path.write_text(new)
        return f"package:{name}"

    return apply


METADATA: dict[str, Callable[[str, str, Random], str]] = {
    "cut inside the name": lambda name, text, random: text[: text.index("Name: ") + random.randrange(7)],
    "Name of another": lambda name, text, random: text.replace(f"Name: {name}", f"Name: other{random.randrange(99)}"),
    "Name twice": lambda name, text, random: text.replace("Name:", f"Name: x{random.randrange(99)}\nName:", 1),
    "Name empty": lambda name, text, random: text.replace(f"Name: {name}", "Name:" + " " * random.randrange(3)),
    "Name gone": lambda name, text, random: text.replace(f"Name: {name}\n", ""),
    "Version twice": lambda name, text, random: text.replace(
        "Version: " + PACKAGES[name][0], f"Version: {PACKAGES[name][0]}\nVersion: {random.randrange(9)}", 1
    ),
    "Version empty": lambda name, text, random: text.replace("\nVersion: " + PACKAGES[name][0], "\nVersion:"),
    "Version gone": lambda name, text, random: text.replace("\nVersion: " + PACKAGES[name][0], ""),
    "Version other than its directory's": lambda name, text, random: text.replace(
        "\nVersion: " + PACKAGES[name][0], f"\nVersion: {random.randrange(9)}.{random.randrange(99)}"
    ),
    "Version with a control character": lambda name, text, random: text.replace(
        "\nVersion: " + PACKAGES[name][0], f"\nVersion: 1{chr(random.randrange(1, 9))}2"
    ),
    "header behind its body": lambda name, text, random: "\n\n" + text,
}
KINDS += [
    Kind(name=f"METADATA: {name}", sides=INSTALLED, apply=edited("METADATA", edit)) for name, edit in METADATA.items()
]


def _row(text: str, random: Random) -> tuple[list[str], int]:
    """Its rows, and one that says what was installed."""
    rows = text.splitlines(keepends=True)
    inside = ("/INSTALLER,", "/REQUESTED,", "/RECORD,", "/direct_url.json,", "__pycache__")
    return rows, random.choice([i for i, row in enumerate(rows) if not any(word in row for word in inside)])


def _without_row(name: str, text: str, random: Random) -> str:
    rows, i = _row(text, random)
    return "".join(rows[:i] + rows[i + 1 :])


def _other_hash(name: str, text: str, random: Random) -> str:
    rows, i = _row(text, random)
    path = rows[i].partition(",")[0]
    return "".join([*rows[:i], row_of(path, random.randbytes(9)), *rows[i + 1 :]])


def _other_digit(name: str, text: str, random: Random) -> str:
    """One character of a hash."""
    rows, i = _row(text, random)
    at = rows[i].index("sha256=") + 7 + random.randrange(43)
    digit = random.choice([one for one in "abcxyzABC0189-_" if one != rows[i][at]])
    return "".join([*rows[:i], rows[i][:at] + digit + rows[i][at + 1 :], *rows[i + 1 :]])


def _no_hash(name: str, text: str, random: Random) -> str:
    rows, i = _row(text, random)
    return "".join([*rows[:i], rows[i].partition(",")[0] + ",,\n", *rows[i + 1 :]])


def _other_path(name: str, text: str, random: Random) -> str:
    rows, i = _row(text, random)
    head, dot, tail = rows[i].rpartition("/")
    return "".join([*rows[:i], f"{head}{dot}x{random.randrange(99)}{tail}", *rows[i + 1 :]])


def _more_rows(name: str, text: str, random: Random) -> str:
    module = PACKAGES[name][1]
    added = [row_of(f"{module}/more{i}{random.randrange(99)}.py", b"") for i in range(random.randrange(1, 4))]
    return text + "".join(added)


def _no_row(name: str, text: str, random: Random) -> str:
    rows, i = _row(text, random)
    return "".join([*rows[:i], random.choice(("nothing\n", "a;b;c\n", '"a,b\n', ",\n")), *rows[i:]])


RECORD = {
    "a row gone": _without_row,
    "another hash": _other_hash,
    "another digit in a hash": _other_digit,
    "a hash gone": _no_hash,
    "another path": _other_path,
    "more rows": _more_rows,
    "a line that is no row": _no_row,
    "cut": lambda name, text, random: text[: random.randrange(1, text.index(".dist-info"))],
}
KINDS += [Kind(name=f"RECORD: {name}", sides=INSTALLED, apply=edited("RECORD", edit)) for name, edit in RECORD.items()]

TAGS = ("py2-none-any", "cp311-cp311-linux_x86_64", "cp311-abi3-manylinux_2_17_x86_64", "py3-none-win_amd64")
KINDS.append(
    Kind(
        name="WHEEL: another tag",
        sides=INSTALLED,
        apply=edited("WHEEL", lambda name, text, random: text.replace("py3-none-any", random.choice(TAGS))),
    )
)


@kind(KINDS, *INSTALLED)
def made_editable(place: Place, random: Random) -> Names:
    name = random.choice((*USED, BY_ORIGIN))
    url = {"url": f"file:///srv/{name}", "dir_info": {"editable": True}}
    (place.info(name) / "direct_url.json").write_text(json.dumps(url))
    return f"package:{name}"


def another_origin(edit: Callable[[Random], dict[str, object]]) -> Apply:
    def apply(place: Place, random: Random) -> Names:
        (place.info(BY_ORIGIN) / "direct_url.json").write_text(json.dumps({**ORIGIN, **edit(random)}))
        return f"package:{BY_ORIGIN}"

    return apply


def _commit(random: Random) -> str:
    return f"{random.randrange(16**40):040x}"


ORIGINS: dict[str, Callable[[Random], dict[str, object]]] = {
    "another commit": lambda random: {"vcs_info": {"vcs": "git", "commit_id": _commit(random)}},
    "another repository": lambda random: {"url": f"https://example.org/fork{random.randrange(99)}/fraudlib"},
    "another system": lambda random: {"vcs_info": {"vcs": random.choice(("hg", "svn")), "commit_id": "4" * 40}},
    "a subdirectory": lambda random: {"subdirectory": f"part{random.randrange(99)}"},
    "no commit": lambda random: {"vcs_info": {"vcs": "git"}},
    "no address": lambda random: {"url": random.choice((None, 7))},
    "an archive": lambda random: {"vcs_info": None, "archive_info": {}, "url": "https://example.org/a.zip"},
}
KINDS += [Kind(name=f"origin: {name}", sides=INSTALLED, apply=another_origin(edit)) for name, edit in ORIGINS.items()]


@kind(KINDS, *INSTALLED)
def metadata_links_elsewhere(place: Place, random: Random) -> Names:
    """A link to another package's metadata."""
    left, right = random.sample(REQUIRED, 2)
    path: Path = place.info(left) / "METADATA"
    path.unlink()
    path.symlink_to(place.info(right) / "METADATA")
    return f"package:{left}"
