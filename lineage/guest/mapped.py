"""Shared objects that are mapped into this process, from the system's own list (Linux)."""

import os
import sys

MOST_READS = 4096
"""The system gives its list in pages of 4 KiB or more."""

open_, read_, close_ = os.open, os.read, os.close


def libraries():
    """Their paths, sorted. Raises ``OSError`` where the system keeps no such list."""
    parts = []  # type: ignore[var-annotated]
    descriptor = open_("/proc/self/maps", os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
    try:
        while len(parts) < MOST_READS:
            part = read_(descriptor, 1 << 20)
            if not part:
                break
            parts.append(part)
    finally:
        close_(descriptor)
    lines = b"".join(parts).split(b"\n")
    paths = {one[one.find(b"/") :] for one in lines if b".so" in one and b"/" in one}
    return sorted(path.decode(sys.getfilesystemencoding(), "surrogateescape") for path in paths)
