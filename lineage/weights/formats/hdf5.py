"""HDF5 files: the attributes of the root group, where Keras writes its version, backend and configuration.

Format: HDF5 File Format Specification 3.0 (superblocks 0 to 3, object headers 1 and 2, attribute messages 1 to 3, the
global heap); its field names stand in the comments. Only what libraries write for such files is followed: a file with a
user block, or attributes in a fractal heap (more than eight, in the newest form only), is said to be partly read.
Hand-written because h5py takes 150 ms of CPU to import, with numpy, and gives files of others to native code.
"""

from typing import BinaryIO

from lineage.model.weights import Contents
from lineage.weights.formats.gathering import Gathered, noting
from lineage.weights.formats.keras import BACKENDS, add_configuration, add_version
from lineage.weights.formats.streams import Damaged, TooMuch, load_object, read_at

SIGNATURE = b"\x89HDF\r\n\x1a\n"
LOADERS = ("h5py",)
MAX_BLOCKS = 64
MAX_MESSAGES = 4096

_CONTINUATION, _ATTRIBUTE, _ATTRIBUTE_INFO = 0x10, 0x0C, 0x15
_STRING, _VARIABLE_LENGTH = 3, 9


def recognise(head: bytes, name: str) -> bool:
    """By the signature at the start."""
    return head.startswith(SIGNATURE)


def read(stream: BinaryIO, size: int, subject: str) -> Contents:
    """What an HDF5 file says, of Keras where Keras wrote it. Raises OSError."""
    found = Gathered(subject)
    formats, loaders = ["hdf5"], [LOADERS]
    file = _File(stream, size)
    with noting(found):
        file.read_root()
    with noting(found):
        texts = {name: file.text(*where) for name, where in file.attributes.items() if name in _WANTED}
        version = texts.get("keras_version")
        if version is not None:
            formats.append("keras")
            loaders.append(("keras",))
            add_version(found, version, "keras_version")
        if texts.get("backend") in BACKENDS:
            loaders.append((texts["backend"],))
        for name in ("model_config", "training_config"):
            if name in texts:
                add_configuration(found, load_object(texts[name].encode(), name))
    return found.contents(*formats, loaders=loaders)


_WANTED = frozenset(["keras_version", "backend", "model_config", "training_config"])


