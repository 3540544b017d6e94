"""Keras 3 archives (``.keras``): the version that wrote them, and the packages that their configuration names.

Format: ``keras/src/saving/saving_lib.py`` and ``serialization_lib.py`` of Keras 3: a zip of ``metadata.json``
(``keras_version``), ``config.json`` and the weights as HDF5. In a configuration every object stands as ``module``,
``class_name``, ``config``, ``registered_name``; loading imports ``module`` unless it is Keras's own, and asks its
caller for an object whose ``module`` is null. The backend is not written, but for an optimizer: its module is one of a
backend.
"""

import struct
import zipfile
import zlib
from typing import BinaryIO, cast

from lineage.model.weights import Contents
from lineage.weights.formats.gathering import Gathered, is_module, is_version, noting, shown
from lineage.weights.formats.streams import MAX_JSON_BYTES, Damaged, TooMuch, load_object

BACKENDS = ("tensorflow", "jax", "torch")
MAX_DIRECTORY_BYTES = 1024 * 1024
MAX_MEMBERS = 4096

_OWN = frozenset(["keras", "builtins"])
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    LookupError,
    NotImplementedError,
    OverflowError,
    RuntimeError,
    ValueError,
)


def recognise(head: bytes, name: str) -> bool:
    """By the first member, which Keras always writes first, or by name."""
    return head.startswith(b"PK\x03\x04") and (head[30:43] == b"metadata.json" or name.lower().endswith(".keras"))


def read(stream: BinaryIO, size: int, subject: str) -> Contents:
    """What a Keras archive says. Raises OSError."""
    found = Gathered(subject)
    backends: tuple[str, ...] = ()
    with noting(found):
        archive = _open(stream, size)
        version = load_object(_member(archive, "metadata.json"), "metadata.json").get("keras_version")
        if isinstance(version, str):
            add_version(found, version, "metadata.json: keras_version")
        backends = add_configuration(found, load_object(_member(archive, "config.json"), "config.json"))
    return found.contents("keras", loaders=[("h5py",), ("keras",), backends or BACKENDS])


def add_version(found: Gathered, version: str, place: str) -> None:
    if is_version(version):
        found.add_writer("keras", version, place)


def add_configuration(found: Gathered, configuration: dict[str, object]) -> tuple[str, ...]:
    """Adds the modules that loading this configuration imports, and what it cannot import; gives the backends named."""
    given: set[str] = set()
    backends: set[str] = set()
    left: list[object] = [configuration]
    while left:
        value = left.pop()
        if isinstance(value, list):
            left += value
        elif isinstance(value, dict):
            left += value.values()
            name = value.get("class_name")
            # the older form, still used in HDF5, has no module: "package>Name" is what was registered
            module = value.get("module", None if isinstance(name, str) and ">" in name else "keras")
            if name == "__lambda__":
                found.add_problem(
                    "weights.custom-code", "it holds the bytecode of a lambda: other Pythons cannot run it"
                )
            elif isinstance(name, str) and name and "config" in value:
                if module is None or (module == "builtins" and name == "function"):
                    told = (value["config"], value.get("registered_name"), name)
                    given.add(next(one for one in told if isinstance(one, str) and one))
                elif is_module(module) and module.partition(".")[0] not in _OWN:
                    found.add_module(module)
                elif isinstance(module, str) and module.startswith("keras.src.backend."):
                    backends |= {module.split(".")[3]} & set(BACKENDS)
    if given:
        found.add_problem(
            "weights.custom-code", f"whoever loads it must give {shown(given)}: it does not name where they come from"
        )
    return tuple(sorted(backends))


class _Bounded:
    """A file for ``zipfile``, which reads the table of members in one piece: no greater one than the cap."""

    def __init__(self, stream: BinaryIO, size: int) -> None:
        self.limit = MAX_DIRECTORY_BYTES
        self._stream = stream
        self._size = size

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._stream.tell()

    def seek(self, offset: int, whence: int = 0) -> int:
        place = offset + (0, self._stream.tell(), self._size)[whence]
        if whence == 2 and place < 0:
            raise OSError("before the start")  # zipfile asks whether there is so much
        if not 0 <= place <= self._size:
            raise Damaged(f"its members lie at byte {place} of {self._size}")
        return self._stream.seek(place)

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(self.limit + 1 if size is None or size < 0 else min(size, self.limit + 1))
        if len(data) > self.limit:
            raise TooMuch(f"its table of members is larger than {self.limit} bytes")
        return data


def _open(stream: BinaryIO, size: int) -> zipfile.ZipFile:
    if size < 22:
        raise Damaged(f"byte {size}: it ends before the table of members")
    file = _Bounded(stream, size)
    try:
        archive = zipfile.ZipFile(cast(BinaryIO, file))
    except _BROKEN as error:
        raise Damaged("its table of members is damaged") from error
    file.limit = MAX_JSON_BYTES
    if len(archive.infolist()) > MAX_MEMBERS:
        raise TooMuch(f"more than {MAX_MEMBERS} members")
    return archive


def _member(archive: zipfile.ZipFile, name: str) -> bytes:
    """The one member of this name. Raises Damaged where there is none or another, TooMuch for a large one."""
    members = [one for one in archive.infolist() if one.filename == name]
    if len(members) != 1:
        raise Damaged(f"it has {len(members)} members {name}")
    if members[0].flag_bits & 0x1:
        raise TooMuch(f"{name} is encrypted")
    if members[0].compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        # what Python unpacks of the other kinds at once has no bound
        raise TooMuch(f"{name} is compressed by method {members[0].compress_type}")
    if members[0].file_size > MAX_JSON_BYTES:
        raise TooMuch(f"{name}: {members[0].file_size} bytes, and no more than {MAX_JSON_BYTES} are read")
    try:
        with archive.open(members[0]) as content:
            return content.read(MAX_JSON_BYTES)
    except _BROKEN as error:
        raise Damaged(f"{name} is damaged") from error
