"""What compiled files tell without being run: operating system, machine and C library of a program, and its ABI.

Formats: ELF (System V ABI, chapters "Object Files" and "Program Loading"); the banner text of glibc. Only the start of
a file is read; what it does not tell is ``None``.
"""

import re
import struct
from dataclasses import dataclass

from lineage.portable.environment import Platform
from lineage.portable.tree import FileTree

MAX_START_BYTES = 4 * 1024 * 1024
"""What is read of a program and of a C library."""

_LITTLE, _BIG = 1, 2
_MACHINES = {
    (3, _LITTLE): "i686",
    (21, _BIG): "ppc64",
    (21, _LITTLE): "ppc64le",
    (22, _BIG): "s390x",
    (62, _LITTLE): "x86_64",
    (183, _LITTLE): "aarch64",
    (243, _LITTLE): "riscv64",
    (258, _LITTLE): "loongarch64",
}
"""(e_machine, EI_DATA) → as ``uname`` says it. 32-bit ARM is not among them: ``uname`` tells its version, ELF not."""
_LINUX_ABIS = (0, 3)
_PT_INTERP = 3
_GLIBC = re.compile(rb"GNU C Library [^\n]{0,200}release version ([0-9]+(?:\.[0-9]+)+)")
_SUFFIX = re.compile(r".+\.(cpython-[0-9]+[a-z]*-[A-Za-z0-9_-]+)\.so")
_SOABI = re.compile(rb"""['"]SOABI['"]: ['"](cpython-[A-Za-z0-9_-]+)['"]""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """The header of an ELF file."""

    machine: str | None
    linux: bool
    loader: str | None
    """path of the program interpreter (PT_INTERP): whose C library it runs on"""


def parse_program(data: bytes) -> Program | None:
    """The header at the start of a file; ``None`` for what is no ELF file."""
    if len(data) < 64 or data[:4] != b"\x7fELF" or data[4] not in (1, 2) or data[5] not in (_LITTLE, _BIG):
        return None
    order, wide = "<" if data[5] == _LITTLE else ">", data[4] == 2
    (machine,) = struct.unpack_from(order + "H", data, 18)
    loader = _loader(data, order, wide)
    names = ("ld-linux", "ld64.so", "ld.so.1", "ld-musl-")
    known = loader is not None and loader.rpartition("/")[2].startswith(names)
    return Program(
        machine=_MACHINES.get((machine, data[5])) if wide or machine == 3 else None,
        linux=data[7] == 3 or (data[7] in _LINUX_ABIS and known),
        loader=loader,
    )


def _loader(data: bytes, order: str, wide: bool) -> str | None:
    (start,) = struct.unpack_from(order + ("Q" if wide else "I"), data, 32 if wide else 28)
    size, count = struct.unpack_from(order + "HH", data, 54 if wide else 42)
    for number in range(count):
        at = start + number * size
        if at + (56 if wide else 32) > len(data):
            return None
        if struct.unpack_from(order + "I", data, at)[0] != _PT_INTERP:
            continue
        form = order + ("Q" if wide else "I")
        (offset,) = struct.unpack_from(form, data, at + (8 if wide else 4))
        (length,) = struct.unpack_from(form, data, at + (32 if wide else 16))
        text = data[offset : offset + min(length, 4096)].partition(b"\0")[0]
        return text.decode("utf-8", "surrogateescape") if text.startswith(b"/") else None
    return None


def read_program(tree: FileTree, path: str) -> Program | None:
    """The header of a file; ``None`` where there is none or it cannot be read."""
    return parse_program(tree.read_start_if_any(path, MAX_START_BYTES))


def platform_of(tree: FileTree, program: Program | None) -> Platform:
    """The platform that a program is made for, with the C library that lies in its tree."""
    if program is None:
        return Platform()
    libc = _libc(tree, program.loader) if program.linux and program.loader else None
    return Platform("linux" if program.linux else None, program.machine, libc)


def _libc(tree: FileTree, loader: str) -> str | None:
    """``glibc VERSION`` from the library beside its loader; musl as ``musl`` alone, as an interpreter tells it."""
    if loader.rpartition("/")[2].startswith("ld-musl-"):
        return "musl" if tree.is_kind(loader, "file") else None
    real = tree.resolve_if_any(loader)
    for path in () if real is None else (real, loader):
        library = path.rpartition("/")[0] + "/libc.so.6"
        found = _GLIBC.search(tree.read_start_if_any(library, MAX_START_BYTES))
        if found is not None:
            return f"glibc {found[1].decode('ascii')}"
    return None


def abi_of(tree: FileTree, stdlib: str) -> str | None:
    """SOABI: the suffix of the interpreter's own extension modules, else as its build configuration says it."""
    found = {match[1] for name in tree.names_if_any(stdlib + "/lib-dynload") if (match := _SUFFIX.fullmatch(name))}
    if not found:
        for name in tree.names_if_any(stdlib):
            if name.startswith("_sysconfigdata_") and name.endswith(".py"):
                found |= {text.decode("ascii") for text in _SOABI.findall(tree.read_if_any(f"{stdlib}/{name}"))}
    return found.pop() if len(found) == 1 else None
