"""What pickles name, found by walking their opcodes: nothing is imported, called or built.

Rules: one pass forward; the stack, the memo and the nesting are bounded; never recursion; whatever a pickle computes
instead of naming is a problem, not silence. Several pickles may stand one after the other.
Hand-written because ``pickletools.genops`` reads each argument whole, of whatever size, and only lists opcodes: it has
no stack and no memo, which lead to the names.
"""

from typing import BinaryIO

from lineage.model.weights import Contents
from lineage.weights.formats.gathering import Gathered, noting
from lineage.weights.formats.streams import Damaged, TooMuch, Window
from lineage.weights.pickle.machine import Machine

TORCH_MAGIC = 0x1950A86A20F9469CFC6C
TORCH_PICKLES = 5
"""magic number, protocol, system, the object, the keys of its storages; raw storages follow (torch 0.2 to 1.5, and
``_use_new_zipfile_serialization=False``)"""
MAX_PICKLES = 100_000
SUFFIXES = (".pkl", ".pickle", ".joblib", ".dill", ".cloudpickle", ".sav")

LOADERS = {"torch": ("torch",), "numpy": ("numpy",), "skops": ("skops",)}


def recognise(head: bytes, name: str) -> bool:
    """By the first bytes, or by name: protocols 0 and 1 may begin in other ways."""
    return begins_pickle(head) or name.lower().endswith(SUFFIXES)


def read(stream: BinaryIO, size: int, subject: str) -> Contents:
    """What the pickles of a file name."""
    return read_pickles(Window(stream, size), subject)


def begins_pickle(head: bytes) -> bool:
    """Whether the first bytes are those of a pickle: protocol 2 and later say so, before that few opcodes are usual."""
    if head[:1] == b"\x80":
        return len(head) > 1 and head[1] <= 8
    return head[:1] in (b"(", b"c", b"]", b"}", b")") and _opens_as_text(head)


def _opens_as_text(head: bytes) -> bool:
    """Protocols 0 and 1 have no mark of their own: a class in two lines, or a container that is remembered."""
    if head[:1] == b"c":
        lines = head[1:].split(b"\n", 2)
        return len(lines) == 3 and all(part.isidentifier() for part in lines[0].decode("latin-1").split("."))
    return head[1:2] in b"lditpq(.cUXKVISFq\x86" and len(head) > 1


def walk(window: Window, found: Gathered, *, persistent: bool = False) -> tuple[str, ...]:
    """Adds what the pickles of a stream name to ``found``: the formats. What cannot be read is a problem there."""
    formats = {"pickle"}
    with noting(found):
        try:
            for number in range(MAX_PICKLES):
                machine = Machine(window, found, persistent=persistent or "torch" in formats)
                machine.run()
                if machine.has_arrays:
                    formats.add("joblib")
                if number == 0 and machine.result == TORCH_MAGIC:
                    formats = {"torch"}
                if ("torch" in formats and number + 1 == TORCH_PICKLES) or not window.fill(1):
                    break
                if not _goes_on(window, found):
                    break
            else:
                raise TooMuch(f"more than {MAX_PICKLES} pickles one after the other")
        except OSError as error:
            raise Damaged(f"byte {window.place}: {error.strerror or 'it cannot be read'}") from error
    return ("joblib",) if "joblib" in formats else tuple(formats)


def _goes_on(window: Window, found: Gathered) -> bool:
    """Whether another pickle follows the one that was read."""
    window.fill()
    if begins_pickle(window.data[window.at : window.at + 64]):
        return True
    found.partly_read(f"byte {window.place}: what follows the pickle is none")
    return False


def read_pickles(window: Window, subject: str, outer: tuple[str, ...] = ()) -> Contents:
    """``outer``: the formats around it, such as ``gzip``."""
    found = Gathered(subject)
    formats = walk(window, found)
    return found.contents(*outer, *formats, loaders=[LOADERS[one] for one in formats if one in LOADERS])
