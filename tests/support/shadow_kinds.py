"""Everything that may stand in front of a package of the environment of ``shadows``, and what is to be said of it."""

import json
import shutil
import zipfile
from pathlib import Path

from tests.support.projects import write
from tests.support.shadows import TAG, Alter, dist, row

ALPHA, BETA, GAMMA, SPACE = (f"fail package:{one} package-shadowed" for one in ("alpha", "beta", "gamma", "space-one"))


def put(path: str, content: bytes = b"import os\n") -> Alter:
    return lambda site: write(site, {path: content})


def takes_away(path: str) -> Alter:
    return lambda site: (site / path).unlink()


def other(files: dict[str, bytes]) -> Alter:
    return lambda site: dist(site, "other", files, version="2.0")


def strip(*infos: str) -> Alter:
    def alter(site: Path) -> None:
        for one in infos:
            shutil.rmtree(site / f"{one}-1.0.dist-info")

    return alter


def both(*alters: Alter) -> Alter:
    return lambda site: [one(site) for one in alters]


def linked(site: Path) -> None:
    write(site.parent, {"elsewhere/__init__.py": b""})
    (site / "beta").symlink_to("../elsewhere")


def lists(name: str, rows: str) -> Alter:
    def alter(site: Path) -> None:
        record = site / f"{name}-1.0.dist-info/RECORD"
        record.write_bytes(record.read_bytes() + rows.encode())

    return alter


def circle(site: Path) -> None:
    (site / "beta.py").unlink()
    (site / "beta.py").symlink_to("beta.py")


def spoilt(site: Path) -> None:
    dist(site, "other", {}, rows="beta/__init__.py,,\ra.py,,\n")


def egg(site: Path) -> None:
    write(
        site,
        {"eggy-1.0.egg-info/PKG-INFO": b"Name: eggy\nVersion: 1.0\n", "eggy-1.0.egg-info/top_level.txt": b"beta\n"},
    )
    write(site, {"beta/__init__.py": b""})


REFUSED = ["unknown module:beta", "unknown package:beta"]
Kind = tuple[str, Alter, list[str]]
SITE: list[Kind] = [
    ("a package before a module", put("beta/__init__.py"), [BETA]),
    ("a compiled package before a module", put("beta/__init__.pyc"), [BETA]),
    ("a package in C before a module", put("beta/__init__.abi3.so"), [BETA]),
    ("an extension before a module", put(f"beta{TAG}"), [BETA]),
    ("an extension for every Python 3", put("beta.abi3.so"), [BETA]),
    ("an extension for any", put("beta.so"), [BETA]),
    ("a package that is a link", linked, [BETA]),
    ("an __init__ in C", put("alpha/__init__.abi3.so"), [ALPHA]),
    ("an __init__ in C for this Python", put(f"alpha/__init__{TAG}"), [ALPHA]),
    ("an __init__ in C of what is only required", put("gamma_core/__init__.so"), [GAMMA]),
    ("a package in a shared namespace", put("space/one/__init__.so"), [SPACE]),
    ("an __init__ that ends a namespace", put("space/__init__.py"), [SPACE]),
    ("another distribution's package", other({"beta/__init__.py": b"X = 1\n"}), [BETA]),
    ("another distribution's extension", other({"beta.so": b"\x7fELF"}), [BETA]),
    ("an egg's package", egg, [BETA]),
    ("another one over its code in C", other({"alpha/core.so": b"\x7fELF X"}), [ALPHA]),
    ("another one over its __init__", other({"alpha/__init__.py": b"X = 1\n"}), [ALPHA]),
    ("another one over its only file", other({"beta.py": b"X = 1\n"}), [BETA]),
    ("another one over a part of a namespace", other({"space/one/__init__.py": b"X = 1\n"}), [SPACE]),
    ("neither's bytes", both(other({"alpha/core.so": b"\x7fELF X"}), put("alpha/core.so", b"new")),
     ["unknown module:alpha"]),
    ("a package without metadata", strip("alpha"), ["unknown module:alpha"]),
    ("a module without metadata", strip("beta"), ["unknown module:beta"]),
    ("a part of a namespace without metadata", strip("space_one"), ["unknown module:space"]),
    ("half a package without metadata", both(strip("alpha"), takes_away("alpha/__init__.py")),
     ["unknown module:alpha"]),
    ("another one provides it", both(strip("beta"), other({"beta.py": b"X = 1\n"})),
     ["fail package:beta package-provider"]),
    ("another one's lies in front", both(strip("beta"), other({"beta/__init__.py": b"X = 1\n"})),
     ["fail package:beta package-provider"]),
    ("its __init__ is gone", takes_away("alpha/__init__.py"), ["unknown module:alpha"]),
    ("its module is gone", takes_away("beta.py"), ["unknown module:beta"]),
    ("its module is compiled alone", lambda site: (site / "beta.py").rename(site / "beta.pyc"), [BETA]),
    ("a row that leads up again", lists("beta", row("beta/../beta.so", b"")), REFUSED),
    ("a row that ends otherwise", lists("beta", "more.py,,\rmost.py,,\n"), REFUSED),
    ("a link in a circle", circle, ["unknown module:beta"]),
    ("a link in a circle, without metadata", both(strip("beta"), circle), ["unknown module:beta"]),
    ("another one provides what is required", both(strip("gamma"), other({"gamma.py": b""})),
     ["fail package:gamma package-provider"]),
    ("a RECORD of another one that owns nothing", both(spoilt, put("beta/__init__.py")), [BETA]),
    ("an extension that only a row outside lists",
     both(put("beta.so"), lists("beta", row("../site-packages/beta.so", b"import os\n"))), [BETA]),
]  # fmt: skip