class _File:
    """The root group of an HDF5 file; addresses are relative to the file's base address."""

    def __init__(self, stream: BinaryIO, size: int) -> None:
        self._stream = stream
        self._size = size
        self._base = 0
        self._offsets = self._lengths = 8
        self.attributes: dict[str, tuple[int, bytes]] = {}
        """name → (class of its type, value); only texts"""

    def _at(self, address: int, count: int) -> bytes:
        return read_at(self._stream, self._size, self._base + address, count)

    def read_root(self) -> None:
        """Finds the attributes. Raises Damaged or TooMuch, with those found so far kept."""
        version = self._at(8, 1)[0]
        if version in (0, 1):
            self._offsets, self._lengths = self._at(13, 2)
            # base address, free-space address, end of file, driver information, then the entry of the root group:
            # offset of its name, address of its object header
            start, position = (24 if version == 0 else 28), 5
        elif version in (2, 3):
            self._offsets, self._lengths = self._at(9, 2)
            # base address, superblock extension, end of file, root group object header
            start, position = 12, 3
        else:
            raise Damaged(f"byte 8: superblock version {version}")
        if self._offsets not in (4, 8) or self._lengths not in (4, 8):
            raise Damaged(f"byte 9: offsets of {self._offsets} bytes and lengths of {self._lengths}")
        addresses = self._at(start, 6 * self._offsets)
        base = self._number(addresses, 0, self._offsets)
        root = self._number(addresses, position * self._offsets, self._offsets)
        if base:
            raise TooMuch(f"byte {start}: a user block")
        self._read_header(root)

    @staticmethod
    def _number(data: bytes, at: int, width: int) -> int:
        if at + width > len(data):
            raise Damaged("an address in its tables is cut off")
        return int.from_bytes(data[at : at + width], "little")

    def _read_header(self, root: int) -> None:
        start = self._at(root, 6)
        if start[:4] == b"OHDR":
            flags = start[5]
            at = root + 6 + (16 if flags & 0x20 else 0) + (4 if flags & 0x10 else 0)
            width = 1 << (flags & 3)
            first = (at + width, self._number(self._at(at, width), 0, width))
            head_bytes, tail = (6 if flags & 4 else 4), 4
        elif start[0] == 1:
            first = (root + 16, self._number(self._at(root + 8, 4), 0, 4))
            head_bytes, tail = 8, 0
        else:
            raise Damaged(f"byte {root}: no object header")
        self._read_blocks(first, head_bytes, tail)

    def _read_blocks(self, first: tuple[int, int], head_bytes: int, tail: int) -> None:
        """Each message: type, size, flags and, by version and flags, more; ``tail`` is a checksum after the block."""
        blocks, messages = [first], 0
        for address, length in blocks:
            data, at = self._at(address, length), 0
            while at + head_bytes <= len(data):
                if head_bytes == 8:
                    kind, count = self._number(data, at, 2), self._number(data, at + 2, 2)
                else:
                    kind, count = data[at], self._number(data, at + 1, 2)
                body = data[at + head_bytes : at + head_bytes + count]
                if len(body) < count:
                    raise Damaged(f"byte {address + at}: a message of {count} bytes does not fit its header")
                at += head_bytes + count
                messages += 1
                if kind == _CONTINUATION:
                    place = self._number(body, 0, self._offsets)
                    size = self._number(body, self._offsets, self._lengths)
                    # in the newer form a block is OCHK, messages, checksum
                    blocks.append((place + tail, size - 2 * tail) if tail else (place, size))
                    if size < 2 * tail:
                        raise Damaged(f"byte {place}: a continuation of {size} bytes")
                else:
                    self._read_message(kind, body, address + at - count)
                if messages > MAX_MESSAGES or len(blocks) > MAX_BLOCKS:
                    raise TooMuch(f"byte {address + at}: more attributes than are read")

    def _read_message(self, kind: int, body: bytes, place: int) -> None:
        if kind == _ATTRIBUTE:
            self._read_attribute(body, place)
        elif kind == _ATTRIBUTE_INFO and len(body) >= 2:
            heap = self._number(body, 2 + (2 if body[1] & 1 else 0), self._offsets)
            if heap != (1 << 8 * self._offsets) - 1:
                raise TooMuch(f"byte {place}: its attributes lie in a heap, which is not read")

    def _read_attribute(self, body: bytes, place: int) -> None:
        """Version, flags, sizes of name, datatype and dataspace, from version 3 the name's encoding; then these."""
        if len(body) < 9 or body[0] not in (1, 2, 3):
            raise Damaged(f"byte {place}: an attribute of no known version")
        sizes = [self._number(body, at, 2) for at in (2, 4, 6)]
        at, parts = (9 if body[0] == 3 else 8), []
        for size in sizes:
            parts.append(body[at : at + size])
            at += size + (-size % 8 if body[0] == 1 else 0)
        name, datatype, dataspace = parts
        # dataspace: version, dimensionality; only a single value can be the text looked for
        if len(datatype) < 8 or len(dataspace) < 2 or at > len(body):
            raise Damaged(f"byte {place}: an attribute that does not fit its message")
        kind = datatype[0] & 0x0F
        is_text = kind == _STRING or (kind == _VARIABLE_LENGTH and datatype[1] & 0x0F == 1)
        if is_text and dataspace[1] == 0:
            key = name.rstrip(b"\0").decode("utf-8", "replace")
            length = self._number(datatype, 4, 4)
            self.attributes[key] = (kind, body[at : at + length])

    def text(self, kind: int, value: bytes) -> str:
        """An attribute's text, out of the global heap where it is of variable length. Raises Damaged."""
        if kind == _VARIABLE_LENGTH:
            length = self._number(value, 0, 4)
            address = self._number(value, 4, self._offsets)
            value = self._heap_object(address, self._number(value, 4 + self._offsets, 4))[:length]
        try:
            return value.rstrip(b"\0").decode("utf-8")
        except UnicodeDecodeError as error:
            raise Damaged("an attribute of the root group is not UTF-8 text") from error

    def _heap_object(self, address: int, wanted: int) -> bytes:
        """A collection: GCOL, version, three reserved, its size; then index, references, reserved, size, data to 8."""
        if self._at(address, 4) != b"GCOL":
            raise Damaged(f"byte {address}: no global heap")
        end = address + self._number(self._at(address + 8, self._lengths), 0, self._lengths)
        at = address + 8 + self._lengths
        for _ in range(MAX_MESSAGES):
            if at + 8 + self._lengths > end:
                break
            head = self._at(at, 8 + self._lengths)
            index, length = self._number(head, 0, 2), self._number(head, 8, self._lengths)
            at += len(head)
            if index == wanted and index:
                return self._at(at, length)
            if not index:
                break
            at += length + -length % 8
        raise Damaged(f"byte {address}: object {wanted} is not in this heap")
