"""Installations as crashes, full disks, hand edits and odd tools leave them, and what may be said of each."""

import json
import os
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tests.support.projects import site_packages, write
from tests.support.shadows import dist, row

INFO = "beta-1.0.dist-info"
BETA = b"B = 1\n"
METADATA = b"Metadata-Version: 2.1\nName: beta\nVersion: 1.0\n"
FILES = {"beta.py": BETA, f"{INFO}/METADATA": METADATA, f"{INFO}/WHEEL": b"Tag: py3-none-any\n"}
RECORD = "".join(row(path, content) for path, content in FILES.items())
UNKNOWN, WRONG, FINE = "undecided", "fail", "pass"
REFUSED = "refused"
"""Ended with a message and without a report."""

Spoil = Callable[[Path], object]
"""What is done to an environment."""


class Damage(NamedTuple):
    """One kind of damage to ``beta``, which the model imports, or to all around it."""

    name: str
    spoil: Spoil
    verdict: str
    """on a sound model where it is served so"""
    captured: str
    """on a model that was captured so, where it is served in a sound environment; ``""``: nobody would"""
    kinds: tuple[str, ...] = ("python", "dir")
    options: tuple[str, ...] = ()
    gone: frozenset[str] = frozenset()
    """packages of which not even the name is left"""


def site(path: str, spoil: Spoil) -> Spoil:
    return lambda env: spoil(site_packages(env) / path)


def info(path: str, content: bytes) -> Spoil:
    return site(f"{INFO}/{path}", lambda file: file.write_bytes(content))


def gone(path: Path) -> None:
    shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


def directory(path: Path) -> None:
    gone(path)
    path.mkdir()


def loop(path: Path) -> None:
    """Unreadable for everybody, root too."""
    gone(path)
    path.symlink_to(path.name)


def fifo(path: Path) -> None:
    gone(path)
    os.mkfifo(path)


def text(content: bytes) -> Spoil:
    def rewrite(path: Path) -> None:
        gone(path)
        path.write_bytes(content)

    return rewrite


def renamed(name: str, new: str) -> Spoil:
    return lambda env: (site_packages(env) / name).rename(site_packages(env) / new)


def both(*spoils: Spoil) -> Spoil:
    return lambda env: [one(env) for one in spoils]


def second(version: str, content: bytes) -> Spoil:
    """Another installation of ``beta`` in the same directory; the file is the first one's."""

    def spoil(env: Path) -> None:
        dist(site_packages(env), "beta", {"beta.py": content}, version=version)
        (site_packages(env) / "beta.py").write_bytes(BETA)

    return spoil


def egg(files: dict[str, bytes]) -> Spoil:
    """``beta`` as ``setup.py install`` leaves it."""
    place = "beta-1.0-py3.11.egg-info"
    return both(
        site(INFO, gone),
        lambda env: write(site_packages(env), {f"{place}/{path}".rstrip("/"): one for path, one in files.items()}),
    )


def in_root(path: str, spoil: Spoil) -> Spoil:
    return lambda env: spoil(env / path)


def pth(content: bytes) -> Spoil:
    return lambda env: write(site_packages(env), {"x.pth": content})


def conda(name: str, content: bytes) -> Spoil:
    return lambda env: write(env, {f"conda-meta/{name}": content})


def conda_record(version: str = "1.0", build: str = "0", **more: object) -> bytes:
    files = [f"lib/python3.11/site-packages/{INFO}/METADATA"]
    return json.dumps({"name": "beta", "version": version, "build": build, "files": files, **more}).encode()


def archive(env: Path) -> None:
    with zipfile.ZipFile(env / "more.zip", "w") as file:
        file.writestr("delta.py", "D = 1\n")
    (env / "more.zip").write_bytes((env / "more.zip").read_bytes()[:60])
    (site_packages(env) / "more.pth").write_text(f"{env}/more.zip\n")


def cache(flags: int) -> Spoil:
    head = b"\xa7\r\r\n" + flags.to_bytes(4, "little") + bytes(8)
    return lambda env: write(site_packages(env), {"__pycache__/beta.cpython-311.pyc": head})


