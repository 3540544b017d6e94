"""Root file systems by hand: as much of an interpreter's files as tells what it is, and nothing that could run."""

import struct
from collections.abc import Mapping
from pathlib import Path

from lineage.portable.environment import Environment, Observation, Platform
from lineage.targets.directory import DirectorySource
from tests.support import projects

LOADER = "/lib64/ld-linux-x86-64.so.2"
GLIBC = b"\0GNU C Library (Debian GLIBC 2.36-9) stable release version 2.36.\n"
DEBIAN_SITE = b'sitepackages.append(os.path.join(prefix, "lib", "python3", "dist-packages"))\n'


DEBIAN = Environment(
    python="3.11.7",
    implementation="CPython",
    abi="cpython-311-x86_64-linux-gnu",
    platform=Platform("linux", "x86_64", "glibc 2.36"),
)
"""What the files of ``make_debian`` tell, without its packages."""


def elf(
    machine: int = 62, loader: str | None = LOADER, *, os_abi: int = 0, wide: bool = True, big: bool = False
) -> bytes:
    """The start of a program: its header, and one segment that names its loader."""
    order, text = ">" if big else "<", b"" if loader is None else loader.encode() + b"\0"
    ident = b"\x7fELF" + bytes([2 if wide else 1, 2 if big else 1, 1, os_abi]) + bytes(8)
    count = int(loader is not None)
    if wide:
        head = struct.pack(order + "HHIQQQIHHHHHH", 3, machine, 1, 0, 64, 0, 0, 64, 56, count, 0, 0, 0)
        segment = struct.pack(order + "IIQQQQQQ", 3, 4, 120, 0, 0, len(text), len(text), 1)
    else:
        head = struct.pack(order + "HHIIIIIHHHHHH", 3, machine, 1, 0, 52, 0, 0, 52, 32, count, 0, 0, 0)
        segment = struct.pack(order + "IIIIIIII", 3, 84, 0, 0, len(text), len(text), 4, 1)
    return ident + head + segment + text


def write_python(
    prefix: Path, version: str = "3.11.7", *, flags: str = "", header: bool = True, program: bytes | None = None
) -> Path:
    """An installed interpreter: program and link, standard library, extension modules, header."""
    minor = version.rpartition(".")[0]
    abi = f"cpython-{minor.replace('.', '')}{flags}-x86_64-linux-gnu"
    files = {
        f"bin/python{minor}": elf() if program is None else program,
        f"lib/python{minor}/os.py": b"",
        f"lib/python{minor}/site.py": b"",
        f"lib/python{minor}/lib-dynload/_bz2.{abi}.so": b"",
    }
    if header:
        written = f'#define PY_MAJOR_VERSION 3\n#define PY_VERSION              "{version}"\n'
        files[f"include/python{minor}{flags}/patchlevel.h"] = written.encode()
    projects.write(prefix, files)
    (prefix / "bin" / "python3").unlink(missing_ok=True)
    (prefix / "bin" / "python3").symlink_to(f"python{minor}")
    return prefix


def write_environment(path: Path, home: str, minor: str = "3.11", **config: str) -> Path:
    """A virtual environment; its ``python`` is an absolute link, as venv makes it."""
    written = {"home": home, "include-system-site-packages": "false", **config}
    lines = "".join(f"{key} = {value}\n" for key, value in written.items())
    projects.write(path, {"pyvenv.cfg": lines.encode(), f"lib/python{minor}/site-packages/.keep": b""})
    (path / "bin").mkdir()
    (path / "bin" / "python").symlink_to(f"{home}/python3")
    return path


def make_root(root: Path, files: Mapping[str, bytes] | None = None) -> Path:
    """A root file system with merged ``/usr`` and the C library of Debian, without an interpreter."""
    library = "usr/lib/x86_64-linux-gnu"
    projects.write(
        root,
        {"etc/os-release": b"ID=debian\n", f"{library}/ld-linux-x86-64.so.2": elf(), f"{library}/libc.so.6": GLIBC}
        | dict(files or {}),
    )
    for name in ("bin", "lib", "lib64"):
        (root / "usr" / name).mkdir(exist_ok=True)
        (root / name).symlink_to(f"usr/{name}")
    (root / "usr/lib64/ld-linux-x86-64.so.2").symlink_to("/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2")
    return root


def make_debian(root: Path) -> Path:
    """A root file system with Debian's own Python, which looks for dist-packages."""
    make_root(root)
    write_python(root / "usr")
    (root / "usr/lib/python3.11/site.py").write_bytes(DEBIAN_SITE)
    projects.install(root / "usr/lib/python3/dist-packages", "by-debian", "1.0")
    projects.install(root / "usr/local/lib/python3.11/dist-packages", "by-pip", "2.0")
    return root


def observed(path: Path, interpreter: str | None = None) -> Observation:
    return DirectorySource(str(path), interpreter).observe()


def versions(environment: Environment) -> dict[str, str]:
    return {package.name: package.version for package in environment.packages}


def reasons(observation: Observation) -> list[str]:
    return [f"{one.subject}: {one.reason}" for one in observation.unknown]
