"""Mutations of a lock with hashes: its pins, hashes, markers, addresses, and its text."""

import re
from collections.abc import Callable
from random import Random

from tests.support.cells import STATES
from tests.support.mutations import BY_ORIGIN, LOCK, LOCKED, PACKAGES, USED, Apply, Kind, Names, Place, kind

KINDS: list[Kind] = []

Edit = Callable[[str, Random], str]
"""A row of the lock, with its line ends, and what it becomes."""


def row_edited(edit: Edit) -> Apply:
    """The row of one package that the model uses, changed."""

    def apply(place: Place, random: Random) -> Names:
        name = random.choice(USED)
        path = place.project / LOCK
        text = path.read_text()
        row = re.search(rf"^{name}==.*\\\n.*\n", text, re.MULTILINE)
        assert row is not None
        new = edit(row[0], random)
        assert new != row[0]
        path.write_text(text.replace(row[0], new))
        return (f"package:{name}", LOCK)

    return apply


def _another_digest(row: str, random: Random) -> str:
    return re.sub(r"[0-9a-f]{64}", f"{random.getrandbits(256):064x}", row)


def _another_digit(row: str, random: Random) -> str:
    at = row.index("sha256:") + 7 + random.randrange(64)
    digit = random.choice([one for one in "0123456789abcdef" if one != row[at]])
    return row[:at] + digit + row[at + 1 :]


def _pinned(edit: Callable[[str, Random], str]) -> Edit:
    return lambda row, random: re.sub(r"==(\S+)", lambda found: edit(found[1], random), row, count=1)


ROWS: dict[str, Edit] = {
    "another pin": _pinned(lambda version, random: f"=={random.randrange(9)}.{random.randrange(99)}"),
    "a longer pin": _pinned(lambda version, random: f"=={version}.{random.randrange(1, 9)}"),
    "a local label": _pinned(lambda version, random: f"=={version}+cpu{random.randrange(9)}"),
    "a pre-release": _pinned(lambda version, random: f"=={version.partition('.post')[0]}rc{random.randrange(9)}"),
    "an epoch": _pinned(lambda version, random: f"==1!{version}"),
    "a range": _pinned(lambda version, random: random.choice((">=", "<=", "~=")) + version),
    "a wildcard": _pinned(lambda version, random: f"=={version.split('.')[0]}.*"),
    "no pin": _pinned(lambda version, random: ""),
    "an empty pin": _pinned(lambda version, random: "=="),
    "an excluding range": _pinned(lambda version, random: f"=={version},!={version}"),
    "another hash": _another_digest,
    "another digit in its hash": _another_digit,
    "a hash that is none": lambda row, random: row.replace("sha256:", random.choice(("sha256:x", "md5:", "sha256="))),
    "no hash, where the others have one": lambda row, random: row.partition(" \\")[0] + "\n",
    "gone": lambda row, random: "",
    "a comment": lambda row, random: "# " + row.replace("\\\n", " "),
    "its continuation broken": lambda row, random: row.replace(" \\\n", "\n"),
    "its continuation followed by a blank": lambda row, random: row.replace("\\\n", "\\ \n"),
    "twice, with another pin": lambda row, random: (
        row + _pinned(lambda v, r: f"=={random.randrange(9)}.7")(row, random)
    ),
    "twice, with another hash": lambda row, random: row + _another_digest(row, random),
    "of another name": lambda row, random: f"x{random.randrange(99)}-{row}",
    "a marker that does not hold": lambda row, random: row.replace(
        " \\", random.choice(('; python_version < "3"', '; sys_platform == "win32"', '; os_name == "nt"')) + " \\", 1
    ),
    "a marker that cannot be judged": lambda row, random: row.replace(" \\", '; platform_version > "1" \\', 1),
    "a marker that is none": lambda row, random: row.replace(" \\", "; python_version \\", 1),
    "from an address": lambda row, random: row.replace("==", f" @ https://example.org/{random.randrange(99)}.zip#", 1),
    "two on one line": lambda row, random: f"tqdm {row}",
    "editable": lambda row, random: f"-e git+https://example.org/a{random.randrange(9)}#egg={row.partition('==')[0]}\n",
}

KINDS += [
    Kind(name=f"lock: {name}", sides=("lock",), apply=row_edited(edit), policy=LOCKED) for name, edit in ROWS.items()
]