METADATA_ROWS = (
    ("METADATA gone", site(f"{INFO}/METADATA", gone), UNKNOWN, UNKNOWN),
    ("METADATA empty", info("METADATA", b""), UNKNOWN, UNKNOWN),
    ("METADATA cut in its name", info("METADATA", METADATA[:28]), UNKNOWN, UNKNOWN),
    ("METADATA cut before its version", info("METADATA", METADATA[:-13]), UNKNOWN, UNKNOWN),
    ("METADATA in UTF-16", info("METADATA", METADATA.decode().encode("utf-16")), UNKNOWN, UNKNOWN),
    ("METADATA of bytes", info("METADATA", bytes(range(256)) * 9), UNKNOWN, UNKNOWN),
    ("METADATA with two names", info("METADATA", METADATA + b"Name: beta\n"), UNKNOWN, UNKNOWN),
    ("METADATA of another name", info("METADATA", METADATA.replace(b"beta", b"delta")), UNKNOWN, UNKNOWN),
    ("METADATA of another version", info("METADATA", METADATA.replace(b"1.0", b"1.1")), WRONG, WRONG),
    ("METADATA with 5,000 digits", info("METADATA", METADATA.replace(b"1.0", b"1" * 5000)), UNKNOWN, UNKNOWN),
    ("METADATA with a version that is none", info("METADATA", METADATA.replace(b"1.0", b"one")), UNKNOWN, UNKNOWN),
    ("METADATA with an escape", info("METADATA", METADATA.replace(b"1.0", b"\x1b[2J")), UNKNOWN, UNKNOWN),
    ("METADATA a directory", site(f"{INFO}/METADATA", directory), UNKNOWN, UNKNOWN),
    ("METADATA a link to itself", site(f"{INFO}/METADATA", loop), UNKNOWN, UNKNOWN),
    ("METADATA a FIFO", site(f"{INFO}/METADATA", fifo), UNKNOWN, UNKNOWN),
    ("METADATA with other line ends", info("METADATA", METADATA.replace(b"\n", b"\r\n")), FINE, FINE),
)  # fmt: skip
RECORD_ROWS = (
    ("RECORD gone", site(f"{INFO}/RECORD", gone), UNKNOWN, FINE),
    ("RECORD empty", info("RECORD", b""), UNKNOWN, FINE),
    ("RECORD cut in a row", info("RECORD", RECORD.encode()[:30]), UNKNOWN, UNKNOWN),
    ("RECORD cut between rows", info("RECORD", row("beta.py", BETA).encode()), WRONG, WRONG),
    ("RECORD with CR alone", info("RECORD", RECORD.replace("\n", "\r").encode()), UNKNOWN, UNKNOWN),
    ("RECORD with CR LF", info("RECORD", RECORD.replace("\n", "\r\n").encode()), FINE, FINE),
    ("RECORD with a row that leads up again", info("RECORD", f"{RECORD}a/../beta.so,,\n".encode()), UNKNOWN, UNKNOWN),
    ("RECORD with a row out of .data", info("RECORD", f"{RECORD}beta-1.0.data/../b.py,,\n".encode()), UNKNOWN, UNKNOWN),
    ("RECORD with a row that leads out and back",
     info("RECORD", RECORD.replace("beta.py", "../site-packages/beta.py").encode()), WRONG, WRONG),
    ("RECORD without hashes", info("RECORD", b"beta.py,,\n"), WRONG, WRONG),
    ("RECORD with another hash", info("RECORD", RECORD.replace(row("beta.py", BETA), row("beta.py", b"")).encode()),
     WRONG, WRONG),
    ("RECORD with MD5", info("RECORD", RECORD.replace("sha256=", "md5=").encode()), WRONG, WRONG),
    ("RECORD with another size", info("RECORD", RECORD.replace(",6\n", ",7\n").encode()), FINE, FINE),
    ("RECORD with an open quote", info("RECORD", f'"{RECORD}'.encode()), UNKNOWN, UNKNOWN),
    ("RECORD of nulls", info("RECORD", bytes(200)), UNKNOWN, UNKNOWN),
    ("RECORD not UTF-8", info("RECORD", RECORD.encode() + b"\xff.py,,\n"), WRONG, WRONG),
    ("RECORD a directory", site(f"{INFO}/RECORD", directory), UNKNOWN, UNKNOWN),
    ("RECORD a link to itself", site(f"{INFO}/RECORD", loop), UNKNOWN, UNKNOWN),
    ("RECORD a FIFO", site(f"{INFO}/RECORD", fifo), UNKNOWN, UNKNOWN),
)  # fmt: skip
ORIGIN_ROWS = tuple(
    (f"direct_url.json {name}", info("direct_url.json", content), UNKNOWN, UNKNOWN)
    for name, content in (
        ("empty", b""),
        ("cut", b'{"url": "https://exam'),
        ("not JSON", b"url: x\n"),
        ("a list", b"[]"),
        ("without url", b'{"dir_info": {}}'),
        ("of no kind", b'{"url": "https://example.org/x"}'),
        ("in UTF-16", '{"url": "x"}'.encode("utf-16")),
        ("deep", b"[" * 200_000),
        ("huge", b'{"url": "' + b"x" * 70_000_000),
        ("editable, and gone", b'{"url": "file:///none/beta", "dir_info": {"editable": true}}'),
    )
)
OTHER_ROWS = (
    ("WHEEL gone", site(f"{INFO}/WHEEL", gone), FINE, FINE),
    ("WHEEL of bytes", info("WHEEL", bytes(range(256))), FINE, FINE),
    ("WHEEL a directory", site(f"{INFO}/WHEEL", directory), UNKNOWN, UNKNOWN),
    ("INSTALLER of bytes", info("INSTALLER", bytes(range(256))), FINE, FINE),
    ("INSTALLER a link to itself", both(info("INSTALLER", b""), site(f"{INFO}/INSTALLER", loop)), UNKNOWN, UNKNOWN),
    ("top_level.txt of another", info("top_level.txt", b"alpha\n"), FINE, FINE),
    ("top_level.txt a directory", site(f"{INFO}/top_level.txt", Path.mkdir), FINE, FINE),
    ("dist-info empty", site(INFO, directory), UNKNOWN, UNKNOWN),
    ("dist-info a file", site(INFO, text(METADATA)), UNKNOWN, UNKNOWN),
    ("dist-info a link to itself", site(INFO, loop), UNKNOWN, UNKNOWN),
    ("dist-info of another version", renamed(INFO, "beta-9.0.dist-info"), FINE, FINE),
    ("two versions", second("2.0", b"B = 2\n"), UNKNOWN, UNKNOWN),
    ("two builds", both(renamed(INFO, "Beta-1.0.dist-info"), second("1.0", b"B = 2\n")), UNKNOWN, UNKNOWN),
    ("a second one that is damaged", lambda env: (site_packages(env) / "beta-2.0.dist-info").mkdir(), UNKNOWN, UNKNOWN),
    ("an egg-info", egg({"PKG-INFO": METADATA}), UNKNOWN, FINE),
    ("an egg-info that is a file", egg({"": METADATA}), UNKNOWN, FINE),
    ("an egg-info that is empty", egg({"SOURCES.txt": b""}), UNKNOWN, UNKNOWN),
    ("an egg-info cut", egg({"PKG-INFO": METADATA[:-13]}), UNKNOWN, UNKNOWN),
    ("conda's record cut", conda("beta-1.0-0.json", conda_record()[:30]), UNKNOWN, UNKNOWN),
    ("conda's record not UTF-8", conda("beta-1.0-0.json", b"\xff" * 40), UNKNOWN, UNKNOWN),
    ("conda's record without files", conda("beta-1.0-0.json", conda_record(files=None)), UNKNOWN, UNKNOWN),
    ("conda's record deep", conda("beta-1.0-0.json", b"[" * 200_000), UNKNOWN, UNKNOWN),
    ("two records of conda", both(conda("beta-1.0-0.json", conda_record()),
                                  conda("beta-2.0-0.json", conda_record("2.0"))), UNKNOWN, UNKNOWN),
    ("conda-meta a link to itself", lambda env: (env / "conda-meta").symlink_to("conda-meta"), UNKNOWN, UNKNOWN),
    ("a broken archive on sys.path", archive, UNKNOWN, UNKNOWN),
    ("the module gone", site("beta.py", gone), UNKNOWN, FINE),
    ("the module a directory", site("beta.py", directory), UNKNOWN, FINE),
    ("the module a FIFO", site("beta.py", fifo), UNKNOWN, FINE),
    ("the module a link to itself", site("beta.py", loop), UNKNOWN, FINE),
    ("the module compiled alone", renamed("beta.py", "beta.pyc"), WRONG, FINE),
)  # fmt: skip
DAMAGES = (
    *(Damage(*one) for one in (*METADATA_ROWS, *RECORD_ROWS, *ORIGIN_ROWS, *OTHER_ROWS)),
    Damage("an uninstall that was interrupted", renamed(INFO, "~eta-1.0.dist-info"), UNKNOWN, UNKNOWN,
           gone=frozenset({"beta"})),
    Damage("dist-info of another name", renamed(INFO, "bet-1.0.dist-info"), WRONG, WRONG, gone=frozenset({"beta"})),
    Damage("leftovers of another", lambda env: (site_packages(env) / "~elta-1.0.dist-info").mkdir(), FINE, FINE),
    Damage("metadata gone", site(INFO, gone), UNKNOWN, UNKNOWN, gone=frozenset({"beta"})),
    Damage("a cache that counts unchecked", cache(1), WRONG, FINE, options=("--deep",)),
    Damage("pyvenv.cfg gone", in_root("pyvenv.cfg", gone), WRONG, ""),
    Damage("pyvenv.cfg of bytes", in_root("pyvenv.cfg", text(bytes(range(128, 256)))), REFUSED, "", kinds=("dir",)),
    Damage("pyvenv.cfg a link to itself", in_root("pyvenv.cfg", loop), REFUSED, "", kinds=("dir",)),
    Damage("pyvenv.cfg a FIFO", in_root("pyvenv.cfg", fifo), REFUSED, "", kinds=("dir",)),
    Damage("pyvenv.cfg empty", in_root("pyvenv.cfg", text(b"")), UNKNOWN, UNKNOWN, kinds=("dir",)),
    Damage("pyvenv.cfg cut", in_root("pyvenv.cfg", text(b"home = /us")), UNKNOWN, UNKNOWN, kinds=("dir",)),
    Damage("the interpreter gone", in_root("bin/python", gone), REFUSED, "", kinds=("python",)),
    Damage("the interpreter a link to itself", in_root("bin/python", loop), REFUSED, "", kinds=("python",)),
    Damage("the interpreter cut", in_root("bin/python", text(b"\x7fELF")), REFUSED, "", kinds=("python",)),
    Damage("no packages at all", site("", gone), WRONG, ""),
    Damage("site-packages a file", site("", text(b"")), WRONG, ""),
    Damage("site-packages a link to itself", site("", loop), WRONG, ""),
    Damage("a .pth not UTF-8", pth(b"\xff\xfe/x\n"), REFUSED, "", kinds=("python",)),
    Damage("a .pth not UTF-8", pth(b"\xff\xfe/x\n"), UNKNOWN, UNKNOWN, kinds=("dir",)),
    Damage("a .pth of nulls", pth(bytes(99)), FINE, FINE, kinds=("python",)),
    Damage("a .pth of nulls", pth(bytes(99)), UNKNOWN, UNKNOWN, kinds=("dir",)),
    Damage("a .pth that is huge", pth(b"/x\n" * 3_000_000), UNKNOWN, UNKNOWN, kinds=("dir",)),
    Damage("a .pth a link to itself", lambda env: (site_packages(env) / "x.pth").symlink_to("x.pth"), UNKNOWN, UNKNOWN),
    Damage("a .pth a directory", lambda env: (site_packages(env) / "x.pth").mkdir(), UNKNOWN, UNKNOWN),
    Damage("a .pth that leads nowhere", pth(b"/none/of/these\n"), FINE, FINE),
    Damage("a .pth that is cut", pth(b"import os; os.environ.g"), UNKNOWN, UNKNOWN),
)  # fmt: skip