def linked_file(site: Path) -> None:
    write(site.parent, {"elsewhere.so": b"\x7fELF"})
    (site / "beta.so").symlink_to("../elsewhere.so")


def of_conda(site: Path) -> None:
    files = ["lib/python3.11/site-packages/beta/__init__.py"]
    made = {"name": "other", "version": "2.0", "build": "0", "channel": "x", "files": files}
    write(site, {"beta/__init__.py": b""})
    write(site.parents[2], {"conda-meta/other-2.0-0.json": json.dumps(made).encode()})


MORE: list[Kind] = [
    ("another one's __init__ in C", other({"alpha/__init__.so": b"\x7fELF"}), [ALPHA]),
    ("another one's package in C", other({"beta/__init__.so": b"\x7fELF"}), [BETA]),
    ("another one over what is only required", other({"gamma_core/__init__.abi3.so": b""}), [GAMMA]),
    ("another one without a RECORD",
     both(other({"beta/__init__.py": b"X = 1\n"}), takes_away("other-2.0.dist-info/RECORD")), [BETA]),
    ("another one without METADATA",
     both(other({"beta/__init__.py": b"X = 1\n"}), takes_away("other-2.0.dist-info/METADATA")),
     [BETA, "unknown package:other"]),
    ("an egg that lists its files",
     both(egg, put("eggy-1.0.egg-info/installed-files.txt", b"../beta/__init__.py\n")), [BETA]),
    ("what conda installed", of_conda, [BETA]),
    ("an extension that is a link", linked_file, [BETA]),
    ("a namespace's __init__ in C", put("space/__init__.so"), [SPACE]),
    ("a compiled __init__ that ends a namespace", put("space/__init__.pyc"), [SPACE]),
    ("a module in place of a namespace", put("space.py"), [SPACE]),
    ("an extension in place of a namespace", put("space.so"), [SPACE]),
    ("a compiled module in place of a namespace", put("space.pyc"), [SPACE]),
    ("several at once", both(put("alpha/__init__.so"), put("beta.so")), [ALPHA, BETA]),
    ("another one's RECORD claims it",
     both(put("beta/__init__.py"), lists("gamma", row("beta/__init__.py", b"import os\n"))), [BETA]),
    ("all without metadata", strip("alpha", "beta"), ["unknown module:alpha", "unknown module:beta"]),
]  # fmt: skip


def zipped(path: Path, files: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)


PYTHONPATH: list[tuple[str, dict[str, bytes], list[str]]] = [
    ("an in-place build", {"alpha/__init__.py": b"A = 2\n"}, [ALPHA]),
    ("a module", {"alpha.py": b""}, [ALPHA]),
    ("an extension", {"alpha.so": b""}, [ALPHA]),
    ("what is only compiled", {"beta.pyc": b""}, [BETA]),
    ("a module of what is only required", {"gamma_core.py": b""}, [GAMMA]),
    ("the end of a namespace", {"space/__init__.py": b""}, [SPACE]),
    ("a module in place of a namespace", {"space.py": b""}, [SPACE]),
    ("an earlier portion of a namespace", {"space/one/__init__.py": b""}, [SPACE]),
    ("several", {"alpha/__init__.pyc": b"", "beta.py": b""}, [ALPHA, BETA]),
]