def origin_edited(edit: Edit) -> Apply:
    def apply(place: Place, random: Random) -> Names:
        path = place.project / LOCK
        text = path.read_text()
        (row,) = re.findall(rf"^{BY_ORIGIN} @.*\n", text, re.MULTILINE)
        path.write_text(text.replace(row, edit(row, random)))
        return (f"package:{BY_ORIGIN}", LOCK)

    return apply


ORIGINS: dict[str, Edit] = {
    "another commit": lambda row, random: row.replace("4" * 40, f"{random.getrandbits(160):040x}"),
    "a branch": lambda row, random: row.replace("4" * 40, random.choice(("main", "v1", "4" * 7))),
    "another repository": lambda row, random: row.replace("acme", f"fork{random.randrange(99)}"),
    "a subdirectory": lambda row, random: row.replace("\n", f"#subdirectory=part{random.randrange(9)}\n"),
    "a pin": lambda row, random: f"{BY_ORIGIN}==0.{random.randrange(4, 99)}\n",
    "a local directory": lambda row, random: f"{BY_ORIGIN} @ file:///srv/{random.randrange(9)}\n",
    "no scheme": lambda row, random: row.replace("git+https://", random.choice(("", "git+", "https:"))),
}
KINDS += [
    Kind(name=f"lock: address with {name}", sides=("lock",), apply=origin_edited(edit), policy=LOCKED)
    for name, edit in ORIGINS.items()
]


def text_edited(edit: Callable[[bytes, Random], bytes]) -> Apply:
    def apply(place: Place, random: Random) -> Names:
        path = place.project / LOCK
        path.write_bytes(edit(path.read_bytes(), random))
        return (LOCK, "package:*", "packages")

    return apply


def _inserted(*lines: str) -> Callable[[bytes, Random], bytes]:
    def edit(content: bytes, random: Random) -> bytes:
        rows = re.split(rb"(?<=\n)(?! )", content)
        at = random.randrange(len(rows))
        return b"".join([*rows[:at], random.choice(lines).encode() + b"\n", *rows[at:]])

    return edit


TEXTS: dict[str, Callable[[bytes, Random], bytes]] = {
    "cut": lambda content, random: content[: random.randrange(len(content) - 42)],
    "not UTF-8": lambda content, random: _inserted("x")(content, random).replace(b"x\n", b"\xff\xfe\x81\n", 1),
    "a null character": lambda content, random: content.replace(b"==", b"=\0=", random.randrange(1, 9)),
    "a file that is not there": _inserted("-r more.txt", "-c more.txt", "--requirement=none.in"),
    "an unknown option": _inserted("--novel", "-z", "--index-urls x"),
    "a conflict": _inserted("<<<<<<< ours", "=======", ">>>>>>> theirs"),
    "a line that is nothing": _inserted("==1", "@ x", "numpy @", "a b c", "!!!"),
    "a directory without a name": _inserted("./part", "../part", "."),
}
KINDS += [
    Kind(name=f"lock text: {name}", sides=("lock",), apply=text_edited(edit), policy=LOCKED)
    for name, edit in TEXTS.items()
]


def in_state(state: str) -> Apply:
    def apply(place: Place, random: Random) -> Names:
        STATES[state](place.project / LOCK)
        return (LOCK, "packages", "package:*")

    return apply


for _state in STATES:
    KINDS.append(Kind(name=f"lock {_state}", sides=("lock",), apply=in_state(_state), policy=LOCKED))


@kind(KINDS, "lock", policy=LOCKED)
def lock_narrowed_by_constraints(place: Place, random: Random) -> Names:
    name = random.choice(USED)
    (place.project / "narrow.txt").write_text(f"{name}<{PACKAGES[name][0].split('.')[0]}\n")
    path = place.project / LOCK
    path.write_text(random.choice(("-c narrow.txt\n{}", "{}-c narrow.txt\n")).format(path.read_text()))
    return f"package:{name}"


@kind(KINDS, "lock", policy=LOCKED)
def lock_contradicted_by_an_included_file(place: Place, random: Random) -> Names:
    name = random.choice(USED)
    (place.project / "more.txt").write_text(f"{name}==0.{random.randrange(99)}\n")
    path = place.project / LOCK
    path.write_text(path.read_text() + "-r more.txt\n")
    return f"package:{name}"
